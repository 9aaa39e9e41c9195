//! Values made up at random: right ones, wrong ones, and those at the edge of what a type holds.

use async_graphql::{
    Name,
    parser::types::{BaseType, Type},
};
use serde_json::{Map, Value, json};

use super::{
    chance::Chance,
    places::{Place, Schema},
};

/// An argument with its value, which stands in the document or beside it.
pub struct Argument {
    pub name: String,
    pub ty: String,
    pub value: Value,
    /// Its text, when it stands in the document.
    pub literal: Option<String>,
}

pub struct Values {
    /// Ids of rows that are there.
    pub ids: Vec<String>,
    /// How many in a hundred values lie at the edge of what their type holds, or beyond it.
    pub wild: usize,
}

/// How deep input objects go within each other.
const LEVELS: usize = 4;

impl Values {
    pub fn arguments(&self, schema: &Schema, place: &Place, chance: &mut Chance) -> Vec<Argument> {
        let mut arguments = Vec::new();
        for argument in &place.field.arguments {
            let ty = &argument.node.ty.node;
            if chance.percent(if ty.nullable { 50 } else { 1 }) {
                continue;
            }
            // What a field named `id` is the id of says the mutation's name: `updateWatchlist`.
            let about = noun(&place.field.name.node);
            let is_new = place.field.name.node.starts_with("create");
            let mut maker = Maker { schema, ids: &self.ids, wild: self.wild, chance, about, is_new };
            let value = maker.value(ty, LEVELS);
            let literal = if chance.percent(30) { literal(&value) } else { None };
            arguments.push(Argument { name: argument.node.name.node.to_string(), ty: ty.to_string(), value, literal });
        }
        arguments
    }
}

/// A value as it is written in a document, with words for whatever looks like a value of an enumeration; `None` when
/// it can't be written.
fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) if is_word(text) && text.chars().all(|letter| !letter.is_lowercase()) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Option<Vec<_>>>()?.join(", ")),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                if is_word(name) { Some(format!("{name}: {}", literal(value)?)) } else { None }
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Option<Vec<_>>>()?.join(", "))
        }
        single => single.to_string(),
    })
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

struct Maker<'a> {
    schema: &'a Schema,
    ids: &'a [String],
    wild: usize,
    chance: &'a mut Chance,
    /// How ids of what is asked about begin.
    about: String,
    /// Whether that is to be made, so that its id must be a new one.
    is_new: bool,
}

/// `updateWatchlistItem` as the ids of its object begin: `watchlist_item`.
fn noun(field: &str) -> String {
    let words = snake(field);
    words.split_once('_').map_or(words.clone(), |(_, noun)| noun.to_owned())
}

