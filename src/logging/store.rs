//! Writing the activity and the audit.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::agent_memory;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Statement, Values,
    sea_query::{Alias, Expr, PostgresQueryBuilder, Query},
    sqlx::Row,
};
use uuid::Uuid;

use crate::graphql::{
    error::{Error, Result},
    loader::Snapshot,
};

/// Where servers tell each other of changed rows.
pub const CHANNEL: &str = "stackmotive_changes";

/// Writes what was done, in the transaction that did it, and tells every server once that commits.
pub async fn record(
    transaction: &impl ConnectionTrait,
    row: agent_memory::ActiveModel,
    notices: Vec<String>,
) -> Result<()> {
    let (insert, Values(mut values)) = agent_memory::Entity::insert(row).into_query().build(PostgresQueryBuilder);
    values.push(notices.into());
    // In one round trip; what a query changes in WITH is done to its end, whatever is read of it.
    let sql = format!(
        "WITH deed AS ({insert}) SELECT pg_notify('{CHANNEL}', notice) FROM unnest(${}::text[]) AS notice",
        values.len()
    );
    transaction.execute_raw(Statement { sql, values: Some(Values(values)), db_backend: DbBackend::Postgres }).await?;
    Ok(())
}

/// Tells every server of changes once the transaction commits.
pub async fn tell(transaction: &impl ConnectionTrait, notices: Vec<String>) -> Result<()> {
    let sql = format!("SELECT pg_notify('{CHANNEL}', notice) FROM unnest($1::text[]) AS notice");
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [notices.into()])).await?;
    Ok(())
}

/// Adds events to the audit, all or none of them.
pub async fn record_events(transaction: &impl ConnectionTrait, events: serde_json::Value) -> Result<()> {
    let sql = "SELECT public.audit_record($1)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [events.into()]);
    transaction.query_one_raw(statement).await?;
    Ok(())
}

/// By what activities are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// All together.
    Total,
    /// By the day of the user's calendar.
    Day,
    Module,
    Action,
}

/// Whose activities are counted, and of which time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    pub user_id: Uuid,
    pub zone: Tz,
    pub since: DateTime<Utc>,
    /// No longer part of it.
    pub until: DateTime<Utc>,
}

/// How many activities each period has, by what they have in common; the most frequent first.
pub async fn count(snapshot: &Snapshot, counted: Counted, periods: &[&Period]) -> Result<Vec<Vec<(String, u64)>>> {
    let (sql, values) = count_statement(snapshot, counted, periods);
    let mut counts: Vec<Vec<(String, u64)>> = periods.iter().map(|_| Vec::new()).collect();
    for row in snapshot.transaction().await?.rows(&sql, values).await? {
        let (ordinal, key, rows): (i64, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let place = usize::try_from(ordinal - 1).map_err(Error::internal)?;
        if let Some(counts) = counts.get_mut(place) {
            counts.push((key, u64::try_from(rows).map_err(Error::internal)?));
        }
    }
    Ok(counts)
}

/// Periods go in as arrays, and each is looked up for itself, so that an index and the months' partitions serve it.
fn count_statement(snapshot: &Snapshot, counted: Counted, periods: &[&Period]) -> (String, Values) {
    let key = match counted {
        Counted::Total => "''",
        Counted::Day => "(t0.timestamp AT TIME ZONE period.zone)::date::text",
        Counted::Module => "t0.block_id",
        Counted::Action => "t0.action",
    };
    let of_period = "t0.user_id = period.user_id AND t0.timestamp >= period.since AND t0.timestamp < period.until";
    let (inner, Values(mut values)) = Query::select()
        .expr_as(Expr::cust(key), Alias::new("key"))
        .expr_as(Expr::cust("count(*)"), Alias::new("rows"))
        .from_as(Alias::new("agent_memory"), Alias::new("t0"))
        .and_where(Expr::cust(of_period))
        .and_where(snapshot.scope().visible("agent_memory", "t0"))
        .add_group_by([Expr::cust("1")])
        .build(PostgresQueryBuilder);
    let arrays: [sea_orm::Value; 4] = [
        periods.iter().map(|period| period.user_id).collect::<Vec<_>>().into(),
        periods.iter().map(|period| period.zone.name().to_owned()).collect::<Vec<_>>().into(),
        periods.iter().map(|period| period.since).collect::<Vec<_>>().into(),
        periods.iter().map(|period| period.until).collect::<Vec<_>>().into(),
    ];
    let first = values.len() + 1;
    values.extend(arrays);
    let sql = format!(
        "SELECT period.ordinal, counts.key, counts.rows \
         FROM unnest(${}::uuid[], ${}::text[], ${}::timestamptz[], ${}::timestamptz[]) \
         WITH ORDINALITY AS period(user_id, zone, since, until, ordinal) \
         CROSS JOIN LATERAL ({inner}) AS counts ORDER BY period.ordinal, counts.rows DESC, counts.key",
        first,
        first + 1,
        first + 2,
        first + 3,
    );
    (sql, Values(values))
}
