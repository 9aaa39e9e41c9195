//! Why a value could not be sealed or opened; never with the value.

use std::fmt;

use super::columns::SealedColumn;
use crate::graphql::error::Error;

/// Why a value could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What stands in the column has not the form of sealed text.
    NotSealed(SealedColumn),
    /// The ring lacks the key that it was sealed with.
    MissingKey { column: SealedColumn, key_id: String },
    /// It was changed, or it was sealed for another row, column or table, or with another key of the same id.
    DoesNotOpen { column: SealedColumn, key_id: String },
    /// The system gave no random bytes.
    NoRandomness,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSealed(SealedColumn { table, column, .. }) => {
                write!(formatter, "a value of {table}.{column} is not sealed: `stackmotive keys rotate` seals it")
            }
            Self::MissingKey { column: SealedColumn { table, column, .. }, key_id } => {
                write!(formatter, "a value of {table}.{column} was sealed with the key {key_id}, which is missing here")
            }
            Self::DoesNotOpen { column: SealedColumn { table, column, .. }, key_id } => write!(
                formatter,
                "a value of {table}.{column} does not open with the key {key_id}: it was changed or put into another \
                 row, or this is another key of that name"
            ),
            Self::NoRandomness => formatter.write_str("the system gives no random bytes"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::internal(fault.to_string())
    }
}
