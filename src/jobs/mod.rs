//! Work that the server does by itself, whether anybody asks or not.
//!
//! Every server on a database looks every few seconds for what is due, and each piece of it is done once: the transaction
//! that does it holds the lock on the row that says so, and moves that row on. So no two servers do the same piece, one that
//! is killed leaves it to the next, and what was missed while none was running is due at the next look, and done once.
//!
//! | file | what it is |
//! |---|---|
//! | [`runner`] | the loop of a serving process, and its end |
//! | `store` | the rows of jobs that have their times |
//!
//! A job stands in the part of the product that it belongs to, in a file `jobs`, and here in [`JOBS`].

pub mod runner;
mod store;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveTime, Utc};

use crate::{
    access::{Mode, Scope},
    app::App,
    database::transaction::Transaction,
    graphql::{
        error::{ErrorCode, Result},
        mutation::idempotency::ForgetOldKeys,
    },
    portfolio::jobs::TakeSnapshots,
    rebalancing::jobs::RunSchedules,
    trading::jobs::TellOfDueRules,
};
pub use runner::Runner;

/// Everything that the server does by itself, in the order in which it is done.
pub const JOBS: &[Job] = &[
    Job::Queue(&RunSchedules),
    Job::Regular(&TakeSnapshots),
    Job::Regular(&TellOfDueRules),
    Job::Regular(&ForgetOldKeys),
];

/// How many pieces of a queue are done at one look, so that the other jobs get their turn.
const PIECES_MAX: u64 = 1000;

/// Something that the server does by itself.
#[derive(Clone, Copy)]
pub enum Job {
    Regular(&'static dyn Regular),
    Queue(&'static dyn Queue),
}

/// Work that has its times: what was missed while no server ran is made up once, and not for each time.
#[async_trait]
pub trait Regular: Send + Sync {
    /// One or several words with underlines between them, at most 60 characters.
    fn name(&self) -> &'static str;

    /// When it is done after now: see [`daily`] and [`every`].
    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc>;

    /// Does the work in the system's scope, and answers how much it was. The transaction also moves the job on to its next
    /// time, and is committed by whoever calls; after an error nothing stays of it, and it is tried again.
    async fn run(&self, transaction: &Transaction, now: DateTime<Utc>) -> Result<u64>;
}

/// Work that rows ask for, each when its time has come.
#[async_trait]
pub trait Queue: Send + Sync {
    /// As with [`Regular`]; the activity of what was done names it as `system:<name>`.
    fn name(&self) -> &'static str;

    /// Takes the next piece that is due and that nobody else has taken, does it and commits, all in one transaction: the
    /// row is locked with `FOR UPDATE SKIP LOCKED`, and must be due no more afterwards, whatever came of the piece.
    /// False when nothing is left.
    async fn next(&self, app: &Arc<App>, now: DateTime<Utc>) -> Result<bool>;
}

/// What came of a job at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub job: &'static str,
    /// How much was done: pieces of a queue, or what a regular job counts.
    pub done: u64,
    /// What stopped it; what was done before stays done.
    pub failure: Option<ErrorCode>,
}

impl Job {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Regular(job) => job.name(),
            Self::Queue(job) => job.name(),
        }
    }
}

/// Does what is due at this moment, and answers which jobs had something to do.
///
/// # Errors
/// When the database can't be reached.
pub async fn run_due(app: &Arc<App>, jobs: &[Job], now: DateTime<Utc>) -> Result<Vec<Run>> {
    run_unless(app, jobs, now, &|| false).await
}

