//! A value of a column, as the owner of the tables reads it.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Uuid(String),
    Text(String),
    Int(i64),
    Bool(bool),
    Decimal(Decimal),
    Date(NaiveDate),
    Time(NaiveTime),
    Moment(DateTime<Utc>),
    Json(Value),
}

impl Cell {
    /// Reads a value that PostgreSQL wrote as text, in UTC.
    pub fn read(kind: &str, text: Option<String>) -> Self {
        let Some(text) = text else { return Self::Null };
        match kind {
            "uuid" => Self::Uuid(text),
            "text" | "character varying" | "inet" | "ARRAY" => Self::Text(text),
            "integer" | "bigint" | "smallint" => Self::Int(text.parse().unwrap()),
            "boolean" => Self::Bool(text == "true"),
            "numeric" => Self::Decimal(text.parse().unwrap()),
            "date" => Self::Date(text.parse().unwrap()),
            "time without time zone" => Self::Time(text.parse().unwrap()),
            "timestamp with time zone" => Self::Moment(moment(&text)),
            "jsonb" => Self::Json(serde_json::from_str(&text).unwrap()),
            other => panic!("the reference knows no columns of type {other}; teach it in values.rs"),
        }
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// How two values of one column compare. Texts go by their bytes, as in the collation C.UTF-8.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Uuid(left), Self::Uuid(right)) | (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Decimal(left), Self::Decimal(right)) => left.cmp(right),
            (Self::Date(left), Self::Date(right)) => left.cmp(right),
            (Self::Time(left), Self::Time(right)) => left.cmp(right),
            (Self::Moment(left), Self::Moment(right)) => left.cmp(right),
            _ => panic!("{self:?} and {other:?} have no order"),
        }
    }

    /// The value as a client writes it. Ids and enums need more than the value and are written elsewhere.
    pub fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Uuid(text) | Self::Text(text) => json!(text),
            Self::Int(value) => json!(value),
            Self::Bool(value) => json!(value),
            Self::Decimal(value) => json!(value.to_string()),
            Self::Date(value) => json!(value.to_string()),
            Self::Time(value) => json!(value.format("%H:%M:%S").to_string()),
            Self::Moment(value) => json!(value.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Json(value) => value.clone(),
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Text without the difference of capital letters, letter by letter.
pub fn lower(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let mut lower = letter.to_lowercase();
            lower.next().filter(|_| lower.len() == 0).unwrap_or(letter)
        })
        .collect()
}

/// Whether a JSON value holds another one, as PostgreSQL's `@>` has it.
pub fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Array(whole), Value::Array(part)) => part.iter().all(|part| whole.iter().any(|one| within(one, part))),
        // The one exception of `@>`: an array holds its elements also bare, but only at the top.
        (Value::Array(whole), part) if !part.is_object() => whole.contains(part),
        _ => within(whole, part),
    }
}

fn within(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| within(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => part.iter().all(|part| whole.iter().any(|one| within(one, part))),
        _ => whole == part,
    }
}

/// Reads `2026-01-01 00:00:00.000001+00`.
fn moment(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").unwrap().with_timezone(&Utc)
}
