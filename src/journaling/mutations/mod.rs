//! Writing the journal.

mod create_journal_entry;
mod inputs;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{error::Result, mutation::perform},
};
pub use create_journal_entry::CreateJournalEntryPayload;
pub use inputs::{CreateJournalEntryInput, CreateTradeAnalysisInput, CreateTradeLogInput};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Journaling;

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
        perform(ctx, input).await
    }
}
