//! What documents cost, as a table; and that nothing in the schema is without a price.

use async_graphql::{
    Variables,
    parser::{
        parse_query,
        types::{FieldDefinition, TypeKind},
    },
};
use serde_json::json;

use super::{
    Estimate,
    fields::{Kind, SCHEMA},
    prices,
};
use crate::graphql::definitions::{TYPES, named};

fn estimate_with(document: &str, variables: serde_json::Value) -> Estimate {
    let parsed = parse_query(document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let operation = parsed.operations.iter().next().expect("an operation").1;
    Estimate::of(&parsed, &operation.node, &Variables::from_json(variables))
}

fn cost(document: &str) -> u64 {
    estimate_with(document, json!({})).requested
}

#[test]
fn a_point_is_a_row_and_a_list_is_one_more() {
    for (document, expected) in [
        ("{ serverInfo { version } }", 1),
        ("{ __typename }", 1),
        ("{ onboardingSteps { name } }", 1),
        ("{ viewer { id email tier } }", 1),
        ("{ viewer { onboarding { id } preferences { id } } }", 3),
        ("{ viewer { portfolios { nodes { id } } } }", 27),
        ("{ viewer { portfolios { edges { cursor node { id } } } } }", 27),
        ("{ viewer { portfolios { nodes { id } edges { node { id } } } } }", 27),
        ("{ viewer { portfolios { pageInfo { hasNextPage } } } }", 27),
        ("{ viewer { portfolios { totalCount } } }", 2),
        ("{ viewer { portfolios { __typename } } }", 1),
        ("{ viewer { portfolios { totalCount nodes { id } } } }", 28),
        ("{ viewer { portfolios(first: 10) { nodes { holdings(first: 5) { totalCount nodes { id } } } } } }", 82),
        ("{ viewer { portfolios(first: 10) { edges { node { holdings(first: 5) { nodes { id } } } } } } }", 72),
        ("{ viewer { journalEntries(last: 3) { nodes { tradeLog { analysis { id } } } } } }", 11),
        ("{ publicWatchlists(first: 2) { nodes { id } } }", 3),
        ("{ viewer { activityStatistics { total byDay { count } } } }", 2),
        ("subscription { viewerChanges { kind } }", 1),
        ("subscription { viewerChanges { node { id ... on Watchlist { items(first: 5) { nodes { id } } } } } }", 7),
        ("{ admin { users(first: 2) { nodes { portfolios(first: 3) { nodes { id } } } } } }", 11),
    ] {
        assert_eq!(cost(document), expected, "{document}");
    }
}

#[test]
fn a_page_counts_as_large_as_it_may_be() {
    for (arguments, rows) in [
        ("(first: 0)", 0),
        ("(first: 100)", 100),
        ("(last: 7)", 7),
        ("(first: null)", 25),
        // Whatever the executor refuses counts as the largest page.
        ("(first: 101)", 100),
        ("(first: -1)", 100),
        ("(first: 99999999999999999999)", 100),
        ("(first: \"5\")", 100),
        ("(first: 5.0)", 100),
        ("(first: 5, last: 6)", 6),
    ] {
        let document = format!("{{ viewer {{ portfolios{arguments} {{ nodes {{ id }} }} }} }}");
        assert_eq!(cost(&document), 2 + rows, "{document}");
    }
}

#[test]
fn variables_are_looked_up() {
    let document = "query ($first: Int) { viewer { portfolios(first: $first) { nodes { id } } } }";
    for (variables, rows) in [
        (json!({ "first": 3 }), 3),
        (json!({ "first": null }), 25),
        (json!({}), 25),
        (json!({ "first": "3" }), 100),
        (json!({ "first": 3.5 }), 100),
        (json!({ "first": [3] }), 100),
        (json!({ "first": 1000 }), 100),
    ] {
        assert_eq!(estimate_with(document, variables.clone()).requested, 2 + rows, "{variables}");
    }
}

#[test]
fn what_is_skipped_or_asked_of_relations_costs_too() {
    for (arguments, more) in [
        ("offset: 0", 0),
        ("offset: 1", 1),
        ("offset: 100", 1),
        ("offset: 10000", 100),
        ("offset: 10001", 100),
        ("offset: -1", 100),
        ("offset: true", 100),
        ("filter: { vaultId: { eq: \"x\" } }", 0),
        ("filter: { holdings: { some: { symbol: { eq: \"x\" } } } }", 1),
        (
            "filter: { or: [{ holdings: { some: {} } }, { not: { holdings: { none: { portfolio: { some: {} } } } } }] }",
            3,
        ),
    ] {
        let document = format!("{{ viewer {{ portfolios(first: 1, {arguments}) {{ nodes {{ id }} }} }} }}");
        assert_eq!(cost(&document), 3 + more, "{document}");
    }
    let document =
        "query ($f: PortfolioFilter) { viewer { portfolios(first: 1, filter: { and: [$f] }) { nodes { id } } } }";
    let variables = json!({ "f": { "holdings": { "some": {}, "none": {} } } });
    assert_eq!(estimate_with(document, variables).requested, 5);
}

#[test]
fn figures_over_holdings_cost_what_their_rows_do() {
    for (selection, expected) in [
        ("portfolios(first: 1) { nodes { gains { gain } } }", 28),
        ("portfolios(first: 1) { nodes { health { findings { value } } } }", 53),
        ("holdings(first: 10) { nodes { costBasis weight { value } } }", 22),
        // As many currencies as a plain list is taken to have.
        ("netWorth { totalValue }", 26),
        ("netWorth { gains { gain } }", 651),
    ] {
        assert_eq!(cost(&format!("{{ viewer {{ {selection} }} }}")), expected, "{selection}");
    }
}

#[test]
fn adding_up_a_list_costs_more_than_counting_it() {
    for (selection, expected) in [
        ("portfolios { aggregate { count } }", 11),
        ("portfolios { aggregate { count sum { portfolioValue { currency value } } } }", 11),
        ("portfolios { aggregate { count } totalCount nodes { id } }", 38),
        ("portfolios { groups(by: [CURRENCY]) { count } }", 36),
        ("portfolios { groups(by: [CURRENCY], first: 3) { count sum { portfolioValue { value } } } }", 14),
        ("portfolios(filter: { holdings: { some: {} } }) { aggregate { count } }", 21),
        ("portfolios(first: 2) { nodes { holdings { aggregate { count } } } }", 24),
    ] {
        assert_eq!(cost(&format!("{{ viewer {{ {selection} }} }}")), expected, "{selection}");
    }
}

#[test]
fn every_alias_is_paid() {
    assert_eq!(cost("{ a: viewer { id } b: viewer { id } viewer { id } }"), 3);
    assert_eq!(cost("{ viewer { a: portfolios { nodes { id } } b: portfolios(first: 1) { nodes { id } } } }"), 29);
    let sign_ins = "mutation { a: signIn(input: {}) { sessionId } b: signIn(input: {}) { sessionId } }";
    assert_eq!(cost(sign_ins), 200);
}

#[test]
fn fragments_are_paid_where_they_are_spread() {
    let document = "query { viewer { ...A ...A portfolios(first: 3) { ...P } } }
        fragment A on User { onboarding { id } ... on User { preferences { id } } ... { themePreferences: onboarding { id } } }
        fragment P on PortfolioConnection { totalCount nodes { ...H ...H } }
        fragment H on Portfolio { holdings(first: 2) { nodes { id } } }";
    // The viewer, twice three rows, a list with its total, and for each of three portfolios twice a list of two.
    assert_eq!(cost(document), 1 + 6 + 2 + 3 * (1 + 2 * 3));
    // A fragment of a page counts the rows of the page that spreads it.
    let document = "query { viewer { a: portfolios(first: 1) { ...P } b: portfolios(first: 10) { ...P } } }
        fragment P on PortfolioConnection { nodes { id } }";
    assert_eq!(cost(document), 1 + 2 + 11);
}

#[test]
fn of_several_types_the_dearest_is_paid() {
    let document = "{ node(id: \"x\") { id
        ... on User { portfolios(first: 10) { nodes { id } } }
        ... on Portfolio { holdings(first: 4) { nodes { id } } }
        ... on Portfolio { more: holdings(first: 8) { nodes { id } } } } }";
    assert_eq!(cost(document), 1 + 5 + 9);
    let document = "query { nodes(ids: [\"a\", \"b\", \"c\"]) { ...P ...U } }
        fragment P on Portfolio { holdings(first: 4) { nodes { id } } } fragment U on User { id }";
    assert_eq!(cost(document), 3 * (1 + 5));
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for (ids, expected) in [(json!([]), 1), (json!(["a", "b"]), 2), (json!("a"), 1), (json!(vec!["a"; 1000]), 100)] {
        assert_eq!(estimate_with(document, json!({ "ids": ids })).requested, expected, "{ids}");
    }
}

