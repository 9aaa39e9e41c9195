//! The trades that would bring a portfolio back to its targets.

use async_graphql::{Enum, SimpleObject};
use entity::{portfolio_holdings, vault_categories};

use super::drift_report::{NoDrift, named};
use crate::{
    graphql::{
        error::Result,
        scalars::{Currency, DateTime, Decimal},
        table::Record,
    },
    portfolio::types::Holding,
    rebalancing::{
        plan::{ClassPlan, Refusal, Shortfall, Side, Trade, Unreachable},
        targets::Key,
    },
    vault_categories::types::VaultCategory,
};

/// Which way a planned trade goes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedSide {
    /// Buys.
    Buy,
    /// Sells.
    Sell,
}

/// Why a class below its target can't be bought.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreachableReason {
    /// The portfolio holds nothing of it that more could be bought of.
    NoHolding,
    /// Nothing that it holds of it has a price.
    NoPrice,
}

/// Why a class stays further off than its threshold after a plan.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanShortfall {
    /// More trades than allowed would be needed.
    TradeLimit,
    /// A class below its target has nothing that can be bought.
    Unreachable,
    /// What would have to move has no target or no price, or is smaller than the smallest quantity.
    Untradable,
}

/// Why there is no plan.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlan {
    /// Holdings and cash together are worth nothing or less.
    NoValue,
    /// Neither active categories of type ASSET_CLASS nor trading preferences name a target.
    NoTargets,
    /// The targets don't add up to 100.
    TargetsIncomplete,
    /// A class would stay further off than its threshold, and a partial plan is not allowed; `shortfall` says why.
    Partial,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

/// A trade of a plan.
#[derive(SimpleObject)]
pub struct PlannedTrade {
    /// What is traded.
    pub holding: Holding,
    /// Buy or sell.
    pub side: PlannedSide,
    /// How many units, never more than are held when they are sold.
    pub quantity: Decimal,
    /// Price of a unit.
    pub price: Decimal,
    /// Quantity × price, to two places.
    pub amount: Decimal,
}

/// A class before and after a plan; weights are in percentage points of the total after the trades.
#[derive(SimpleObject)]
pub struct PlannedClass {
    /// The category's code, or `cash`, `equity`, `bond`, `alternative`; null for holdings that count for no class.
    pub key: Option<String>,
    /// The category, null when the targets come from the trading preferences.
    pub category: Option<VaultCategory>,
    /// The wanted share, null without a target.
    pub target: Option<Decimal>,
    /// Its value before the trades, with new cash.
    pub value_before: Decimal,
    /// Its value after them: value before + what is bought − what is sold.
    pub value_after: Decimal,
    /// Value after / total × 100; those of all classes add up to exactly 100.
    pub weight_after: Decimal,
    /// |weight after − target|, null without a target.
    pub drift_after: Option<Decimal>,
    /// Why more of it can't be bought although it is below its target; null when it can or need not.
    pub unreachable: Option<UnreachableReason>,
}

/// A plan of trades, as a preview: nothing is written or ordered.
///
/// purchases + cashAfter = sales + cashBefore + newCash. The class that is furthest off comes first; sales take the
/// largest holding of a class, purchases go to the largest. Nothing is sold that is not needed for a purchase or for cash.
#[derive(SimpleObject)]
pub struct RebalancePlan {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// Names this plan for `executeRebalancePlan`: the same as long as holdings, prices, cash, targets and arguments are;
    /// null without a plan.
    pub digest: Option<String>,
    /// Sales first, because they pay for the purchases.
    pub trades: Vec<PlannedTrade>,
    /// Each class, in the order of the categories or cash, equity, bond, alternative.
    pub classes: Vec<PlannedClass>,
    /// Σ market value + cash + new cash, which the trades don't change; null without a plan.
    pub total: Option<Decimal>,
    /// Cash in the portfolio now.
    pub cash_before: Decimal,
    /// Money that comes in first; negative when it is taken out.
    pub new_cash: Decimal,
    /// Cash after the trades; null without a plan.
    pub cash_after: Option<Decimal>,
    /// Σ amounts of the sales; null without a plan.
    pub sales: Option<Decimal>,
    /// Σ amounts of the purchases; null without a plan.
    pub purchases: Option<Decimal>,
    /// The largest drift of a class after the trades, in percentage points; null without one.
    pub drift_after: Option<Decimal>,
    /// Why a class stays further off than its threshold; null when each comes within, and when there is no plan at all.
    pub shortfall: Option<PlanShortfall>,
    /// Why there is no plan, null when there is one.
    pub reason: Option<NoPlan>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

impl RebalancePlan {
    /// What is told in place of a plan.
    pub fn refused(refusal: Refusal, rest: Self) -> Self {
        let partial = match refusal {
            Refusal::Partial { shortfall, drift_after } => Some((shortfall, drift_after)),
            _ => None,
        };
        let reason = match refusal {
            Refusal::Unknown(unknown) => match NoDrift::from(unknown) {
                NoDrift::NoValue => NoPlan::NoValue,
                NoDrift::NoTargets => NoPlan::NoTargets,
                NoDrift::TooLarge => NoPlan::TooLarge,
            },
            Refusal::TargetsIncomplete { .. } => NoPlan::TargetsIncomplete,
            Refusal::Partial { .. } => NoPlan::Partial,
        };
        Self {
            reason: Some(reason),
            shortfall: partial.map(|(shortfall, _)| shortfall.into()),
            drift_after: partial.map(|(_, drift)| Decimal(drift)),
            ..rest
        }
    }
}

impl PlannedTrade {
    pub fn of(trade: Trade, holdings: &[portfolio_holdings::Model]) -> Result<Option<Self>> {
        let Some(row) = holdings.get(trade.holding) else { return Ok(None) };
        let side = match trade.side {
            Side::Buy => PlannedSide::Buy,
            Side::Sell => PlannedSide::Sell,
        };
        let (quantity, price, amount) =
            (Decimal(trade.quantity), Decimal(row.current_price), Decimal::amount(trade.amount));
        Ok(Some(Self { holding: Holding::from_row(row.clone())?, side, quantity, price, amount }))
    }
}

impl PlannedClass {
    pub fn of(class: ClassPlan<Key>, categories: &[vault_categories::Model]) -> Result<Self> {
        let (key, category) = named(class.target.key, categories)?;
        Ok(Self {
            key,
            category,
            target: class.target.percent.map(Decimal),
            value_before: Decimal::amount(class.value_before),
            value_after: Decimal::amount(class.value_after),
            weight_after: Decimal(class.weight_after),
            drift_after: class.drift_after.map(Decimal),
            unreachable: class.unreachable.map(|reason| match reason {
                Unreachable::NoHolding => UnreachableReason::NoHolding,
                Unreachable::NoPrice => UnreachableReason::NoPrice,
            }),
        })
    }
}

impl From<Shortfall> for PlanShortfall {
    fn from(shortfall: Shortfall) -> Self {
        match shortfall {
            Shortfall::TradeLimit => Self::TradeLimit,
            Shortfall::Unreachable => Self::Unreachable,
            Shortfall::Untradable => Self::Untradable,
        }
    }
}
