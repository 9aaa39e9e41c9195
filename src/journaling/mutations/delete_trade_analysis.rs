//! `deleteTradeAnalysis`: an analysis; its trade stays.

use async_graphql::{InputObject, SimpleObject};
use entity::trade_analysis;
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
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    journaling::types::TradeAnalysis,
};

/// An analysis to delete.
#[derive(InputObject)]
pub struct DeleteTradeAnalysisInput {
    /// One of the viewer's own analyses.
    pub id: Id<TradeAnalysis>,
    /// The analysis's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An analysis that is gone.
#[derive(SimpleObject)]
pub struct DeleteTradeAnalysisPayload {
    /// The analysis that there was; its trade has none now.
    trade_analysis_id: Id<TradeAnalysis>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    analysis: Uuid,
}

impl Mutation for DeleteTradeAnalysisInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteTradeAnalysisPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let analysis: trade_analysis::Model = write.row(self.id, self.expected_updated_at).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "trade_analysis_deleted", "An analysis of a trade was deleted.");
        Ok((Gone { analysis: analysis.id }, deed.deleted::<TradeAnalysis>(analysis.id)))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteTradeAnalysisPayload> {
        Ok(DeleteTradeAnalysisPayload { trade_analysis_id: Id::new(gone.analysis) })
    }
}
