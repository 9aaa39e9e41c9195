//! The statements on preferences.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono_tz::Tz;
use entity::{portfolio_summary, user_preferences};
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

/// Where the user's days begin: UTC where they have not said.
pub async fn zone_of(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<Tz> {
    let zone: Option<Option<String>> = user_preferences::Entity::find()
        .select_only()
        .column(user_preferences::Column::Timezone)
        .filter(user_preferences::Column::UserId.eq(user_id))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(zone.flatten().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC))
}
