//! The statements that every mutation shares.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, IdenStatic, Iterable, QueryFilter,
    QuerySelect, Statement, Value,
    sea_query::{Alias, Expr, LockType},
};
use uuid::Uuid;

use super::idempotency::Request;
use crate::{
    access::Scope,
    database::transaction::Transaction,
    graphql::{
        error::{Error, Result},
        scale::Scales,
        table::Record,
    },
};

/// The row with this id, locked until the transaction ends, where the scope may change it.
pub async fn lock<T: Record>(transaction: &Transaction, scope: &Scope, id: Uuid) -> Result<Option<T::Model>> {
    let table = T::TABLE.sql;
    let found = T::Entity::find()
        .filter(with_id(table, id))
        .filter(scope.editable(table, table))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    at_scale::<T>(found)
}

/// Makes the user's only row of a table, with the table's defaults; answers whether there was none.
pub async fn make_own<T: Record>(transaction: &Transaction, user_id: Uuid) -> Result<bool> {
    let sql = format!("INSERT INTO {} (id, user_id) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING", T::TABLE.sql);
    let values = [Uuid::now_v7().into(), user_id.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(transaction.execute_raw(statement).await?.rows_affected() == 1)
}

/// The user's only row of a table, locked until the transaction ends.
pub async fn lock_own<T: Record>(transaction: &Transaction, user_id: Uuid) -> Result<Option<T::Model>> {
    let owner = Expr::col((Alias::new(T::TABLE.sql), Alias::new("user_id"))).eq(user_id);
    at_scale::<T>(T::Entity::find().filter(owner).lock(LockType::NoKeyUpdate).one(transaction).await?)
}

/// A row as the API shows it to whom comes too late.
fn at_scale<T: Record>(mut row: Option<T::Model>) -> Result<Option<T::Model>> {
    if let Some(row) = &mut row {
        Scales::<T>::of_table().give(row)?;
    }
    Ok(row)
}

/// Gives every column of the user's only row of a table its default, but those that say whose it is and when it was
/// made; the table's own defaults, so that there is no second list of them.
pub async fn reset_own<T: Record>(transaction: &Transaction, user_id: Uuid) -> Result<()> {
    let columns = <T::Entity as EntityTrait>::Column::iter().map(|column| column.as_str());
    let columns = columns.filter(|name| !["id", "user_id", "created_at", "updated_at"].contains(name));
    let changes: Vec<String> = columns.map(|name| format!("{name} = DEFAULT")).collect();
    let sql = format!("UPDATE {} SET {} WHERE user_id = $1", T::TABLE.sql, changes.join(", "));
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [user_id.into()])).await?;
    Ok(())
}

pub async fn insert<A>(transaction: &Transaction, row: A) -> Result<()>
where
    A: ActiveModelTrait + Send,
{
    A::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Changes the columns that are set, of a row that the scope may change; answers whether there is one. Where none is set
/// there is nothing to do, and nothing is looked for.
pub async fn update<T, A>(transaction: &Transaction, scope: &Scope, id: Uuid, row: A) -> Result<bool>
where
    T: Record,
    A: ActiveModelTrait<Entity = T::Entity> + Send,
{
    if !row.is_changed() {
        return Ok(true);
    }
    let table = T::TABLE.sql;
    let changed = T::Entity::update_many()
        .set(row)
        .filter(with_id(table, id))
        .filter(scope.editable(table, table))
        .exec(transaction)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Deletes a row that the scope may change; answers whether there was one.
pub async fn delete<T: Record>(transaction: &Transaction, scope: &Scope, id: Uuid) -> Result<bool> {
    let table = T::TABLE.sql;
    let gone = T::Entity::delete_many()
        .filter(with_id(table, id))
        .filter(scope.editable(table, table))
        .exec(transaction)
        .await?;
    Ok(gone.rows_affected == 1)
}

fn with_id(table: &str, id: Uuid) -> Expr {
    Expr::col((Alias::new(table), Alias::new("id"))).eq(id)
}

/// What is known of a key.
pub enum Known {
    /// Nothing until now; whoever else comes with it waits for this transaction.
    Nothing,
    /// The same request was done, and this came of it.
    Done(serde_json::Value),
    /// It was used for something else.
    Another,
}

/// Remembers a key, and whoever used it before.
pub async fn remember(
    transaction: &Transaction,
    user_id: Uuid,
    request: &Request<'_>,
    since: DateTime<Utc>,
) -> Result<Known> {
    // The user's own old keys go with each new one, so that no table of them grows.
    let sql = "WITH forgotten AS (DELETE FROM idempotency_keys WHERE user_id = $1 AND created_at <= $5 \
               AND (key, field) <> ($2, $3)) \
               INSERT INTO idempotency_keys AS k (user_id, key, field, digest) VALUES ($1, $2, $3, $4) \
               ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE SET \
               digest = CASE WHEN k.created_at <= $5 THEN excluded.digest ELSE k.digest END, \
               done = CASE WHEN k.created_at <= $5 THEN NULL ELSE k.done END, \
               created_at = CASE WHEN k.created_at <= $5 THEN now() ELSE k.created_at END \
               RETURNING k.digest, k.done";
    let values: [Value; 5] = [
        user_id.into(),
        request.key.into(),
        request.field.as_str().into(),
        request.digest.clone().into(),
        since.into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let row = transaction.query_one_raw(statement).await?.ok_or_else(|| Error::internal("a key was not kept"))?;
    let done: Option<serde_json::Value> = row.try_get("", "done")?;
    let digest: Vec<u8> = row.try_get("", "digest")?;
    Ok(match done {
        None => Known::Nothing,
        Some(done) if digest == request.digest => Known::Done(done),
        Some(_) => Known::Another,
    })
}

/// Forgets the keys of everybody whose day is over; in the system's scope.
pub async fn forget(transaction: &Transaction, since: DateTime<Utc>) -> Result<u64> {
    let sql = "DELETE FROM idempotency_keys WHERE created_at <= $1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [since.into()]);
    Ok(transaction.execute_raw(statement).await?.rows_affected())
}

/// Keeps what came of a request.
pub async fn keep(
    transaction: &Transaction,
    user_id: Uuid,
    (key, field): (&str, &str),
    done: serde_json::Value,
) -> Result<()> {
    let sql = "UPDATE idempotency_keys SET done = $4 WHERE user_id = $1 AND key = $2 AND field = $3";
    let values: [Value; 4] = [user_id.into(), key.into(), field.into(), done.into()];
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}