#[test]
fn what_is_not_selected_is_free() {
    let document = "query ($yes: Boolean!, $no: Boolean!, $odd: Boolean) { viewer {
        a: portfolios(first: 1) @include(if: $yes) { nodes { id } }
        b: portfolios(first: 2) @include(if: $no) { nodes { id } }
        c: portfolios(first: 4) @skip(if: $no) { nodes { id } }
        d: portfolios(first: 8) @skip(if: $yes) { nodes { id } }
        e: portfolios(first: 16) @skip(if: false) @include(if: true) { nodes { id } }
        f: portfolios(first: 32) @skip(if: true) @include(if: true) { nodes { id } }
        g: portfolios(first: 64) @skip(if: $odd) { nodes { id } }
        ... @include(if: $no) { h: portfolios { nodes { id } } }
        ... @include(if: $yes) { i: portfolios(first: 0) { nodes { id } } }
        ...F @skip(if: $yes)
    } } fragment F on User { j: portfolios { nodes { id } } }";
    let variables = json!({ "yes": true, "no": false, "odd": "odd" });
    // A condition that cannot be read counts as met.
    assert_eq!(estimate_with(document, variables).requested, 1 + (1 + 1) + (1 + 4) + (1 + 16) + (1 + 64) + 1);
}

#[test]
fn writing_and_introspection_have_a_price_that_is_never_given_back() {
    let journal = "mutation { createJournalEntry(input: {}) { journalEntry { id tradeLog { id } } } }";
    for (document, requested, fixed) in [
        (journal, 12, 10),
        ("mutation { signOut { sessionId } }", 10, 10),
        ("mutation { signIn(input: {}) { user { id } } }", 101, 100),
        ("mutation { changePassword(input: {}) { sessionsEnded } }", 200, 200),
        ("{ __schema { types { name fields { name args { name } } } } }", 10, 10),
        ("{ a: __type(name: \"User\") { name } b: __type(name: \"User\") { name } viewer { id } }", 21, 20),
        ("{ viewer { id } }", 1, 0),
    ] {
        assert_eq!(estimate_with(document, json!({})), Estimate { requested, fixed }, "{document}");
    }
}

