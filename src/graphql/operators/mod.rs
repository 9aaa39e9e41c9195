//! The operators of filters, typed per scalar: `{ gte: "100", lt: "200" }`.

mod operands;

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Value,
    registry::{MetaTypeId, Registry},
};
use chrono::{Datelike, Timelike};
use sea_orm::{Value as Sql, prelude::DateTimeWithTimeZone, sea_query::ArrayType};

use super::{
    enumeration::Enumeration,
    filter::{Wrong, input_object, input_value},
    id::AnyId,
    scalars::{Date, DateTime, Decimal, Json, Time},
    table::Table,
};

/// How many values `in` takes.
const IN_MAX: usize = 100;

/// What a column's value is compared with.
#[derive(Clone, Debug)]
pub enum Test {
    Equal(Sql),
    /// Also true where there is no value.
    NotEqual(Sql),
    /// One of the values of an array.
    In(Sql),
    Greater(Sql),
    GreaterOrEqual(Sql),
    Less(Sql),
    LessOrEqual(Sql),
    /// Holds this text, ignoring case.
    Contains(String),
    /// Begins with this text, ignoring case.
    StartsWith(String),
    /// A JSON value that holds this one.
    JsonContains(serde_json::Value),
    IsNull(bool),
}

/// What a column holds, for filters and cursors.
pub trait Kind: Sync {
    /// Registers the operators and answers their type's name.
    fn register(&self, registry: &mut Registry) -> String;
    /// Registers the type of a value and answers its name.
    fn register_value(&self, registry: &mut Registry) -> String;
    /// The name of that type.
    fn value_type(&self) -> Cow<'static, str>;
    /// Reads conditions such as `{ gte: "100" }`.
    fn parse(&self, table: &Table, value: Value) -> Result<Vec<Test>, Wrong>;
    /// Reads a value that a cursor carries.
    fn decode(&self, value: serde_json::Value) -> Option<Sql>;
    /// A stored value as the API shows it.
    fn show(&self, table: &Table, value: Sql) -> serde_json::Value;
    /// Whether lists can be ordered by it.
    fn ordered(&self) -> bool;
    /// The stored texts of an enumeration; `None` for everything else.
    fn values(&self) -> Option<Vec<&'static str>>;
    /// The type of an array of it in PostgreSQL.
    fn array(&self) -> ArrayType;
    /// What writes a stored value, as PostgreSQL sends it, as the API shows it; `None` where only its type can.
    fn writer(&self) -> Option<Writer>;
}

/// Writes a value that PostgreSQL sent as JSON.
pub type Writer = fn(&Table, &[u8], &mut Vec<u8>) -> super::error::Result<()>;

pub const ID: &dyn Kind = &Of::<async_graphql::ID>(PhantomData);
pub const TEXT: &dyn Kind = &Of::<String>(PhantomData);
pub const INT: &dyn Kind = &Of::<i32>(PhantomData);
pub const BOOLEAN: &dyn Kind = &Of::<bool>(PhantomData);
pub const DECIMAL: &dyn Kind = &Of::<Decimal>(PhantomData);
pub const DATE: &dyn Kind = &Of::<Date>(PhantomData);
pub const DATE_TIME: &dyn Kind = &Of::<DateTime>(PhantomData);
pub const TIME: &dyn Kind = &Of::<Time>(PhantomData);
/// An id of any type, or a bare UUID.
pub const ANY_ID: &dyn Kind = &Of::<AnyId>(PhantomData);
pub const JSON: &dyn Kind = &Of::<Json>(PhantomData);

/// A column that holds one of the values of `E`.
pub const fn one_of<E: Enumeration>() -> &'static dyn Kind {
    &const { Of::<E>(PhantomData) }
}

