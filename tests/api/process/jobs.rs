//! What the program does by itself, also when it is killed in the middle of it.

use std::time::Duration;

use nix::sys::signal::Signal;
use sea_orm::sqlx::{self, PgPool};

use super::{STOP_TIMEOUT, Server, database_in, folder, program_with};

/// Waits until a query finds something.
async fn until(pool: &PgPool, what: &str, query: &'static str) {
    let deadline = std::time::Instant::now() + STOP_TIMEOUT;
    while sqlx::query(query).fetch_all(pool).await.expect("asked").is_empty() {
        assert!(std::time::Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_run_that_was_killed_is_done_once_by_the_next_server() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    let pool = database_in(&data).await;
    // What runs next writes its activity so slowly that it is killed before it has committed.
    sqlx::raw_sql(
        "INSERT INTO jobs (name, due_at) VALUES ('slow', now() + interval '1 year');
         CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF EXISTS (SELECT FROM jobs WHERE name = ''slow'') THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END';
         ALTER FUNCTION slow() SECURITY DEFINER;
         CREATE TRIGGER slow BEFORE INSERT ON agent_memory FOR EACH ROW
             WHEN (NEW.session_id = 'system:rebalance_schedules') EXECUTE FUNCTION slow();
         UPDATE rebalance_schedule SET enabled = true, frequency = 'daily', next_scheduled_time = now() - interval '40 days'",
    )
    .execute(&pool)
    .await
    .expect("prepared");
    until(&pool, "a run under way", "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'").await;
    sqlx::query("DELETE FROM jobs WHERE name = 'slow'").execute(&pool).await.expect("deleted");
    server.stop(Signal::SIGKILL);
    pool.close().await;

    let server = Server::start(&mut program_with(&data));
    let pool = database_in(&data).await;
    let ran = "SELECT FROM agent_memory WHERE action = 'rebalance_schedule_run'";
    until(&pool, "the run of the next server", ran).await;
    // Another look would do it again, if it were still due.
    tokio::time::sleep(Duration::from_secs(11)).await;
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM agent_memory WHERE action = 'rebalance_schedule_run'")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(runs, 1);
    let next = "SELECT FROM rebalance_schedule WHERE next_scheduled_time > now()";
    assert_eq!(sqlx::query(next).fetch_all(&pool).await.expect("asked").len(), 1);
    pool.close().await;
    drop(server);
}

#[tokio::test]
async fn jobs_can_be_left_to_other_servers() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut command = program_with(&data);
    let _server = Server::start(command.args(["serve", "--no-jobs"]));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pool = database_in(&data).await;
    assert!(sqlx::query("SELECT FROM jobs").fetch_all(&pool).await.expect("asked").is_empty());
    pool.close().await;
}
