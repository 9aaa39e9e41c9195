//! Writing the activity.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::agent_memory;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::graphql::error::Result;

/// Writes what was done, in the transaction that did it.
pub async fn record(transaction: &impl ConnectionTrait, row: agent_memory::ActiveModel) -> Result<()> {
    agent_memory::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
