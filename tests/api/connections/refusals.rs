//! Arguments that a list refuses: each with INVALID and the place of what is wrong, and never as a fault of the server.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use super::{
    Fixture,
    conditions::camel,
    schema::{FilterField, Relation},
    ways::Way,
    world::{table, usual_order},
};
use crate::support::Answer;

#[tokio::test]
async fn every_list_refuses_pages_orders_and_filters_beyond_their_limits() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let mut seen = BTreeSet::new();
    for list in fixture.schema.connections() {
        let way = Way::to(&ways, &list.parent)[0];
        let limits = [page_limits(&fixture, list), filter_limits(), field_limits(&fixture, list, &mut seen)];
        for (arguments, path) in limits.concat() {
            refused(&ask(&fixture, way, list, &arguments).await, &path, &format!("{}({arguments})", list.name()));
        }
        let nothing = ask(&fixture, way, list, "first: 0").await;
        for object in way.ends(nothing.data()) {
            assert_eq!(object[&list.field]["nodes"], json!([]), "first: 0 of {}", list.name());
        }
    }
}

#[tokio::test]
async fn every_list_refuses_the_cursors_of_others_and_broken_ones() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let mut cursors = Vec::new();
    for list in fixture.schema.connections() {
        let way = fixture.few_parents(Way::to(&ways, &list.parent)[0], list).await;
        cursors.push((list, way.clone(), cursor(&fixture, &way, list, "first: 1").await));
    }
    for (list, way, own) in &cursors {
        let of_id = cursor(&fixture, way, list, "first: 1, orderBy: [{ field: ID, direction: DESC }]").await;
        let others = cursors.iter().filter(|(other, ..)| (&other.target, &other.field) != (&list.target, &list.field));
        // The others with the same order are those that could be taken for this list's.
        let alike = others.filter(|(other, ..)| columns(other) == columns(list)).map(|(.., cursor)| cursor.clone());
        for (at, wrong) in broken(own).into_iter().chain([of_id]).chain(alike).enumerate() {
            let (name, size) = if at % 2 == 0 { ("after", "first") } else { ("before", "last") };
            let arguments = format!("{size}: 2, {name}: {}", json!(wrong));
            let answer = ask(&fixture, way, list, &arguments).await;
            refused(&answer, &[name], &format!("{}({arguments})", list.name()));
        }
        ask(&fixture, way, list, &format!("after: {}", json!(own))).await.data();
    }
}

#[tokio::test]
async fn a_forged_cursor_is_taken_or_refused_but_never_a_fault() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let mut seen = BTreeSet::new();
    for list in fixture.schema.connections() {
        let way = fixture.few_parents(Way::to(&ways, &list.parent)[0], list).await;
        for (field, kind) in orderable(&fixture, &list.target) {
            if seen.insert(kind) {
                try_forged(&fixture, &way, list, &field).await;
            }
        }
    }
}

/// Puts each forged value into a cursor of a list in the order of one field.
async fn try_forged(fixture: &Fixture, way: &Way, list: &Relation, field: &str) {
    let order = format!("orderBy: [{{ field: {field} }}]");
    let parts = parts(&cursor(fixture, way, list, &format!("first: 1, {order}")).await);
    let mut refused = 0;
    for value in forged_values() {
        let mut parts = parts.clone();
        parts[2] = value.clone();
        let arguments = format!("first: 2, after: \"{}\", {order}", encoded(&Value::Array(parts)));
        let answer = ask(fixture, way, list, &arguments).await;
        let taken = taken_or_refused(&answer, &format!("{value} in {}({order})", list.name()));
        refused += usize::from(!taken);
    }
    assert!(refused > 0, "{} took everything in the order {field}", list.name());
}

/// The fields that a type can be ordered by, with what they hold: the type of their operands, and whether some row has
/// no value.
fn orderable(fixture: &Fixture, ty: &str) -> Vec<(String, (String, bool))> {
    let filter = fixture.schema.filter(ty);
    let field = |name: String| {
        let column = name.to_lowercase();
        let FilterField::Operators(operators) = &filter[&camel(&column)] else { panic!("{ty}.{name} is no column") };
        let has_null = fixture.world.rows(table(ty).sql).iter().any(|row| row[&column].is_null());
        (name, (operators[0].1.scalar.clone(), has_null))
    };
    fixture.schema.order_fields(ty).into_iter().map(field).collect()
}

