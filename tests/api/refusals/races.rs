//! Two who write one row at the same moment, and a client that vanishes before its mutation is done.

use std::time::Duration;

use futures_util::future::join;
use sea_orm::sqlx::{self, PgConnection};
use serde_json::{Value, json};

use super::{Case, LATER, Stage, World, each};
use crate::support::Api;

/// Mutations that expect something of a row and change others: the second finds it as expected, and does nothing more.
const BESIDE: [&str; 3] = ["endUserSessions", "unlockUser", "resetUserOnboarding"];
const PATIENCE: Duration = Duration::from_secs(60);

/// When a row that stands in the way was last changed.
pub fn stamp(current: &Value) -> Option<&Value> {
    ["updatedAt", "lastUpdated"].into_iter().map(|field| &current[field]).find(|at| at.is_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_at_once_one_is_told_what_stands_there() {
    let stage = Stage::new().await;
    let is_raced = |case: &Case<'_>| case.takes("expectedUpdatedAt") && !BESIDE.contains(&case.name());
    let raced: Vec<_> = stage.mutations().into_iter().filter(is_raced).collect();
    assert!(raced.len() >= 30, "{} mutations say what they expect", raced.len());
    // Each of the two through a server of their own.
    let other = stage.api.beside().await;
    each(raced, async |case| {
        let world = case.world(case.name()).await;
        let mut input = world.input(case.template);
        input["expectedUpdatedAt"] = json!("2020-01-01T00:00:00Z");
        let late = case.ask(&world, &input).await;
        input["expectedUpdatedAt"] = stamp(&late.body["errors"][0]["extensions"]["current"]).unwrap().clone();
        let document = case.document("__typename");
        let ask = async |api: &Api| api.ask_with(Some(&world.who), &document, json!({ "input": input })).await;
        let (one, two) = join(ask(&stage.api), ask(&other)).await;
        let refused: Vec<_> = [&one, &two].into_iter().filter(|answer| answer.body.get("errors").is_some()).collect();
        assert_eq!(refused.len(), 1, "{}: {one:?}\n{two:?}", case.name());
        // What is gone cannot stand there.
        let codes = if case.name().starts_with("delete") { ["CONFLICT", "NOT_FOUND"] } else { ["CONFLICT"; 2] };
        assert!(codes.contains(&refused[0].code()), "{}: {:?}", case.name(), refused[0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_at_its_last_step_is_not_done_at_all() {
    let stage = Stage::new().await;
    // What comes after the answer is nobody's to give up.
    let cases = stage.mutations().into_iter().filter(|case| !LATER.contains(&case.name())).collect();
    each(cases, async |case| {
        let world = case.world(case.name()).await;
        let input = world.input(case.template);
        stage.tables.remember().await;
        // The activity is written last, so nobody gets past this.
        let mut blocker = stage.api.admin().await;
        let lock = "BEGIN; LOCK TABLE agent_memory IN ACCESS EXCLUSIVE MODE";
        sqlx::raw_sql(lock).execute(&mut blocker).await.unwrap();
        let is_done = given_up(case, &world, &input).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut blocker).await.unwrap();
        assert!(!is_done, "{} waits for its activity", case.name());
        stage.tables.are_unchanged(&format!("{}, which was given up", case.name())).await;
        let again = case.ask(&world, &input).await;
        assert_ne!(again.data()[case.name()], Value::Null, "{} works after that", case.name());
    })
    .await;
}

/// Asks, and goes away as soon as the database keeps it waiting; answers whether it was done before that.
async fn given_up(case: &Case<'_>, world: &World, input: &Value) -> bool {
    let mut watcher = case.stage.api.admin().await;
    let is_done = tokio::select! {
        _ = case.ask(world, input) => true,
        () = waits(&mut watcher, true) => false,
    };
    waits(&mut watcher, false).await;
    is_done
}

/// Returns when somebody waits for a lock, or nobody does.
async fn waits(watcher: &mut PgConnection, wanted: bool) {
    let sql = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
               AND datname = current_database())";
    let begun = std::time::Instant::now();
    while sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut *watcher).await.unwrap() != wanted {
        assert!(begun.elapsed() < PATIENCE, "somebody waits: {wanted}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
