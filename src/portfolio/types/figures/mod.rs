//! What holdings come to: how they are spread, what they cost and gained, and which did best.

mod allocation;
mod gains;
mod unavailable;

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::Utc;
use entity::portfolio_holdings;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use self::allocation::Sorting;
pub use self::{
    allocation::{Allocation, AllocationKey, AllocationPart},
    gains::{Gains, held},
    unavailable::RiskAndReturn,
};
use super::Holding;
use crate::{
    clock,
    graphql::{
        call::call,
        error::{Error, Result},
        scalars::{Currency, DateTime, Decimal},
        table::{BY_USER, Columns, Record},
    },
    portfolio::{
        allocation::{Line, allocate},
        concentration::{self, Unknown, concentration},
        freshness::Freshness,
    },
    rebalancing::drift,
    vault_categories::types::CategoryType,
};

/// How the holdings of a portfolio are found.
pub const OF_PORTFOLIO: Columns = &[("user_id", "user_id"), ("vault_id", "vault_id")];
/// How many performers a list may have.
const PERFORMERS_MAX: i32 = 100;

/// Why a figure is null.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFigure {
    /// Nothing is held and there is no cash.
    Empty,
    /// There is cash and nothing else.
    CashOnly,
    /// What is held is worth nothing, so nothing can be a share of it.
    NoValue,
    /// Of nothing that is held the cost is known.
    CostUnknown,
    /// What is held has cost nothing, so nothing can be a share of that.
    NoCost,
    /// It belongs to no portfolio, so that it has neither a currency nor a share of anything.
    NoPortfolio,
    /// Neither active categories of type ASSET_CLASS nor trading preferences name a target.
    NoTargets,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

impl From<Unknown> for NoFigure {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Empty => Self::Empty,
            Unknown::CashOnly => Self::CashOnly,
            Unknown::NoValue => Self::NoValue,
            Unknown::CostUnknown => Self::CostUnknown,
            Unknown::NoCost => Self::NoCost,
            Unknown::TooLarge => Self::TooLarge,
        }
    }
}

impl From<drift::Unknown> for NoFigure {
    fn from(unknown: drift::Unknown) -> Self {
        match unknown {
            drift::Unknown::NoValue => Self::NoValue,
            drift::Unknown::NoTargets => Self::NoTargets,
            drift::Unknown::TooLarge => Self::TooLarge,
        }
    }
}

/// How much hangs on few symbols. Weights are w = market value / Σ market value, without cash.
#[derive(SimpleObject)]
pub struct Concentration {
    /// How many holdings the figures are of; over several portfolios, how many symbols.
    pub sample_size: i32,
    /// Herfindahl-Hirschman index Σ w², with w as fractions, to six decimals: from 1 / sampleSize to 1; null with the
    /// reason.
    pub hhi: Option<Decimal>,
    /// (1 − HHI) × 100, to four decimals; null with the reason.
    pub diversification: Option<Decimal>,
    /// Weight of the largest in percentage points, to four decimals; null with the reason.
    pub largest_weight: Option<Decimal>,
    /// Weight of the three largest together in percentage points, to four decimals; null with the reason.
    pub top_three_weight: Option<Decimal>,
    /// Why the figures are null, null when they are known.
    pub reason: Option<NoFigure>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// The holdings that did best and worst, by gain / cost basis × 100.
#[derive(SimpleObject)]
pub struct Performers {
    /// Highest gain in per cent first.
    pub best: Vec<Holding>,
    /// Lowest gain in per cent first.
    pub worst: Vec<Holding>,
    /// How many holdings were compared: those whose cost is known.
    pub sample_size: i32,
    /// How many holdings were left out because their cost is unknown.
    pub cost_unknown: i32,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// Which holdings figures are of.
pub enum Scope {
    /// Those of the portfolio with this name.
    Portfolio(String),
    /// Those of all portfolios with these names, which have one currency.
    Portfolios(Vec<String>),
}

/// Holdings in one currency, as far as their figures need it.
pub struct HoldingFigures {
    pub user_id: Uuid,
    pub scope: Scope,
    pub currency: String,
    pub cash: Exact,
}

/// Figures that are computed from holdings.
#[Object]
impl HoldingFigures {
    /// What the value is made up of by a key: value, weight and count of each part.
    async fn allocation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what the value is taken apart.")] by: AllocationKey,
        #[graphql(desc = "Which categories count under CATEGORY; all when left out.")] category_type: Option<
            CategoryType,
        >,
    ) -> Result<Allocation> {
        let holdings = Box::pin(self.holdings(ctx)).await?;
        let sorting = Box::pin(Sorting::read(ctx, self, by, category_type)).await?;
        let mut lines: Vec<Line<String>> = Vec::with_capacity(holdings.len());
        let mut reason = None;
        for holding in holdings.iter() {
            match sorting.lines(by, holding, &self.currency) {
                Ok(found) => lines.extend(found),
                Err(unknown) => reason = Some(unknown),
            }
        }
        let found = match allocate(&lines) {
            Ok(found) => found.into_iter().next(),
            Err(unknown) => {
                reason = Some(unknown);
                None
            }
        };
        let (total, parts) = found.map_or_else(|| (Exact::new(0, 2), Vec::new()), |found| (found.total, found.parts));
        let none = if holdings.is_empty() { no_holdings(self.cash) } else { Unknown::NoValue };
        let reason = reason.or_else(|| (total <= Exact::ZERO).then_some(none));
        let parts = if reason == Some(Unknown::TooLarge) { Vec::new() } else { parts };
        let fresh = fresh(&holdings);
        Ok(Allocation {
            currency: Currency(self.currency.clone()),
            total: (reason != Some(Unknown::TooLarge)).then_some(Decimal(total)),
            cash: Decimal(self.cash),
            parts: parts
                .into_iter()
                .map(|part| sorting.shown(part, total.checked_add(self.cash)))
                .collect::<Result<_>>()?,
            reason: reason.map(Into::into),
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        })
    }

