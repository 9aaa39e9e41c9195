//! What the server does with portfolios by itself.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::store::snapshots;
use crate::{
    database::transaction::Transaction,
    graphql::error::Result,
    jobs::{Regular, every},
};

/// Looks every few minutes for days that have ended somewhere, and keeps what portfolios were worth then.
pub struct TakeSnapshots;

/// How often, in minutes: time zones begin their days at whole quarters of an hour.
const MINUTES: i64 = 5;

#[async_trait]
impl Regular for TakeSnapshots {
    fn name(&self) -> &'static str {
        "portfolio_snapshots"
    }

    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        every(MINUTES, now)
    }

    async fn run(&self, transaction: &Transaction, now: DateTime<Utc>) -> Result<u64> {
        snapshots::take(transaction, now).await
    }
}
