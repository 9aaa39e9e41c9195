//! `updateTradeLog`: what was noted of a trade, corrected; its figures follow.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::manual_trade_logs::{ActiveModel, Model};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::{TEXT_MAX, list, object},
    revised::revised,
};
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::{Check, change, keep_or_set, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::{Currency, Date, DateTime, Decimal, Json},
    },
    journaling::types::{AccountType, JournalEntry, TimeHorizon, TradeLog, TradeType},
    preferences::types::OrderType,
};

/// What is to change of a trade log. A field that is left out stays as it is.
///
/// Words can be changed at any time; figures of an open trade and, where they were noted wrongly, of a closed one too.
/// Every figure that follows from others is computed anew.
#[derive(InputObject)]
pub struct UpdateTradeLogInput {
    /// One of the viewer's own trade logs.
    pub id: Id<TradeLog>,
    /// One of the viewer's own entries, which has no trade log yet, to become this trade's; null lets the trade stand alone.
    pub journal_entry_id: MaybeUndefined<Id<JournalEntry>>,
    /// What was traded, at most 20 characters; stored in capitals.
    pub symbol: MaybeUndefined<String>,
    /// The currency of its prices; of an open trade alone.
    pub currency: MaybeUndefined<Currency>,
    /// The asset's full name, at most 255 characters; null clears it.
    pub asset_name: MaybeUndefined<String>,
    /// Which way it goes; of an open trade alone.
    pub trade_type: MaybeUndefined<TradeType>,
    /// Price of a unit at entry; greater than 0, at most 4 decimal places; not of a cancelled trade.
    pub entry_price: MaybeUndefined<Decimal>,
    /// Units; greater than 0, at most 8 decimal places; not of a cancelled trade.
    pub quantity: MaybeUndefined<Decimal>,
    /// How it was ordered; null clears it.
    pub order_type: MaybeUndefined<OrderType>,
    /// All fees in its currency; not negative, at most 2 decimal places; null clears them; not of a cancelled trade.
    pub fees: MaybeUndefined<Decimal>,
    /// The broker, at most 100 characters; null clears it.
    pub broker: MaybeUndefined<String>,
    /// Whether money is at stake; null clears it.
    pub account_type: MaybeUndefined<AccountType>,
    /// The price to leave at with a gain; greater than 0, at most 4 decimal places; null clears it; not of a cancelled trade.
    pub target_price: MaybeUndefined<Decimal>,
    /// The price to leave at with a loss; greater than 0, at most 4 decimal places; null clears it; not of a cancelled trade.
    pub stop_loss_price: MaybeUndefined<Decimal>,
    /// The strategy followed, at most 100 characters; null clears it.
    pub strategy: MaybeUndefined<String>,
    /// How long it is meant to last; null clears it.
    pub time_horizon: MaybeUndefined<TimeHorizon>,
    /// How sure the trader is, 1 to 10; null clears it.
    pub conviction_level: MaybeUndefined<i32>,
    /// How the market stood, at most 50,000 characters; null clears it.
    pub market_conditions: MaybeUndefined<String>,
    /// Events of the day, as a JSON list; null clears them.
    pub economic_events: MaybeUndefined<Json>,
    /// Indicators and their values, as a JSON object; null clears them.
    pub technical_indicators: MaybeUndefined<Json>,
    /// The trading day, not in the future.
    pub trade_date: MaybeUndefined<Date>,
    /// When it was executed, not in the future; not behind the exit of a closed trade.
    pub execution_time: MaybeUndefined<DateTime>,
    /// Price of a unit at the exit; greater than 0, at most 4 decimal places; of a closed trade alone.
    pub exit_price: MaybeUndefined<Decimal>,
    /// When it was left, not before it was executed and not in the future; of a closed trade alone.
    pub exit_date: MaybeUndefined<DateTime>,
    /// Why it was left, at most 50,000 characters; null clears it; not of an open trade.
    pub exit_reason: MaybeUndefined<String>,
    /// The trade's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A trade log that was changed.
#[derive(SimpleObject)]
pub struct UpdateTradeLogPayload {
    /// The trade as it is now.
    trade_log: TradeLog,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    trade_log: Uuid,
}

impl UpdateTradeLogInput {
    fn check_texts(&self, check: &mut Check) {
        check.new_symbol("symbol", &self.symbol);
        for (field, text, max) in [
            ("assetName", &self.asset_name, 255),
            ("broker", &self.broker, 100),
            ("strategy", &self.strategy, 100),
            ("marketConditions", &self.market_conditions, TEXT_MAX),
            ("exitReason", &self.exit_reason, TEXT_MAX),
        ] {
            check.new_text(field, text, max);
        }
        list(check, "economicEvents", self.economic_events.value());
        object(check, "technicalIndicators", self.technical_indicators.value());
    }

