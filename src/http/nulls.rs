//! Nulls where a field failed.
//!
//! The library leaves such a field out of its object, and an object whose fields all failed is null to it.
//! The specification asks for more: the field is null, or, where it may not be, the object that holds it is.

use std::collections::BTreeSet;

use async_graphql::{
    Name, PathSegment, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};

use super::document::{Asked, Place};

type Path<'a> = &'a [PathSegment];

/// Puts the nulls of these errors into an answer's data.
pub fn complete(data: Value, asked: &Asked, errors: &[ServerError]) -> Value {
    let Some(root) = asked.root() else { return data };
    let paths = errors.iter().map(|error| error.path.as_slice()).filter(|path| !path.is_empty()).collect();
    object(data, paths, asked, &root).unwrap_or_default()
}

/// The value of a type, in whose parts the fields at these paths failed; `None` when nothing can stand there.
fn value(value: Value, paths: Vec<Path<'_>>, ty: &Type, asked: &Asked, place: &Place<'_>) -> Option<Value> {
    let failed = paths.iter().any(|path| path.is_empty());
    let settled = match (&ty.base, value) {
        _ if failed => None,
        (BaseType::List(inner), Value::List(items)) => list(items, &paths, inner, asked, place),
        (BaseType::List(_), _) => None,
        (BaseType::Named(_), value) => object(value, paths, asked, place),
    };
    settled.or_else(|| ty.nullable.then_some(Value::Null))
}

fn list(items: Vec<Value>, paths: &[Path<'_>], ty: &Type, asked: &Asked, place: &Place<'_>) -> Option<Value> {
    let settle = |(index, item): (usize, Value)| {
        let within = below(paths, &PathSegment::Index(index));
        if within.is_empty() { Some(item) } else { value(item, within, ty, asked, place) }
    };
    items.into_iter().enumerate().map(settle).collect::<Option<_>>().map(Value::List)
}

fn object(value: Value, paths: Vec<Path<'_>>, asked: &Asked, place: &Place<'_>) -> Option<Value> {
    let mut fields = match value {
        Value::Object(fields) => fields,
        Value::Null => IndexMap::new(),
        other => return Some(other),
    };
    let keys: BTreeSet<&str> = paths.iter().filter_map(|path| key(path)).collect();
    for key in keys {
        field(&mut fields, key, below(&paths, &PathSegment::Field(key.to_owned())), asked, place)?;
    }
    Some(Value::Object(fields))
}

/// Settles one field; `None` when it is null and may not be.
fn field(
    fields: &mut IndexMap<Name, Value>,
    key: &str,
    paths: Vec<Path<'_>>,
    asked: &Asked,
    place: &Place<'_>,
) -> Option<()> {
    let Some(found) = asked.field(place, key) else { return Some(()) };
    let entry = fields.entry(Name::new(key)).or_default();
    *entry = value(std::mem::take(entry), paths, &found.definition.ty.node, asked, &found.place())?;
    Some(())
}

fn key(path: Path<'_>) -> Option<&str> {
    match path.first()? {
        PathSegment::Field(key) => Some(key),
        PathSegment::Index(_) => None,
    }
}

/// What is left of the paths that begin so.
fn below<'a>(paths: &[Path<'a>], first: &PathSegment) -> Vec<Path<'a>> {
    paths
        .iter()
        .filter_map(|path| path.split_first().filter(|(begin, _)| *begin == first).map(|(_, rest)| rest))
        .collect()
}
