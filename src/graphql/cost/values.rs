//! What the arguments of a field say about its size.
//!
//! A value that the executor will refuse counts as the largest that there is: the refusal is the executor's to word, and
//! no misunderstanding between the two makes a page cheaper than it is.

use async_graphql::{
    Name, Positioned, Value as Known, Variables,
    parser::types::{Directive, Field},
};
use async_graphql_value::Value;

use crate::graphql::page::{OFFSET_MAX, PAGE_DEFAULT, PAGE_MAX};

/// A number in an argument.
enum Number {
    Absent,
    Whole(i64),
    Wrong,
}

/// How many rows a page may have.
pub fn page_size(field: &Field, variables: &Variables) -> u64 {
    let size = |name| match number(field, name, variables) {
        Number::Absent => None,
        Number::Whole(size) => {
            u64::try_from(size).ok().filter(|size| *size <= u64::from(PAGE_MAX)).or(Some(PAGE_MAX.into()))
        }
        Number::Wrong => Some(PAGE_MAX.into()),
    };
    size("first").max(size("last")).unwrap_or(PAGE_DEFAULT.into())
}

/// How many rows a page skips.
pub fn offset(field: &Field, variables: &Variables) -> u64 {
    let largest = u64::from(OFFSET_MAX);
    match number(field, "offset", variables) {
        Number::Absent => 0,
        Number::Whole(offset) => u64::try_from(offset).map_or(largest, |offset| offset.min(largest)),
        Number::Wrong => largest,
    }
}

/// How many items an argument lists, as many as a page at most.
pub fn items(field: &Field, argument: Option<&str>, variables: &Variables) -> u64 {
    let value = argument.and_then(|name| field.get_argument(name)).map(|value| &value.node);
    let count = match value {
        Some(Value::List(items)) => items.len(),
        Some(Value::Variable(name)) => match variables.get(name) {
            Some(Known::List(items)) => items.len(),
            Some(Known::Null) | None => 0,
            // A single value stands for a list of one.
            Some(_) => 1,
        },
        Some(Value::Null) => 0,
        Some(_) => 1,
        None => PAGE_MAX as usize,
    };
    (count as u64).min(PAGE_MAX.into())
}

/// How many relations a filter asks about.
pub fn relations(field: &Field, variables: &Variables) -> u64 {
    field.get_argument("filter").map_or(0, |filter| relations_in(&filter.node, variables))
}

fn relations_in(value: &Value, variables: &Variables) -> u64 {
    match value {
        Value::Variable(name) => variables.get(name).map_or(0, relations_known),
        Value::List(items) => items.iter().map(|item| relations_in(item, variables)).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| is_relation(name) + relations_in(value, variables)).sum()
        }
        _ => 0,
    }
}

fn relations_known(value: &Known) -> u64 {
    match value {
        Known::List(items) => items.iter().map(relations_known).sum(),
        Known::Object(fields) => fields.iter().map(|(name, value)| is_relation(name) + relations_known(value)).sum(),
        _ => 0,
    }
}

fn is_relation(name: &Name) -> u64 {
    u64::from(matches!(name.as_str(), "some" | "none"))
}

/// Whether `@skip` and `@include` let a selection in; one that can't be read lets it in.
pub fn is_selected(directives: &[Positioned<Directive>], variables: &Variables) -> bool {
    directives.iter().all(|directive| {
        let wanted = match directive.node.name.node.as_str() {
            "include" => true,
            "skip" => false,
            _ => return true,
        };
        let condition = directive.node.get_argument("if").map(|value| &value.node);
        let condition = match condition {
            Some(Value::Boolean(condition)) => Some(*condition),
            Some(Value::Variable(name)) => match variables.get(name) {
                Some(Known::Boolean(condition)) => Some(*condition),
                _ => None,
            },
            _ => None,
        };
        condition.is_none_or(|condition| condition == wanted)
    })
}

fn number(field: &Field, argument: &str, variables: &Variables) -> Number {
    let known = |number: &serde_json::Number| number.as_i64().map_or(Number::Wrong, Number::Whole);
    match field.get_argument(argument).map(|value| &value.node) {
        None | Some(Value::Null) => Number::Absent,
        Some(Value::Number(number)) => known(number),
        Some(Value::Variable(name)) => match variables.get(name) {
            None | Some(Known::Null) => Number::Absent,
            Some(Known::Number(number)) => known(number),
            Some(_) => Number::Wrong,
        },
        Some(_) => Number::Wrong,
    }
}