#[test]
fn what_it_cost_lies_between_the_minimum_and_what_was_requested() {
    let estimate = Estimate { requested: 50, fixed: 10 };
    for (read, actual) in [(0, 10), (15, 25), (40, 50), (41, 50), (u64::MAX, 50)] {
        assert_eq!(estimate.actual(read), actual);
    }
    assert_eq!(Estimate { requested: 7, fixed: 0 }.actual(0), 1);
}

#[test]
fn three_full_pages_are_more_than_a_document_may_cost() {
    let document = "{ admin { users(first: 100) { nodes { portfolios(first: 100) { nodes { holdings(first: 100) { nodes { id } } } } } } } }";
    assert_eq!(cost(document), 1 + 100 * (1 + 1 + 100 * (1 + 1 + 100)));
    assert!(cost(document) > prices::DOCUMENT_MAX);
    let two = "{ viewer { portfolios(first: 100) { nodes { holdings(first: 100) { nodes { id } } } } } }";
    assert_eq!(cost(two), 10_202);
    assert!(cost(two) <= prices::DOCUMENT_MAX);
}

#[test]
fn no_document_takes_long_or_overflows() {
    // Each fragment spreads the next one twice: 2^5000 fields, were each spread followed.
    let doubling = (0..5_000).fold(String::from("query { viewer { ...F0 } }"), |text, number| {
        text + &format!(" fragment F{number} on User {{ id ...F{next} ...F{next} }}", next = number + 1)
    });
    assert_eq!(cost(&(doubling + " fragment F5000 on User { portfolios { nodes { id } } }")), u64::MAX);
    let cycle = "query { viewer { ...A } } fragment A on User { onboarding { id } ...B } fragment B on User { ...A }";
    assert_eq!(cost(cycle), 2);
    // Pages within pages, beyond what 64 bits hold.
    let (open, close) = ("portfolios(first: 100) { nodes { user { ".repeat(12), "} } } ".repeat(12));
    assert_eq!(cost(&format!("{{ viewer {{ {open} id {close} }} }}")), u64::MAX);
}

