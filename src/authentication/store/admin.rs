//! The statements of administrators about other accounts, in the admin scope.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono::{DateTime, Duration, Utc};
use entity::users;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Value, Values, sea_query::LockType,
};
use uuid::Uuid;

use crate::{
    database::transaction::Transaction,
    graphql::error::{Error, Result},
};

/// What ended with an account's access.
pub struct Ended {
    pub sessions: i64,
    pub tokens: i64,
}

/// How many accounts there are.
pub struct Counts {
    pub total: i64,
    pub active: i64,
    pub completed_onboarding: i64,
    /// Of today, of 7 and of 30 days.
    pub registrations: [i64; 3],
}

/// Locks an administrator and the account that they change, so that two who demote each other do so one after the other.
///
/// # Errors
/// FORBIDDEN when the one is an administrator no more.
pub async fn lock(transaction: &Transaction, actor: Uuid, target: Uuid) -> Result<()> {
    let locked: Vec<(Uuid, bool, bool)> = users::Entity::find()
        .select_only()
        .columns([users::Column::Id, users::Column::IsAdmin, users::Column::IsActive])
        .filter(users::Column::Id.is_in([actor, target]))
        .order_by_asc(users::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(transaction)
        .await?;
    let is_admin = locked.iter().any(|(id, is_admin, is_active)| *id == actor && *is_admin && *is_active);
    if is_admin { Ok(()) } else { Err(Error::forbidden("Only an administrator may do this.")) }
}

/// Ends all sessions of an account, and its personal tokens too.
pub async fn end_access(transaction: &Transaction, user_id: Uuid, with_tokens: bool) -> Result<Ended> {
    let values = Values(vec![Value::from(user_id), with_tokens.into()]);
    let row = one(transaction, "SELECT * FROM auth_end_access($1, $2)", values).await?;
    Ok(Ended { sessions: row.try_get("", "sessions_ended")?, tokens: row.try_get("", "tokens_revoked")? })
}

/// Lets an account begin its onboarding anew.
pub async fn reset_onboarding(transaction: &Transaction, user_id: Uuid) -> Result<()> {
    let values = Values(vec![Value::from(user_id)]);
    one(transaction, "SELECT auth_reset_onboarding($1)", values).await?;
    Ok(())
}

/// Counts accounts; today began at this moment.
pub async fn counts(transaction: &Transaction, today: DateTime<Utc>) -> Result<Counts> {
    let sql = "SELECT count(*) AS total, count(*) FILTER (WHERE is_active) AS active, \
               count(*) FILTER (WHERE has_completed_onboarding) AS completed, \
               count(*) FILTER (WHERE created_at >= $1) AS day, count(*) FILTER (WHERE created_at >= $2) AS week, \
               count(*) FILTER (WHERE created_at >= $3) AS month FROM users";
    let since = [today, today - Duration::days(6), today - Duration::days(29)];
    let row = one(transaction, sql, Values(since.into_iter().map(Value::from).collect())).await?;
    Ok(Counts {
        total: row.try_get("", "total")?,
        active: row.try_get("", "active")?,
        completed_onboarding: row.try_get("", "completed")?,
        registrations: [row.try_get("", "day")?, row.try_get("", "week")?, row.try_get("", "month")?],
    })
}

async fn one(transaction: &Transaction, sql: &str, values: Values) -> Result<QueryResult> {
    let rows = transaction.rows(sql, values).await?;
    rows.into_iter().next().map(QueryResult::from).ok_or_else(|| Error::internal("a function answers no row"))
}