#[tokio::test]
async fn any_text_as_a_cursor_is_refused() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    let list = fixture.schema.connections().find(|list| list.name() == "User.holdings").unwrap();
    let way = Way::to(&ways, &list.parent)[0];
    let own = parts(&cursor(&fixture, way, list, "first: 1").await);
    let value = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    let array = prop::collection::vec(value, 0..6).prop_map(|parts| encoded(&Value::Array(parts)));
    let any_text = prop_oneof![".*", "[A-Za-z0-9_-]{0,80}", array];
    let mut runner = TestRunner::deterministic();
    for _ in 0..256 {
        let text = any_text.new_tree(&mut runner).unwrap().current();
        let answer = ask(&fixture, way, list, &format!("after: {}", graphql(&text))).await;
        refused(&answer, &["after"], &format!("after: {text:?}"));
    }
    let value = ".*".new_tree(&mut runner).unwrap().current();
    let symbol = encoded(&json!([own[0], own[1], value, own[3]]));
    ask(&fixture, way, list, &format!("after: \"{symbol}\"")).await.data();
}

/// Wrong pages and orders, with the place of what is wrong.
fn page_limits(fixture: &Fixture, list: &Relation) -> Vec<(String, Vec<String>)> {
    let field = &fixture.schema.order_fields(&list.target)[0];
    let terms = vec![format!("{{ field: {field} }}"); 6].join(", ");
    let cases = [
        ("first: 101".to_owned(), "first"),
        ("first: 1000".to_owned(), "first"),
        ("first: -1".to_owned(), "first"),
        ("first: 99999999999".to_owned(), "first"),
        ("last: 101".to_owned(), "last"),
        ("last: -1".to_owned(), "last"),
        ("first: 1, last: 1".to_owned(), "last"),
        ("last: 1, offset: 1".to_owned(), "last"),
        ("after: \"x\", before: \"x\"".to_owned(), "last"),
        ("offset: -1".to_owned(), "offset"),
        ("offset: 10001".to_owned(), "offset"),
        ("first: \"1\"".to_owned(), "first"),
        ("after: 1".to_owned(), "after"),
        (format!("orderBy: [{terms}]"), "orderBy"),
        ("orderBy: [{ direction: ASC }]".to_owned(), "orderBy.0.field"),
        ("orderBy: [{ field: NO_SUCH_FIELD }]".to_owned(), "orderBy.0.field"),
        ("filter: { noSuchField: { eq: 1 } }".to_owned(), "filter.noSuchField"),
    ];
    cases.into_iter().map(|(arguments, path)| (arguments, path.split('.').map(str::to_owned).collect())).collect()
}

/// Wrong filters, with the place of what is wrong.
fn filter_limits() -> Vec<(String, Vec<String>)> {
    let too_many = vec!["\"x\""; 101].join(", ");
    let cases = [
        ("{ id: null }".to_owned(), "id".to_owned()),
        ("{ id: { eq: \"x\" } }".to_owned(), "id.eq".to_owned()),
        ("{ id: { eq: \"no_such_type_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e\" } }".to_owned(), "id.eq".to_owned()),
        (format!("{{ id: {{ in: [{too_many}] }} }}"), "id.in".to_owned()),
        ("{ and: null }".to_owned(), "and".to_owned()),
        ("{ or: [{}, { id: { ne: null } }] }".to_owned(), "or.1.id.ne".to_owned()),
        (format!("{}{{}}{}", "{ not: ".repeat(11), " }".repeat(11)), ["not"; 11].join(".")),
    ];
    cases.into_iter().map(|(filter, at)| in_filter(&filter, &at)).collect()
}

