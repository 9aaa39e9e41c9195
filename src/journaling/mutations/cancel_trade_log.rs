//! `cancelTradeLog`: an order that was never filled.

use async_graphql::{InputObject, SimpleObject};
use entity::manual_trade_logs;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, exit::still_open, inputs::TEXT_MAX};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    journaling::types::{TradeLog, TradeStatus},
};

/// A trade that never came about.
#[derive(InputObject)]
pub struct CancelTradeLogInput {
    /// One of the viewer's own open trades.
    pub id: Id<TradeLog>,
    /// Why, at most 50,000 characters; stands in `exitReason`.
    pub reason: Option<String>,
    /// The trade's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A trade that was cancelled.
#[derive(SimpleObject)]
pub struct CancelTradeLogPayload {
    /// The trade as it is now; it brought nothing, and its plan stays readable.
    trade_log: TradeLog,
}

#[derive(Serialize, Deserialize)]
pub struct Cancelled {
    trade_log: Uuid,
}

impl Mutation for CancelTradeLogInput {
    const MODULE: Module = MODULE;
    type Done = Cancelled;
    type Payload = CancelTradeLogPayload;

    fn check(&self, check: &mut Check) {
        check.optional_text("reason", self.reason.as_ref(), TEXT_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Cancelled, Deed)> {
        let log = write.row(self.id, self.expected_updated_at).await?;
        still_open(&log)?;
        // What was never held has gained and lost nothing.
        let nothing = || Set(Some(Decimal::ZERO));
        let row = manual_trade_logs::ActiveModel {
            status: Set(Some(TradeStatus::Cancelled.stored().to_owned())),
            is_active: Set(Some(false)),
            exit_reason: Set(self.reason),
            unrealized_pnl: nothing(),
            unrealized_pnl_percent: nothing(),
            max_profit: nothing(),
            max_loss: nothing(),
            ..Default::default()
        };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "trade_log_cancelled", "A trade was cancelled.").updated::<TradeLog>(log.id);
        Ok((Cancelled { trade_log: log.id }, deed))
    }

    async fn payload(call: &Call, cancelled: Cancelled) -> Result<CancelTradeLogPayload> {
        Ok(CancelTradeLogPayload { trade_log: call.fetch(cancelled.trade_log).await? })
    }
}
