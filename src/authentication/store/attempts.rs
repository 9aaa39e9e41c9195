//! Counting attempts: see the functions of `m0018_sign_in_guard`, which hold the rules.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, QueryResult, Value, Values, prelude::IpNetwork, sqlx};

use crate::{
    database::{
        Pool,
        transaction::{Transaction, on_live_connection},
    },
    graphql::error::{Error, Result},
};

const SETTLE: &str = "SELECT auth_settle($1, $2, $3, $4, $5)";

/// What became of counting an attempt.
#[derive(FromQueryResult)]
pub struct Reserved {
    /// When it was counted, null when it has to wait.
    pub reserved_at: Option<DateTime<Utc>>,
    /// Whether the account was signed in from this address lately.
    pub is_known: bool,
    /// How long it has to wait, null when it was counted.
    pub retry_seconds: Option<i32>,
}

/// An attempt that was counted, as settling it needs it.
pub struct Counted {
    pub email: String,
    pub address: Option<IpAddr>,
    pub reserved_at: DateTime<Utc>,
    pub is_known: bool,
}

/// Counts an attempt, or says how long to wait. One statement, which is its own transaction.
pub async fn reserve(pool: &Pool, action: &str, email: &str, address: Option<IpAddr>) -> Result<Reserved> {
    let address = address.map(IpNetwork::from);
    let ask = || async {
        let sql = "SELECT * FROM auth_reserve($1, $2, $3)";
        sqlx::query(sql).bind(action).bind(email).bind(address).fetch_one(&mut *pool.acquire().await?).await
    };
    let row = on_live_connection(pool, ask).await?;
    Ok(Reserved::from_query_result(&QueryResult::from(row), "")?)
}

/// Takes an attempt back from the counters, in the transaction of what it allowed; after a success the account at its
/// address begins anew.
pub async fn settle_in(transaction: &Transaction, counted: Counted, is_success: bool) -> Result<()> {
    let Counted { email, address, reserved_at, is_known } = counted;
    let values = [
        Value::from(email),
        Value::from(address.map(IpNetwork::from)),
        Value::from(reserved_at),
        Value::from(is_known),
        Value::from(is_success),
    ];
    transaction.rows(SETTLE, Values(values.into())).await?;
    Ok(())
}

/// Takes an attempt back that was neither right nor wrong.
pub async fn take_back(pool: &Pool, counted: Counted) -> Result<()> {
    let Counted { email, address, reserved_at, is_known } = counted;
    let query = sqlx::query(SETTLE).bind(email).bind(address.map(IpNetwork::from)).bind(reserved_at);
    let mut seat = pool.acquire().await?;
    pool.answer_of(query.bind(is_known).bind(false).execute(&mut *seat)).await?;
    Ok(())
}

/// Counts a wrong password or code on the account, if there is one.
pub async fn failed(pool: &Pool, email: &str) -> Result<()> {
    let mut seat = pool.acquire().await?;
    pool.answer_of(sqlx::query("SELECT auth_failed($1)").bind(email).execute(&mut *seat)).await?;
    Ok(())
}

/// Forgets the attempts at an account, altogether and from one address.
pub async fn forgive(transaction: &Transaction, email: &str, address: Option<IpAddr>) -> Result<()> {
    let values = vec![Value::from(email), Value::from(address.map(IpNetwork::from))];
    transaction.rows("SELECT auth_forgive($1, $2)", Values(values)).await.map_err(Error::from)?;
    Ok(())
}
