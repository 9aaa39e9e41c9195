//! The rows of jobs that have their times.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::Job;
use crate::{
    access::{Mode, Scope},
    database::{Pool, transaction::Transaction},
    graphql::error::Result,
};

/// Makes the rows of regular jobs that have none yet; such a job is due at once.
pub async fn register(pool: &Pool, jobs: &[Job], now: DateTime<Utc>) -> Result<()> {
    let regular = jobs.iter().filter(|job| matches!(job, Job::Regular(_)));
    let names: Vec<String> = regular.map(|job| job.name().to_owned()).collect();
    let transaction = Transaction::begin(pool, &Scope::system(), Mode::Write).await?;
    let sql = "INSERT INTO jobs (name, due_at) SELECT name, $2 FROM unnest($1::text[]) AS name ON CONFLICT DO NOTHING";
    transaction.execute_raw(statement(sql, [names.into(), now.into()])).await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes a job that is due, unless another server has it; it has it until its transaction ends, in whatever way.
pub async fn claim(transaction: &Transaction, name: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "SELECT FROM jobs WHERE name = $1 AND due_at <= $2 FOR NO KEY UPDATE SKIP LOCKED";
    Ok(transaction.query_one_raw(statement(sql, [name.into(), now.into()])).await?.is_some())
}

/// Moves a job on to its next time.
pub async fn finish(transaction: &Transaction, name: &str, now: DateTime<Utc>, next: DateTime<Utc>) -> Result<()> {
    let sql = "UPDATE jobs SET due_at = $3, ran_at = $2 WHERE name = $1";
    transaction.execute_raw(statement(sql, [name.into(), now.into(), next.into()])).await?;
    Ok(())
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
