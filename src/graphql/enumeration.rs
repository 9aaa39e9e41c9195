//! Enumerations: a VARCHAR with a CHECK in the table, one Rust enum here, the stored text written once.

use std::str::FromStr;

use async_graphql::InputType;
use strum::VariantArray;

use super::error::{Error, Result};

/// A closed set of values; its stored texts are strum's, its GraphQL names async-graphql's.
pub trait Enumeration: InputType + Copy + VariantArray + FromStr + Into<&'static str> {
    /// The text in the table.
    fn stored(self) -> &'static str {
        self.into()
    }

    /// The value with this text; a text outside the CHECK would be a fault of ours.
    fn from_stored(text: &str) -> Result<Self> {
        text.parse().map_err(|_| Error::internal(format!("{text:?} is no {}", Self::type_name())))
    }

    /// Every stored text, in order.
    fn all_stored() -> Vec<&'static str> {
        Self::VARIANTS.iter().map(|value| value.stored()).collect()
    }
}

/// A column that may be empty.
pub fn optional<E: Enumeration>(text: Option<String>) -> Result<Option<E>> {
    text.map(|text| E::from_stored(&text)).transpose()
}
