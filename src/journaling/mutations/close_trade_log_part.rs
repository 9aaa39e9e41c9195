//! `closeTradeLogPart`: some units of a trade are left; they become a closed trade of their own.

use async_graphql::{InputObject, SimpleObject};
use entity::manual_trade_logs::{ActiveModel, Model};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    exit::{TradeExitInput, closable, extremes, profit_too_large, units},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Decimal},
    },
    journaling::{
        trade::{
            Side,
            outcome::{Lot, Outcome},
            split::{Share, split},
        },
        types::TradeLog,
    },
};

/// A part of a trade to close.
#[derive(InputObject)]
pub struct CloseTradeLogPartInput {
    /// One of the viewer's own open trades; a sale or a cover closes another one and is not closed itself.
    pub id: Id<TradeLog>,
    /// An id of the client's choice for the closed part, `trade_log_` and a UUID; made when left out.
    pub part_id: Option<Id<TradeLog>>,
    /// How many units are left; greater than 0 and less than there are, at most 8 decimal places.
    pub quantity: Decimal,
    #[graphql(flatten)]
    pub exit: TradeExitInput,
    /// The trade's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to be shown the figures while nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A trade of which a part was closed.
#[derive(SimpleObject)]
pub struct CloseTradeLogPartPayload {
    /// What stays open: the same trade with its entry and analysis, and its share of total value, fees, size and extremes.
    trade_log: TradeLog,
    /// What was closed: a trade of its own, without entry and analysis. It takes the remainders of rounding, so
    /// that the shares of both add up to what there was: its total value may be a cent off entry price times quantity.
    closed_part: TradeLog,
}

#[derive(Serialize, Deserialize)]
pub struct Split {
    trade_log: Uuid,
    closed_part: Uuid,
}

impl Mutation for CloseTradeLogPartInput {
    const MODULE: Module = MODULE;
    type Done = Split;
    type Payload = CloseTradeLogPartPayload;

    fn check(&self, check: &mut Check) {
        check.positive("quantity", self.quantity, 20, 8);
        self.exit.check_fields(check);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Split, Deed)> {
        let log = write.row(self.id, self.expected_updated_at).await?;
        let side = closable(&log)?;
        let (part, rest) = split(log.entry_price, &units(&log), self.quantity.0).ok_or_else(|| {
            let sentence = format!("A part is less than the {} that are open; closeTradeLog closes all.", log.quantity);
            Error::invalid(&["input", "quantity"], "OUT_OF_RANGE", sentence)
        })?;
        let closed_part = self.part_id.map_or_else(Uuid::now_v7, |id| id.0);
        let mut row = part_row(closed_part, &log, &part);
        self.exit.leave(&log, side, &part, &mut row)?;
        write.insert(row).await.map_err(|error| error.renaming("id", "partId"))?;
        write.update(self.id, rest_row(&log, side, &rest)?).await?;
        let deed = Deed::new(MODULE, "trade_log_part_closed", "A part of a trade was closed.")
            .updated::<TradeLog>(log.id)
            .created::<TradeLog>(closed_part);
        Ok((Split { trade_log: log.id, closed_part }, deed))
    }

    async fn payload(call: &Call, split: Split) -> Result<CloseTradeLogPartPayload> {
        let (trade_log, closed_part) = (call.fetch(split.trade_log).await?, call.fetch(split.closed_part).await?);
        Ok(CloseTradeLogPartPayload { trade_log, closed_part })
    }
}

/// The part as a trade of its own; the entry and the analysis stay with the rest.
fn part_row(id: Uuid, log: &Model, part: &Share) -> ActiveModel {
    let mut row = ActiveModel::from(log.clone()).reset_all();
    row.id = Set(id);
    row.journal_entry_id = Set(None);
    row.quantity = Set(part.quantity);
    row.total_value = Set(part.total_value);
    row.position_size_percent = Set(part.position_size_percent);
    row.created_at = NotSet;
    row.updated_at = NotSet;
    row
}

/// What changes of the rest, which is worth what its units are worth.
fn rest_row(log: &Model, side: Side, rest: &Share) -> Result<ActiveModel> {
    let lot = Lot { side, entry_price: log.entry_price, quantity: rest.quantity };
    let unrealized = match log.current_price {
        None => Outcome::NOTHING,
        Some(price) => lot.unrealized(price, rest.total_value).ok_or_else(|| profit_too_large("quantity"))?,
    };
    let extremes = extremes(rest.max_profit, rest.max_loss).seen(unrealized.pnl);
    Ok(ActiveModel {
        quantity: Set(rest.quantity),
        total_value: Set(rest.total_value),
        fees: Set(rest.fees),
        position_size_percent: Set(rest.position_size_percent),
        unrealized_pnl: Set(Some(unrealized.pnl)),
        unrealized_pnl_percent: Set(unrealized.percent),
        max_profit: Set(Some(extremes.max_profit)),
        max_loss: Set(Some(extremes.max_loss)),
        ..Default::default()
    })
}