/// `watchlistId` and `itemIds` as words, without what says that they are ids.
fn snake(name: &str) -> String {
    let name = name.strip_suffix("Ids").or_else(|| name.strip_suffix("Id")).unwrap_or(name);
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

impl Maker<'_> {
    fn value(&mut self, ty: &Type, levels: usize) -> Value {
        if self.chance.percent(self.wild.div_ceil(10)) {
            return self.anything();
        }
        if ty.nullable && self.chance.percent(5) {
            return Value::Null;
        }
        match &ty.base {
            BaseType::List(inner) => {
                let count = if self.chance.percent(1) { 120 } else { self.chance.below(4) };
                (0..count).map(|_| self.value(inner, levels)).collect()
            }
            BaseType::Named(name) => self.named(name, levels),
        }
    }

    fn named(&mut self, name: &Name, levels: usize) -> Value {
        if let Some(object) = self.schema.input(name) {
            let mut fields = Map::new();
            // About four of the fields that may be left out.
            let share = 400 / object.fields.len().max(1);
            for field in &object.fields {
                let ty = &field.node.ty.node;
                // When a row was last changed is not known here.
                let is_guess = field.node.name.node.starts_with("expected") && !self.chance.percent(self.wild);
                let share = if levels == 0 || is_guess { 0 } else { share.min(70) };
                if self.chance.percent(if ty.nullable { share } else { 98 }) {
                    let name = field.node.name.node.as_str();
                    let value = self.field(name, ty, levels.saturating_sub(1));
                    fields.insert(name.to_owned(), value);
                }
            }
            if self.chance.percent(1) {
                fields.insert("nope".to_owned(), json!(1));
            }
            return Value::Object(fields);
        }
        if let Some(enumeration) = self.schema.enumeration(name) {
            return json!(self.chance.pick(&enumeration.values).node.value.node);
        }
        self.scalar(name)
    }

    /// The value of an input's field: of an id mostly one that its name says.
    fn field(&mut self, name: &str, ty: &Type, levels: usize) -> Value {
        let is_id = name == "id" || name == "ids" || name.ends_with("Id") || name.ends_with("Ids");
        if !is_id || self.chance.percent(self.wild) {
            return self.value(ty, levels);
        }
        if name == "id" && self.is_new {
            return json!(self.new_id(&self.about.clone()));
        }
        let wanted = if name.starts_with("id") { self.about.clone() } else { snake(name) };
        // `deleteHoldings` is about holdings, and `itemIds` of a watchlist about its items.
        let is_wanted = |id: &&String| {
            let prefix = id.rsplit_once('_').unwrap().0;
            !wanted.is_empty() && (wanted.trim_end_matches('s') == prefix || prefix.ends_with(&format!("_{wanted}")))
        };
        let fitting: Vec<&String> = self.ids.iter().filter(is_wanted).collect();
        if fitting.is_empty() {
            return self.value(ty, levels);
        }
        match &ty.base {
            BaseType::List(_) => (0..=self.chance.below(2)).map(|_| json!(self.chance.pick(&fitting))).collect(),
            BaseType::Named(_) => json!(self.chance.pick(&fitting)),
        }
    }

    fn new_id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{:08x}-7b5e-7c3a-9d2f-3f1a5b6c7d8e", self.chance.below(1 << 32))
    }

    /// A value that is right almost anywhere.
    fn right(&mut self, name: &str) -> Option<Value> {
        Some(match name {
            "Int" => self.of(&[1, 2, 5, 10]),
            "Decimal" => self.of(&["1", "5", "12.50", "25", "100", "0.01", "99.99"]),
            "Time" => self.of(&["09:30:00", "16:00"]),
            "Currency" => self.of(&["NZD", "USD", "AUD"]),
            "TimeZone" => self.of(&["Pacific/Auckland", "UTC"]),
            "EmailAddress" => self.of(&["asker0@example.com", "asker1@example.com", "new@example.com"]),
            "URL" => json!("https://example.com/"),
            "HexColor" => json!("#3B82F6"),
            "JSON" => self.of(&[json!([]), json!({})]),
            _ => return None,
        })
    }

    fn scalar(&mut self, name: &str) -> Value {
        if !self.chance.percent(self.wild.saturating_mul(5))
            && let Some(value) = self.right(name)
        {
            return value;
        }
        let is_edge = self.chance.percent(self.wild);
        match name {
            "ID" if is_edge => {
                self.of(&["", "x", "user_", "user_0192f0c1", "user_0192F0C1-7B5E-7C3A-9D2F-3F1A5B6C7D8E"])
            }
            "ID" if self.chance.percent(self.wild) => {
                let prefix = self.chance.pick(self.ids).rsplit_once('_').unwrap().0.to_owned();
                json!(self.new_id(&prefix))
            }
            "ID" => json!(self.chance.pick(self.ids)),
            "Boolean" => json!(self.chance.percent(50)),
            "Int" if is_edge => self.of(&[i64::from(i32::MAX), i64::from(i32::MIN), 1 << 31, i64::MAX, i64::MIN]),
            "Int" => self.of(&[0, 1, 2, 5, 10, 25, 100, 101, -1, 10_000, 10_001]),
            "Float" => self.of(&[0.0, -0.0, 1.5, 1e308, -1e308, 5e-324, 1e18]),
            "Decimal" if is_edge => self.of(DECIMALS),
            "Decimal" => self.of(&["0", "1", "12.50", "0.01", "1000", "-3", "99.99", "0.00000001"]),
            "Date" if is_edge => self.of(DATES),
            "Date" => self.of(&["2026-01-15", "2025-12-31", "2024-02-29", "2026-06-30"]),
            "DateTime" if is_edge => self.of(MOMENTS),
            "DateTime" => {
                self.of(&["2026-03-01T09:30:00Z", "2026-03-01T09:30:00.123456+13:00", "2025-01-01T00:00:00Z"])
            }
            "Time" => {
                self.of(&["09:30:00", "00:00:00", "23:59:59.999999", "23:59:60", "24:00:00", "9:30", "", "09:30"])
            }
            "Currency" => self.of(&["NZD", "USD", "AUD", "XTS", "nzd", "ZZZ", ""]),
            "TimeZone" => self.of(&["Pacific/Auckland", "UTC", "Mars/Olympus", "../etc/passwd", ""]),
            "EmailAddress" => {
                self.of(&["asker0@example.com", "new@example.com", "A@B.C", "x@", "é@例え.jp", "a b@c.d"])
            }
            "URL" => self.of(&["https://example.com/", "http://example.com/", "javascript:alert(1)", "https://", "x"]),
            "HexColor" => self.of(&["#3B82F6", "#fff", "3B82F6", "#GGGGGG", ""]),
            "JSON" => self.anything(),
            _ => self.text(is_edge),
        }
    }

    fn text(&mut self, is_edge: bool) -> Value {
        if !is_edge {
            return self.of(&[
                "Growth",
                "FPH",
                "VTI",
                "Sharesies",
                "A plain text.",
                "x",
                "correct horse battery",
                "token",
            ]);
        }
        match self.chance.below(6) {
            0 => json!("n".repeat(*self.chance.pick(&[49, 50, 51, 100, 101, 129, 255, 256, 500, 501, 5_000, 20_000]))),
            1 => json!("😀".repeat(*self.chance.pick(&[1, 25, 50, 64, 100, 255, 500]))),
            2 => json!("e\u{301}\u{202e}".repeat(50)),
            _ => self.of(TEXTS),
        }
    }

    /// Any JSON at all.
    fn anything(&mut self) -> Value {
        match self.chance.below(12) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!([]),
            3 => json!({}),
            4 => json!([[[[{ "a": [null] }]]]]),
            5 => (0..37).fold(json!(1), |inner, _| json!([inner])),
            6 => (0..37).fold(json!(1), |inner, _| json!({ "a": inner })),
            7 => json!({ "a\u{0}b": "c\u{0}d" }),
            8 => json!({ "": 1e308, "big": u64::MAX, "small": i64::MIN, "text": "x".repeat(1_000) }),
            9 => json!(1.5),
            10 => json!(i64::MIN),
            _ => self.of(TEXTS),
        }
    }

    fn of<T: Clone + Into<Value>>(&mut self, from: &[T]) -> Value {
        self.chance.pick(from).clone().into()
    }
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "\t\n",
    "\u{0}",
    "a\u{0}b",
    "'; DROP TABLE users; --",
    "%_\\%",
    "\\",
    "\\u0000",
    "{}",
    "{{user}}",
    "NaN",
    "null",
    "\u{feff}",
    "\u{fffd}\u{10ffff}",
    "\u{7f}\u{1b}[31m",
    "<script>alert(1)</script>",
    "=1+1",
    "İıSs",
    "../../etc/passwd",
];