/// The same, ending after the piece under way when it is time to stop.
async fn run_unless(
    app: &Arc<App>,
    jobs: &[Job],
    now: DateTime<Utc>,
    is_stopping: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<Run>> {
    store::register(&app.database.pool, jobs, now).await?;
    let mut runs = Vec::new();
    for job in jobs {
        if is_stopping() {
            break;
        }
        let began = Instant::now();
        let run = match job {
            Job::Regular(regular) => run_regular(app, *regular, now).await,
            Job::Queue(queue) => run_queue(app, *queue, now, is_stopping).await,
        };
        if let Some(run) = run {
            run.log(began);
            runs.push(run);
        }
    }
    Ok(runs)
}

impl Run {
    /// One line for each run.
    fn log(&self, began: Instant) {
        // A job that found nothing to do says so only to who asks for more.
        let (job, done, ms) = (self.job, self.done, u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        match self.failure {
            None if done == 0 => tracing::debug!(job, ms, "a job has found nothing to do"),
            None => tracing::info!(job, done, ms, "a job has run"),
            Some(code) => tracing::error!(job, done, ms, code = code.text(), "a job has failed"),
        }
    }
}

/// `None` when it is not due, or another server is at it.
async fn run_regular(app: &Arc<App>, job: &dyn Regular, now: DateTime<Utc>) -> Option<Run> {
    let run = Run { job: job.name(), done: 0, failure: None };
    match attempt_regular(app, job, now).await {
        Ok(done) => Some(Run { done: done?, ..run }),
        Err(error) => Some(Run { failure: Some(error.code), ..run }),
    }
}

async fn attempt_regular(app: &Arc<App>, job: &dyn Regular, now: DateTime<Utc>) -> Result<Option<u64>> {
    let transaction = Transaction::begin(&app.database.pool, &Scope::system(), Mode::Write).await?;
    if !store::claim(&transaction, job.name(), now).await? {
        return Ok(None);
    }
    let done = job.run(&transaction, now).await?;
    store::finish(&transaction, job.name(), now, job.next(now)).await?;
    transaction.commit().await?;
    Ok(Some(done))
}

/// `None` when nothing is due that nobody else has taken.
async fn run_queue(
    app: &Arc<App>,
    job: &dyn Queue,
    now: DateTime<Utc>,
    is_stopping: &(dyn Fn() -> bool + Sync),
) -> Option<Run> {
    let mut run = Run { job: job.name(), done: 0, failure: None };
    while run.done < PIECES_MAX && !is_stopping() {
        match job.next(app, now).await {
            Ok(true) => run.done += 1,
            Ok(false) => break,
            Err(error) => {
                run.failure = Some(error.code);
                break;
            }
        }
    }
    (run.done > 0 || run.failure.is_some()).then_some(run)
}

/// The first moment after now at which it is this time of day, in UTC.
pub fn daily(time: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.date_naive().and_time(time).and_utc();
    if today > now { today } else { today.checked_add_days(Days::new(1)).unwrap_or(today) }
}

/// The first moment after now that is a whole number of minutes, so many of which have passed since a day began.
pub fn every(minutes: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let step = minutes.max(1).saturating_mul(60);
    let begun = now.timestamp().div_euclid(step);
    begun.checked_add(1).and_then(|next| DateTime::from_timestamp(next.checked_mul(step)?, 0)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_its_time() {
        for (now, time, next) in [
            ("2026-11-02T00:00:00Z", "00:05:00", "2026-11-02T00:05:00Z"),
            ("2026-11-02T00:05:00Z", "00:05:00", "2026-11-03T00:05:00Z"),
            ("2026-12-31T23:59:59Z", "00:00:00", "2027-01-01T00:00:00Z"),
            ("2028-02-28T12:00:00Z", "11:59:59", "2028-02-29T11:59:59Z"),
        ] {
            let found = daily(time.parse().unwrap(), now.parse().unwrap());
            assert_eq!(found, next.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }

    #[test]
    fn minutes_are_whole() {
        for (minutes, now, next) in [
            (1, "2026-11-02T00:00:00Z", "2026-11-02T00:01:00Z"),
            (1, "2026-11-02T00:00:59.999Z", "2026-11-02T00:01:00Z"),
            (15, "2026-11-02T23:45:00Z", "2026-11-03T00:00:00Z"),
            (0, "2026-11-02T00:00:30Z", "2026-11-02T00:01:00Z"),
        ] {
            assert_eq!(every(minutes, now.parse().unwrap()), next.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }

    #[test]
    fn each_job_has_a_name_of_its_own() {
        let mut names: Vec<&str> = JOBS.iter().map(Job::name).collect();
        let is_word =
            |name: &&str| name.len() <= 60 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(names.iter().all(is_word), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), JOBS.len());
    }
}
