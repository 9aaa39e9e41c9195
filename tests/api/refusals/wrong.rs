//! Wrong values for every place of an input, as the types of the schema say.

use async_graphql::parser::types::{BaseType, Type};
use serde_json::{Map, Value, json};

use crate::inputs::places::{Schema, name};

/// What is to come of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Refused,
    /// A text may fit or not; where it doesn't, it is refused as everything.
    Anything,
}

/// A wrong value in one place.
pub struct Wrong {
    /// Where it is told.
    pub path: Vec<String>,
    /// Makes a right input wrong.
    pub change: Box<dyn Fn(&Value) -> Value + Send + Sync>,
    pub what: String,
    pub expected: Expected,
}

/// A place that takes the id of a row.
pub struct Id {
    pub path: Vec<String>,
    pub prefix: String,
}

impl Id {
    /// The input with another id here.
    pub fn with(&self, input: &Value, id: &str) -> Value {
        put(input, &self.path, Some(json!(id)))
    }
}

/// Texts that are short, and say something.
const NAMES: [&str; 9] =
    ["name", "vaultId", "symbol", "account", "categoryName", "categoryCode", "displayName", "assetName", "fullName"];
/// Texts that may be as long as a page.
const LONG: [&str; 2] = ["content", "customCss"];
/// Texts that prove who somebody is, which are compared and never stored.
const PROOFS: [&str; 7] = ["password", "currentPassword", "totpCode", "recoveryCode", "code", "token", "refreshToken"];
/// The most that a list takes.
const MOST: usize = 100;
/// The most prices that are taken at once.
const MOST_PRICES: usize = 500;
/// Ids that are given to new rows.
const NEW: [&str; 2] = ["id", "partId"];
/// Fields with the id of another row, where a right input may leave them out: how such ids begin.
const REFERENCES: [(&str, &str); 5] = [
    ("portfolioId", "portfolio"),
    ("journalEntryId", "journal_entry"),
    ("aboutTradeId", "trade_log"),
    ("shareId", "watchlist_share"),
    ("tradeLogId", "trade_log"),
];

/// A place of an input: where, its type, and what a right input has there.
struct Place<'a> {
    path: Vec<String>,
    field: String,
    ty: &'a Type,
    has_default: bool,
    good: Option<Value>,
}

/// Every wrong value for every place of this input.
pub fn places(schema: &Schema, input: &str, good: &Value) -> Vec<Wrong> {
    let mut all = vec![of(&["input".to_owned()], Some(json!("no object")), "a text for an object")];
    all.push(of(&["input".to_owned(), "nope".to_owned()], Some(json!(1)), "an unknown field"));
    for place in walk(schema, input, good) {
        all.extend(wrong_at(schema, &place));
    }
    all
}

/// Every place that takes the id of a row that is there.
pub fn ids(schema: &Schema, input: &str, good: &Value) -> Vec<Id> {
    let id = |place: Place<'_>| {
        let is_id = name(place.ty) == "ID" && matches!(place.ty.base, BaseType::Named(_));
        let known = place.good.as_ref().and_then(Value::as_str).and_then(|id| id.rsplit_once('_'));
        let known = known.map(|(prefix, _)| prefix.to_owned());
        let reference = REFERENCES.iter().find(|(field, _)| *field == place.field);
        let prefix = known.or_else(|| reference.map(|(_, prefix)| (*prefix).to_owned()));
        prefix.filter(|_| is_id).map(|prefix| Id { path: place.path, prefix })
    };
    walk(schema, input, good).into_iter().filter_map(id).collect()
}

fn walk<'a>(schema: &'a Schema, input: &str, good: &Value) -> Vec<Place<'a>> {
    let mut all = Vec::new();
    fields(schema, input, good, &["input".to_owned()], &mut all);
    all
}

fn fields<'a>(schema: &'a Schema, input: &str, good: &Value, path: &[String], all: &mut Vec<Place<'a>>) {
    for field in &schema.input(input).unwrap().fields {
        let name = field.node.name.node.to_string();
        let path = [path, std::slice::from_ref(&name)].concat();
        let place = Place {
            good: good.get(&name).cloned(),
            has_default: field.node.default_value.is_some(),
            ty: &field.node.ty.node,
            field: name,
            path,
        };
        within(schema, place, all);
    }
}

