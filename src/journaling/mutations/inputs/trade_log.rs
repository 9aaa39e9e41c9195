//! A new trade log, and what makes it wrong.

use async_graphql::InputObject;

use super::{NewTradeAnalysisInput, TEXT_MAX, list, object};
use crate::{
    clock,
    graphql::{
        input::Check,
        scalars::{Currency, Date, DateTime, Decimal, Json},
    },
    journaling::{
        trade,
        types::{AccountType, TimeHorizon, TradeType},
    },
    preferences::types::OrderType,
};

/// A new trade log.
#[derive(InputObject)]
pub struct NewTradeLogInput {
    /// What was traded, at most 20 characters; stored in capitals.
    pub symbol: String,
    /// The currency of its prices; the viewer's preferred currency when left out.
    pub currency: Option<Currency>,
    /// The asset's full name, at most 255 characters.
    pub asset_name: Option<String>,
    /// Which way it goes.
    pub trade_type: TradeType,
    /// Price of a unit at entry; greater than 0, at most 4 decimal places.
    pub entry_price: Decimal,
    /// Units; greater than 0, at most 8 decimal places.
    pub quantity: Decimal,
    /// How it was ordered.
    #[graphql(default_with = "OrderType::Market")]
    pub order_type: OrderType,
    /// Fees so far in its currency; not negative, at most 2 decimal places.
    pub fees: Option<Decimal>,
    /// The broker, at most 100 characters.
    pub broker: Option<String>,
    /// Whether money is at stake.
    #[graphql(default_with = "AccountType::Real")]
    pub account_type: AccountType,
    /// The price to leave at with a gain; greater than 0, at most 4 decimal places.
    pub target_price: Option<Decimal>,
    /// The price to leave at with a loss; greater than 0, at most 4 decimal places.
    pub stop_loss_price: Option<Decimal>,
    /// The strategy followed, at most 100 characters.
    pub strategy: Option<String>,
    /// How long it is meant to last.
    #[graphql(default_with = "TimeHorizon::Medium")]
    pub time_horizon: TimeHorizon,
    /// How sure the trader is, 1 to 10.
    #[graphql(default = 5)]
    pub conviction_level: i32,
    /// How the market stood.
    pub market_conditions: Option<String>,
    /// Events of the day, as a JSON list.
    pub economic_events: Option<Json>,
    /// Indicators and their values, as a JSON object.
    pub technical_indicators: Option<Json>,
    /// The trading day, not in the future; the entry's day when left out, and today in the viewer's time zone where there
    /// is no entry.
    pub trade_date: Option<Date>,
    /// When it was executed, not in the future; now when left out.
    pub execution_time: Option<DateTime>,
    /// Its analysis.
    pub analysis: Option<NewTradeAnalysisInput>,
}

impl NewTradeLogInput {
    pub fn check_fields(&self, check: &mut Check) {
        check.symbol("symbol", &self.symbol);
        for (field, text, max) in [
            ("assetName", &self.asset_name, 255),
            ("broker", &self.broker, 100),
            ("strategy", &self.strategy, 100),
            ("marketConditions", &self.market_conditions, TEXT_MAX),
        ] {
            check.optional_text(field, text.as_ref(), max);
        }
        check.positive("entryPrice", self.entry_price, 20, 4);
        check.positive("quantity", self.quantity, 20, 8);
        for (field, value) in [("targetPrice", self.target_price), ("stopLossPrice", self.stop_loss_price)] {
            if let Some(value) = value {
                check.positive(field, value, 20, 4);
            }
        }
        if let Some(fees) = self.fees {
            check.not_negative("fees", fees, 20, 2);
        }
        check.begun("tradeDate", self.trade_date, clock::now());
        check.past("executionTime", self.execution_time, clock::now());
        check.range("convictionLevel", Some(self.conviction_level), 1, 10);
        list(check, "economicEvents", self.economic_events.as_ref());
        object(check, "technicalIndicators", self.technical_indicators.as_ref());
        if trade::total_value(self.entry_price.0, self.quantity.0).is_none() {
            // The one figure that may not fit although its factors do.
            check.problem("quantity", "OUT_OF_RANGE", "entryPrice × quantity has at most 18 digits before the point.");
        }
        if let Some(analysis) = &self.analysis {
            check.within("analysis", |check| analysis.check_fields(check));
        }
    }
}
