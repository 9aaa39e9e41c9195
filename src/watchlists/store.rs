//! The statements on watchlists that no other module needs.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::{watchlist_items, watchlist_shares};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use crate::graphql::error::{Error, Result};

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

/// Who sees a list by name: its owner, and with whom it is shared. A function of `m0025_others` answers that, because
/// one of them doesn't see the shares of the others.
pub async fn readers(transaction: &impl ConnectionTrait, watchlist: Uuid, owner: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT auth_readers($1) AS id";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [watchlist.into()]);
    let rows = transaction.query_all_raw(statement).await?;
    let mut all: Vec<Uuid> =
        rows.iter().map(|row| row.try_get("", "id").map_err(Error::from)).collect::<Result<_>>()?;
    all.push(owner);
    Ok(all)
}

/// The list that an item stands on, if there is one that the scope sees.
pub async fn list_of(transaction: &impl ConnectionTrait, item: Uuid) -> Result<Option<Uuid>> {
    let list = watchlist_items::Entity::find()
        .select_only()
        .column(watchlist_items::Column::WatchlistId)
        .filter(watchlist_items::Column::Id.eq(item))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(list)
}

/// The items of a list, in their order.
pub async fn items_of(transaction: &impl ConnectionTrait, watchlist: Uuid) -> Result<Vec<Uuid>> {
    let all = watchlist_items::Entity::find()
        .select_only()
        .column(watchlist_items::Column::Id)
        .filter(watchlist_items::Column::WatchlistId.eq(watchlist))
        .order_by_asc(watchlist_items::Column::Position)
        .order_by_asc(watchlist_items::Column::Id)
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(all)
}

/// Takes an item off a list that the scope may change; answers whether it was there.
pub async fn remove_item(transaction: &impl ConnectionTrait, watchlist: Uuid, item: Uuid) -> Result<bool> {
    let gone = watchlist_items::Entity::delete_many()
        .filter(watchlist_items::Column::Id.eq(item))
        .filter(watchlist_items::Column::WatchlistId.eq(watchlist))
        .exec(transaction)
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Gives the items of a list the places that they have here, from 0; answers those that moved.
pub async fn place_items(transaction: &impl ConnectionTrait, watchlist: Uuid, items: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let sql = "UPDATE watchlist_items i SET position = o.place - 1 \
               FROM unnest($1::uuid[]) WITH ORDINALITY o (id, place) \
               WHERE i.id = o.id AND i.watchlist_id = $2 AND i.position <> o.place - 1 RETURNING i.id";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [items.into(), watchlist.into()]);
    let rows = transaction.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get("", "id").map_err(Error::from)).collect()
}

/// The share of a list with this person, as far as the scope sees it.
pub async fn share_with(
    transaction: &impl ConnectionTrait,
    watchlist: Uuid,
    person: Uuid,
) -> Result<Option<watchlist_shares::Model>> {
    let share = watchlist_shares::Entity::find()
        .filter(watchlist_shares::Column::WatchlistId.eq(watchlist))
        .filter(watchlist_shares::Column::SharedWithId.eq(person))
        .one(transaction)
        .await?;
    Ok(share)
}

/// Ends a share that was read in this transaction: its owner may, and the one whom it is with.
pub async fn end_share(transaction: &impl ConnectionTrait, share: &watchlist_shares::Model) -> Result<()> {
    let gone = watchlist_shares::Entity::delete_many()
        .filter(watchlist_shares::Column::Id.eq(share.id))
        .exec(transaction)
        .await?;
    if gone.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("watchlist share")) }
}

/// Who has an account with this address, if somebody has. A function of `m0021_sharing` answers that, because nobody
/// reads the accounts of others.
pub async fn account_with(transaction: &impl ConnectionTrait, email: &str) -> Result<Option<Uuid>> {
    let sql = "SELECT auth_account($1) AS id";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [email.into()]);
    let row = transaction.query_one_raw(statement).await?;
    Ok(row.and_then(|row| row.try_get::<Option<Uuid>>("", "id").transpose()).transpose()?)
}
