//! `closeTradeLog`: a trade is left altogether.

use async_graphql::{InputObject, SimpleObject};
use entity::manual_trade_logs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    exit::{TradeExitInput, closable, units},
};
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
    journaling::types::TradeLog,
};

/// A trade to close.
#[derive(InputObject)]
pub struct CloseTradeLogInput {
    /// One of the viewer's own open trades; a sale or a cover closes another one and is not closed itself.
    pub id: Id<TradeLog>,
    #[graphql(flatten)]
    pub exit: TradeExitInput,
    /// The trade's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to be shown the figures while nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A trade that was closed.
#[derive(SimpleObject)]
pub struct CloseTradeLogPayload {
    /// The trade as it is now, with what it brought.
    trade_log: TradeLog,
}

#[derive(Serialize, Deserialize)]
pub struct Closed {
    trade_log: Uuid,
}

impl Mutation for CloseTradeLogInput {
    const MODULE: Module = MODULE;
    type Done = Closed;
    type Payload = CloseTradeLogPayload;

    fn check(&self, check: &mut Check) {
        self.exit.check_fields(check);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Closed, Deed)> {
        // The row is the lock: of two who close at once the second finds it closed.
        let log = write.row(self.id, self.expected_updated_at).await?;
        let side = closable(&log)?;
        let mut row = manual_trade_logs::ActiveModel::default();
        self.exit.leave(&log, side, &units(&log), &mut row)?;
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "trade_log_closed", "A trade was closed.").updated::<TradeLog>(log.id);
        Ok((Closed { trade_log: log.id }, deed))
    }

    async fn payload(call: &Call, closed: Closed) -> Result<CloseTradeLogPayload> {
        Ok(CloseTradeLogPayload { trade_log: call.fetch(closed.trade_log).await? })
    }
}
