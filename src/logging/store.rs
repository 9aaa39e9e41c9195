//! Writing the activity and the audit.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::agent_memory;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use crate::graphql::error::Result;

/// Writes what was done, in the transaction that did it.
pub async fn record(transaction: &impl ConnectionTrait, row: agent_memory::ActiveModel) -> Result<()> {
    agent_memory::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Adds events to the audit, all or none of them.
pub async fn record_events(transaction: &impl ConnectionTrait, events: serde_json::Value) -> Result<()> {
    let sql = "SELECT public.audit_record($1)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [events.into()]);
    transaction.query_one_raw(statement).await?;
    Ok(())
}
