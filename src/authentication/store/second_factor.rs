//! What the second factor stores: the sealed secret, the last step, the recovery codes. All in the scope of their user.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::{user_recovery_codes, user_two_factor, users};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Value,
    Values, prelude::DateTimeWithTimeZone, sea_query::LockType,
};
use uuid::Uuid;

use crate::{clock, database::transaction::Transaction, graphql::error::Result};

/// The second factor of an account.
#[derive(FromQueryResult)]
pub struct Factor {
    /// Null before one was begun.
    pub totp_secret: Option<String>,
    /// Null while it is off.
    pub totp_enabled_at: Option<DateTimeWithTimeZone>,
}

/// The second factor of an account, which nobody else changes until this transaction ends.
pub async fn lock(transaction: &Transaction, user_id: Uuid) -> Result<Option<Factor>> {
    let query = users::Entity::find().select_only();
    let query = query.column(users::Column::TotpSecret).column(users::Column::TotpEnabledAt);
    Ok(query
        .filter(users::Column::Id.eq(user_id))
        .lock(LockType::NoKeyUpdate)
        .into_model::<Factor>()
        .one(transaction)
        .await?)
}

/// Uses up a step and all before it; answers false when it was used already.
pub async fn take_step(transaction: &Transaction, user_id: Uuid, step: i64) -> Result<bool> {
    let sql = "INSERT INTO user_two_factor AS f (user_id, last_step) VALUES ($1, $2) \
               ON CONFLICT (user_id) DO UPDATE SET last_step = EXCLUDED.last_step \
               WHERE f.last_step < EXCLUDED.last_step RETURNING f.user_id";
    let taken = transaction.rows(sql, Values(vec![Value::from(user_id), Value::from(step)])).await?;
    Ok(!taken.is_empty())
}

/// Uses up a recovery code; answers false when there is no such code, or it was used already.
pub async fn take_recovery_code(transaction: &Transaction, user_id: Uuid, code_hash: String) -> Result<bool> {
    let taken = user_recovery_codes::Entity::update_many()
        .set(user_recovery_codes::ActiveModel { used_at: Set(Some(clock::now().into())), ..Default::default() })
        .filter(user_recovery_codes::Column::UserId.eq(user_id))
        .filter(user_recovery_codes::Column::CodeHash.eq(code_hash))
        .filter(user_recovery_codes::Column::UsedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Switches the second factor on.
pub async fn enable(transaction: &Transaction, user_id: Uuid) -> Result<()> {
    let row = users::ActiveModel { totp_enabled_at: Set(Some(clock::now().into())), ..Default::default() };
    users::Entity::update_many().set(row).filter(users::Column::Id.eq(user_id)).exec(transaction).await?;
    Ok(())
}

/// Puts new recovery codes in the place of all others.
pub async fn replace_recovery_codes(transaction: &Transaction, user_id: Uuid, hashes: Vec<String>) -> Result<()> {
    forget_recovery_codes(transaction, user_id).await?;
    let now = clock::now();
    let rows = hashes.into_iter().map(|code_hash| user_recovery_codes::ActiveModel {
        id: Set(Uuid::now_v7()),
        user_id: Set(user_id),
        code_hash: Set(code_hash),
        used_at: Set(None),
        created_at: Set(now.into()),
    });
    user_recovery_codes::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}

/// Forgets what the second factor remembers.
pub async fn forget(transaction: &Transaction, user_id: Uuid) -> Result<()> {
    forget_recovery_codes(transaction, user_id).await?;
    user_two_factor::Entity::delete_many()
        .filter(user_two_factor::Column::UserId.eq(user_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// How many recovery codes are good.
pub async fn recovery_codes_left(transaction: &Transaction, user_id: Uuid) -> Result<u64> {
    let good = user_recovery_codes::Entity::find()
        .filter(user_recovery_codes::Column::UserId.eq(user_id))
        .filter(user_recovery_codes::Column::UsedAt.is_null());
    Ok(good.count(transaction).await?)
}

async fn forget_recovery_codes(transaction: &Transaction, user_id: Uuid) -> Result<()> {
    user_recovery_codes::Entity::delete_many()
        .filter(user_recovery_codes::Column::UserId.eq(user_id))
        .exec(transaction)
        .await?;
    Ok(())
}
