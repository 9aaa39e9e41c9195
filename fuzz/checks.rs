//! What holds whatever is sent. The targets of the fuzzer call this, and so does the test that replays its corpus.

use std::sync::LazyLock;

use async_graphql::parser::{
    parse_query,
    types::{BaseType, Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type},
};
use async_graphql::{Positioned, Value as ConstValue};
use async_graphql_value::Value;
use futures_util::FutureExt;
use stackmotive::{
    graphql::{
        error::{Error, ErrorCode},
        schema::{self, Schema},
    },
    http::{
        answer::Answer,
        guard::{self, Refusal, Sent, scan},
    },
};

/// How large the answer to a refused document may be, in bytes.
const REFUSAL_MAX: usize = 2_048;
/// How large the answer to a document may be that is no document of this schema, in bytes.
const INVALID_MAX: usize = 20 * REFUSAL_MAX;

static SCHEMA: LazyLock<Schema> = LazyLock::new(schema::build);

/// The scan sees no fewer brackets and no fewer fields than the parser.
pub fn lexer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(seen) = scan::Scan::of(text) else { return };
    // Nothing else may meet the parser, here as in the server.
    if scan::look(text).is_err() {
        return;
    }
    if let Ok(document) = parse_query(text) {
        // Of two fields of one name an object keeps the last, so the parsed document may hold less.
        assert!(nesting(&document) <= seen.nesting, "brackets in {text:?}");
        assert!(fields(&document) <= seen.tokens, "tokens in {text:?}");
    }
}

/// A document, and behind a NUL its variables: the guard lets it in or says briefly why not, and what it lets in is
/// validated, executed as far as it introspects, and answered.
pub fn guard(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (query, variables) = text.split_once('\0').unwrap_or((text, "null"));
    let variables = serde_json::from_str(variables).unwrap_or(serde_json::Value::Null);
    if let Ok(sent) = Sent::in_value(serde_json::json!({ "query": query, "variables": variables })) {
        admit(sent);
    }
}

/// The body of a request, and an address with the same bytes.
pub fn request(data: &[u8]) {
    match Sent::in_body(data) {
        Ok(sent) => admit(sent),
        Err(error) => refused(error.into()),
    }
    if let Ok(text) = std::str::from_utf8(data) {
        match Sent::in_address(text) {
            Ok(sent) => admit(sent),
            Err(error) => refused(error.into()),
        }
    }
}

fn admit(sent: Sent) {
    let admitted = match guard::admit(sent) {
        Ok(admitted) => admitted,
        Err(refusal) => return refused(refusal),
    };
    let executed = SCHEMA.execute(admitted.request().only_introspection());
    let response = executed.now_or_never().expect("an introspection waits for nothing");
    let answer = Answer::of(response, &admitted.asked);
    let json: serde_json::Value =
        serde_json::from_slice(&answer.to_json().expect("an answer is JSON")).expect("an answer is JSON");
    for error in &answer.errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        assert_eq!(code, Some(&ConstValue::from("INVALID")), "{json:#}");
    }
    assert!(answer.has_run() || json.to_string().len() <= INVALID_MAX, "{json:#}");
}

fn refused(refusal: Refusal) {
    let Error { code, message, .. } = &refusal.error;
    assert!(matches!(code, ErrorCode::Invalid | ErrorCode::TooComplex), "{refusal:?}");
    assert!(!message.is_empty() && !message.contains('\n'), "{refusal:?}");
    let json = Answer::refused(refusal).to_json().expect("an answer is JSON");
    assert!(json.len() < REFUSAL_MAX, "{}", String::from_utf8_lossy(&json));
}

/// How many brackets are within each other in the text that a document was read from.
fn nesting(document: &ExecutableDocument) -> usize {
    let operations = document.operations.iter().map(|(_, operation)| in_operation(&operation.node));
    let fragments = document
        .fragments
        .values()
        .map(|fragment| in_selections(&fragment.node.selection_set.node).max(in_directives(&fragment.node.directives)));
    operations.chain(fragments).max().unwrap_or_default()
}

fn in_operation(operation: &OperationDefinition) -> usize {
    let variables = operation.variable_definitions.iter().map(|variable| {
        let default = variable.node.default_value.as_ref().map_or(0, |value| in_const(&value.node));
        1 + in_type(&variable.node.var_type.node).max(default).max(in_directives(&variable.node.directives))
    });
    let own = in_selections(&operation.selection_set.node).max(in_directives(&operation.directives));
    variables.max().unwrap_or_default().max(own)
}

fn in_selections(selections: &SelectionSet) -> usize {
    let nested = selections.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => {
            let inner = in_selections(&field.node.selection_set.node);
            inner.max(in_arguments(&field.node.arguments)).max(in_directives(&field.node.directives))
        }
        Selection::InlineFragment(fragment) => {
            in_selections(&fragment.node.selection_set.node).max(in_directives(&fragment.node.directives))
        }
        Selection::FragmentSpread(spread) => in_directives(&spread.node.directives),
    });
    nested.max().map_or(0, |nested| 1 + nested)
}

fn in_directives(directives: &[Positioned<Directive>]) -> usize {
    directives.iter().map(|directive| in_arguments(&directive.node.arguments)).max().unwrap_or_default()
}

fn in_arguments(arguments: &[(Positioned<async_graphql::Name>, Positioned<Value>)]) -> usize {
    arguments.iter().map(|(_, value)| 1 + in_value(&value.node)).max().unwrap_or_default()
}

fn in_value(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(in_value).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(in_value).max().unwrap_or_default(),
        _ => 0,
    }
}

fn in_const(value: &ConstValue) -> usize {
    match value {
        ConstValue::List(items) => 1 + items.iter().map(in_const).max().unwrap_or_default(),
        ConstValue::Object(fields) => 1 + fields.values().map(in_const).max().unwrap_or_default(),
        _ => 0,
    }
}

fn in_type(ty: &Type) -> usize {
    match &ty.base {
        BaseType::List(inner) => 1 + in_type(inner),
        BaseType::Named(_) => 0,
    }
}

fn fields(document: &ExecutableDocument) -> usize {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    operations.chain(fragments).map(fields_in).sum()
}

fn fields_in(selections: &SelectionSet) -> usize {
    let count = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) => 1 + fields_in(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => fields_in(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    selections.items.iter().map(count).sum()
}