/// A place, and the places inside of what stands there.
fn within<'a>(schema: &'a Schema, place: Place<'a>, all: &mut Vec<Place<'a>>) {
    match &place.ty.base {
        BaseType::List(inner) => {
            let first = place.good.as_ref().and_then(|items| items.get(0)).cloned();
            if first.is_some() {
                let path = [place.path.as_slice(), &["0".to_owned()]].concat();
                let inside = Place { path, field: place.field.clone(), ty: inner, has_default: false, good: first };
                within(schema, inside, all);
            }
        }
        BaseType::Named(named) if schema.input(named).is_some() => {
            // Nested inputs are looked into where a right input has one; an empty one does for all that may be left out.
            let all_open = schema.input(named).unwrap().fields.iter().all(|field| field.node.ty.node.nullable);
            let good = place.good.clone().or_else(|| all_open.then(|| json!({})));
            if let Some(good) = good {
                fields(schema, named, &good, &place.path, all);
            }
        }
        BaseType::Named(_) => {}
    }
    all.push(place);
}

fn of(path: &[String], value: Option<Value>, what: &str) -> Wrong {
    let (path, what) = (path.to_vec(), format!("{what} at {}", path.join(".")));
    let to = path.clone();
    let change = move |input: &Value| put(input, &to, value.clone());
    Wrong { path, change: Box::new(change), what, expected: Expected::Refused }
}

fn wrong_at(schema: &Schema, place: &Place<'_>) -> Vec<Wrong> {
    let at = |value: Value| {
        let shown = value.to_string().chars().take(60).collect::<String>();
        of(&place.path, Some(value), &shown)
    };
    let mut all = Vec::new();
    if !place.ty.nullable {
        all.push(at(Value::Null));
        if !place.has_default && place.path.last().is_some_and(|last| last != "0") {
            all.push(of(&place.path, None, "nothing"));
        }
    }
    if let BaseType::List(inner) = &place.ty.base {
        let item = place.good.as_ref().and_then(|items| items.get(0)).cloned();
        let item = item.unwrap_or_else(|| if name(inner) == "String" { json!("x") } else { json!({}) });
        let is_enumeration = schema.enumeration(name(inner)).is_some();
        if !is_enumeration {
            let most = if place.field == "prices" { MOST_PRICES } else { MOST };
            all.push(at(json!(vec![item; most + 1])));
        }
        all.push(at(json!([null])));
        all.push(at(json!(5)));
        return all;
    }
    let named = name(place.ty);
    if schema.enumeration(named).is_some() {
        all.extend([json!("NOPE"), json!("nope"), json!(5), json!(["x"])].map(at));
    } else if schema.input(named).is_some() {
        all.extend([json!("x"), json!(5), json!([])].map(at));
        all.push(of(&[place.path.as_slice(), &["nope".to_owned()]].concat(), Some(json!(1)), "an unknown field"));
    } else {
        all.extend(scalars(named).into_iter().map(at));
        all.extend(texts(named, &place.field).into_iter().map(|(value, expected)| Wrong { expected, ..at(value) }));
        if named == "ID" && !place.field.ends_with('s') {
            all.extend(ids_of_no_row(place).into_iter().map(at));
        }
    }
    all
}

