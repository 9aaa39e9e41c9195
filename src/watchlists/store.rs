//! The statements on watchlists that no other module needs.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::{watchlist_items, watchlist_shares};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::graphql::error::Result;

/// Where the next item of a list goes: behind the last one.
pub async fn next_position(transaction: &impl ConnectionTrait, watchlist: Uuid) -> Result<i32> {
    let last: Option<Option<i32>> = watchlist_items::Entity::find()
        .select_only()
        .column_as(watchlist_items::Column::Position.max(), "last")
        .filter(watchlist_items::Column::WatchlistId.eq(watchlist))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(last.flatten().map_or(0, |last| last.saturating_add(1)))
}

/// Who sees a list by name: its owner, and with whom it is shared, as far as the scope sees shares.
pub async fn readers(transaction: &impl ConnectionTrait, watchlist: Uuid, owner: Uuid) -> Result<Vec<Uuid>> {
    let mut all: Vec<Uuid> = watchlist_shares::Entity::find()
        .select_only()
        .column(watchlist_shares::Column::SharedWithId)
        .filter(watchlist_shares::Column::WatchlistId.eq(watchlist))
        .into_tuple()
        .all(transaction)
        .await?;
    all.push(owner);
    Ok(all)
}
