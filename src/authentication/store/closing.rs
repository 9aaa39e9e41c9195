//! The statements that end an account.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::{users, watchlist_shares};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryResult, QuerySelect, Values,
    sea_query::{Alias, Expr, Func, LockType, PostgresQueryBuilder, Query},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::Credentials;
use crate::{
    access::Scope,
    database::transaction::Transaction,
    graphql::{error::Result, node::TARGETS},
    sealing::{KeyRing, columns::HASHED_PASSWORD},
};

/// How many rows of each type are a user's, where there are any.
pub async fn counts(transaction: &Transaction, user_id: Uuid) -> Result<Vec<(&'static str, i64)>> {
    let scope = Scope::user(user_id);
    let mut counts = Vec::new();
    for table in TARGETS.iter().map(|target| target.table()).filter(|table| table.sql != "users") {
        let Some(owned) = scope.owned(table.sql, table.sql) else { continue };
        let query = Query::select()
            .expr_as(Func::count(Expr::cust("*")), Alias::new("count"))
            .from(Alias::new(table.sql))
            .and_where(owned)
            .take();
        let (sql, values) = query.build(PostgresQueryBuilder);
        let row = transaction.rows(&sql, values).await?.into_iter().next().map(QueryResult::from);
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or_default();
        if count > 0 {
            counts.push((table.name, count));
        }
    }
    Ok(counts)
}

/// Whether somebody else is an administrator; all of them stay as they are until this transaction ends. A function of
/// `m0025_others` answers that, because nobody reads the accounts of others.
pub async fn another_admin(transaction: &Transaction) -> Result<bool> {
    let rows = transaction.rows("SELECT auth_another_admin() AS found", Values(Vec::new())).await?;
    Ok(rows.into_iter().next().map(QueryResult::from).is_some_and(|row| row.try_get("", "found") == Ok(true)))
}

/// What disappears for others with an account: those with whom its lists are shared and the lists, and the owners of
/// lists that are shared with it and those shares.
pub struct Shared {
    pub lists: Vec<(Uuid, Uuid)>,
    pub shares: Vec<(Uuid, Uuid)>,
}

/// What an account shares, and what is shared with it.
pub async fn shared(transaction: &Transaction, user_id: Uuid) -> Result<Shared> {
    let found = watchlist_shares::Entity::find()
        .filter(watchlist_shares::Column::OwnerId.eq(user_id).or(watchlist_shares::Column::SharedWithId.eq(user_id)));
    let (own, foreign): (Vec<_>, Vec<_>) =
        found.all(transaction).await?.into_iter().partition(|share| share.owner_id == user_id);
    Ok(Shared {
        lists: own.into_iter().map(|share| (share.shared_with_id, share.watchlist_id)).collect(),
        shares: foreign.into_iter().map(|share| (share.owner_id, share.id)).collect(),
    })
}

/// Deletes an account, and everything in it with the keys of its tables. Answers false, and deletes nothing, when the
/// password is no longer the one whose hash was checked.
pub async fn delete(transaction: &Transaction, keys: &KeyRing, checked: &Credentials) -> Result<bool> {
    let stored = users::Entity::find_by_id(checked.id).lock(LockType::Update).one(transaction).await?;
    let Some(stored) = stored else { return Ok(false) };
    let now = keys.open(HASHED_PASSWORD, checked.id, &stored.hashed_password)?;
    if now.expose_secret() != checked.hashed_password.expose_secret() {
        return Ok(false);
    }
    let gone = users::Entity::delete_many().filter(users::Column::Id.eq(checked.id)).exec(transaction).await?;
    Ok(gone.rows_affected == 1)
}
