//! The statements that keep the buckets of several servers together.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use std::time::Duration;

use sea_orm::{
    Value, Values,
    sea_query::ArrayType,
    sqlx::{self, Row},
};

use crate::{
    access::{Mode, Scope},
    database::{Pool, transaction::Transaction},
};

/// How far back news are read again, so that none is missed whose transaction took long; and how much of what was taken
/// counts as drained already when it is told late.
pub const OVERLAP: Duration = Duration::from_secs(5);
/// How many buckets are read at most; the fullest of them.
const READ_MAX: usize = 100_000;
/// How long a bucket that has drained is kept, for servers that have not read it yet.
const KEPT: &str = "1 minute";

/// A bucket by its name, and how long it takes to drain in microseconds; negative for what was given back.
pub type Line = (String, i64);

/// Adds what was taken here, and reads the buckets that anybody changed since the last time.
///
/// The lines come in the order of their names, so that two servers that change the same buckets wait for each other and
/// never both. Draining is reckoned by the database's clock alone; only how long ago the last time was comes from here.
pub async fn exchange(pool: &Pool, told: Vec<Line>, since: Duration) -> Result<Vec<Line>, sqlx::Error> {
    let sql = "
        WITH began AS (
            SELECT now() - least($3::bigint, $4::bigint) * interval '1 microsecond' AS moment
        ), told AS (
            INSERT INTO rate_limits AS r (bucket, empty_at, changed_at)
            SELECT t.bucket, began.moment + t.micros * interval '1 microsecond', clock_timestamp()
            FROM began, unnest($1::text[], $2::bigint[]) AS t (bucket, micros)
            ORDER BY t.bucket
            ON CONFLICT (bucket) DO UPDATE SET
                empty_at = greatest(r.empty_at, (SELECT moment FROM began)) + (excluded.empty_at - (SELECT moment FROM began)),
                changed_at = excluded.changed_at
            RETURNING r.bucket, r.empty_at
        ), known AS (
            SELECT bucket, empty_at FROM told
            UNION ALL
            SELECT bucket, empty_at FROM rate_limits AS r
            WHERE changed_at > now() - ($3::bigint + $4::bigint) * interval '1 microsecond'
                AND NOT EXISTS (SELECT FROM told WHERE told.bucket = r.bucket)
        )
        SELECT bucket, (extract(epoch FROM empty_at - clock_timestamp()) * 1000000)::bigint
        FROM known ORDER BY empty_at DESC LIMIT $5";
    let (names, micros): (Vec<Value>, Vec<Value>) =
        told.into_iter().map(|(name, micros)| (Value::from(name), Value::from(micros))).unzip();
    let values = Values(vec![
        Value::Array(ArrayType::String, Some(Box::new(names))),
        Value::Array(ArrayType::BigInt, Some(Box::new(micros))),
        micros_of(since).into(),
        micros_of(OVERLAP).into(),
        (READ_MAX as i64).into(),
    ]);
    let transaction = Transaction::begin(pool, &Scope::system(), Mode::Write).await?;
    let rows = transaction.rows(sql, values).await?;
    transaction.commit().await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Deletes the buckets that have drained a while ago; those that somebody is changing are left for the next time.
pub async fn forget(pool: &Pool) -> Result<(), sqlx::Error> {
    let sql = format!(
        "DELETE FROM rate_limits WHERE bucket IN (
            SELECT bucket FROM rate_limits
            WHERE empty_at < now() - interval '{KEPT}' AND changed_at < now() - interval '{KEPT}'
            FOR UPDATE SKIP LOCKED
        )"
    );
    let transaction = Transaction::begin(pool, &Scope::system(), Mode::Write).await?;
    transaction.rows(&sql, Values(Vec::new())).await?;
    transaction.commit().await
}

fn micros_of(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
