//! What a document costs, in points: known before anything is read, from the document and its variables alone.
//!
//! A point is a row. A list that is read costs 1 and 1 for each row that its page may have, whatever fields of the rows
//! are selected; what hangs off the rows of a page is paid for each of them. `docs/api.md` has the formula for clients.
//!
//! - [`prices`] has every price, on one page;
//! - [`fields`] knows from the schema itself what kind of thing each field is, so that a new type or list has a price;
//! - [`estimate`] adds up a document;
//! - [`Meter`] counts what was really read, and [`Estimate::actual`] is at most what was estimated.

pub mod estimate;
pub mod fields;
mod meter;
pub mod prices;
pub mod values;

pub use estimate::Estimate;
pub use meter::Meter;

#[cfg(test)]
mod tests;
