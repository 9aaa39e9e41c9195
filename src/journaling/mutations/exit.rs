//! Leaving a trade: what closing one and closing a part of one have in common.

use async_graphql::InputObject;
use chrono::Utc;
use entity::manual_trade_logs::{ActiveModel, Model};
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::Set;

use super::inputs::TEXT_MAX;
use crate::{
    clock,
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
        input::Check,
        mutation::Write,
        scalars::{DateTime, Decimal},
    },
    journaling::{
        trade::{
            Side,
            outcome::{self, Extremes, Lot},
            split::Share,
        },
        types::{TradeLog, TradeStatus, TradeType},
    },
};

/// How a trade is left.
#[derive(InputObject)]
pub struct TradeExitInput {
    /// Price of a unit at the exit; greater than 0, at most 4 decimal places.
    pub exit_price: Decimal,
    /// When it is left, not before the trade was executed and not in the future; now when left out.
    pub exit_date: Option<DateTime>,
    /// Why, at most 50,000 characters.
    pub exit_reason: Option<String>,
    /// What leaving costs in the trade's currency, added to the fees so far; not negative, at most 2 decimal places.
    pub fees: Option<Decimal>,
}

impl TradeExitInput {
    pub fn check_fields(&self, check: &mut Check) {
        check.positive("exitPrice", self.exit_price, 20, 4);
        check.past("exitDate", self.exit_date, clock::now());
        check.optional_text("exitReason", self.exit_reason.as_ref(), TEXT_MAX);
        if let Some(fees) = self.fees {
            check.not_negative("fees", fees, 20, 2);
        }
    }

    /// Sets what changes of a log, of which these units are left: its figures are net of its fees and of these.
    pub fn leave(self, log: &Model, side: Side, units: &Share, row: &mut ActiveModel) -> Result<()> {
        let exit_date = self.exit_date.map_or_else(clock::now, |time| time.0);
        if exit_date < log.execution_time.with_timezone(&Utc) {
            return Err(before_entry("exitDate"));
        }
        let (price, too_large) = (self.exit_price.0, || profit_too_large("exitPrice"));
        let fees = outcome::fees(units.fees, self.fees.map(|fees| fees.0)).ok_or_else(fees_too_large)?;
        let lot = Lot { side, entry_price: log.entry_price, quantity: units.quantity };
        let gross = lot.profit_at(price).ok_or_else(too_large)?;
        let net = lot.realized(price, fees.unwrap_or_default(), units.total_value).ok_or_else(too_large)?;
        let extremes = extremes(units.max_profit, units.max_loss).seen(gross);
        row.fees = Set(fees);
        row.unrealized_pnl = Set(Some(Number::ZERO));
        row.unrealized_pnl_percent = Set(Some(Number::ZERO));
        row.max_profit = Set(Some(extremes.max_profit));
        row.max_loss = Set(Some(extremes.max_loss));
        row.exit_price = Set(Some(price));
        row.exit_date = Set(Some(exit_date.into()));
        row.exit_reason = Set(self.exit_reason);
        row.realized_pnl = Set(Some(net.pnl));
        row.realized_pnl_percent = Set(net.percent);
        row.status = Set(Some(TradeStatus::Closed.stored().to_owned()));
        row.is_active = Set(Some(false));
        Ok(())
    }
}

/// Everything that is counted of a trade.
pub fn units(log: &Model) -> Share {
    Share {
        quantity: log.quantity,
        total_value: log.total_value,
        fees: log.fees,
        position_size_percent: log.position_size_percent,
        max_profit: log.max_profit,
        max_loss: log.max_loss,
    }
}

/// The most and the least that was seen; nothing where it is not known.
pub fn extremes(max_profit: Option<Number>, max_loss: Option<Number>) -> Extremes {
    Extremes { max_profit: max_profit.unwrap_or_default(), max_loss: max_loss.unwrap_or_default() }
}

/// The direction of a trade that can be closed: open, and no closing trade itself.
pub fn closable(log: &Model) -> Result<Side> {
    let side = TradeType::from_stored(&log.trade_type)?.side();
    let side = side.ok_or_else(|| {
        let sentence = "A sale or a cover closes another trade: it cannot be closed itself.";
        Error::invalid(&["input", "id"], "NOT_CLOSABLE", sentence)
    })?;
    still_open(log).map(|()| side)
}

/// CONFLICT with what stands there, unless a trade is open.
pub fn still_open(log: &Model) -> Result<()> {
    let status = match log.status.as_deref() {
        Some("open") => return Ok(()),
        Some(status) => status,
        None => "in no known state",
    };
    Err(Write::conflict::<TradeLog>(log, format!("This trade is {status}, not open; nothing was changed.")))
}

pub fn before_entry(field: &str) -> Error {
    Error::invalid(&["input", field], "OUT_OF_RANGE", "A trade is not left before it was executed.")
}

pub fn profit_too_large(field: &str) -> Error {
    Error::invalid(&["input", field], "OUT_OF_RANGE", "The profit or loss has at most 18 digits before the point.")
}

fn fees_too_large() -> Error {
    Error::invalid(&["input", "fees"], "OUT_OF_RANGE", "All fees together have at most 18 digits before the point.")
}
