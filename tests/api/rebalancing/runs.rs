//! Schedules that are due are run: once by all servers together, and honestly.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::{Value, json};
use stackmotive::{
    clock,
    jobs::{JOBS, Job, Run, run_due},
};

use super::{aims, portfolio};
use crate::{
    portfolio::checker,
    support::{Api, Somebody},
};

const HOLDINGS: [(&str, &str, &str, &str, &str); 2] =
    [("VTI", "EQUITY", "70", "50", "100"), ("BND", "BOND", "30", "90", "100")];

/// The job alone.
fn schedules() -> Vec<Job> {
    JOBS.iter().filter(|job| job.name() == "rebalance_schedules").copied().collect()
}

/// A schedule of every day at this time in UTC, with more of its columns.
async fn daily(api: &Api, who: &Somebody, due: DateTime<Utc>, more: &str) {
    let id = who.id;
    api.sql(&format!(
        "INSERT INTO rebalance_schedule (user_id, frequency, time_of_day, exclude_weekends, next_scheduled_time) \
         VALUES ('{id}', 'daily', '{}', false, '{due}'); UPDATE rebalance_schedule SET user_id = user_id {more} WHERE user_id = '{id}'",
        due.time()
    ))
    .await;
}

async fn run(api: &Api, now: DateTime<Utc>) -> Vec<Run> {
    let runs = run_due(&api.app, &schedules(), now).await.unwrap();
    assert_eq!(checker::differences(api).await, Vec::<String>::new());
    runs
}

fn done(pieces: u64) -> Vec<Run> {
    vec![Run { job: "rebalance_schedules", done: pieces, failure: None }]
}

async fn schedule(api: &Api, who: &Somebody) -> Value {
    let document = "{ viewer { rebalanceSchedule { lastRebalanceTime nextScheduledTime executions { nodes {
        executionType vaultId tradesExecuted completedSuccessfully errorMessage } } } } }";
    api.ask(Some(who), document).await.data()["viewer"]["rebalanceSchedule"].clone()
}

