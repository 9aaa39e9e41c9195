//! A zero is written at the scale of its column, as every other decimal: `0.00`.

use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::Value;
use stackmotive::graphql::{
    id,
    node::TARGETS,
    table::{Table, camel_case},
};
use uuid::Uuid;

use crate::support::Api;

#[tokio::test]
async fn have_the_scale_of_their_columns_in_every_type() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &ada.id.to_string())).await;
    let mut seen = 0;
    for table in TARGETS.iter().map(|target| target.table()) {
        for column in zeroes(&api, table).await {
            let sql = format!("SELECT id, {column}::text FROM {} LIMIT 1", table.sql);
            let row: Option<(Uuid, String)> =
                sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(&mut api.admin().await).await.unwrap();
            // Of tables that are nobody's there is no row.
            let Some((row, zero)) = row else { continue };
            let (field, id) = (camel_case(&column), id::text(table.prefix, row));
            let query = format!("{{ node(id: \"{id}\") {{ ... on {} {{ {field} }} }} }}", table.name);
            let answer = api.ask(Some(&ada), &query).await;
            let shown = &answer.data()["node"][&field];
            // A gain whose cost is unknown is no figure.
            if *shown != Value::Null {
                assert_eq!(*shown, zero, "{}.{field}", table.name);
                assert!(zero.starts_with("0.0"), "{}.{column} is {zero}", table.sql);
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen} columns with a zero");
}

/// The decimal columns of a table that the API shows and that may be zero; they are from now on.
async fn zeroes(api: &Api, table: &Table) -> Vec<String> {
    let mut admin = api.admin().await;
    let sql = "SELECT attname::text FROM pg_attribute \
               WHERE attrelid = to_regclass('public.' || $1) AND atttypid = 'numeric'::regtype ORDER BY attnum";
    let columns: Vec<String> = sqlx::query_scalar(sql).bind(table.sql).fetch_all(&mut admin).await.unwrap();
    let mut zeroes = Vec::new();
    for column in columns.into_iter().filter(|column| table.column(column).is_some()) {
        let sql = format!("SET stackmotive.system = 'on'; UPDATE {} SET {column} = 0", table.sql);
        if sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.is_ok() {
            zeroes.push(column);
        }
    }
    zeroes
}
