//! `deleteTradeLog`: a trade and its analysis; what was written about it stays.

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
        types::{JournalEntry, TradeAnalysis, TradeLog},
    },
};

/// A trade log to delete.
#[derive(InputObject)]
pub struct DeleteTradeLogInput {
    /// One of the viewer's own trade logs, whatever its status.
    pub id: Id<TradeLog>,
    /// The trade's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to be told what would go while nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A trade log that is gone.
#[derive(SimpleObject)]
pub struct DeleteTradeLogPayload {
    /// The trade log that there was.
    trade_log_id: Id<TradeLog>,
    /// Its analysis, which went with it; null when it had none.
    trade_analysis_id: Option<Id<TradeAnalysis>>,
    /// The entries that wrote about the trade; they stay, and write about none now. The entry that it was the log of stays too.
    mentioned_by: Vec<Id<JournalEntry>>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    trade_log: Uuid,
    analysis: Option<Uuid>,
    mentioned_by: Vec<Uuid>,
}

impl Mutation for DeleteTradeLogInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteTradeLogPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let log = write.row(self.id, self.expected_updated_at).await?;
        let analysis = store::analysis_of_log(write.transaction(), log.user_id, log.id).await?;
        let mentioned_by = store::entries_about(write.transaction(), log.user_id, log.id).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "trade_log_deleted", "A trade log was deleted.")
            .deleted::<TradeLog>(log.id)
            .each::<TradeAnalysis>(Change::Deleted, analysis)
            .each::<JournalEntry>(Change::Updated, mentioned_by.iter().copied());
        Ok((Gone { trade_log: log.id, analysis, mentioned_by }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteTradeLogPayload> {
        Ok(DeleteTradeLogPayload {
            trade_log_id: Id::new(gone.trade_log),
            trade_analysis_id: gone.analysis.map(Id::new),
            mentioned_by: gone.mentioned_by.into_iter().map(Id::new).collect(),
        })
    }
}