/// A scalar that filters can compare.
pub trait Operand: InputType + 'static {
    /// The type of an array of it.
    const ARRAY: ArrayType;
    /// Whether it can be compared with `gt`, `gte`, `lt`, `lte`.
    const ORDERED: bool = true;
    const TEXTUAL: bool = false;
    const JSON: bool = false;

    /// The name of its operators.
    fn operators() -> String {
        format!("{}Filter", Self::type_name())
    }

    fn into_sql(self, table: &Table) -> Result<Sql, String>;

    /// A stored value as the API shows it.
    fn show(_: &Table, value: Sql) -> serde_json::Value {
        encode(value).unwrap_or_default()
    }

    /// The stored texts of an enumeration.
    fn values() -> Option<Vec<&'static str>> {
        None
    }

    /// What writes a stored value as the API shows it.
    const WRITER: Option<Writer>;
}

struct Of<S>(PhantomData<fn() -> S>);

impl<S: Operand> Kind for Of<S> {
    fn register(&self, registry: &mut Registry) -> String {
        Operators::<S>::create_type_info(registry);
        S::operators()
    }

    fn register_value(&self, registry: &mut Registry) -> String {
        S::create_type_info(registry);
        S::type_name().into_owned()
    }

    fn value_type(&self) -> Cow<'static, str> {
        S::type_name()
    }

    fn parse(&self, table: &Table, value: Value) -> Result<Vec<Test>, Wrong> {
        let Value::Object(fields) = value else {
            return Err("A condition is an object such as { eq: … }.".into());
        };
        fields
            .into_iter()
            .map(|(name, value)| test::<S>(table, &name, value).map_err(|message| Wrong::from(message).within(&name)))
            .collect()
    }

    fn decode(&self, value: serde_json::Value) -> Option<Sql> {
        decode(&S::ARRAY, value)
    }

    fn show(&self, table: &Table, value: Sql) -> serde_json::Value {
        S::show(table, value)
    }

    fn ordered(&self) -> bool {
        !S::JSON
    }

    fn values(&self) -> Option<Vec<&'static str>> {
        S::values()
    }

    fn array(&self) -> ArrayType {
        S::ARRAY
    }

    fn writer(&self) -> Option<Writer> {
        S::WRITER
    }
}

/// The input type that holds the operators of `S`.
struct Operators<S>(PhantomData<fn() -> S>);