    fn check_figures(&self, check: &mut Check) {
        for (field, value, scale) in [
            ("entryPrice", &self.entry_price, 4),
            ("quantity", &self.quantity, 8),
            ("targetPrice", &self.target_price, 4),
            ("stopLossPrice", &self.stop_loss_price, 4),
            ("exitPrice", &self.exit_price, 4),
        ] {
            check.new_positive(field, value, 20, scale);
        }
        check.new_not_negative("fees", &self.fees, 20, 2);
        check.new_range("convictionLevel", &self.conviction_level, 1, 10);
    }
}

impl Mutation for UpdateTradeLogInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateTradeLogPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("symbol", &self.symbol);
        check.never_null("currency", &self.currency);
        check.never_null("tradeType", &self.trade_type);
        check.never_null("entryPrice", &self.entry_price);
        check.never_null("quantity", &self.quantity);
        check.never_null("tradeDate", &self.trade_date);
        check.never_null("executionTime", &self.execution_time);
        check.never_null("exitPrice", &self.exit_price);
        check.never_null("exitDate", &self.exit_date);
        let now = clock::now();
        check.begun("tradeDate", self.trade_date.value().copied(), now);
        check.past("executionTime", self.execution_time.value().copied(), now);
        check.past("exitDate", self.exit_date.value().copied(), now);
        self.check_texts(check);
        self.check_figures(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let log: Model = write.row(self.id, self.expected_updated_at).await?;
        let figures = revised(write, &log, &self).await?;
        let row = ActiveModel {
            journal_entry_id: change(self.journal_entry_id, |id| id.0),
            symbol: keep_or_set(self.symbol, |text| symbol(&text)),
            currency: keep_or_set(self.currency, |currency| currency.0),
            asset_name: change(self.asset_name, |text| text),
            trade_type: keep_or_set(self.trade_type, |kind| kind.stored().to_owned()),
            entry_price: keep_or_set(self.entry_price, |price| price.0),
            quantity: keep_or_set(self.quantity, |quantity| quantity.0),
            order_type: change(self.order_type, |kind| kind.stored().to_owned()),
            fees: change(self.fees, |fees| fees.0),
            broker: change(self.broker, |text| text),
            account_type: change(self.account_type, |kind| kind.stored().to_owned()),
            target_price: change(self.target_price, |price| price.0),
            stop_loss_price: change(self.stop_loss_price, |price| price.0),
            strategy: change(self.strategy, |text| text),
            time_horizon: change(self.time_horizon, |horizon| horizon.stored().to_owned()),
            conviction_level: change(self.conviction_level, |level| level),
            market_conditions: change(self.market_conditions, |text| text),
            economic_events: change(self.economic_events, |events| events.0),
            technical_indicators: change(self.technical_indicators, |values| values.0),
            trade_date: keep_or_set(self.trade_date, |date| date.0),
            execution_time: keep_or_set(self.execution_time, Into::into),
            exit_price: change(self.exit_price, |price| price.0),
            exit_date: change(self.exit_date, Into::into),
            exit_reason: change(self.exit_reason, |text| text),
            ..figures
        };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "trade_log_updated", "A trade log was changed.").updated::<TradeLog>(log.id);
        Ok((Changed { trade_log: log.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateTradeLogPayload> {
        Ok(UpdateTradeLogPayload { trade_log: call.fetch(changed.trade_log).await? })
    }
}
