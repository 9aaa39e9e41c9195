//! What a change of a trade log may touch in its state, and the figures that follow.

use async_graphql::MaybeUndefined;
use chrono::Utc;
use entity::manual_trade_logs::{ActiveModel, Model};
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::Set;

use super::{
    UpdateTradeLogInput,
    exit::{before_entry, extremes, profit_too_large},
};
use crate::{
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
        input::after,
        mutation::Write,
        scalars::Decimal,
    },
    journaling::{
        store,
        trade::{
            self,
            revision::{Terms, TooLarge},
        },
        types::{TradeLog, TradeStatus, TradeType},
    },
};

/// The columns that follow from the others, as they are after the change; CONFLICT when the trade's state forbids it.
pub async fn revised(write: &Write<'_>, log: &Model, input: &UpdateTradeLogInput) -> Result<ActiveModel> {
    let status = log.status.as_deref().map(TradeStatus::from_stored).transpose()?;
    if let Some(sentence) = forbidden(status, log, input) {
        return Err(Write::conflict::<TradeLog>(log, format!("{sentence} Nothing was changed.")));
    }
    check_times(status, log, input)?;
    let (noted, right) = (terms(log)?, corrected(log, input)?);
    let currency = input.currency.value().map_or(&log.currency, |currency| &currency.0);
    if noted == right && *currency == log.currency {
        return Ok(ActiveModel::default());
    }
    let seen = extremes(log.max_profit, log.max_loss);
    let figures = right.figures(&noted, log.total_value, seen).map_err(|figure| too_large(figure, input))?;
    let total = figures.total_value;
    let mut row = ActiveModel {
        total_value: Set(total),
        risk_reward_ratio: Set(figures.risk_reward_ratio),
        unrealized_pnl: Set(Some(figures.unrealized.pnl)),
        unrealized_pnl_percent: Set(figures.unrealized.percent),
        max_profit: Set(Some(figures.extremes.max_profit)),
        max_loss: Set(Some(figures.extremes.max_loss)),
        ..Default::default()
    };
    if let Some(realized) = figures.realized {
        row.realized_pnl = Set(Some(realized.pnl));
        row.realized_pnl_percent = Set(realized.percent);
    }
    if status == Some(TradeStatus::Closed) {
        // The portfolio of today has nothing to do with how large the trade was in that of then.
        let size = log.position_size_percent;
        row.position_size_percent =
            Set(size.and_then(|size| trade::position_size_corrected(size, log.total_value, total)));
    } else if total != log.total_value || *currency != log.currency {
        let worth = store::portfolio_value(write.transaction(), log.user_id, currency).await?;
        row.position_size_percent = Set(trade::position_size_percent(total, worth));
    }
    Ok(row)
}

/// Why the trade's state does not allow the change.
fn forbidden(status: Option<TradeStatus>, log: &Model, input: &UpdateTradeLogInput) -> Option<&'static str> {
    let turns = input.trade_type.value().is_some_and(|kind| kind.stored() != log.trade_type)
        || input.currency.value().is_some_and(|currency| currency.0 != log.currency);
    let resizes = [
        (&input.entry_price, Some(log.entry_price)),
        (&input.quantity, Some(log.quantity)),
        (&input.fees, log.fees),
        (&input.target_price, log.target_price),
        (&input.stop_loss_price, log.stop_loss_price),
    ]
    .into_iter()
    .any(|(given, stored)| price(given, stored) != stored);
    let leaves = price(&input.exit_price, log.exit_price) != log.exit_price || !input.exit_date.is_undefined();
    let has_exit = leaves || input.exit_reason.value().is_some();
    match status {
        Some(TradeStatus::Closed) if turns => Some("This trade is closed: its direction and currency stay."),
        Some(TradeStatus::Cancelled) if turns || resizes || leaves => {
            Some("This trade is cancelled: its figures stay.")
        }
        Some(TradeStatus::Closed | TradeStatus::Cancelled) => None,
        Some(TradeStatus::Open | TradeStatus::Partial) | None if has_exit => {
            Some("This trade is not closed and has no exit: closeTradeLog closes it.")
        }
        Some(TradeStatus::Open | TradeStatus::Partial) | None => None,
    }
}

/// A closed trade was executed before it was left.
fn check_times(status: Option<TradeStatus>, log: &Model, input: &UpdateTradeLogInput) -> Result<()> {
    let entry = input.execution_time.value().map_or(log.execution_time.with_timezone(&Utc), |time| time.0);
    let exit = input.exit_date.value().map(|time| time.0).or(log.exit_date.map(|time| time.with_timezone(&Utc)));
    let is_out_of_order = status == Some(TradeStatus::Closed) && exit.is_some_and(|exit| exit < entry);
    if is_out_of_order && !(input.execution_time.is_undefined() && input.exit_date.is_undefined()) {
        return Err(before_entry(if input.exit_date.is_undefined() { "executionTime" } else { "exitDate" }));
    }
    Ok(())
}

fn terms(log: &Model) -> Result<Terms> {
    Ok(Terms {
        side: TradeType::from_stored(&log.trade_type)?.side(),
        entry_price: log.entry_price,
        quantity: log.quantity,
        fees: log.fees.unwrap_or_default(),
        target_price: log.target_price,
        stop_loss_price: log.stop_loss_price,
        current_price: log.current_price,
        exit_price: log.exit_price,
    })
}

fn corrected(log: &Model, input: &UpdateTradeLogInput) -> Result<Terms> {
    let noted = terms(log)?;
    Ok(Terms {
        side: input.trade_type.value().map_or(noted.side, |kind| kind.side()),
        entry_price: price(&input.entry_price, Some(log.entry_price)).unwrap_or(log.entry_price),
        quantity: price(&input.quantity, Some(log.quantity)).unwrap_or(log.quantity),
        fees: price(&input.fees, log.fees).unwrap_or_default(),
        target_price: price(&input.target_price, log.target_price),
        stop_loss_price: price(&input.stop_loss_price, log.stop_loss_price),
        exit_price: price(&input.exit_price, log.exit_price),
        ..noted
    })
}

fn price(given: &MaybeUndefined<Decimal>, stored: Option<Number>) -> Option<Number> {
    after(given, stored, |value| value.0)
}

/// The problem at the field that made a figure too large.
fn too_large(figure: TooLarge, input: &UpdateTradeLogInput) -> Error {
    let given = [
        ("quantity", &input.quantity),
        ("entryPrice", &input.entry_price),
        ("exitPrice", &input.exit_price),
        ("fees", &input.fees),
    ];
    let field = given.iter().find(|(_, value)| value.value().is_some()).map_or("tradeType", |(field, _)| field);
    match figure {
        TooLarge::TotalValue => {
            let sentence = "entryPrice × quantity has at most 18 digits before the point.";
            Error::invalid(&["input", field], "OUT_OF_RANGE", sentence)
        }
        TooLarge::Profit => profit_too_large(field),
    }
}
