//! Every mutation of the schema: done as it should be, by nobody, about rows of others, with every kind of wrong value in
//! every place, dry, late, twice at once, and given up at its last step. After every refusal all tables stand as before.
//!
//! The schema says which mutations and fields there are, so new ones join on their own; a new mutation needs its line in
//! `good.rs`. What exactly a mutation does is tried by the tests of its module.

mod good;
mod nulls;
mod races;
mod tables;
mod world;
mod wrong;

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use async_graphql::parser::types::FieldDefinition;
use futures_util::FutureExt;
use serde_json::{Value, json};
use stackmotive::config::Settings;

use crate::{
    inputs::places::{Schema, name},
    support::{Answer, Api, Somebody},
};
use good::Good;
use tables::Tables;
use world::World;
use wrong::{Expected, Wrong};

/// Mutations that need no sign-in.
const OPEN: [&str; 7] = [
    "register",
    "signIn",
    "refreshSession",
    "verifyEmail",
    "requestPasswordReset",
    "resetPassword",
    "confirmEmailChange",
];
/// Mutations whose deed comes after the answer, or not at all where nobody takes mail.
const LATER: [&str; 2] = ["requestEmailVerification", "requestPasswordReset"];

/// Texts that may be right and still not fit what stands there: a reason to leave a trade that is open, and another plan.
const UNFITTING: [&str; 2] = ["exitReason", "digest"];

/// What all of these tests stand on.
struct Stage {
    api: Api,
    schema: Schema,
    tables: Tables,
}

impl Stage {
    async fn new() -> Self {
        // What documents cost is tried elsewhere; here no budget is to end.
        let settings = Settings { budget_percent: 1_000_000, ..Settings::for_tests() };
        let api = Api::start_as(settings, |_| ()).await;
        let tables = Tables::of(&api).await;
        Self { api, schema: Schema::read(), tables }
    }

    /// The mutations with an input that is right, each of which the schema has.
    fn mutations(&self) -> Vec<Case<'_>> {
        let case = |(mutation, template, special): &'static Good| {
            let field = self.schema.fields("Mutation").into_iter().find(|field| field.name.node == *mutation);
            Case { stage: self, field: field.unwrap_or_else(|| panic!("no mutation {mutation}")), template, special }
        };
        good::good().map(case).collect()
    }

    async fn ask(&self, who: Option<&Somebody>, document: &str, input: &Value) -> Answer {
        self.tables.forget_attempts().await;
        self.api.ask_with(who, document, json!({ "input": input })).await
    }
}

/// Tries something with each of these, and tells of all with which it went wrong.
async fn each(cases: Vec<Case<'_>>, tried: impl AsyncFn(&Case<'_>)) {
    let mut wrong = Vec::new();
    for case in &cases {
        if AssertUnwindSafe(tried(case)).catch_unwind().await.is_err() {
            wrong.push(case.name().to_owned());
        }
    }
    assert!(wrong.is_empty(), "went wrong, as told above: {wrong:?}");
}

/// One mutation.
struct Case<'a> {
    stage: &'a Stage,
    field: FieldDefinition,
    template: &'static str,
    special: &'static [&'static str],
}

