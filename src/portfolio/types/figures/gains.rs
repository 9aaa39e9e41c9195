//! What holdings cost and what they gained.

use async_graphql::SimpleObject;
use entity::portfolio_holdings;
use rust_decimal::Decimal as Exact;

use super::{NoFigure, count, fresh};
use crate::{
    graphql::scalars::{Currency, DateTime, Decimal},
    portfolio::gains::{self, Held},
};

/// What holdings cost and what they gained, as far as their cost is known.
#[derive(SimpleObject)]
pub struct Gains {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many holdings the figures are of: those whose cost is known.
    pub sample_size: i32,
    /// How many holdings were left out because their cost is unknown.
    pub cost_unknown: i32,
    /// Σ quantity × average cost, each to the cent; null with the reason.
    pub cost_basis: Option<Decimal>,
    /// Σ (market value − quantity × average cost); null with the reason.
    pub gain: Option<Decimal>,
    /// Gain / cost basis × 100, in percentage points to four decimals; null with the reason.
    pub gain_percent: Option<Decimal>,
    /// Why any of the three is null, null when all are known.
    pub reason: Option<NoFigure>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// A holding, as far as cost and gain go.
pub fn held(row: &portfolio_holdings::Model) -> Held {
    // The table stores 0 where it can't be known.
    let is_known = !row.avg_cost.is_zero();
    Held { value: row.market_value, gain: is_known.then_some(row.total_gain_loss) }
}

impl Gains {
    pub fn of(holdings: &[portfolio_holdings::Model], currency: &str, cash: Exact) -> Self {
        let lines: Vec<Held> = holdings.iter().map(held).collect();
        let found = gains::gains(&lines, cash);
        let fresh = fresh(holdings);
        Self {
            currency: Currency(currency.to_owned()),
            sample_size: count(found.known),
            cost_unknown: count(found.unknown),
            cost_basis: found.cost_basis.ok().map(Decimal),
            gain: found.gain.ok().map(Decimal),
            gain_percent: found.percent.ok().map(Decimal),
            reason: found.cost_basis.and(found.gain).and(found.percent).err().map(Into::into),
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        }
    }
}
