//! `deleteJournalEntry`: an entry; its trade log stays and stands alone.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
    },
    journaling::{
        store,
        types::{JournalEntry, TradeLog},
    },
};

/// An entry to delete.
#[derive(InputObject)]
pub struct DeleteJournalEntryInput {
    /// One of the viewer's own entries.
    pub id: Id<JournalEntry>,
    /// The entry's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to be told what would become of its trade log while nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// An entry that is gone.
#[derive(SimpleObject)]
pub struct DeleteJournalEntryPayload {
    /// The entry that there was.
    journal_entry_id: Id<JournalEntry>,
    /// Its trade log, which stays with its analysis and belongs to no entry now; null when it had none.
    trade_log: Option<TradeLog>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    entry: Uuid,
    trade_log: Option<Uuid>,
}

impl Mutation for DeleteJournalEntryInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteJournalEntryPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let entry = write.row(self.id, self.expected_updated_at).await?;
        let trade_log = store::log_of_entry(write.transaction(), entry.user_id, entry.id).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "journal_entry_deleted", "A journal entry was deleted.")
            .deleted::<JournalEntry>(entry.id)
            .each::<TradeLog>(Change::Updated, trade_log);
        Ok((Gone { entry: entry.id, trade_log }, deed))
    }

    async fn payload(call: &Call, gone: Gone) -> Result<DeleteJournalEntryPayload> {
        let trade_log = match gone.trade_log {
            Some(id) => call.find(id).await?,
            None => None,
        };
        Ok(DeleteJournalEntryPayload { journal_entry_id: Id::new(gone.entry), trade_log })
    }
}
