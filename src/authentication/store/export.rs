//! The statements that read everything of an account for its owner, a batch of rows at a time.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use std::collections::BTreeMap;

use sea_orm::{
    ExprTrait, QueryResult, Values,
    sea_query::{Alias, Expr, Order, PostgresQueryBuilder, Query},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    access::{Mode, Scope},
    database::{Pool, transaction::Transaction},
    graphql::{error::Result, node::TARGETS},
    sealing::{
        KeyRing,
        columns::{self, PHONE_NUMBER, TAX_FILE_NUMBER, TAX_IDENTIFICATION_NUMBER},
    },
};

/// How many rows are held in memory.
pub const BATCH: u64 = 500;
/// Columns that are no data of the owner's but ways into the account: hashes of tokens and codes. Sealed columns stay
/// out besides. A column with a suspicious name that is neither fails a test.
pub const WITHHELD: [(&str, &str); 3] =
    [("user_sessions", "session_token"), ("user_sessions", "refresh_token"), ("personal_tokens", "token_hash")];

/// A table of the export, with its columns; those of decimals are written as texts, as in the API.
pub struct Table {
    pub name: &'static str,
    columns: Vec<(String, bool)>,
}

/// Every table that holds rows of accounts. New ones join by themselves.
pub async fn tables(transaction: &Transaction, user_id: Uuid) -> Result<Vec<Table>> {
    let scope = Scope::user(user_id);
    let mut tables = Vec::new();
    for name in TARGETS.iter().map(|target| target.table().sql).filter(|name| scope.owned(name, name).is_some()) {
        let sql = "SELECT attname::text, atttypid = 'numeric'::regtype AS is_decimal FROM pg_attribute \
                   WHERE attrelid = to_regclass('public.' || $1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let mut columns = Vec::new();
        for row in transaction.rows(sql, Values(vec![name.into()])).await?.into_iter().map(QueryResult::from) {
            let column: String = row.try_get("", "attname")?;
            if !is_withheld(name, &column) {
                columns.push((column, row.try_get("", "is_decimal")?));
            }
        }
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

/// Whether a column stays out of the export.
pub fn is_withheld(table: &str, column: &str) -> bool {
    WITHHELD.contains(&(table, column))
        || columns::ALL.iter().any(|sealed| sealed.table == table && sealed.column == column)
}

/// The telephone and tax numbers in full, by their columns.
pub async fn personal(
    transaction: &Transaction,
    keys: &KeyRing,
    user_id: Uuid,
) -> Result<BTreeMap<&'static str, Value>> {
    let mut numbers = BTreeMap::new();
    for sealed in [PHONE_NUMBER, TAX_IDENTIFICATION_NUMBER, TAX_FILE_NUMBER] {
        let sql = format!("SELECT {} AS sealed FROM {} WHERE {} = $1", sealed.column, sealed.table, sealed.row);
        let rows = transaction.rows(&sql, Values(vec![user_id.into()])).await?;
        let stored: Option<String> = match rows.into_iter().next().map(QueryResult::from) {
            Some(row) => row.try_get("", "sealed")?,
            None => None,
        };
        let opened = stored.map(|stored| keys.open(sealed, user_id, &stored)).transpose()?;
        numbers.insert(sealed.column, json!(opened.as_ref().map(ExposeSecret::expose_secret)));
    }
    Ok(numbers)
}

/// The next rows of a table behind this id, each with its id and as a JSON object.
pub async fn rows(pool: &Pool, user_id: Uuid, table: &Table, after: Uuid) -> Result<Vec<(Uuid, String)>> {
    let scope = Scope::user(user_id);
    let column = |name: &str| Expr::col((Alias::new("t"), Alias::new(name)));
    let mut select = Query::select();
    select.from_as(Alias::new(table.name), Alias::new("t"));
    for (name, is_decimal) in &table.columns {
        let value = if *is_decimal { column(name).cast_as(Alias::new("text")) } else { column(name) };
        select.expr_as(value, Alias::new(name));
    }
    if let Some(owned) = scope.owned(table.name, "t") {
        select.and_where(owned);
    }
    select.and_where(column("id").gt(after)).order_by((Alias::new("t"), Alias::new("id")), Order::Asc).limit(BATCH);
    let (inner, values) = select.build(PostgresQueryBuilder);
    let sql = format!("SELECT x.id AS row_id, row_to_json(x)::text AS line FROM ({inner}) AS x ORDER BY x.id");
    let transaction = Transaction::begin(pool, &scope, Mode::Read).await?;
    let found = transaction.rows(&sql, values).await?;
    let rows = found.into_iter().map(|row| {
        let row = QueryResult::from(row);
        Ok((row.try_get("", "row_id")?, row.try_get("", "line")?))
    });
    rows.collect()
}
