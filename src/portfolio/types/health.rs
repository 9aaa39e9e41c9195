//! What is worth a look in a portfolio: findings with their numbers, and the limits that are broken.

use std::collections::HashMap;

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{portfolio_holdings, vault_categories};
use futures_util::future::try_join;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{
    Holding,
    figures::{NoFigure, count, fresh},
};
use crate::{
    clock,
    graphql::{
        call::call,
        enumeration::Enumeration,
        error::Result,
        scalars::{Currency, DateTime, Decimal},
        table::{BY_USER, Record},
    },
    portfolio::{
        concentration::concentration,
        freshness::Freshness,
        health::{About, Category, Check, Finding, Health, Held, Obstacle, Patient},
    },
    rebalancing::{
        targets::Key,
        types::{Balance, facts::Facts},
    },
    vault_categories::types::{CategoryAssignment, CategoryType, VaultCategory},
};

/// What is looked at.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthCheck {
    /// HHI > 0.25, that of four equal holdings; value and limit are HHIs, and the three largest holdings are named.
    Concentration,
    /// A holding's weight is above the largest share that its category allows for one.
    PositionAboveLimit,
    /// A category's weight is below its minimum.
    BelowMinimum,
    /// A category's weight is above its maximum.
    AboveMaximum,
    /// A class has drifted from its target by more than its threshold: value is the drift, limit the threshold.
    Drift,
    /// Cash is above its target by more than its threshold: value is its weight, limit the target.
    CashAboveTarget,
    /// Cash is below its target by more than its threshold: value is its weight, limit the target.
    CashBelowTarget,
    /// The cash balance is below 0: value is the balance.
    CashBorrowed,
    /// The targets of a type of category, or of the trading preferences, don't add up to 100: value is their sum.
    TargetsIncomplete,
    /// Holdings count for no class that has a target: value is their weight together.
    WithoutClass,
    /// Prices are older than 24 hours, or their time is unknown: value is how many holdings have one.
    StalePrices,
    /// Holdings have no known cost, so that their gains are unknown: value is how many.
    CostUnknown,
}

impl From<Check> for HealthCheck {
    fn from(check: Check) -> Self {
        match check {
            Check::Concentration => Self::Concentration,
            Check::PositionAboveLimit => Self::PositionAboveLimit,
            Check::BelowMinimum => Self::BelowMinimum,
            Check::AboveMaximum => Self::AboveMaximum,
            Check::Drift => Self::Drift,
            Check::CashAboveTarget => Self::CashAboveTarget,
            Check::CashBelowTarget => Self::CashBelowTarget,
            Check::CashBorrowed => Self::CashBorrowed,
            Check::TargetsIncomplete => Self::TargetsIncomplete,
            Check::WithoutClass => Self::WithoutClass,
            Check::StalePrices => Self::StalePrices,
            Check::CostUnknown => Self::CostUnknown,
        }
    }
}

/// What the numbers of a finding are.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthUnit {
    /// Percentage points; weights include cash.
    Percent,
    /// An amount in the portfolio's currency.
    Amount,
    /// How many holdings.
    Holdings,
    /// A Herfindahl-Hirschman index, from 0 to 1.
    Index,
}

impl HealthUnit {
    fn of(check: Check) -> Self {
        match check {
            Check::Concentration => Self::Index,
            Check::CashBorrowed => Self::Amount,
            Check::StalePrices | Check::CostUnknown => Self::Holdings,
            _ => Self::Percent,
        }
    }
}

/// Something worth a look, with the number that says so.
#[derive(SimpleObject)]
pub struct HealthFinding {
    /// What was looked at.
    pub check: HealthCheck,
    /// What value and limit are.
    pub unit: HealthUnit,
    /// The number that was found.
    pub value: Decimal,
    /// What it is held against.
    pub limit: Decimal,
    /// Value − limit, signed.
    pub excess: Decimal,
    /// The code of the category, or `cash`, `equity`, `bond`, `alternative`; null when it is about no class.
    pub key: Option<String>,
    /// The category, null when it is about none.
    pub category: Option<VaultCategory>,
    /// The type of category whose targets don't add up; null when it is about none.
    pub category_type: Option<CategoryType>,
    /// The holdings that it is about, the largest first.
    pub holdings: Vec<Holding>,
}

/// A check that could not be made.
#[derive(SimpleObject)]
pub struct SkippedCheck {
    /// What could not be looked at.
    pub check: HealthCheck,
    /// Why not.
    pub reason: NoFigure,
}

/// What is worth a look in a portfolio.
#[derive(SimpleObject)]
pub struct HealthReport {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many holdings were looked at.
    pub sample_size: i32,
    /// What was found, in the order of the checks; empty when all is well.
    pub findings: Vec<HealthFinding>,
    /// The checks that could not be made.
    pub skipped: Vec<SkippedCheck>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// A portfolio, as far as its health needs it.
pub struct PortfolioHealth {
    pub user_id: Uuid,
    pub vault_id: String,
    pub currency: String,
    pub cash: Exact,
}

/// Fields of a portfolio about what is worth a look.
#[Object]
impl PortfolioHealth {
    /// What is worth a look: concentration, drift, broken limits, targets that don't add up, stale prices, unknown cost,
    /// each with its number, its limit and what it is about.
    async fn health(&self, ctx: &Context<'_>) -> Result<HealthReport> {
        self.reported(ctx, |_| true).await
    }

