//! Every field of every filter with each of its operators, alone and combined.

pub mod choices;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::choices::Choices;
use super::{
    Dice, Fixture,
    conditions::Condition,
    schema::{FilterField, Relation},
    ways::Way,
    world::{Row, compare, global_id, usual_order},
};

/// How many filters one document holds.
const TOGETHER: usize = 24;
/// How many combined filters each list is tried with.
const COMBINED: usize = 16;

#[tokio::test]
async fn every_filter_field_and_operator_passes_exactly_the_rows_that_it_should() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let choices = Choices::of(&fixture).await;
    let (mut covered, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for list in fixture.schema.connections() {
        for (index, way) in Way::to(&ways, &list.parent).into_iter().enumerate() {
            let way = fixture.few_parents(way, list).await;
            let mut filters = combined(&fixture, &choices, list);
            // The first list of a type is tried with every operand, further ones with one for each operator.
            if index == 0 && seen.insert(&list.target) {
                filters.extend(choices.every_test(&list.target));
                filters.extend(choices.every_relation(&list.target));
            } else if index == 0 {
                filters.extend(choices.every_operator(&list.target));
            }
            try_filters(&fixture, &way, list, &filters, &mut covered).await;
        }
    }
    // What has no list of its own is reached by a relation of something that has.
    for ty in fixture.schema.filtered_types() {
        if !fixture.schema.connections().any(|list| list.target == ty) {
            let (list, chain) = chain_to(&fixture, ty);
            let tests = choices.every_test(ty).into_iter().chain(choices.every_relation(ty));
            let filters: Vec<Condition> = tests.map(|test| through(&chain, test)).collect();
            for way in Way::to(&ways, &list.parent) {
                try_filters(&fixture, way, list, &filters, &mut covered).await;
            }
        }
    }
    let missing: Vec<_> = all_operators(&fixture).difference(&covered).cloned().collect();
    assert!(missing.is_empty(), "no filter was tried with {missing:#?}");
}

fn combined(fixture: &Fixture, choices: &Choices<'_>, list: &Relation) -> Vec<Condition> {
    let mut dice = Dice::of(&format!("filters of {} for {}", list.name(), fixture.people.len()));
    (0..COMBINED).map(|at| choices.combined(&list.target, 1 + at % 4, &mut dice)).collect()
}

async fn try_filters(
    fixture: &Fixture,
    way: &Way,
    list: &Relation,
    filters: &[Condition],
    covered: &mut BTreeSet<String>,
) {
    for filters in filters.chunks(TOGETHER) {
        try_together(fixture, way, list, filters).await;
        filters.iter().for_each(|filter| cover(&list.target, filter, covered));
    }
}

/// Asks for a list with some filters at once, one half of them as variables.
async fn try_together(fixture: &Fixture, way: &Way, list: &Relation, filters: &[Condition]) {
    let (mut declared, mut variables, mut fields) = (Vec::new(), Map::new(), Vec::new());
    for (at, filter) in filters.iter().enumerate() {
        let argument = if at % 2 == 0 {
            filter.literal()
        } else {
            declared.push(format!("$f{at}: {}Filter", list.target));
            variables.insert(format!("f{at}"), filter.json());
            format!("$f{at}")
        };
        fields.push(format!("a{at}: {}(first: 100, filter: {argument}) {{ nodes {{ id }}{} }}", list.field, count(at)));
    }
    let beginning = if declared.is_empty() { "{".to_owned() } else { format!("query({}) {{", declared.join(", ")) };
    let answer = fixture.ask_with(way, &fields.join(" "), &beginning, Value::Object(variables)).await;
    for object in way.ends(answer.data()) {
        let rows = whole_list(fixture, way, list, object);
        for (at, filter) in filters.iter().enumerate() {
            let passing = rows.iter().filter(|row| filter.passes(&fixture.world, fixture.viewer(way.who), row));
            let ids: Vec<String> = passing.map(|row| global_id(&list.target, row)).collect();
            let page = &object[format!("a{at}")];
            let name = || format!("{} by {way} with {}", list.name(), filter.literal());
            let nodes: Vec<&str> =
                page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
            assert_eq!(nodes, ids, "{}", name());
            assert!(count(at).is_empty() || page["totalCount"] == ids.len(), "totalCount of {}", name());
        }
    }
}

/// The rows of a list without a filter, in its usual order.
fn whole_list<'a>(fixture: &'a Fixture, way: &Way, list: &Relation, object: &Value) -> Vec<&'a Row> {
    let mut rows = fixture.world.related(fixture.viewer(way.who), list, fixture.parent(way, object));
    let order = usual_order(&list.target);
    rows.sort_by(|left, right| compare(left, right, &order));
    rows
}

/// A count passes through the same condition as the rows, so that some of them show for all.
fn count(at: usize) -> &'static str {
    if at.is_multiple_of(4) { " totalCount" } else { "" }
}

/// The shortest way from a list over relations of filters to a type without a list.
fn chain_to<'a>(fixture: &'a Fixture, ty: &str) -> (&'a Relation, Vec<&'a Relation>) {
    let mut chains: Vec<(&Relation, Vec<&Relation>)> =
        fixture.schema.connections().map(|list| (list, Vec::new())).collect();
    let mut next = 0;
    while let Some((list, chain)) = chains.get(next).cloned() {
        next += 1;
        let end = chain.last().unwrap_or(&list).target.clone();
        if end == ty {
            return (list, chain);
        }
        assert!(chain.len() < 4, "no filter leads to {ty}");
        for relation in fixture.schema.relations.iter().filter(|relation| relation.parent == end) {
            chains.push((list, chain.iter().copied().chain([relation]).collect()));
        }
    }
    panic!("no filter leads to {ty}")
}

fn through(chain: &[&Relation], inner: Condition) -> Condition {
    chain.iter().rev().fold(inner, |inner, relation| Condition::Related {
        relation: (*relation).clone(),
        some: true,
        inner: Box::new(inner),
    })
}

/// Notes what a filter tries.
fn cover(ty: &str, filter: &Condition, covered: &mut BTreeSet<String>) {
    let mut note = |what: &str| covered.insert(format!("{ty}Filter.{what}"));
    match filter {
        Condition::All(parts) => {
            note("and");
            parts.iter().for_each(|part| cover(ty, part, covered));
        }
        Condition::Any(parts) => {
            note("or");
            parts.iter().for_each(|part| cover(ty, part, covered));
        }
        Condition::Not(inner) => {
            note("not");
            cover(ty, inner, covered);
        }
        Condition::Fields(parts) => parts.iter().for_each(|part| cover(ty, part, covered)),
        Condition::Tests { field, tests, .. } => tests.iter().for_each(|test| {
            note(&format!("{field}.{}", test.operator));
        }),
        Condition::Related { relation, some, inner } => {
            note(&format!("{}.{}", relation.field, if *some { "some" } else { "none" }));
            cover(&relation.target, inner, covered);
        }
    }
}

/// All that filters offer.
fn all_operators(fixture: &Fixture) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for ty in fixture.schema.filtered_types() {
        for (name, field) in fixture.schema.filter(ty) {
            let names = match field {
                FilterField::Logic => vec![name],
                FilterField::Relation(_) => vec![format!("{name}.some"), format!("{name}.none")],
                FilterField::Operators(operators) => {
                    operators.iter().map(|(operator, _)| format!("{name}.{operator}")).collect()
                }
            };
            all.extend(names.into_iter().map(|name| format!("{ty}Filter.{name}")));
        }
    }
    all
}
