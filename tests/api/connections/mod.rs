//! Every connection and relation of the schema against a reference in memory.
//!
//! The schema says what there is to try: the test reads it by introspection, so that a new list, column, operator or
//! order joins by itself, or the test fails and names it. The reference is worked out from the rows as the owner of the
//! tables reads them, with rules of its own about who sees what, and shares no code with the server.
//!
//! A new relation needs a line in `relations.tsv`, a new table its keys in `data/keys.rs` and its rule in `world.rs`.

mod ahead;
mod conditions;
mod data;
mod filters;
mod orders;
mod refusals;
mod relations;
mod schema;
mod statements;
mod totals;
mod values;
mod ways;
mod world;
mod zeros;

use std::cmp::Reverse;

use serde_json::Value;
use stackmotive::budget::Budgets;

use self::{
    data::{ADA, ROOT},
    schema::{Relation, Schema},
    ways::{Way, Who},
    world::{Row, World},
};
use crate::support::{Answer, Api, Somebody};

/// What the budgets of the tests are, in percent of a person's.
const BUDGET_PERCENT: u32 = 100_000_000;

/// A server over known rows, and what there is to know about them.
struct Fixture {
    api: Api,
    schema: Schema,
    world: World,
    people: Vec<Somebody>,
}

impl Fixture {
    async fn make() -> Self {
        // Every list is asked for in whole, which no budget of a person's allows.
        let api = Api::start_with(|app| app.budgets = Budgets::new(BUDGET_PERCENT)).await;
        let mut owner = api.admin().await;
        let people = data::fill(&mut owner).await;
        let world = World::read(&mut owner).await;
        let schema = Schema::read(&api).await;
        schema.compare_relations(&world);
        Self { api, schema, world, people }
    }

    fn somebody(&self, who: Who) -> &Somebody {
        match who {
            Who::Ada => &self.people[ADA],
            Who::Admin => &self.people[ROOT],
        }
    }

    fn viewer(&self, who: Who) -> &Row {
        self.world.row("users", &self.somebody(who).id.to_string())
    }

    /// Asks for fields of every object at the end of a way.
    async fn ask(&self, way: &Way, fields: &str) -> Answer {
        self.ask_with(way, fields, "{", Value::Null).await
    }

    /// The same in a document that begins with fragments, or with the variables' declarations.
    async fn ask_with(&self, way: &Way, fields: &str, beginning: &str, variables: Value) -> Answer {
        let query = format!("{beginning} {} }}", way.wrap(fields));
        self.api.ask_with(Some(self.somebody(way.who)), &query, variables).await
    }

    /// The way to a few parents of a list: those with the most rows, and one with the fewest.
    async fn few_parents(&self, way: &Way, list: &Relation) -> Way {
        let parents = self.parents_by_rows(way, list).await;
        let few = parents.iter().take(2).chain(parents.iter().skip(2).last());
        way.only(few.filter_map(|(id, _)| id.clone()).collect())
    }

    /// The ids of the objects at a way's end with how many rows a relation has there, the most first.
    async fn parents_by_rows(&self, way: &Way, relation: &Relation) -> Vec<(Option<String>, usize)> {
        let answer = self.ask(way, "__typename").await;
        let rows = |object: &Value| {
            let parent = self.parent(way, object);
            self.world.related(self.viewer(way.who), relation, parent).len()
        };
        let id = |object: &Value| object.get("id").and_then(Value::as_str).map(str::to_owned);
        let ends = way.ends(answer.data()).into_iter();
        let mut parents: Vec<_> = ends.map(|object| (id(object), rows(object))).collect();
        parents.sort_by_key(|(_, rows)| Reverse(*rows));
        parents
    }

    /// The row behind an object of a way's end; none for the root and what hangs off it without an id.
    fn parent(&self, way: &Way, object: &Value) -> Option<&Row> {
        let id = object.get("id")?.as_str().unwrap();
        Some(self.world.row_of(&way.end, id))
    }
}

/// A small generator of choices: the same for the same name, on every machine.
struct Dice(u64);

impl Dice {
    fn of(name: &str) -> Self {
        Self(
            name.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        )
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % bound as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