/// What is no value of a scalar, or of none of its columns.
fn scalars(named: &str) -> Vec<Value> {
    match named {
        "Int" => vec![json!("5"), json!(1.5), json!(2_147_483_648_i64), json!(i32::MIN), json!(true)],
        "Boolean" => vec![json!("true"), json!(1), json!([])],
        "Decimal" => [
            json!(1.5),
            json!("1e5"),
            json!("NaN"),
            json!("1."),
            json!(""),
            json!("1,5"),
            json!("9999999999999999999999999999"),
            json!("-9999999999999999999999999999"),
            json!("99999999999999999999999999999"),
            json!("0.1234567890123"),
            json!(true),
        ]
        .into(),
        "Date" => {
            [json!("1826-03-01"), json!("0026-03-01"), json!("2926-03-01"), json!("26-03-01"), json!("2026-02-30")]
                .into_iter()
                .chain([json!("2026-03-01T00:00:00Z"), json!(20_260_301), json!("")])
                .collect()
        }
        "DateTime" => [json!("1826-03-01T09:00:00Z"), json!("0026-03-01T09:00:00Z"), json!("2926-03-01T09:00:00Z")]
            .into_iter()
            .chain([json!("2026-03-01T09:00:00"), json!("2026-03-01"), json!(1_772_357_400), json!("")])
            .collect(),
        "Time" => vec![json!("25:00"), json!("9 o'clock"), json!(9), json!("")],
        "Currency" => vec![json!("nzd"), json!("XXQ"), json!("NZ"), json!(""), json!(554)],
        "TimeZone" => vec![json!("Mars/Olympus"), json!("+13:00"), json!(""), json!(13)],
        "EmailAddress" => vec![json!("x@"), json!("no address"), json!("a@b"), json!(""), json!(5)],
        "URL" => vec![json!("http://example.com/"), json!("javascript:alert(1)"), json!("https://"), json!(5)],
        "HexColor" => vec![json!("#fff"), json!("3B82F6"), json!("#GGGGGG"), json!("red"), json!(5)],
        "JSON" => vec![json!("no list"), json!(5), json!(true), json!({ "a": "\u{0}" }), json!(["\u{0}"])],
        "String" => vec![json!(5), json!(true), json!(["x"]), json!({})],
        // What is no file shows in the parts of the request, as the tests of uploads do.
        "Upload" => Vec::new(),
        "ID" => vec![json!("x"), json!(""), json!(5.5), json!({})],
        _ => panic!("what is no {named}? Give the scalar its wrong values"),
    }
}

/// Texts that are blank, long, or pictures.
fn texts(named: &str, field: &str) -> Vec<(Value, Expected)> {
    if named != "String" {
        return Vec::new();
    }
    let is_name = NAMES.contains(&field);
    let expected = if is_name { Expected::Refused } else { Expected::Anything };
    let is_proof = PROOFS.contains(&field);
    let huge = if LONG.contains(&field) || is_proof { Expected::Anything } else { Expected::Refused };
    let nul = if is_proof { Expected::Anything } else { Expected::Refused };
    vec![
        (json!("a\u{0}b"), nul),
        (json!("   "), expected),
        (json!("\u{200b}"), Expected::Anything),
        (json!("n".repeat(500)), expected),
        (json!("📈".repeat(500)), expected),
        (json!("n".repeat(60_000)), huge),
    ]
}

/// Ids that have the shape of one, of another type and of a row that is there already.
fn ids_of_no_row(place: &Place<'_>) -> Vec<Value> {
    let good = place.good.as_ref().and_then(Value::as_str).unwrap_or_default();
    let uuid = "018f3c1e-0000-7000-8000-000000000000";
    // Nothing that is written has an id of this type.
    let mut all = vec![json!(format!("audit_entry_{uuid}")), json!(uuid)];
    let is_new = NEW.contains(&place.field.as_str()) && place.ty.nullable;
    if !is_new && let Some((prefix, uuid)) = good.rsplit_once('_') {
        all.push(json!(format!("{prefix}_{}", &uuid[1..])));
        all.push(json!(format!("{}_{uuid}", prefix.to_uppercase())));
    }
    all
}

/// The input with this value at this place, or with nothing there.
fn put(input: &Value, path: &[String], value: Option<Value>) -> Value {
    let Some((first, rest)) = path.split_first() else { return value.unwrap_or_default() };
    if first == "input" {
        return put(input, rest, value);
    }
    let mut whole = input.clone();
    match &mut whole {
        Value::Array(items) => {
            let place: usize = first.parse().unwrap();
            items[place] = put(&items[place], rest, value);
        }
        other => {
            if !other.is_object() {
                *other = Value::Object(Map::new());
            }
            let fields = other.as_object_mut().unwrap();
            if rest.is_empty() && value.is_none() {
                fields.remove(first);
            } else {
                let inner = fields.get(first).cloned().unwrap_or(Value::Null);
                fields.insert(first.clone(), put(&inner, rest, value));
            }
        }
    }
    whole
}