impl<S: Operand> InputType for Operators<S> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(S::operators())
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            S::create_type_info(registry);
            let scalar = S::type_name();
            let list = format!("[{scalar}!]");
            let mut fields = Vec::new();
            if S::JSON {
                fields.push(("contains", "Holds this JSON value: its fields, or the elements of its list.", &*scalar));
            } else {
                fields.push(("eq", "Equal to this.", &*scalar));
                fields.push(("ne", "Not equal to this; also true where there is no value.", &*scalar));
                fields.push(("in", "One of these, at most 100; an empty list passes nothing.", &*list));
            }
            if S::ORDERED {
                fields.push(("gt", "Greater than this.", &*scalar));
                fields.push(("gte", "Greater than or equal to this.", &*scalar));
                fields.push(("lt", "Less than this.", &*scalar));
                fields.push(("lte", "Less than or equal to this.", &*scalar));
            }
            if S::TEXTUAL {
                fields.push(("contains", "Holds this text, ignoring case.", &*scalar));
                fields.push(("startsWith", "Begins with this text, ignoring case.", &*scalar));
            }
            fields.push(("isNull", "True: there is no value; false: there is one.", "Boolean"));
            input_object(
                &S::operators(),
                format!("Conditions on a value of type {scalar}; all that are given must pass."),
                fields.into_iter().map(|(name, text, ty)| (name.to_owned(), input_value(name, text, ty))).collect(),
                std::any::type_name::<Self>(),
            )
        })
    }

    fn parse(_: Option<Value>) -> InputValueResult<Self> {
        Err(InputValueError::custom("Conditions are read with the filter that holds them."))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn test<S: Operand>(table: &Table, name: &str, value: Value) -> Result<Test, String> {
    if value == Value::Null {
        return Err("null is no condition; leave it out, or use isNull.".to_owned());
    }
    let sql = |value| scalar::<S>(value)?.into_sql(table);
    Ok(match name {
        "eq" => Test::Equal(sql(value)?),
        "ne" => Test::NotEqual(sql(value)?),
        "in" => Test::In(array::<S>(table, value)?),
        "gt" => Test::Greater(sql(value)?),
        "gte" => Test::GreaterOrEqual(sql(value)?),
        "lt" => Test::Less(sql(value)?),
        "lte" => Test::LessOrEqual(sql(value)?),
        "contains" if S::JSON => Test::JsonContains(scalar::<Json>(value)?.0),
        "contains" => Test::Contains(text(scalar(value)?)?),
        "startsWith" => Test::StartsWith(text(scalar(value)?)?),
        "isNull" => Test::IsNull(scalar(value)?),
        _ => return Err("There is no such operator.".to_owned()),
    })
}

fn array<S: Operand>(table: &Table, value: Value) -> Result<Sql, String> {
    let items = match value {
        Value::List(items) => items,
        single => vec![single],
    };
    if items.len() > IN_MAX {
        return Err(format!("At most {IN_MAX} values can be named."));
    }
    let items =
        items.into_iter().map(|item| scalar::<S>(item)?.into_sql(table)).collect::<Result<Vec<Sql>, String>>()?;
    Ok(Sql::Array(S::ARRAY, Some(Box::new(items))))
}

fn scalar<S: InputType>(value: Value) -> Result<S, String> {
    S::parse(Some(value)).map_err(|error| {
        let message = error.into_server_error(async_graphql::Pos::default()).message;
        // The library begins with the type's name, which says nothing that the path does not.
        let named = message.strip_prefix("Failed to parse \"").and_then(|rest| rest.split_once("\": "));
        named.map_or_else(|| message.clone(), |(_, sentence)| sentence.to_owned())
    })
}

/// PostgreSQL cannot hold the character NUL in a text.
fn text(text: String) -> Result<String, String> {
    if text.contains('\0') { Err("A text cannot hold the character NUL.".to_owned()) } else { Ok(text) }
}

/// A value as a cursor carries it.
pub fn encode(value: Sql) -> Option<serde_json::Value> {
    use serde_json::json;
    Some(match value {
        Sql::Uuid(Some(value)) => json!(value.to_string()),
        Sql::String(Some(value)) => json!(value),
        Sql::Int(Some(value)) => json!(value),
        Sql::Bool(Some(value)) => json!(value),
        Sql::Decimal(Some(value)) => json!(value.to_string()),
        Sql::ChronoDate(Some(value)) => json!(value.to_string()),
        Sql::ChronoTime(Some(value)) => json!(value.to_string()),
        Sql::ChronoDateTimeWithTimeZone(Some(value)) => json!(value.to_rfc3339()),
        _ => return None,
    })
}

fn decode(kind: &ArrayType, value: serde_json::Value) -> Option<Sql> {
    if let serde_json::Value::Number(number) = &value {
        return matches!(kind, ArrayType::Int).then_some(i32::try_from(number.as_i64()?).ok()?.into());
    }
    if let serde_json::Value::Bool(value) = value {
        return matches!(kind, ArrayType::Bool).then_some(value.into());
    }
    let serde_json::Value::String(value) = value else { return None };
    Some(match kind {
        ArrayType::Uuid => uuid::Uuid::parse_str(&value).ok()?.into(),
        ArrayType::String => text(value).ok()?.into(),
        ArrayType::Decimal => value.parse::<rust_decimal::Decimal>().ok()?.into(),
        ArrayType::ChronoDate => value.parse().ok().filter(|date| is_storable(*date))?.into(),
        // A leap second with a fraction would lie behind 24:00, where PostgreSQL's times end.
        ArrayType::ChronoTime => {
            value.parse().ok().filter(|time: &chrono::NaiveTime| time.nanosecond() < 1_000_000_000)?.into()
        }
        ArrayType::ChronoDateTimeWithTimeZone => {
            let moment = DateTimeWithTimeZone::parse_from_rfc3339(&value).ok()?;
            is_storable(moment.date_naive()).then_some(moment)?.into()
        }
        _ => return None,
    })
}

/// PostgreSQL's dates begin in 4713 BC, where those of a forged cursor need not.
fn is_storable(date: chrono::NaiveDate) -> bool {
    date.year() > -4700
}