/// What is on record, such as `main SCHEDULED 2 trades`, newest first.
fn record(schedule: &Value) -> Vec<String> {
    let nodes = schedule["executions"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |node: &Value| {
        assert_eq!(node["completedSuccessfully"], node["errorMessage"].is_null());
        let what = if node["completedSuccessfully"] == true {
            format!("{} trades", node["tradesExecuted"])
        } else {
            text(&node["errorMessage"])
        };
        format!("{} {} {what}", text(&node["vaultId"]), text(&node["executionType"]))
    };
    nodes.iter().map(line).collect()
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// Today at nine, and what the next run is after a run at this moment.
fn nine() -> DateTime<Utc> {
    (clock::now() - TimeDelta::days(1)).date_naive().and_hms_opt(9, 0, 0).unwrap().and_utc()
}

#[tokio::test]
async fn a_schedule_that_is_due_is_run_once_by_all_servers() {
    let api = Api::start().await;
    let servers = [api.clone(), api.beside().await, api.beside().await];
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    for who in [&ada, &bob] {
        aims(&api, who, ["0", "60", "40", "0"]).await;
        portfolio(&api, who, "main", "0", &HOLDINGS).await;
        portfolio(&api, who, "second", "0", &HOLDINGS).await;
        daily(&api, who, nine(), "").await;
    }
    assert_eq!(run(&api, nine() - TimeDelta::seconds(1)).await, []);
    let jobs = schedules();
    let looks = (0..3).flat_map(|_| &servers).map(|server| run_due(&server.app, &jobs, nine()));
    let runs: Vec<Run> = join_all(looks).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(runs.iter().map(|run| run.done).sum::<u64>(), 2, "{runs:?}");
    for who in [&ada, &bob] {
        let found = schedule(&api, who).await;
        let mut lines = record(&found);
        lines.sort();
        assert_eq!(lines, ["main SCHEDULED 2 trades", "second SCHEDULED 2 trades"]);
        assert_eq!(time(&found["lastRebalanceTime"]), Some(nine()));
        assert_eq!(time(&found["nextScheduledTime"]), Some(nine() + TimeDelta::days(1)));
        let activities = "{ viewer { activities(first: 1) { nodes { action sessionId context } } } }";
        let answer = api.ask(Some(who), activities).await;
        let activity = json!({
            "action": "rebalance_schedule_run", "sessionId": "system:rebalance_schedules",
            "context": "The rebalancing schedule ran: 2 portfolios done on paper, 0 portfolios not possible."
        });
        assert_eq!(answer.data()["viewer"]["activities"]["nodes"][0], activity);
    }
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    // However long all servers stood still, there is one run, and then the next one.
    let later = nine() + TimeDelta::days(40) + TimeDelta::hours(3);
    assert_eq!(run(&api, later).await, done(2));
    assert_eq!(time(&schedule(&api, &ada).await["nextScheduledTime"]), Some(nine() + TimeDelta::days(41)));
    assert_eq!(run(&api, later + TimeDelta::hours(1)).await, []);
}

#[tokio::test]
async fn what_is_not_due_is_left_alone() {
    let api = Api::start().await;
    for (name, more) in [
        ("resting", ", enabled = false"),
        ("manual", ", frequency = 'manual', next_scheduled_time = NULL"),
        (
            "closed",
            "; UPDATE users SET is_active = false WHERE email = 'closed@example.com'; UPDATE rebalance_schedule SET enabled = enabled",
        ),
    ] {
        let who = api.somebody(name).await;
        aims(&api, &who, ["0", "60", "40", "0"]).await;
        portfolio(&api, &who, "main", "0", &HOLDINGS).await;
        daily(&api, &who, nine(), "").await;
        api.sql(&format!("UPDATE rebalance_schedule SET user_id = user_id {more} WHERE user_id = '{}'", who.id)).await;
    }
    let before = api.picture().await;
    assert_eq!(run(&api, nine() + TimeDelta::hours(1)).await, []);
    assert_eq!(api.picture().await, before);
}

#[tokio::test]
async fn a_run_within_thresholds_does_nothing_and_moves_on() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, ["0", "66", "34", "0"]).await;
    portfolio(&api, &ada, "main", "0", &HOLDINGS).await;
    daily(&api, &ada, nine(), "").await;
    assert_eq!(run(&api, nine()).await, done(1));
    let found = schedule(&api, &ada).await;
    assert_eq!((record(&found), time(&found["lastRebalanceTime"])), (vec![], None));
    assert_eq!(time(&found["nextScheduledTime"]), Some(nine() + TimeDelta::days(1)));
    // Unless it is to bring everything back whatever the drift.
    api.sql("UPDATE rebalance_schedule SET only_if_thresholds_exceeded = false").await;
    assert_eq!(run(&api, nine() + TimeDelta::days(1)).await, done(1));
    let found = schedule(&api, &ada).await;
    assert_eq!(record(&found), ["main SCHEDULED 2 trades"]);
    assert_eq!(time(&found["lastRebalanceTime"]), Some(nine() + TimeDelta::days(1)));
}

#[tokio::test]
async fn what_fails_is_on_record_and_holds_up_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, ["0", "60", "40", "0"]).await;
    portfolio(&api, &ada, "a good one", "0", &HOLDINGS).await;
    // It has nothing to buy of bonds.
    portfolio(&api, &ada, "b lopsided", "0", &HOLDINGS[..1]).await;
    portfolio(&api, &ada, "c empty", "0", &[]).await;
    let feed = "mutation { createPosition(input: { symbol: \"VTI\", account: \"d fed\", quantity: 1, avgPrice: 1, currency: \"USD\" }) { position { id } } }";
    api.ask(Some(&ada), feed).await.data();
    daily(&api, &ada, nine(), "").await;
    assert_eq!(run(&api, nine()).await, done(1));
    let found = schedule(&api, &ada).await;
    let mut lines = record(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "a good one SCHEDULED 2 trades",
            "b lopsided SCHEDULED A class would stay 40 percentage points off, beyond its threshold, and a partial plan is \
             not allowed: something below its target has nothing that can be bought.",
            "d fed SCHEDULED Positions at a broker feed this portfolio, and the broker is the truth there: trade with the \
             broker, and import again.",
        ]
    );
    // It succeeds when nothing fails.
    assert_eq!(time(&found["lastRebalanceTime"]), None);
    assert_eq!(time(&found["nextScheduledTime"]), Some(nine() + TimeDelta::days(1)));
}