    /// How much hangs on few symbols.
    async fn concentration(&self, ctx: &Context<'_>) -> Result<Concentration> {
        let holdings = Box::pin(self.holdings(ctx)).await?;
        let values = by_symbol(&holdings);
        let (found, reason) = match values.and_then(|values| concentration(&values, self.cash)) {
            Ok(found) => (Some(found), None),
            Err(unknown) => (None, Some(unknown.into())),
        };
        let fresh = fresh(&holdings);
        Ok(Concentration {
            sample_size: found.map_or(0, |found| count(found.sample_size)),
            hhi: found.map(|found| Decimal(found.hhi)),
            diversification: found.map(|found| Decimal(found.diversification)),
            largest_weight: found.map(|found| Decimal(found.largest)),
            top_three_weight: found.map(|found| Decimal(found.top_three)),
            reason,
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        })
    }

    /// The holdings that did best and worst, by gain / cost basis.
    async fn performers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many of each: 1 to 100.", default = 5)] count: i32,
    ) -> Result<Performers> {
        let wanted = usize::try_from(count).ok().filter(|_| (1..=PERFORMERS_MAX).contains(&count));
        let wanted = wanted.ok_or_else(|| Error::invalid(&["count"], "OUT_OF_RANGE", "It lies between 1 and 100."))?;
        let holdings = Box::pin(self.holdings(ctx)).await?;
        let mut known: Vec<_> = holdings.iter().filter(|holding| !holding.avg_cost.is_zero()).collect();
        known.sort_by_cached_key(|holding| (holding.total_gain_loss_percent, holding.symbol.clone()));
        let shown = |rows: &[&portfolio_holdings::Model]| -> Result<Vec<Holding>> {
            rows.iter().take(wanted).map(|row| Holding::from_row((*row).clone())).collect()
        };
        let worst = shown(&known)?;
        let sample_size = self::count(known.len());
        known.sort_by_cached_key(|holding| (Reverse(holding.total_gain_loss_percent), holding.symbol.clone()));
        let fresh = fresh(&holdings);
        Ok(Performers {
            best: shown(&known)?,
            worst,
            sample_size,
            cost_unknown: self::count(holdings.len()).saturating_sub(sample_size),
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        })
    }

    /// What the holdings cost and what they gained, as far as their cost is known.
    async fn gains(&self, ctx: &Context<'_>) -> Result<Gains> {
        let holdings = Box::pin(self.holdings(ctx)).await?;
        Ok(Gains::of(&holdings, &self.currency, self.cash))
    }

    /// Figures that a client may expect and that nothing here allows to compute: each null, with what is missing.
    async fn risk_and_return(&self) -> RiskAndReturn {
        RiskAndReturn::unavailable()
    }
}

impl HoldingFigures {
    /// The holdings that the figures are of.
    pub async fn holdings(&self, ctx: &Context<'_>) -> Result<Arc<Vec<portfolio_holdings::Model>>> {
        match &self.scope {
            Scope::Portfolio(vault) => {
                call(ctx).all::<Holding>(OF_PORTFOLIO, vec![self.user_id.into(), vault.into()]).await
            }
            Scope::Portfolios(vaults) => {
                let all = call(ctx).all::<Holding>(BY_USER, vec![self.user_id.into()]).await?;
                let is_wanted = |holding: &&portfolio_holdings::Model| {
                    holding.vault_id.as_ref().is_some_and(|vault| vaults.contains(vault))
                };
                Ok(Arc::new(all.iter().filter(is_wanted).cloned().collect()))
            }
        }
    }
}

/// The value of each symbol: what several portfolios hold of one is one risk.
fn by_symbol(holdings: &[portfolio_holdings::Model]) -> std::result::Result<Vec<Exact>, Unknown> {
    let mut values: HashMap<&str, Exact> = HashMap::new();
    for holding in holdings {
        let value = values.entry(&holding.symbol).or_default();
        *value = value.checked_add(holding.market_value).ok_or(Unknown::TooLarge)?;
    }
    Ok(values.into_values().collect())
}

/// Value / total × 100, where there is a total.
fn weight(value: Exact, total: Option<Exact>) -> Option<Decimal> {
    concentration::weight(value, total?).ok().map(Decimal)
}

fn no_holdings(cash: Exact) -> Unknown {
    if cash.is_zero() { Unknown::Empty } else { Unknown::CashOnly }
}

/// How old the oldest price of these holdings is.
pub fn fresh(holdings: &[portfolio_holdings::Model]) -> Freshness {
    let times = holdings.iter().map(|holding| holding.price_as_of.map(|time| time.with_timezone(&Utc)));
    Freshness::of(times, clock::now())
}

/// A number of rows as the API shows it.
pub fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
