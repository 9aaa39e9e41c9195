//! The statements on sealed values, whoever's they are: counting them by key, and sealing them anew.
//!
//! They name columns of [`columns::ALL`](super::columns::ALL) alone, so their text holds nothing from outside.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Statement, Value, Values, sea_query::ArrayType,
    sqlx,
};
use uuid::Uuid;

use super::columns::{ALL, SealedColumn};
use crate::{
    access::{Mode, Scope},
    database::{Database, transaction::Transaction},
};

/// How often a key is used in a column.
pub struct Usage {
    pub column: SealedColumn,
    /// `None` for what is not sealed yet.
    pub key_id: Option<String>,
    pub count: u64,
    /// The first and the last row that it was used for.
    pub rows: [Uuid; 2],
}

/// A value of one row, as it is stored.
#[derive(FromQueryResult)]
pub struct Stored {
    pub row: Uuid,
    pub value: String,
}

/// Which values of a column are to be sealed anew.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// Those that are not sealed with this key.
    NotUnder(&'a str),
    /// Those that are not sealed at all.
    Unsealed,
}

/// Every key with its number of values, column by column: one statement that reads each table once.
pub async fn usage(database: &Database) -> Result<Vec<Usage>, sqlx::Error> {
    let transaction = Transaction::begin(&database.pool, &Scope::system(), Mode::Read).await?;
    let rows = transaction.rows(&usage_sql(), Values(Vec::new())).await?;
    let read = |row: QueryResult| -> Result<Option<Usage>, DbErr> {
        let place: i32 = row.try_get("", "place")?;
        let Some(column) = usize::try_from(place).ok().and_then(|place| ALL.get(place)) else { return Ok(None) };
        let count: i64 = row.try_get("", "count")?;
        let row_of = |name: &str| row.try_get::<String>("", name).map(|text| text.parse().unwrap_or_default());
        Ok(Some(Usage {
            column: *column,
            key_id: row.try_get("", "key_id")?,
            count: u64::try_from(count).unwrap_or_default(),
            rows: [row_of("first_row")?, row_of("last_row")?],
        }))
    };
    let usages = rows.into_iter().map(QueryResult::from).filter_map(|row| read(row).transpose());
    usages.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Decode(error.into()))
}

/// One scan of each table, however many of its columns are sealed.
fn usage_sql() -> String {
    let mut tables: Vec<&str> = ALL.iter().map(|column| column.table).collect();
    tables.dedup();
    let scans = tables.into_iter().map(|table| {
        let of_table = || ALL.iter().enumerate().filter(|(_, column)| column.table == table);
        let values = of_table().map(|(place, column)| format!("({place}, {})", column.column)).collect::<Vec<_>>();
        let row = of_table().next().map_or("id", |(_, column)| column.row);
        format!(
            "SELECT v.place, t.{row} AS row, v.value FROM {table} t \
             CROSS JOIN LATERAL (VALUES {}) v (place, value) WHERE v.value IS NOT NULL",
            values.join(", ")
        )
    });
    format!(
        "SELECT place, CASE WHEN starts_with(value, 's1.') THEN split_part(value, '.', 2) END AS key_id, \
         count(*) AS count, min(row::text) AS first_row, max(row::text) AS last_row FROM ({}) stored GROUP BY 1, 2 ORDER BY 1, 2",
        scans.collect::<Vec<_>>().join(" UNION ALL ")
    )
}

/// The value of one row; `None` when it has gone or is empty.
pub async fn stored(database: &Database, column: SealedColumn, row: Uuid) -> Result<Option<String>, sqlx::Error> {
    let SealedColumn { table, column, row: row_column } = column;
    let transaction = Transaction::begin(&database.pool, &Scope::system(), Mode::Read).await?;
    let sql = format!(
        "SELECT {row_column} AS row, {column}::text AS value FROM {table} WHERE {row_column} = $1 AND {column} IS NOT NULL"
    );
    let rows = transaction.rows(&sql, Values(vec![row.into()])).await?;
    Ok(decoded(rows)?.into_iter().next().map(|stored| stored.value))
}

/// The next values to seal anew, behind a row, in the order of the rows.
pub async fn batch(
    transaction: &Transaction,
    column: SealedColumn,
    which: Which<'_>,
    behind: Uuid,
    size: u64,
) -> Result<Vec<Stored>, sqlx::Error> {
    let SealedColumn { table, column, row } = column;
    let condition = match which {
        Which::NotUnder(_) => format!("NOT starts_with({column}, $3)"),
        Which::Unsealed => format!("NOT starts_with({column}, 's1.') AND $3::text IS NOT NULL"),
    };
    let prefix = match which {
        Which::NotUnder(key_id) => format!("s1.{key_id}."),
        Which::Unsealed => String::new(),
    };
    let sql = format!(
        "SELECT {row} AS row, {column}::text AS value FROM {table} \
         WHERE {row} > $1 AND {column} IS NOT NULL AND {condition} ORDER BY {row} LIMIT $2"
    );
    decoded(transaction.rows(&sql, Values(vec![behind.into(), size.into(), prefix.into()])).await?)
}

/// Replaces values that still are what they were; one that somebody else has locked is left out, not waited for.
/// Answers how many were replaced.
pub async fn replace(
    transaction: &Transaction,
    column: SealedColumn,
    old: &[Stored],
    new: Vec<String>,
) -> Result<u64, DbErr> {
    let SealedColumn { table, column, row } = column;
    let sql = format!(
        "WITH free AS (SELECT {row} AS row FROM {table} WHERE {row} = ANY($1) FOR NO KEY UPDATE SKIP LOCKED) \
         UPDATE {table} t SET {column} = n.new FROM unnest($1::uuid[], $2::text[], $3::text[]) n (row, old, new) \
         JOIN free ON free.row = n.row WHERE t.{row} = n.row AND t.{column} = n.old"
    );
    let values = [
        array(ArrayType::Uuid, old.iter().map(|stored| stored.row.into())),
        array(ArrayType::String, old.iter().map(|stored| stored.value.clone().into())),
        array(ArrayType::String, new.into_iter().map(Value::from)),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(transaction.execute_raw(statement).await?.rows_affected())
}

fn array(kind: ArrayType, values: impl Iterator<Item = Value>) -> Value {
    Value::Array(kind, Some(Box::new(values.collect())))
}

fn decoded(rows: Vec<sqlx::postgres::PgRow>) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = rows.into_iter().map(QueryResult::from);
    let stored: Result<_, DbErr> = rows.map(|row| Stored::from_query_result(&row, "")).collect();
    stored.map_err(|error| sqlx::Error::Decode(error.into()))
}