const DECIMALS: &[&str] = &[
    "",
    "-0",
    "1e5",
    "NaN",
    "Infinity",
    "1.",
    ".5",
    "+1",
    "0x10",
    "1,5",
    "0.0000000000000000000000000001",
    "9999999999999999999999999999",
    "99999999999999999999999999999",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "79228162514264337593543950336",
    "99999999999999.9999",
    "123456789012.12345678",
    "1234567890123456789012345678901234567890",
];

const DATES: &[&str] = &[
    "",
    "0000-01-01",
    "0001-01-01",
    "-0001-01-01",
    "1582-10-10",
    "1899-12-31",
    "9999-12-31",
    "10000-01-01",
    "+262142-12-31",
    "-262143-01-01",
    "5874897-12-31",
    "2026-02-30",
    "2026-13-01",
    "26-01-01",
    "2026-1-1",
    "2026-01-15T00:00:00Z",
];

const MOMENTS: &[&str] = &[
    "",
    "0001-01-01T00:00:00Z",
    "-4713-11-23T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "+262142-12-31T23:59:59Z",
    "-262143-01-01T00:00:00Z",
    "+294277-01-01T00:00:00Z",
    "2026-12-31T23:59:60Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T09:30:00",
    "2026-03-01 09:30:00Z",
    "2026-03-01T09:30:00+23:59",
    "2026-03-01T09:30:00-99:99",
    "1772357400",
];
