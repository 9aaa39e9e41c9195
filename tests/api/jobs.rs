//! What servers do by themselves: once, whichever of them does it, and again when it failed.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, sqlx};
use stackmotive::{
    access::{Mode, Scope},
    app::App,
    clock,
    database::transaction::Transaction,
    graphql::error::{Error, ErrorCode, Result},
    jobs::{Job, Queue, Regular, Run, Runner, daily, run_due},
};

use crate::support::Api;

/// Notes each time that it was done in a table that is there; takes long enough for others to come by. At six.
struct Count(&'static str);

static COUNT: Count = Count("count");
/// Fails after it has written, as often as this says.
struct Failing;
static FAILURES: AtomicU32 = AtomicU32::new(2);

#[async_trait]
impl Regular for Count {
    fn name(&self) -> &'static str {
        self.0
    }

    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        daily(NaiveTime::from_hms_opt(6, 0, 0).unwrap(), now)
    }

    async fn run(&self, transaction: &Transaction, _: DateTime<Utc>) -> Result<u64> {
        note(transaction, self.0).await?;
        transaction.execute_unprepared("SELECT pg_sleep(0.2)").await?;
        Ok(7)
    }
}

#[async_trait]
impl Regular for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }

    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        daily(NaiveTime::MIN, now)
    }

    async fn run(&self, transaction: &Transaction, _: DateTime<Utc>) -> Result<u64> {
        note(transaction, "failing").await?;
        let fails = FAILURES.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Err(Error::conflict("It was not to be.")) } else { Ok(1) }
    }
}

async fn note(transaction: &Transaction, what: &str) -> Result<()> {
    let sql = format!(
        "INSERT INTO rate_limits (bucket, empty_at, changed_at) VALUES ('{what} ' || gen_random_uuid(), now(), now())"
    );
    transaction.execute_unprepared(&sql).await?;
    Ok(())
}

async fn noted(api: &Api, what: &str) -> i64 {
    let sql = "SELECT count(*) FROM rate_limits WHERE bucket LIKE $1 || ' %'";
    sqlx::query_scalar(sql).bind(what).fetch_one(&mut api.admin().await).await.unwrap()
}

/// Every server looks several times at once; what each job came to, all together.
async fn looks(servers: &[Api], jobs: &[Job], now: DateTime<Utc>) -> Vec<Run> {
    let looks = (0..3).flat_map(|_| servers).map(|server| run_due(&server.app, jobs, now));
    join_all(looks).await.into_iter().flat_map(Result::unwrap).collect()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_daily_job_is_done_once_by_all_servers_together() {
    let api = Api::start().await;
    let servers = [api.clone(), api.beside().await, api.beside().await];
    let jobs = [Job::Regular(&COUNT)];
    let done = [Run { job: "count", done: 7, failure: None }];
    let nothing: [Run; 0] = [];
    for (now, runs) in [
        // A job that was never done is due at once.
        ("2026-11-02T12:00:00Z", &done[..]),
        ("2026-11-03T05:59:59Z", &nothing),
        ("2026-11-03T06:00:00Z", &done),
        ("2026-11-03T23:00:00Z", &nothing),
        // However many days nobody served, it is made up once.
        ("2026-12-24T18:00:00Z", &done),
        ("2026-12-25T05:00:00Z", &nothing),
        ("2026-12-25T06:00:01Z", &done),
    ] {
        assert_eq!(looks(&servers, &jobs, moment(now)).await, runs, "{now}");
    }
    assert_eq!(noted(&api, "count").await, 4);
    let row = "SELECT concat_ws(' ', name, due_at AT TIME ZONE 'UTC', ran_at AT TIME ZONE 'UTC') FROM jobs";
    let row: String = sqlx::query_scalar(row).fetch_one(&mut api.admin().await).await.unwrap();
    assert_eq!(row, "count 2026-12-26 06:00:00 2026-12-25 06:00:01");
}

#[tokio::test]
async fn a_job_that_fails_leaves_nothing_and_is_tried_again() {
    let api = Api::start().await;
    let jobs = [Job::Regular(&Failing), Job::Regular(&COUNT)];
    let now = moment("2026-11-02T12:00:00Z");
    let failed = Run { job: "failing", done: 0, failure: Some(ErrorCode::Conflict) };
    // It holds up no other.
    assert_eq!(run_due(&api.app, &jobs, now).await.unwrap(), [failed, Run { job: "count", done: 7, failure: None }]);
    assert_eq!(run_due(&api.app, &jobs, now + TimeDelta::seconds(10)).await.unwrap(), [failed]);
    assert_eq!(noted(&api, "failing").await, 0);
    let run = Run { job: "failing", done: 1, failure: None };
    assert_eq!(run_due(&api.app, &jobs, now + TimeDelta::seconds(20)).await.unwrap(), [run]);
    assert_eq!(run_due(&api.app, &jobs, now + TimeDelta::seconds(30)).await.unwrap(), []);
    assert_eq!(noted(&api, "failing").await, 1);
}

/// Takes rows of a table that is there, one at a time.
struct Taking;

#[async_trait]
impl Queue for Taking {
    fn name(&self) -> &'static str {
        "taking"
    }

    async fn next(&self, app: &std::sync::Arc<App>, _: DateTime<Utc>) -> Result<bool> {
        let transaction = Transaction::begin(&app.database.pool, &Scope::system(), Mode::Write).await?;
        let sql = "DELETE FROM rate_limits WHERE bucket = (
                SELECT bucket FROM rate_limits WHERE bucket LIKE 'piece %' ORDER BY bucket FOR UPDATE SKIP LOCKED LIMIT 1
            ) RETURNING pg_sleep(0.01)";
        let is_taken = transaction.execute_unprepared(sql).await?.rows_affected() == 1;
        if is_taken {
            note(&transaction, "taken").await?;
        }
        transaction.commit().await?;
        Ok(is_taken)
    }
}

