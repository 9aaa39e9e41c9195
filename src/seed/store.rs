//! The seed's statements.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::rows::Load;
use crate::database::transaction::Transaction;

/// What stands in the way of a seed.
pub enum Hindrance {
    /// Another seed is at work on this database.
    Busy,
    /// So many accounts exist already.
    Accounts(i64),
}

/// Keeps other seeds away until the transaction ends, and counts the accounts that are not in `tolerated`.
pub async fn hindrance(transaction: &Transaction, tolerated: &str) -> Result<Option<Hindrance>, DbErr> {
    // The number only has to be the seed's own.
    let lock =
        Statement::from_string(DbBackend::Postgres, "SELECT pg_try_advisory_xact_lock(7305804402566131042) AS free");
    let free = transaction.query_one_raw(lock).await?.map(|row| row.try_get::<bool>("", "free")).transpose()?;
    if free != Some(true) {
        return Ok(Some(Hindrance::Busy));
    }
    let count = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT count(*) AS accounts FROM public.users WHERE lower(email) <> $1",
        [tolerated.into()],
    );
    let accounts = transaction.query_one_raw(count).await?.map(|row| row.try_get::<i64>("", "accounts")).transpose()?;
    Ok(accounts.filter(|accounts| *accounts > 0).map(Hindrance::Accounts))
}

/// Stores rows of one table in one statement.
pub async fn insert(transaction: &Transaction, load: Load) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, load.sql, [load.rows.into()]);
    transaction.execute_raw(statement).await?;
    Ok(())
}
