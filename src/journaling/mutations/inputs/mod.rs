//! What the journal's mutations take to make something new, and what makes it wrong.

mod journal_entry;
mod trade_analysis;
mod trade_log;

use crate::graphql::{input::Check, scalars::Json};

pub use journal_entry::CreateJournalEntryInput;
pub(super) use journal_entry::check_tags;
pub use trade_analysis::NewTradeAnalysisInput;
pub use trade_log::NewTradeLogInput;

/// How long a free text may be, in characters.
pub(super) const TEXT_MAX: usize = 50_000;

/// A JSON value that has to be a list.
pub(super) fn list(check: &mut Check, field: &str, value: Option<&Json>) {
    if value.is_some_and(|value| !value.0.is_array()) {
        check.problem(field, "FORMAT", format!("{field} is a JSON list."));
    }
}

/// A JSON value that has to be an object.
pub(super) fn object(check: &mut Check, field: &str, value: Option<&Json>) {
    if value.is_some_and(|value| !value.0.is_object()) {
        check.problem(field, "FORMAT", format!("{field} is a JSON object."));
    }
}
