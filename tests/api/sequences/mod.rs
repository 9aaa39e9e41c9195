//! Random sequences of mutations, after which everything that has to hold still holds.
//!
//! The schema says which mutations there are, so a new one joins on its own; `invariants.sql` says what has to hold.

use std::collections::BTreeMap;

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row};
use stackmotive::config::Settings;
use uuid::Uuid;

use crate::{
    inputs::{Asker, number},
    support::Api,
};

/// How many mutations are asked for unless `STACKMOTIVE_SEQUENCES` says otherwise.
const MUTATIONS: u64 = 900;
/// How many people ask in turns; they meet in what they share.
const PEOPLE: u64 = 3;
/// After so many mutations it is looked whether everything holds.
const STRIDE: u64 = 60;

/// Mutations whose deed comes after the answer.
const LATER: [&str; 2] = ["requestEmailVerification", "requestPasswordReset"];

#[tokio::test]
async fn of_any_kind_leave_everything_true() {
    let count = number("STACKMOTIVE_SEQUENCES").unwrap_or(MUTATIONS);
    let seed = number("STACKMOTIVE_INPUTS_SEED").unwrap_or(1);
    let settings = Settings { budget_percent: 1_000_000, ..Settings::for_tests() };
    let api = Api::start_as(settings, |_| ()).await;
    let mut people = Vec::new();
    for stream in 0..PEOPLE {
        people.push(Asker::tame(&api, seed, stream).await);
    }
    // What the fixture writes by hand need not add up; what the server writes does.
    api.sql(include_str!("clear.sql")).await;
    assert_all_holds(&api, "at the beginning").await;

    let mut admin = api.admin().await;
    let mut done: BTreeMap<String, u64> = BTreeMap::new();
    for case in 0..count {
        let people_count = people.len();
        let asker = &mut people[usize::try_from(case).unwrap() % people_count];
        if case % 10 == 0 {
            asker.look_again().await;
        }
        let before = activities(&mut admin, asker.user_id()).await;
        let (name, document, is_done) = asker.mutate().await;
        let after = activities(&mut admin, asker.user_id()).await;
        if !LATER.contains(&name.as_str()) && !document.to_string().contains("dryRun") {
            assert_eq!(after - before, i64::from(is_done), "activities of {name}\n{document:#}");
        }
        *done.entry(name).or_default() += u64::from(is_done);
        if case % STRIDE == STRIDE - 1 {
            assert_all_holds(&api, &format!("after {case} mutations")).await;
        }
    }
    assert_all_holds(&api, "at the end").await;
    println!("{done:#?}");
    let reached = done.values().filter(|times| **times > 0).count();
    assert!(reached * 2 > done.len(), "only {reached} of {} mutations were ever done: {done:#?}", done.len());
}

/// Whatever doesn't hold stands in the message.
pub async fn assert_all_holds(api: &Api, moment: &str) {
    let sql = include_str!("invariants.sql");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut api.admin().await).await.unwrap();
    let broken: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(broken, Vec::<String>::new(), "{moment}");
}

async fn activities(admin: &mut PgConnection, user: Uuid) -> i64 {
    let sql = "SELECT count(*) FROM agent_memory WHERE user_id = $1";
    sqlx::query(sql).bind(user).fetch_one(admin).await.unwrap().get(0)
}