#[test]
fn what_does_not_fit_the_schema_is_left_to_the_executor() {
    for document in
        ["{ nothing { portfolios { nodes { id } } } }", "{ viewer { id { id } ... on Nothing { id } ...F } }"]
    {
        assert_eq!(cost(document), 1, "{document}");
    }
    assert_eq!(cost("subscription { nothing }"), 1);
}

fn object_fields() -> impl Iterator<Item = (&'static str, &'static FieldDefinition)> {
    TYPES.iter().flat_map(|(name, kind)| {
        let fields = match kind {
            TypeKind::Object(object) => object.fields.as_slice(),
            TypeKind::Interface(interface) => interface.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|field| (name.as_str(), &field.node))
    })
}

#[test]
fn every_list_and_every_object_of_the_schema_has_its_price() {
    let mut pages = 0;
    for (parent, field) in object_fields() {
        let (name, of) = (field.name.node.as_str(), named(&field.ty.node));
        let ty = SCHEMA.named(parent).unwrap_or_else(|| panic!("{parent} has no prices"));
        let priced = SCHEMA.field(ty, name).unwrap_or_else(|| panic!("{parent}.{name} has no price"));
        let is_free = matches!(priced.kind, Kind::Leaf);
        if of.ends_with("Connection") {
            assert_eq!(priced.kind, Kind::Page, "{parent}.{name} is a list");
            pages += 1;
        }
        match TYPES.get(of) {
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => {
                assert!(!is_free && priced.of.is_some(), "{parent}.{name} is an object");
            }
            _ if parent == "Mutation" => assert!(!is_free, "{name} writes"),
            _ => assert!(priced.of.is_none(), "{parent}.{name} is a scalar"),
        }
    }
    assert!(pages > 30, "{pages} lists were found");
}

#[test]
fn every_mutation_has_a_price_and_no_price_is_left_over() {
    let mutations: Vec<&str> = object_fields()
        .filter(|(parent, _)| *parent == "Mutation")
        .map(|(_, field)| field.name.node.as_str())
        .collect();
    let root = SCHEMA.named("Mutation").expect("mutations");
    for name in &mutations {
        let Some(Kind::Fixed(price)) = SCHEMA.field(root, name).map(|priced| priced.kind) else {
            panic!("{name} has no price");
        };
        assert!(price >= prices::WRITE, "{name} costs {price}");
    }
    for (name, _) in prices::MUTATIONS {
        assert!(mutations.contains(name), "{name} is no mutation: take it out of the prices");
    }
    for (name, _) in prices::COMPUTED {
        assert!(SCHEMA.named(name).is_some(), "{name} is no type: take it out of the prices");
    }
}
