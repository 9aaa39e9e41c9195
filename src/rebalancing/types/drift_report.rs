//! How far a portfolio is from its targets.

use async_graphql::{Enum, SimpleObject};
use entity::vault_categories;
use rust_decimal::Decimal as Exact;

use crate::{
    graphql::{
        error::Result,
        scalars::{Currency, DateTime, Decimal},
        table::Record,
    },
    portfolio::types::Holding,
    rebalancing::{
        drift::{self, Bounds, ClassDrift, Oversized, Unknown},
        targets::Key,
    },
    vault_categories::{targets, types::VaultCategory},
};

/// Where the targets come from.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// The user's active categories of type ASSET_CLASS.
    Categories,
    /// The trading preferences.
    TradingPreferences,
}

/// Why there is no drift or no plan.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDrift {
    /// Holdings and cash together are worth nothing or less.
    NoValue,
    /// Neither active categories of type ASSET_CLASS nor trading preferences name a target.
    NoTargets,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

impl From<Unknown> for NoDrift {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::NoValue => Self::NoValue,
            Unknown::NoTargets => Self::NoTargets,
            Unknown::TooLarge => Self::TooLarge,
        }
    }
}

/// Where a share stands against the limits of its category.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationBounds {
    /// Between minimum and maximum, both included.
    Within,
    /// Below the minimum.
    BelowMinimum,
    /// Above the maximum.
    AboveMaximum,
}

impl From<Bounds> for AllocationBounds {
    fn from(bounds: Bounds) -> Self {
        match bounds {
            Bounds::Within => Self::Within,
            Bounds::BelowMinimum => Self::BelowMinimum,
            Bounds::AboveMaximum => Self::AboveMaximum,
        }
    }
}

/// A class of assets against its target; shares include cash.
#[derive(SimpleObject)]
pub struct AssetClassDrift {
    /// The category's code, or `cash`, `equity`, `bond`, `alternative`; null for holdings that count for no class.
    /// Funds count as equities, coins and commodities as alternatives where no category says otherwise.
    pub key: Option<String>,
    /// The category, null when the targets come from the trading preferences.
    pub category: Option<VaultCategory>,
    /// Σ market value of its holdings, and for cash the cash balance.
    pub value: Decimal,
    /// How many holdings are in it.
    pub number_of_holdings: i32,
    /// Value / (Σ market value + cash) × 100, in percentage points; those of all classes add up to exactly 100.
    pub weight: Decimal,
    /// The wanted share in percentage points, null without a target.
    pub target: Option<Decimal>,
    /// Weight − target, signed, in percentage points; null without a target.
    pub deviation: Option<Decimal>,
    /// |deviation|, in percentage points; null without a target.
    pub drift: Option<Decimal>,
    /// The drift above which rebalancing is due: the argument, else the category's, the schedule's, the trading
    /// preferences', else 5.
    pub threshold: Decimal,
    /// True when drift > threshold, strictly.
    pub is_due: bool,
    /// Where the weight stands against the category's minimum and maximum.
    pub bounds: AllocationBounds,
}

/// A holding that is larger than its category allows.
#[derive(SimpleObject)]
pub struct OversizedHolding {
    /// The holding.
    pub holding: Holding,
    /// Market value / (Σ market value + cash) × 100, in percentage points.
    pub weight: Decimal,
    /// The category's `maxSinglePositionPercent`.
    pub max_percent: Decimal,
}

/// A portfolio against its targets.
#[derive(SimpleObject)]
pub struct DriftReport {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// Where the targets come from, null when there are none.
    pub target_source: Option<TargetSource>,
    /// What the targets add up to, in percentage points; null with the reason.
    pub targets_sum: Option<Decimal>,
    /// True when they add up to 100; no plan is made otherwise.
    pub targets_add_up: bool,
    /// Σ market value + cash; null with the reason.
    pub total: Option<Decimal>,
    /// The largest drift of a class, in percentage points; null with the reason.
    pub drift: Option<Decimal>,
    /// True when the drift of any class is above its threshold, strictly.
    pub is_due: bool,
    /// Each class, in the order of the categories or cash, equity, bond, alternative.
    pub classes: Vec<AssetClassDrift>,
    /// Holdings above the largest share that their category allows for one.
    pub oversized: Vec<OversizedHolding>,
    /// Why the figures are null, null when they are known.
    pub reason: Option<NoDrift>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// The name of a class, and its category.
pub fn named(key: Key, categories: &[vault_categories::Model]) -> Result<(Option<String>, Option<VaultCategory>)> {
    Ok(match key {
        Key::Category(place) => {
            let category = categories.get(place).cloned().map(VaultCategory::from_row).transpose()?;
            (category.as_ref().map(|category| category.category_code.clone()), category)
        }
        Key::Class(class) => (Some(class.name().to_owned()), None),
        Key::Unassigned => (None, None),
    })
}

impl AssetClassDrift {
    pub fn of(class: ClassDrift<Key>, categories: &[vault_categories::Model]) -> Result<Self> {
        let (key, category) = named(class.target.key, categories)?;
        Ok(Self {
            key,
            category,
            value: Decimal::amount(class.value),
            number_of_holdings: i32::try_from(class.holdings).unwrap_or(i32::MAX),
            weight: Decimal(class.weight),
            target: class.target.percent.map(Decimal),
            deviation: class.deviation.map(Decimal),
            drift: class.drift.map(Decimal),
            threshold: Decimal(class.target.threshold),
            is_due: class.is_due,
            bounds: class.bounds.into(),
        })
    }
}

impl OversizedHolding {
    pub fn of(found: Oversized, holdings: &[entity::portfolio_holdings::Model]) -> Result<Option<Self>> {
        let Some(row) = holdings.get(found.holding) else { return Ok(None) };
        let holding = Holding::from_row(row.clone())?;
        Ok(Some(Self { holding, weight: Decimal(found.weight), max_percent: Decimal(found.max) }))
    }
}

/// The figures of a report, which a class without holdings and without a target is no part of.
pub fn shown(report: &drift::Report<Key>) -> impl Iterator<Item = &ClassDrift<Key>> {
    report.classes.iter().filter(|class| class.target.key != Key::Unassigned || class.holdings > 0)
}

/// Whether targets add up.
pub fn add_up(sum: Option<Exact>) -> bool {
    sum.is_some_and(targets::is_complete)
}
