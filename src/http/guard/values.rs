//! How much the values of variables are, and how deep.

use async_graphql::Value;
use async_graphql_value::Value as Literal;

/// So many bytes of a text weigh as much as a number.
const TEXT_UNIT: usize = 100;

/// Lists and objects within each other; 0 for a single value.
pub fn nesting(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(nesting).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or_default(),
        _ => 0,
    }
}

/// How many single values it holds, the value itself among them; a long text counts as several.
pub fn weight(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(weight).fold(1, usize::saturating_add),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| text(name).saturating_add(weight(value)));
            fields.fold(1, usize::saturating_add)
        }
        Value::String(content) => 1 + text(content),
        // A file has a limit of its own, and nobody goes through it here.
        Value::Binary(_) | Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => 1,
    }
}

/// The same of a value that stands in a document, with the weights of its variables.
pub fn weight_in_document(value: &Literal, of_variable: impl Fn(&str) -> usize + Copy) -> usize {
    let weight = |value| weight_in_document(value, of_variable);
    match value {
        Literal::Variable(name) => of_variable(name),
        Literal::List(items) => items.iter().map(weight).fold(1, usize::saturating_add),
        Literal::Object(fields) => fields.values().map(weight).fold(1, usize::saturating_add),
        Literal::String(content) => 1 + text(content),
        _ => 1,
    }
}

fn text(content: &str) -> usize {
    content.len() / TEXT_UNIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: serde_json::Value) -> Value {
        Value::from_json(json).expect("a value")
    }

    #[test]
    fn nesting_counts_lists_and_objects() {
        assert_eq!(nesting(&value(serde_json::json!(5))), 0);
        assert_eq!(nesting(&value(serde_json::json!([]))), 1);
        assert_eq!(nesting(&value(serde_json::json!({ "a": [1, { "b": [] }], "c": {} }))), 4);
    }

    #[test]
    fn weight_counts_values_and_long_texts() {
        assert_eq!(weight(&value(serde_json::json!(null))), 1);
        assert_eq!(weight(&value(serde_json::json!({ "a": [1, 2], "b": "x" }))), 5);
        assert_eq!(weight(&value(serde_json::json!("x".repeat(99)))), 1);
        assert_eq!(weight(&value(serde_json::json!("x".repeat(1_000)))), 11);
        assert_eq!(weight(&value(serde_json::json!({ "x".repeat(1_000): 1 }))), 12);
    }

    #[test]
    fn a_variable_weighs_what_its_value_does() {
        let document =
            async_graphql::parser::parse_query("{ a(b: [$c, { d: $c, e: \"f\" }, 1]) }").expect("a document");
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let selection = &operation.node.selection_set.node.items[0].node;
        let async_graphql::parser::types::Selection::Field(field) = selection else { panic!("a field") };
        let weight = |of_variable| weight_in_document(&field.node.arguments[0].1.node, |_| of_variable);
        assert_eq!((weight(1), weight(100), weight(usize::MAX)), (6, 204, usize::MAX));
    }
}