#[tokio::test]
async fn pieces_of_a_queue_are_taken_by_one_server_each() {
    let api = Api::start().await;
    let servers = [api.clone(), api.beside().await];
    api.sql(
        "INSERT INTO rate_limits (bucket, empty_at, changed_at) SELECT 'piece ' || n, now(), now() \
         FROM generate_series(1, 50) n",
    )
    .await;
    let runs = looks(&servers, &[Job::Queue(&Taking)], clock::now()).await;
    assert!(runs.len() > 1 && runs.iter().all(|run| run.failure.is_none()), "{runs:?}");
    assert_eq!(runs.iter().map(|run| run.done).sum::<u64>(), 50);
    assert_eq!((noted(&api, "piece").await, noted(&api, "taken").await), (0, 50));
    assert_eq!(looks(&servers, &[Job::Queue(&Taking)], clock::now()).await, []);
}

#[tokio::test]
async fn a_claim_ends_with_the_connection_that_holds_it() {
    let api = Api::start().await;
    let (other, now) = (api.beside().await, moment("2026-11-02T12:00:00Z"));
    static SLOW: Count = Count("slow");
    let jobs = [Job::Regular(&SLOW)];
    api.sql(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'; \
             CREATE TRIGGER wait BEFORE INSERT ON rate_limits FOR EACH ROW EXECUTE FUNCTION wait()",
    )
    .await;
    let cut = async {
        let mut admin = api.admin().await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event = 'PgSleep'";
        while sqlx::query(cut).fetch_all(&mut admin).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (runs, ()) = tokio::join!(run_due(&api.app, &jobs, now), cut);
    assert_eq!(runs.unwrap(), [Run { job: "slow", done: 0, failure: Some(ErrorCode::Unavailable) }]);
    api.sql("DROP TRIGGER wait ON rate_limits").await;
    assert_eq!(run_due(&other.app, &jobs, now).await.unwrap(), [Run { job: "slow", done: 7, failure: None }]);
    assert_eq!(noted(&api, "slow").await, 1);
}

#[tokio::test]
async fn jobs_of_a_serving_process_begin_at_once_and_end_in_time() {
    let api = Api::start().await;
    let runner = Runner::start(api.app.clone());
    let ran = "SELECT count(*) FROM jobs WHERE ran_at IS NOT NULL";
    let mut admin = api.admin().await;
    while sqlx::query_scalar::<_, i64>(ran).fetch_one(&mut admin).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let began = std::time::Instant::now();
    runner.stop(Duration::from_secs(4)).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}