#[tokio::test]
async fn what_a_broker_has_to_do_is_no_failure_of_a_run() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, ["0", "60", "40", "0"]).await;
    let feed = "mutation { createPosition(input: { symbol: \"VTI\", account: \"fed\", quantity: 1, avgPrice: 1, currency: \"USD\" }) { position { id } } }";
    api.ask(Some(&ada), feed).await.data();
    daily(&api, &ada, nine(), "").await;
    // Nothing was carried out, so nothing succeeded.
    assert_eq!(run(&api, nine()).await, done(1));
    assert_eq!(time(&schedule(&api, &ada).await["lastRebalanceTime"]), None);
    portfolio(&api, &ada, "main", "0", &HOLDINGS).await;
    assert_eq!(run(&api, nine() + TimeDelta::days(1)).await, done(1));
    let found = schedule(&api, &ada).await;
    assert_eq!(record(&found).iter().filter(|line| line.starts_with("fed SCHEDULED Positions")).count(), 2);
    assert_eq!(time(&found["lastRebalanceTime"]), Some(nine() + TimeDelta::days(1)));
}

#[tokio::test]
async fn a_fortnight_counts_from_a_run_that_had_nothing_to_do() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let more = format!(
        ", frequency = 'biweekly', day_of_week = {}",
        chrono::Datelike::weekday(&nine()).num_days_from_monday()
    );
    daily(&api, &ada, nine(), &more).await;
    assert_eq!(run(&api, nine()).await, done(1));
    let in_a_fortnight = Some(nine() + TimeDelta::days(14));
    assert_eq!(time(&schedule(&api, &ada).await["nextScheduledTime"]), in_a_fortnight);
    // And it does so still when something else of the schedule is changed.
    let change = "mutation { setRebalanceSchedule(input: { threshold: \"7\" }) { rebalanceSchedule { lastRunTime lastRebalanceTime nextScheduledTime } } }";
    let answer = api.ask(Some(&ada), change).await;
    let changed = &answer.data()["setRebalanceSchedule"]["rebalanceSchedule"];
    let times = ["lastRunTime", "lastRebalanceTime", "nextScheduledTime"].map(|field| time(&changed[field]));
    assert_eq!(times, [Some(nine()), None, in_a_fortnight]);
}

#[tokio::test]
async fn a_server_that_is_cut_off_leaves_the_run_to_another() {
    let api = Api::start().await;
    let (other, ada) = (api.beside().await, api.somebody("ada").await);
    aims(&api, &ada, ["0", "60", "40", "0"]).await;
    portfolio(&api, &ada, "main", "0", &HOLDINGS).await;
    daily(&api, &ada, nine(), "").await;
    api.sql(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'; \
             CREATE TRIGGER wait BEFORE INSERT ON rebalance_execution FOR EACH ROW EXECUTE FUNCTION wait()",
    )
    .await;
    let before = api.picture().await;
    let jobs = schedules();
    let cut = async {
        let mut admin = api.admin().await;
        let at_it = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        let pid: i32 = loop {
            if let Some(pid) = sqlx::query_scalar(at_it).fetch_optional(&mut admin).await.unwrap() {
                break pid;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        // While one is at it, another goes by.
        assert_eq!(run_due(&other.app, &jobs, nine()).await.unwrap(), []);
        let end = format!("SELECT pg_terminate_backend({pid})");
        sqlx::query(AssertSqlSafe(end)).execute(&mut admin).await.unwrap();
    };
    let (runs, ()) = tokio::join!(run_due(&api.app, &jobs, nine()), cut);
    let run = runs.unwrap()[0];
    assert!(run.done == 0 && run.failure.is_some(), "{run:?}");
    assert_eq!(api.picture().await, before);
    api.sql("DROP TRIGGER wait ON rebalance_execution").await;
    assert_eq!(run_due(&other.app, &jobs, nine()).await.unwrap(), done(1));
    assert_eq!(record(&schedule(&api, &ada).await), ["main SCHEDULED 2 trades"]);
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}