impl Case<'_> {
    fn name(&self) -> &str {
        &self.field.name.node
    }

    /// The type of its input, if it takes one.
    fn input_type(&self) -> Option<&str> {
        self.field.arguments.first().map(|argument| name(&argument.node.ty.node))
    }

    fn document(&self, selection: &str) -> String {
        match self.input_type() {
            Some(input) => {
                format!("mutation ($input: {input}!) {{ {}(input: $input) {{ {selection} }} }}", self.name())
            }
            None => format!("mutation {{ {} {{ {selection} }} }}", self.name()),
        }
    }

    /// Somebody new who may do it.
    async fn world(&self, name: &str) -> World {
        World::new(&self.stage.api, name, self.special).await
    }

    /// Whether its input has a field of this name.
    fn takes(&self, field: &str) -> bool {
        let input = self.input_type().and_then(|input| self.stage.schema.input(input));
        input.is_some_and(|input| input.fields.iter().any(|known| known.node.name.node == field))
    }

    /// Asks, as who needs no sign-in where that is not needed.
    async fn ask(&self, world: &World, input: &Value) -> Answer {
        let who = Some(&world.who).filter(|_| !OPEN.contains(&self.name()));
        self.stage.ask(who, &self.document("__typename"), input).await
    }

    /// That it answers with one of these codes, at this place, and that all tables stand as before.
    async fn is_refused(&self, answer: &Answer, codes: &[&str], path: &[String], what: &str) {
        self.is_told(answer, codes, path, what);
        self.stage.tables.are_unchanged(&format!("{} with {what}", self.name())).await;
    }

    /// That it answers with one of these codes, at this place.
    fn is_told(&self, answer: &Answer, codes: &[&str], path: &[String], what: &str) {
        let told = format!("{} with {what}: {:#}", self.name(), answer.body);
        let error = &answer.body["errors"][0];
        let code = error["extensions"]["code"].as_str().unwrap_or_else(|| panic!("not refused: {told}"));
        assert!(codes.contains(&code), "none of {codes:?}: {told}");
        assert_eq!(answer.body["data"].get(self.name()).unwrap_or(&Value::Null), &Value::Null, "{told}");
        if code == "INVALID" {
            let issues = error["extensions"]["issues"].as_array().unwrap_or_else(|| panic!("no issues: {told}"));
            let is_there = |issue: &Value| {
                let at: Vec<&str> = issue["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
                assert!(!issue["code"].as_str().unwrap().is_empty() && !issue["message"].as_str().unwrap().is_empty());
                at.len() >= path.len() && at.iter().zip(path).all(|(one, other)| one == other)
            };
            assert!(issues.iter().any(is_there), "nothing told of {path:?}: {told}");
        } else {
            assert_eq!(error["path"], json!([self.name()]), "{told}");
        }
    }
}

