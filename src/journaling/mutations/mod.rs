//! Writing the journal.

mod create_journal_entry;
mod inputs;

use async_graphql::{Context, Object, SimpleObject};

use super::types::JournalEntry;
use crate::graphql::{call::call, error::Result};
pub use inputs::{CreateJournalEntryInput, CreateTradeAnalysisInput, CreateTradeLogInput};

/// The part of the product, as activity rows name it.
const MODULE: &str = "journaling";

/// An entry that was written.
#[derive(SimpleObject)]
pub struct CreateJournalEntryPayload {
    /// The new entry, with its trade log and analysis when they were given.
    journal_entry: JournalEntry,
}

#[derive(Default)]
pub struct JournalingMutations;

/// Writing the journal.
#[Object]
impl JournalingMutations {
    /// Writes an entry, with its trade log and the log's analysis when they are given: all of it or nothing.
    async fn create_journal_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry.")] input: CreateJournalEntryInput,
    ) -> Result<Option<CreateJournalEntryPayload>> {
        let journal_entry = create_journal_entry::run(call(ctx), input).await?;
        Ok(Some(CreateJournalEntryPayload { journal_entry }))
    }
}
