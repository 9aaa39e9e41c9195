//! Which operation of a document runs, looked at before it does.

use async_graphql::{
    Positioned, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection},
};

use crate::graphql::error::{Error, Issue, Result};

/// How much of an operation's name is logged: names come from clients and have no limit of their own.
const NAME_MAX: usize = 100;

/// What is known of an operation before it runs.
pub struct Operation {
    /// The name that it has in the document, empty when it has none; for the log.
    pub name: String,
    pub kind: OperationType,
    variables: Vec<Needed>,
}

/// A variable that is never null.
struct Needed {
    name: String,
    has_default: bool,
}

impl Operation {
    /// The one operation of a document.
    ///
    /// # Errors
    /// When there are several, or the request names another.
    pub fn of(document: &ExecutableDocument, wanted: Option<&str>) -> Result<Self> {
        let count = document.operations.iter().len();
        let Some((name, operation)) = document.operations.iter().next().filter(|_| count == 1) else {
            return Err(several(count));
        };
        let is_other = |wanted: &str| name.is_none_or(|name| name.as_str() != wanted);
        if wanted.is_some_and(is_other) {
            return Err(unknown());
        }
        if operation.node.ty == OperationType::Subscription {
            one_field(&operation.node)?;
        }
        let name = name.map(|name| name.chars().take(NAME_MAX).collect());
        let variables = needed(&operation.node);
        Ok(Self { name: name.unwrap_or_default(), kind: operation.node.ty, variables })
    }

    /// Refuses to run without a variable that must be there; the executor would notice only in the middle of its work.
    ///
    /// # Errors
    /// When a variable is missing, or null where it must not be; every one is told.
    pub fn check(&self, given: &Variables) -> Result<()> {
        let is_missing = |needed: &&Needed| match given.get(needed.name.as_str()) {
            Some(value) => *value == Value::Null,
            None => !needed.has_default,
        };
        let issue = |Needed { name, .. }: &Needed| {
            Issue::new(&["variables", name], "REQUIRED", format!("The variable ${name} is missing."))
        };
        let issues: Vec<Issue> = self.variables.iter().filter(is_missing).map(issue).collect();
        if issues.is_empty() { Ok(()) } else { Err(Error::issues(issues)) }
    }
}

fn needed(operation: &OperationDefinition) -> Vec<Needed> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let needed = definitions.filter(|definition| !definition.var_type.node.nullable);
    let needed = needed.map(|definition| Needed {
        name: definition.name.node.to_string(),
        has_default: definition.default_value.is_some(),
    });
    needed.collect()
}

/// A subscription follows one thing. The library would run several beside each other, and skip fragments.
fn one_field(operation: &OperationDefinition) -> Result<()> {
    match operation.selection_set.node.items.as_slice() {
        [Positioned { node: Selection::Field(field), .. }] if field.node.directives.is_empty() => Ok(()),
        _ => {
            let sentence = "A subscription selects one field, without a fragment or a directive around it.";
            Err(Error::invalid(&["query"], "FORMAT", sentence))
        }
    }
}

fn unknown() -> Error {
    Error::invalid(&["operationName"], "NOT_FOUND", "The document has no operation of this name.")
}

fn several(count: usize) -> Error {
    Error::invalid(&["query"], "FORMAT", format!("A document holds one operation; this one holds {count}."))
}