    /// The same of limits alone: a category outside of its minimum and maximum, a holding larger than its category
    /// allows, a drift above its threshold.
    async fn limit_breaches(&self, ctx: &Context<'_>) -> Result<HealthReport> {
        self.reported(ctx, is_of_limits).await
    }
}

/// Whether something is checked against a limit that the user has set.
fn is_of_limits(check: Check) -> bool {
    matches!(
        check,
        Check::PositionAboveLimit
            | Check::BelowMinimum
            | Check::AboveMaximum
            | Check::Drift
            | Check::CashAboveTarget
            | Check::CashBelowTarget
    )
}

fn skipped((check, obstacle): (Check, Obstacle)) -> SkippedCheck {
    let reason = match obstacle {
        Obstacle::Holdings(unknown) => unknown.into(),
        Obstacle::Targets(unknown) => unknown.into(),
    };
    SkippedCheck { check: check.into(), reason }
}

type Categories = Vec<vault_categories::Model>;

impl PortfolioHealth {
    async fn reported(&self, ctx: &Context<'_>, wanted: fn(Check) -> bool) -> Result<HealthReport> {
        let (facts, categories, health) = Box::pin(self.examined(ctx)).await?;
        let findings = health.findings.into_iter().filter(|finding| wanted(finding.check));
        let skipped = health.skipped.into_iter().filter(|(check, _)| wanted(*check));
        let fresh = fresh(&facts.holdings);
        Ok(HealthReport {
            currency: Currency(self.currency.clone()),
            sample_size: count(facts.holdings.len()),
            findings: findings.map(|found| HealthFinding::of(found, &facts, &categories)).collect::<Result<_>>()?,
            skipped: skipped.map(self::skipped).collect(),
            as_of: fresh.as_of.map(DateTime),
            is_stale: fresh.is_stale,
        })
    }

    /// What was found, with what it was found in: the holdings and the active categories of all types.
    async fn examined(&self, ctx: &Context<'_>) -> Result<(Facts, Categories, Health)> {
        let balance = Balance {
            user_id: self.user_id,
            vault_id: self.vault_id.clone(),
            currency: self.currency.clone(),
            cash: self.cash,
        };
        let (call, user) = (call(ctx), vec![self.user_id.into()]);
        let facts = Box::pin(balance.facts(ctx, None)).await?;
        let (categories, assignments) =
            try_join(call.all::<VaultCategory>(BY_USER, user.clone()), call.all::<CategoryAssignment>(BY_USER, user))
                .await?;
        let categories: Categories =
            categories.iter().filter(|category| category.is_active == Some(true)).cloned().collect();
        let places: HashMap<Uuid, usize> =
            categories.iter().enumerate().map(|(place, category)| (category.id, place)).collect();
        let mut assigned: HashMap<&str, Vec<usize>> = HashMap::new();
        for assignment in assignments.iter().filter(|assignment| assignment.is_active == Some(true)) {
            let place = places.get(&assignment.category_id).copied();
            assigned.entry(&assignment.symbol).or_default().extend(place);
        }
        let holdings: Vec<Held> = facts.holdings.iter().map(|row| held(row, &facts, &assigned)).collect();
        let values: Vec<Exact> = holdings.iter().map(|held| held.value).collect();
        let limits: Vec<Category> = categories.iter().map(limits).collect();
        let report = facts.report(self.cash);
        let patient = Patient {
            holdings: &holdings,
            cash: self.cash,
            concentration: concentration(&values, self.cash),
            report: report.as_ref().map_err(|unknown| *unknown),
            cash_class: facts.wanted.as_ref().map(|wanted| wanted.cash_class),
            categories: &limits,
        };
        let health = patient.health();
        Ok((facts, categories, health))
    }
}

fn held(row: &portfolio_holdings::Model, facts: &Facts, assigned: &HashMap<&str, Vec<usize>>) -> Held {
    let class = facts.wanted.as_ref().map(|wanted| wanted.class_of(&row.symbol, &row.asset_class));
    Held {
        value: row.market_value,
        cost_is_known: !row.avg_cost.is_zero(),
        fresh: Freshness::of([row.price_as_of.map(|time| time.to_utc())], clock::now()),
        class,
        categories: assigned.get(row.symbol.as_str()).cloned().unwrap_or_default(),
    }
}

fn limits(row: &vault_categories::Model) -> Category {
    Category {
        kind: row.category_type.clone(),
        is_class: row.category_type == CategoryType::AssetClass.stored(),
        target: row.target_allocation_percent,
        min: row.min_allocation_percent,
        max: row.max_allocation_percent,
        position_max: row.max_single_position_percent,
    }
}

impl HealthFinding {
    fn of(finding: Finding, facts: &Facts, categories: &[vault_categories::Model]) -> Result<Self> {
        let Finding { check, value, limit, holdings, about } = finding;
        let category = match &about {
            About::Class(Key::Category(place)) => facts.categories.get(*place),
            About::Category(place) => categories.get(*place),
            _ => None,
        };
        let key = match &about {
            About::Class(Key::Class(class)) => Some(class.name().to_owned()),
            _ => category.map(|category| category.category_code.clone()),
        };
        let category_type = match &about {
            About::CategoryType(kind) => Some(CategoryType::from_stored(kind)?),
            _ => None,
        };
        let holdings = holdings.into_iter().filter_map(|place| facts.holdings.get(place).cloned());
        Ok(Self {
            check: check.into(),
            unit: HealthUnit::of(check),
            value: Decimal(value),
            limit: Decimal(limit),
            excess: Decimal(value.saturating_sub(limit)),
            key,
            category: category.cloned().map(VaultCategory::from_row).transpose()?,
            category_type,
            holdings: holdings.map(Holding::from_row).collect::<Result<_>>()?,
        })
    }
}