#[tokio::test]
async fn every_mutation_of_the_schema_has_an_input_that_is_right() {
    let schema = Schema::read();
    let mutations = schema.fields("Mutation").into_iter().map(|field| field.name.node.to_string());
    let mutations: BTreeSet<String> = mutations.collect();
    let listed: BTreeSet<String> = good::good().map(|(name, ..)| (*name).to_owned()).collect();
    let missing: Vec<_> = mutations.symmetric_difference(&listed).collect();
    assert!(missing.is_empty(), "give each mutation its line in tests/api/refusals/good.rs: {missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_values_in_every_place_are_told_with_it_and_change_nothing() {
    let stage = Stage::new().await;
    let (refused, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each(stage.mutations(), async |case| {
        let Some(input) = case.input_type() else { return };
        let mut number = 0;
        let mut world = case.world(&format!("{}-{number}", case.name())).await;
        let places = wrong::places(&stage.schema, input, &world.input(case.template));
        stage.tables.remember().await;
        for (at, Wrong { path, change, what, expected }) in places.iter().enumerate() {
            let answer = case.ask(&world, &change(&world.input(case.template))).await;
            if expected == &Expected::Anything && answer.body.get("errors").is_none() {
                // It was right after all, and done.
                (number, world) = (number + 1, case.world(&format!("{}-{}", case.name(), number + 1)).await);
                stage.tables.remember().await;
                accepted.fetch_add(1, Relaxed);
                continue;
            }
            // What columns are called shows whether it is right in the file alone.
            let path = if path[1..].first().is_some_and(|field| field == "mapping") { &path[..1] } else { path };
            let codes: &[&str] = match expected {
                // A wrong password or token may be told as such.
                _ if OPEN.contains(&case.name()) => &["INVALID", "UNAUTHENTICATED"],
                Expected::Anything if path.last().is_some_and(|last| UNFITTING.contains(&last.as_str())) => {
                    &["INVALID", "CONFLICT"]
                }
                Expected::Anything | Expected::Refused => &["INVALID"],
            };
            case.is_told(&answer, codes, path, what);
            refused.fetch_add(1, Relaxed);
            // All that is never right in one place is looked at together.
            let is_next = |next: &Wrong| next.path == places[at].path && next.expected == Expected::Refused;
            if expected == &Expected::Anything || !places.get(at + 1).is_some_and(is_next) {
                stage.tables.are_unchanged(&format!("{} with wrong values at {path:?}", case.name())).await;
            }
        }
    })
    .await;
    let (refused, accepted) = (refused.into_inner(), accepted.into_inner());
    println!("{refused} wrong values were refused, {accepted} were none");
    assert!(refused > 2_000 && accepted * 10 < refused, "{refused} refused, {accepted} accepted");
}

#[tokio::test]
async fn nobody_and_somebody_else_change_nothing() {
    let stage = Stage::new().await;
    let eve = World::new(&stage.api, "eve", &[]).await;
    each(stage.mutations(), async |case| {
        let world = case.world(case.name()).await;
        let good = world.input(case.template);
        stage.tables.remember().await;
        if !OPEN.contains(&case.name()) {
            let answer = stage.ask(None, &case.document("__typename"), &good).await;
            case.is_refused(&answer, &["UNAUTHENTICATED"], &[], "nobody asking").await;
        }
        if case.special.contains(&"admin") {
            let answer = stage.ask(Some(&eve.who), &case.document("__typename"), &good).await;
            case.is_refused(&answer, &["FORBIDDEN"], &[], "somebody who is no administrator").await;
        }
        let Some(input) = case.input_type() else { return };
        for place in wrong::ids(&stage.schema, input, &good) {
            let nobodys = format!("{}_018f3c1e-0000-7000-8000-000000000000", place.prefix);
            let of_eve = eve.row(&place.prefix).filter(|_| !case.special.contains(&"admin"));
            for (id, whose) in of_eve.map(|id| (id.clone(), "Eve's")).into_iter().chain([(nobodys, "nobody's")]) {
                let answer = case.ask(&world, &place.with(&good, &id)).await;
                let what = format!("{whose} {id}");
                case.is_refused(&answer, &["NOT_FOUND", "INVALID"], &place.path, &what).await;
                if answer.code() == "INVALID" {
                    assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["code"], "NOT_FOUND", "{what}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_right_is_done_and_a_dry_run_only_tells() {
    let stage = Stage::new().await;
    let dry = AtomicUsize::new(0);
    each(stage.mutations(), async |case| {
        let world = case.world(case.name()).await;
        let mut good = world.input(case.template);
        stage.tables.remember().await;
        if case.takes("dryRun") {
            good["dryRun"] = json!(true);
            let answer = case.ask(&world, &good).await;
            assert_ne!(answer.data()[case.name()], Value::Null, "{} as a dry run", case.name());
            stage.tables.are_unchanged(&format!("{} as a dry run", case.name())).await;
            good["dryRun"] = json!(false);
            dry.fetch_add(1, Relaxed);
        }
        let answer = case.ask(&world, &good).await;
        assert_ne!(answer.data()[case.name()], Value::Null, "{}", case.name());
        if !LATER.contains(&case.name()) {
            assert!(!stage.tables.changed().await.is_empty(), "{} changed nothing", case.name());
        }
    })
    .await;
    assert!(dry.into_inner() >= 15, "mutations that can be tried dry");
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_told_and_stays() {
    let stage = Stage::new().await;
    let late = stage.mutations().into_iter().filter(|case| case.takes("expectedUpdatedAt")).collect();
    each(late, async |case| {
        let world = case.world(case.name()).await;
        stage.tables.remember().await;
        let mut late = world.input(case.template);
        late["expectedUpdatedAt"] = json!("2020-01-01T00:00:00Z");
        let answer = case.ask(&world, &late).await;
        case.is_refused(&answer, &["CONFLICT"], &[], "an old updatedAt").await;
        let current = &answer.body["errors"][0]["extensions"]["current"];
        assert!(races::stamp(current).is_some(), "{} tells when: {current}", case.name());
    })
    .await;
}
