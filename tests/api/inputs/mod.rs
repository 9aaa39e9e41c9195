//! Every mutation and every field with arguments, asked with values made up at random.
//!
//! The schema says what there is to ask, so new fields and input types join on their own. Whatever is sent, the server
//! answers, and tells no more than one of its codes: no panic, no status of 500, no INTERNAL.
//! `docs/fuzzing.md` tells how to run this for longer.

pub mod chance;
pub mod places;
mod values;

use std::{env, time::Instant};

use axum::{body::Body, http::Request};
use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use serde_json::Value;
use stackmotive::{
    config::Settings,
    graphql::{id, node::TARGETS},
};
use uuid::Uuid;

use crate::support::{Api, Somebody, hash};
use chance::Chance;
use places::{Place, Schema};
use values::Values;

/// How many cases there are unless `STACKMOTIVE_INPUTS` says otherwise.
const CASES: u64 = 400;
/// How many people ask at the same time.
const STREAMS: u64 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_any_kind_are_answered_with_a_code_and_never_with_a_fault() {
    let cases = number("STACKMOTIVE_INPUTS").unwrap_or(CASES);
    let seed = number("STACKMOTIVE_INPUTS_SEED").unwrap_or(1);
    // What documents cost is tried elsewhere; here no budget is to end.
    let settings = Settings { budget_percent: 1_000_000, ..Settings::for_tests() };
    let (begin, api) = (Instant::now(), Api::start_as(settings, |_| ()).await);
    let mut streams = tokio::task::JoinSet::new();
    for stream in 0..STREAMS {
        let asker = Asker::new(&api, seed, stream).await;
        streams.spawn(asker.ask(cases / STREAMS));
    }
    let counts = streams.join_all().await;
    let (asked, well) = counts.iter().fold((0, 0), |(asked, well), count| (asked + count.0, well + count.1));
    println!("{asked} inputs, {well} of them without an error, in {:?}", begin.elapsed());
    assert!(well * 10 > asked, "only {well} of {asked} inputs were right, so hardly anything was reached");
}

/// Somebody with a row of each table, who asks.
pub struct Asker {
    api: Api,
    who: Somebody,
    schema: Schema,
    values: Values,
    chance: Chance,
}

/// How many values in a hundred are at the edge here.
const WILD: usize = 20;

impl Asker {
    async fn new(api: &Api, seed: u64, stream: u64) -> Self {
        let api = api.clone();
        let who = api.somebody(&format!("asker{stream}")).await;
        api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &who.id.to_string())).await;
        api.sql(&format!("UPDATE users SET is_admin = true WHERE id = '{}'", who.id)).await;
        let values = Values { ids: ids(&api).await, wild: WILD };
        Self { api, who, schema: Schema::read(), values, chance: Chance::new(seed, stream) }
    }

    /// Somebody who asks for mutations with values that are mostly right, about rows that are there by now.
    pub async fn tame(api: &Api, seed: u64, stream: u64) -> Self {
        let mut asker = Self::new(api, seed, stream).await;
        asker.values.wild = 2;
        asker
    }

    pub fn user_id(&self) -> Uuid {
        self.who.id
    }

    /// Looks which rows there are now.
    pub async fn look_again(&mut self) {
        self.values.ids = ids(&self.api).await;
    }

    /// Asks for one mutation; answers its name, its document, and whether it was done.
    pub async fn mutate(&mut self) -> (String, Value, bool) {
        let places = self.schema.places();
        let mutations: Vec<&Place> =
            places.iter().filter(|place| place.is_mutation() && !place.takes_secrets(&self.schema)).collect();
        let place = *self.chance.pick(&mutations);
        let document = self.document(place);
        let name = place.field.name.node.to_string();
        let is_done = self.try_one(document.clone()).await;
        (name, document, is_done)
    }

    /// How many cases were asked, and how many had no error.
    async fn ask(mut self, cases: u64) -> (u64, u64) {
        let places = self.schema.places();
        let mut well = 0;
        for case in 0..cases {
            // Every place gets its turn; the streams begin at different ones.
            let place = &places[usize::try_from(case * 7 + self.chance.stream * 13).unwrap() % places.len()];
            let document = self.document(place);
            if self.try_one(document).await {
                well += 1;
            }
        }
        (cases, well)
    }

    fn document(&mut self, place: &Place) -> Value {
        let arguments = self.values.arguments(&self.schema, place, &mut self.chance);
        let query = place.document(&self.schema, &arguments);
        let variables: serde_json::Map<_, _> = arguments
            .iter()
            .filter(|argument| argument.literal.is_none())
            .map(|argument| (argument.name.clone(), argument.value.clone()))
            .collect();
        serde_json::json!({ "query": query, "variables": variables })
    }

    /// Whether it was answered without an error.
    async fn try_one(&mut self, document: Value) -> bool {
        let request = Request::post("/graphql").header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.who.token));
        let answer = self.api.send(request.body(Body::from(document.to_string())).unwrap()).await;
        let shown = || format!("{:.4000}\nasked by\n{document:#}", answer.text);
        assert!([200, 400, 413, 429].contains(&answer.status), "status {}\n{}", answer.status, shown());
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        assert!(answer.body.get("data").is_some() || !errors.is_empty(), "{}", shown());
        let mut is_known = true;
        for error in &errors {
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            assert!(self.schema.codes.iter().any(|known| known == code), "code {code:?}\n{}", shown());
            assert!(!["INTERNAL", "UNAVAILABLE"].contains(&code), "code {code}\n{}", shown());
            is_known &= code != "UNAUTHENTICATED";
        }
        if !is_known {
            self.sign_in_again().await;
        }
        errors.is_empty()
    }

    /// Some mutations end the session that asks.
    async fn sign_in_again(&mut self) {
        self.who.token = format!("token of {} {}", self.who.email, Uuid::now_v7());
        let session = format!(
            "UPDATE users SET is_active = true, is_admin = true, locked_until = NULL WHERE id = '{0}';
             INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at)
             VALUES (gen_random_uuid(), '{0}', '{1}', now() + interval '30 days', now() + interval '15 minutes')",
            self.who.id,
            hash(&self.who.token)
        );
        self.api.sql(&session).await;
    }
}

/// Ids of rows of every type, those of others among them.
async fn ids(api: &Api) -> Vec<String> {
    let mut admin = api.admin().await;
    let mut ids = Vec::new();
    for table in TARGETS.iter().map(|target| target.table()) {
        let from = if table.sql == "people" { "users" } else { table.sql };
        let sql = format!("SELECT id FROM {from} LIMIT 20");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut admin).await.unwrap();
        ids.extend(rows.iter().map(|row| id::text(table.prefix, row.get("id"))));
    }
    ids
}

/// What a variable of the environment says, for longer runs.
pub fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().expect("a number"))
}
