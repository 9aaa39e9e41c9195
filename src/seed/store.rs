//! The seed's statements.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::rows::Load;
use crate::database::transaction::Transaction;

/// What stands in the way of a seed.
pub enum Hindrance {
    /// The tables are missing, or not all there.
    NotMigrated,
    /// Another seed is at work on this database.
    Busy,
    /// So many accounts exist already.
    Accounts(i64),
}

/// Keeps other seeds away until the transaction ends, and counts the accounts other than the `tolerated` one.
pub async fn hindrance(transaction: &Transaction, tolerated: &str) -> Result<Option<Hindrance>, DbErr> {
    // The number only has to be the seed's own. The table is the one that migrations make last.
    let look = "SELECT pg_try_advisory_xact_lock(7305804402566131042) AS free, \
                to_regclass('public.agent_memory') IS NOT NULL AS migrated";
    let look = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, look)).await?;
    let is = |name| look.as_ref().map(|row| row.try_get::<bool>("", name)).transpose().map(Option::unwrap_or_default);
    if !is("migrated")? {
        return Ok(Some(Hindrance::NotMigrated));
    }
    if !is("free")? {
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
