//! The order of an answer's fields: that of the document.
//!
//! The library puts fields down as they are ready, and a field that waits for the database is ready after its
//! neighbours. The specification asks for the order of the document, and people compare answers by their text.

use std::collections::HashSet;

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{Selection, SelectionSet},
};

use super::document::Asked;
use crate::graphql::cost::values::is_selected;

/// Puts an answer's fields into the document's order.
pub fn as_asked(data: Value, asked: &Asked) -> Value {
    match asked.selections() {
        Some(selections) => value(data, &[selections], asked),
        None => data,
    }
}

/// The keys of an object in their order, each with what was selected within it.
type Keys<'a> = IndexMap<&'a Name, Vec<&'a SelectionSet>>;

fn value<'a>(value: Value, selections: &[&'a SelectionSet], asked: &'a Asked) -> Value {
    // A scalar may be an object too; nothing is selected within it.
    if selections.iter().all(|selections| selections.items.is_empty()) {
        return value;
    }
    match value {
        Value::Object(_) | Value::List(_) => in_order(value, &keys(selections, asked), asked),
        leaf => leaf,
    }
}

/// The keys are found once for all items of a list.
fn in_order<'a>(found: Value, keys: &Keys<'a>, asked: &'a Asked) -> Value {
    match found {
        Value::List(items) => Value::List(items.into_iter().map(|item| in_order(item, keys, asked)).collect()),
        Value::Object(mut fields) => {
            let mut ordered = IndexMap::with_capacity(fields.len());
            for (key, selections) in keys {
                if let Some((name, inner)) = fields.swap_remove_entry(*key) {
                    ordered.insert(name, value(inner, selections, asked));
                }
            }
            Value::Object(ordered)
        }
        leaf => leaf,
    }
}

fn keys<'a>(selections: &[&'a SelectionSet], asked: &'a Asked) -> Keys<'a> {
    let mut keys = Keys::new();
    let mut seen = HashSet::new();
    for selections in selections {
        collect(selections, asked, &mut seen, &mut keys);
    }
    keys
}

/// Goes through the fragments too, each once: a second time would add nothing.
fn collect<'a>(selections: &'a SelectionSet, asked: &'a Asked, seen: &mut HashSet<&'a Name>, keys: &mut Keys<'a>) {
    for selection in &selections.items {
        // What is left out has no place, even where the same field stands further on.
        if !is_selected(selection.node.directives(), &asked.variables) {
            continue;
        }
        match &selection.node {
            Selection::Field(field) => {
                keys.entry(&field.node.response_key().node).or_default().push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, asked, seen, keys),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let (true, Some(fragment)) = (seen.insert(name), asked.document().fragments.get(name)) {
                    collect(&fragment.node.selection_set.node, asked, seen, keys);
                }
            }
        }
    }
}
