//! The statements on preferences that no other module needs.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::portfolio_summary;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::graphql::error::Result;

/// Whether the user has a portfolio of this name. It is locked until the transaction ends, so that it is not renamed or
/// deleted meanwhile.
pub async fn has_portfolio(transaction: &impl ConnectionTrait, user_id: Uuid, vault_id: &str) -> Result<bool> {
    let found: Option<Uuid> = portfolio_summary::Entity::find()
        .select_only()
        .column(portfolio_summary::Column::Id)
        .filter(portfolio_summary::Column::UserId.eq(user_id))
        .filter(portfolio_summary::Column::VaultId.eq(vault_id))
        .lock(sea_orm::sea_query::LockType::KeyShare)
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(found.is_some())
}
