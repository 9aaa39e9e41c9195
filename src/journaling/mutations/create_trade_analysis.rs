//! `createTradeAnalysis`: a trade looked at, once for each.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, NewTradeAnalysisInput};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
    },
    journaling::{
        store,
        types::{TradeAnalysis, TradeLog},
    },
};

/// A trade looked at.
#[derive(InputObject)]
pub struct CreateTradeAnalysisInput {
    /// An id of the client's choice, `trade_analysis_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<TradeAnalysis>>,
    /// One of the viewer's own trades, which has no analysis yet.
    pub trade_log_id: Id<TradeLog>,
    #[graphql(flatten)]
    pub analysis: NewTradeAnalysisInput,
}

/// An analysis that was written.
#[derive(SimpleObject)]
pub struct CreateTradeAnalysisPayload {
    /// The new analysis.
    trade_analysis: TradeAnalysis,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    analysis: Uuid,
}

impl Mutation for CreateTradeAnalysisInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateTradeAnalysisPayload;

    fn check(&self, check: &mut Check) {
        self.analysis.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        // That it has an analysis is told of one's own trade alone.
        let path = ["input", "tradeLogId"];
        let log = write.row(self.trade_log_id, None).await.map_err(|error| match error.code {
            ErrorCode::NotFound => Error::invalid(&path, "NOT_FOUND", "There is no such trade log."),
            _ => error,
        })?;
        let id = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let row = store::analysis_row(id, write.user_id(), log.id, self.analysis);
        write.insert(row).await.map_err(|error| error.renaming("tradeLogIdUserId", "tradeLogId"))?;
        let deed = Deed::new(MODULE, "trade_analysis_created", "A trade was analysed.").created::<TradeAnalysis>(id);
        Ok((Made { analysis: id }, deed))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateTradeAnalysisPayload> {
        Ok(CreateTradeAnalysisPayload { trade_analysis: call.fetch(made.analysis).await? })
    }
}
