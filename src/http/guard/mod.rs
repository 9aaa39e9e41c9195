//! The guard in front of the executor, for HTTP and WebSocket alike.
//!
//! A client's document goes through [`admit`] before anything else looks at it, and is parsed there, once for all.
//! async-graphql recurses into whatever it is given, in its parser, its validation and its executor, and takes time
//! that grows exponentially with some documents; so nothing gets that far that isn't known to be small:
//!
//! 1. [`sent`](Sent) reads the request: one document, never a batch;
//! 2. [`scan`] looks at the text, with a lexer that doesn't recurse: bytes, brackets within each other, tokens, names;
//! 3. the parser reads it, the only time;
//! 4. `spreads` puts the fragments in order, so that none spreads itself;
//! 5. [`size`] measures what the document comes to with its fragments and variables.
//!
//! The [limits](Limit) stand on one page. A refusal costs no more than reading the document.

mod introspection;
pub mod lexer;
pub mod limits;
pub mod scan;
mod sent;
pub mod size;
mod spreads;
mod unreadable;
mod values;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Pos, Request,
    parser::{
        self,
        types::{ExecutableDocument, OperationType},
    },
};
use size::Size;

pub use limits::{BODY_MAX, FILE_MAX, Limit};
pub use sent::Sent;

use super::{
    document::{Asked, is_type},
    operation::Operation,
};
use crate::graphql::{ahead::plan::Plans, cost::Estimate, definitions::named, error::Error};

/// A document that may run, with its variables.
pub struct Admitted {
    pub operation: Operation,
    /// The document as it was parsed, for everybody who asks it something later.
    pub asked: Asked,
    query: String,
    operation_name: Option<String>,
    /// What it may cost, added up once.
    pub estimate: OnceLock<Estimate>,
    /// How its relations are read ahead.
    pub plans: Arc<Plans>,
    /// Whether the executor has found nothing wrong with it.
    is_proven: AtomicBool,
}

impl Admitted {
    /// Whether it changes nothing, so that an address may hold it.
    pub fn is_query(&self) -> bool {
        self.operation.kind == OperationType::Query
    }

    /// Whether it changes something.
    pub fn is_mutation(&self) -> bool {
        self.operation.kind == OperationType::Mutation
    }

    /// Whether it has any number of answers.
    pub fn is_subscription(&self) -> bool {
        self.operation.kind == OperationType::Subscription
    }

    /// Whether it may select fields that describe the schema.
    pub fn asks_for_schema(&self) -> bool {
        self.query.replace("__typename", "").contains("__")
    }

    /// Takes note that it has run, and need not be checked against the schema again.
    pub fn prove(&self) {
        self.is_proven.store(true, Ordering::Release);
    }

    /// Whether it has run before.
    pub fn is_proven(&self) -> bool {
        self.is_proven.load(Ordering::Acquire)
    }

    /// The request for the executor, which takes the parsed document instead of reading the text again.
    pub fn request(&self) -> Request {
        let mut request = Request::new(&self.query).variables(self.asked.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.asked.document().clone());
        request
    }
}

/// Why a document doesn't run, and where in it the reason stands.
#[derive(Debug)]
pub struct Refusal {
    pub error: Error,
    pub at: Vec<Pos>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, at: Vec::new() }
    }
}

/// Lets a document in, or says why not.
///
/// # Errors
/// When it can't be read, is larger than a document may be, or misses a variable.
pub fn admit(sent: Sent) -> Result<Admitted, Refusal> {
    let text = scan::look(&sent.query)?;
    let nesting = sent.variables.values().map(|value| 1 + values::nesting(value)).max();
    Limit::VariableNesting.hold(nesting.unwrap_or_default())?;
    let document = parser::parse_query(&text).map_err(|error| unreadable::refusal(&error))?;
    let operation = Operation::of(&document, sent.operation_name.as_deref())?;
    Size::of(&document, &sent.variables)?.hold()?;
    known_types(&document)?;
    operation.check(&sent.variables)?;
    let asked = Asked::new(document, sent.variables);
    Ok(Admitted {
        operation,
        asked,
        query: sent.query,
        operation_name: sent.operation_name,
        estimate: OnceLock::new(),
        plans: Arc::default(),
        is_proven: AtomicBool::new(false),
    })
}

/// Refuses variables of a type that there isn't: with a list of such a type and a default value, the library panics.
fn known_types(document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut variables = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let unknown = variables.find(|variable| !is_type(named(&variable.node.var_type.node)));
    unknown.map_or(Ok(()), |variable| {
        let sentence = format!("There is no type {}.", named(&variable.node.var_type.node));
        Err(Refusal { error: Error::invalid(&[], "FORMAT", sentence), at: vec![variable.node.var_type.pos] })
    })
}
