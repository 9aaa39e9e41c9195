//! Figures over the rows of a list, and over groups of them: counts, sums, averages, extremes.
//!
//! What can be told of a column and what rows can be grouped by stands in the tables' descriptions, so a list offers
//! figures as soon as its table measures something. `request` is what a document asks for, `inputs` and
//! `condition` read it, `statement` is the one statement for all rows that the list hangs off, [`answer`] is what
//! follows from its sums, and `types` shows it.
//!
//! Money is told for each currency, because amounts of different ones are never added.

pub mod answer;
mod batch;
mod condition;
mod inputs;
mod request;
mod statement;
mod types;

pub use types::Totals;

use super::table::Table;

/// Whether the lists of a table offer figures.
pub fn offers(table: &Table) -> bool {
    table.measured().next().is_some()
}
