//! The order of an answer's fields: that of the document.
//!
//! The library puts fields down as they are ready, and a field that waits for the database is ready after its
//! neighbours. The specification asks for the order of the document, and people compare answers by their text.

use std::collections::HashSet;

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::document::Asked;

/// Puts an answer's fields into the document's order.
pub fn as_asked(data: Value, asked: &Asked) -> Value {
    match asked.selections() {
        Some(selections) => value(data, &[selections], asked.document()),
        None => data,
    }
}

/// The keys of an object in their order, each with what was selected within it.
type Keys<'a> = IndexMap<&'a Name, Vec<&'a SelectionSet>>;

fn value<'a>(value: Value, selections: &[&'a SelectionSet], document: &'a ExecutableDocument) -> Value {
    // A scalar may be an object too; nothing is selected within it.
    if selections.iter().all(|selections| selections.items.is_empty()) {
        return value;
    }
    match value {
        Value::Object(_) | Value::List(_) => in_order(value, &keys(selections, document), document),
        leaf => leaf,
    }
}

/// The keys are found once for all items of a list.
fn in_order<'a>(found: Value, keys: &Keys<'a>, document: &'a ExecutableDocument) -> Value {
    match found {
        Value::List(items) => Value::List(items.into_iter().map(|item| in_order(item, keys, document)).collect()),
        Value::Object(mut fields) => {
            let mut ordered = IndexMap::with_capacity(fields.len());
            for (key, selections) in keys {
                if let Some((name, inner)) = fields.swap_remove_entry(*key) {
                    ordered.insert(name, value(inner, selections, document));
                }
            }
            Value::Object(ordered)
        }
        leaf => leaf,
    }
}

fn keys<'a>(selections: &[&'a SelectionSet], document: &'a ExecutableDocument) -> Keys<'a> {
    let mut keys = Keys::new();
    let mut seen = HashSet::new();
    for selections in selections {
        collect(selections, document, &mut seen, &mut keys);
    }
    keys
}

/// Goes through the fragments too, each once: a second time would add nothing.
fn collect<'a>(
    selections: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a Name>,
    keys: &mut Keys<'a>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                keys.entry(&field.node.response_key().node).or_default().push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, document, seen, keys),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let (true, Some(fragment)) = (seen.insert(name), document.fragments.get(name)) {
                    collect(&fragment.node.selection_set.node, document, seen, keys);
                }
            }
        }
    }
}