/// The same for the fields of a filter: each relation, and each kind of operand that was not `seen` yet.
fn field_limits(
    fixture: &Fixture,
    list: &Relation,
    seen: &mut BTreeSet<(String, String)>,
) -> Vec<(String, Vec<String>)> {
    let mut cases = Vec::new();
    for (name, field) in fixture.schema.filter(&list.target) {
        match field {
            FilterField::Logic => {}
            FilterField::Relation(_) => {
                cases.push(in_filter(&format!("{{ {name}: {{ some: null }} }}"), &format!("{name}.some")));
                cases.push(in_filter(
                    &format!("{{ {name}: {{ none: {{ not: null }} }} }}"),
                    &format!("{name}.none.not"),
                ));
            }
            FilterField::Operators(operators) => {
                for (operator, operand) in operators {
                    if !seen.insert((operand.scalar.clone(), operator.clone())) {
                        continue;
                    }
                    let at = format!("{name}.{operator}");
                    cases.push(in_filter(&format!("{{ {name}: {{ {operator}: null }} }}"), &at));
                    if ["String", "JSON"].contains(&operand.scalar.as_str()) {
                        let nul = if operand.is_list { r#"["a\u0000"]"# } else { r#""a\u0000""# };
                        cases.push(in_filter(&format!("{{ {name}: {{ {operator}: {nul} }} }}"), &at));
                    }
                }
            }
        }
    }
    cases
}

fn in_filter(filter: &str, at: &str) -> (String, Vec<String>) {
    (format!("filter: {filter}"), ["filter"].into_iter().chain(at.split('.')).map(str::to_owned).collect())
}

/// Cursors that are none, and some that nearly are.
fn broken(cursor: &str) -> Vec<String> {
    let parts = parts(cursor);
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut parts = parts.clone();
        change(&mut parts);
        encoded(&Value::Array(parts))
    };
    let mut all = vec![
        String::new(),
        "x".to_owned(),
        "!!!!".to_owned(),
        "\u{e9}".to_owned(),
        format!("{cursor}="),
        cursor[..cursor.len() - 3].to_owned(),
        cursor.to_lowercase(),
        encoded(&json!(null)),
        encoded(&json!({})),
        encoded(&json!([])),
        with(&|parts| {
            parts.pop();
        }),
        with(&|parts| parts.push(json!(null))),
        with(&|parts| parts[0] = json!("no list")),
        with(&|parts| parts[1] = json!(["+id"])),
    ];
    // The last value is the id's.
    for wrong in [json!(null), json!(true), json!(1), json!([]), json!({ "id": 1 }), json!("no uuid")] {
        all.push(with(&|parts| *parts.last_mut().unwrap() = wrong.clone()));
    }
    all
}

/// Values that some columns take and others do not, at the edges of what PostgreSQL can hold.
fn forged_values() -> Vec<Value> {
    [
        "null",
        "true",
        "{}",
        "[]",
        "1e300",
        "9223372036854775807",
        "\"\"",
        "\"a\\u0000\"",
        "\"NaN\"",
        "\"1e400\"",
        "\"-262000-01-01\"",
        "\"+262000-12-31\"",
        "\"-262000-01-01T00:00:00Z\"",
        "\"+262000-12-31T23:59:59Z\"",
        "\"23:59:60.9\"",
        "\"79228162514264337593543950335\"",
    ]
    .map(|text| serde_json::from_str(text).unwrap())
    .into()
}

async fn ask(fixture: &Fixture, way: &Way, list: &Relation, arguments: &str) -> Answer {
    fixture.ask(way, &format!("{}({arguments}) {{ nodes {{ id }} edges {{ cursor }} }}", list.field)).await
}

/// The first cursor of a list.
async fn cursor(fixture: &Fixture, way: &Way, list: &Relation, arguments: &str) -> String {
    let answer = ask(fixture, way, list, arguments).await;
    let ends = way.ends(answer.data());
    let cursor = ends.iter().find_map(|object| object[&list.field]["edges"][0]["cursor"].as_str());
    cursor.unwrap_or_else(|| panic!("{} is empty by {way}", list.name())).to_owned()
}

#[track_caller]
fn refused<S: AsRef<str>>(answer: &Answer, path: &[S], name: &str) {
    let errors = answer.body["errors"].as_array().unwrap_or_else(|| panic!("{name} was taken"));
    for error in errors {
        assert_eq!(error["extensions"]["code"], "INVALID", "{name}: {error:#}");
        let found: Vec<&str> =
            error["extensions"]["issues"][0]["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let expected: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        assert_eq!(found, expected, "{name}: {error:#}");
    }
}

/// Whether a cursor was taken; anything but an answer or INVALID fails.
#[track_caller]
fn taken_or_refused(answer: &Answer, name: &str) -> bool {
    if answer.body.get("errors").is_none_or(Value::is_null) {
        return true;
    }
    refused(answer, &["after"], name);
    false
}

fn columns(list: &Relation) -> Vec<(String, bool)> {
    usual_order(&list.target).into_iter().map(|term| (term.column, term.descending)).collect()
}

/// The list and the order that a cursor is of, and its values.
fn parts(cursor: &str) -> Vec<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A text as a GraphQL document writes it.
fn graphql(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        letter if letter.is_control() => format!("\\u{:04x}", u32::from(letter)),
        letter => letter.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
