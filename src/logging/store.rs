//! Writing the activity and the audit.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::agent_memory;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Statement, Values, sea_query::PostgresQueryBuilder,
};

use crate::graphql::error::Result;

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

/// Adds events to the audit, all or none of them.
pub async fn record_events(transaction: &impl ConnectionTrait, events: serde_json::Value) -> Result<()> {
    let sql = "SELECT public.audit_record($1)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [events.into()]);
    transaction.query_one_raw(statement).await?;
    Ok(())
}
