//! The guard in front of the executor, for HTTP and WebSocket alike.
//!
//! A client's document goes through [`admit`] before anything else looks at it, and is parsed there, once for all.

mod sent;

use async_graphql::{
    Pos,
    parser::{self, types::OperationType},
};

pub use sent::Sent;

use super::{document::Asked, operation::Operation};
use crate::graphql::error::Error;

/// A document that may run, with its variables.
pub struct Admitted {
    pub operation: Operation,
    /// The document as it was parsed, for everybody who asks it something later.
    pub asked: Asked,
    /// The text, which the executor wants to have beside the parsed document.
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
}

impl Admitted {
    /// Whether it changes nothing, so that an address may hold it.
    pub fn is_query(&self) -> bool {
        self.operation.kind == OperationType::Query
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
    let document = parser::parse_query(&sent.query).map_err(|error| unreadable(&error))?;
    let operation = Operation::of(&document, sent.operation_name.as_deref())?;
    operation.check(&sent.variables)?;
    let asked = Asked::new(document, sent.variables);
    Ok(Admitted { operation, asked, query: sent.query, operation_name: sent.operation_name })
}

fn unreadable(error: &parser::Error) -> Refusal {
    Refusal { error: Error::invalid(&[], "FORMAT", error.to_string()), at: error.positions().collect() }
}
