//! What the holdings of a portfolio come to: how they are spread, and how they did.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::Utc;
use entity::{asset_category_assignment, portfolio_holdings, vault_categories};
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{Holding, PortfolioSnapshot};
use crate::{
    clock,
    graphql::{
        call::call,
        connection::Connection,
        edge::list,
        enumeration::Enumeration,
        error::{Error, Result},
        filter::between,
        operators::Test,
        page::Arguments,
        scalars::{Currency, Date, DateTime, Decimal},
        table::{BY_USER, Columns, Edge, Link, Record},
    },
    portfolio::{
        allocation::{Line, Part, allocate},
        concentration::{self, Unknown, concentration},
        freshness::Freshness,
    },
    vault_categories::types::{CategoryAssignment, CategoryType, VaultCategory},
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
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

impl From<Unknown> for NoFigure {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Empty => Self::Empty,
            Unknown::CashOnly => Self::CashOnly,
            Unknown::NoValue => Self::NoValue,
            Unknown::TooLarge => Self::TooLarge,
        }
    }
}

/// By what a value is taken apart.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationKey {
    /// The kind of asset, such as `equity`.
    AssetClass,
    /// The symbol.
    Symbol,
    /// The user's active categories, by code; a holding counts fully for each category that it is assigned to.
    Category,
    /// The sectors that active assignments name; a holding counts fully for each.
    Sector,
}

/// What counts for one key.
#[derive(SimpleObject)]
pub struct AllocationPart {
    /// The asset class, symbol, code of the category or sector; null for what has none.
    pub key: Option<String>,
    /// The category, null unless the key is one.
    pub category: Option<VaultCategory>,
    /// Σ market value of its holdings, in the portfolio's currency.
    pub value: Decimal,
    /// Value / Σ market value of all holdings × 100, in percentage points without cash; null with the reason.
    pub weight: Option<Decimal>,
    /// Value / (Σ market value + cash) × 100, in percentage points; null when that is worth nothing.
    pub weight_with_cash: Option<Decimal>,
    /// How many holdings it is of.
    pub count: i32,
}

/// What a portfolio's value is made up of.
#[derive(SimpleObject)]
pub struct Allocation {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// Σ market value of all holdings; null with the reason.
    pub total: Option<Decimal>,
    /// The cash balance, which is part of no key.
    pub cash: Decimal,
    /// Largest value first; under keys that overlap, such as categories, they may come to more than the total.
    pub parts: Vec<AllocationPart>,
    /// Why the total or the weights are null, null when they are known.
    pub reason: Option<NoFigure>,
    /// The time of the oldest price in it, null when that of any is unknown.
    pub as_of: Option<DateTime>,
    /// True when any price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
}

/// How much of a portfolio hangs on few holdings. Weights are w = market value / Σ market value, without cash.
#[derive(SimpleObject)]
pub struct Concentration {
    /// How many holdings the figures are of.
    pub sample_size: i32,
    /// Herfindahl-Hirschman index Σ w², with w as fractions: from 1 / sampleSize to 1; null with the reason.
    pub hhi: Option<Decimal>,
    /// (1 − HHI) × 100; null with the reason.
    pub diversification: Option<Decimal>,
    /// Weight of the largest holding in percentage points; null with the reason.
    pub largest_weight: Option<Decimal>,
    /// Weight of the three largest holdings together in percentage points; null with the reason.
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

/// A portfolio, as far as its figures need it.
pub struct PortfolioFigures {
    pub user_id: Uuid,
    pub vault_id: String,
    pub currency: String,
    pub cash: Exact,
}

/// The values of a portfolio, day by day.
const VALUES: &Link =
    &Edge::<()>::many::<PortfolioSnapshot>("valueHistory", "Its value, day by day.", OF_PORTFOLIO, |()| None).link;

/// Figures of a portfolio that are computed from its holdings.
#[Object]
impl PortfolioFigures {
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
        let sorting = Box::pin(self.sorting(ctx, by, category_type)).await?;
        let line = |holding: &portfolio_holdings::Model| Line {
            keys: sorting.keys(by, holding),
            currency: self.currency.clone(),
            value: holding.market_value,
        };
        let lines: Vec<Line<String>> = holdings.iter().map(line).collect();
        let (found, reason) = match allocate(&lines) {
            Ok(found) => (found.into_iter().next(), None),
            Err(unknown) => (None, Some(unknown)),
        };
        let (total, parts) = found.map_or_else(|| (Exact::new(0, 2), Vec::new()), |found| (found.total, found.parts));
        let none = if holdings.is_empty() { no_holdings(self.cash) } else { Unknown::NoValue };
        let reason = reason.or_else(|| (total <= Exact::ZERO).then_some(none));
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

    /// How much of the portfolio hangs on few holdings.
    async fn concentration(&self, ctx: &Context<'_>) -> Result<Concentration> {
        let holdings = Box::pin(self.holdings(ctx)).await?;
        let values: Vec<Exact> = holdings.iter().map(|holding| holding.market_value).collect();
        let (found, reason) = match concentration(&values, self.cash) {
            Ok(found) => (Some(found), None),
            Err(unknown) => (None, Some(unknown.into())),
        };
        let fresh = fresh(&holdings);
        Ok(Concentration {
            sample_size: count(values.len()),
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

    /// What the portfolio was worth at the end of each day, oldest first; `last: 100` has the newest. It begins with the first
    /// day on which snapshots were taken, and leaves out days on which none could be: nothing is made up.
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the API")]
    async fn value_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; as far back as there are snapshots when left out.")] from: Option<Date>,
        #[graphql(desc = "The last day; the newest when left out.")] to: Option<Date>,
        #[graphql(desc = "How many days from the start or after `after`: 0 to 100, 25 when left out.")] first: Option<
            i32,
        >,
        #[graphql(desc = "A cursor of this list: the page begins behind its day.")] after: Option<String>,
        #[graphql(desc = "How many days from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page ends before its day.")] before: Option<String>,
    ) -> Result<Connection<PortfolioSnapshot>> {
        let days = (from.map(|day| day.0), to.map(|day| day.0));
        let filter = between::<PortfolioSnapshot, _>("day", days, Test::LessOrEqual)?;
        let arguments = Arguments { first, after, last, before, filter, ..Arguments::default() };
        let key = vec![self.user_id.into(), (&self.vault_id).into()];
        Box::pin(list(ctx, VALUES, Some(key), arguments)).await
    }
}

impl PortfolioFigures {
    async fn holdings(&self, ctx: &Context<'_>) -> Result<Arc<Vec<portfolio_holdings::Model>>> {
        call(ctx).all::<Holding>(OF_PORTFOLIO, vec![self.user_id.into(), (&self.vault_id).into()]).await
    }

    /// What keys the holdings have; read only for those that stand in other tables.
    async fn sorting(&self, ctx: &Context<'_>, by: AllocationKey, only: Option<CategoryType>) -> Result<Sorting> {
        let mut sorting = Sorting::default();
        if matches!(by, AllocationKey::AssetClass | AllocationKey::Symbol) {
            return Ok(sorting);
        }
        let (call, key) = (call(ctx), vec![self.user_id.into()]);
        let categories = async {
            let wanted = by == AllocationKey::Category;
            if wanted { call.all::<VaultCategory>(BY_USER, key.clone()).await } else { Ok(Arc::default()) }
        };
        let assignments = call.all::<CategoryAssignment>(BY_USER, key.clone());
        let (categories, assignments) = futures_util::future::try_join(categories, assignments).await?;
        let is_wanted = |category: &&vault_categories::Model| {
            category.is_active == Some(true) && only.is_none_or(|only| only.stored() == category.category_type)
        };
        let codes: HashMap<Uuid, &vault_categories::Model> =
            categories.iter().filter(is_wanted).map(|category| (category.id, category)).collect();
        for assignment in assignments.iter().filter(|assignment| assignment.is_active == Some(true)) {
            let asset_category_assignment::Model { symbol, category_id, sector, .. } = assignment;
            let key = match by {
                AllocationKey::Sector => sector.clone(),
                _ => codes.get(category_id).map(|category| category.category_code.clone()),
            };
            sorting.keys.entry(symbol.clone()).or_default().extend(key);
        }
        sorting.categories = codes.into_values().map(|row| (row.category_code.clone(), row.clone())).collect();
        Ok(sorting)
    }
}

/// Which keys a symbol has in other tables.
#[derive(Default)]
struct Sorting {
    keys: HashMap<String, Vec<String>>,
    categories: HashMap<String, vault_categories::Model>,
}

impl Sorting {
    fn keys(&self, by: AllocationKey, holding: &portfolio_holdings::Model) -> Vec<String> {
        match by {
            AllocationKey::AssetClass => vec![holding.asset_class.clone()],
            AllocationKey::Symbol => vec![holding.symbol.clone()],
            AllocationKey::Category | AllocationKey::Sector => {
                self.keys.get(&holding.symbol).cloned().unwrap_or_default()
            }
        }
    }

    fn shown(&self, part: Part<String>, with_cash: Option<Exact>) -> Result<AllocationPart> {
        let category = part.key.as_ref().and_then(|key| self.categories.get(key)).cloned();
        let weight_with_cash = with_cash.and_then(|total| concentration::weight(part.value, total).ok());
        Ok(AllocationPart {
            key: part.key,
            category: category.map(VaultCategory::from_row).transpose()?,
            value: Decimal(part.value),
            weight: part.weight.ok().map(Decimal),
            weight_with_cash: weight_with_cash.map(Decimal),
            count: count(part.count),
        })
    }
}

fn no_holdings(cash: Exact) -> Unknown {
    if cash.is_zero() { Unknown::Empty } else { Unknown::CashOnly }
}

fn fresh(holdings: &[portfolio_holdings::Model]) -> Freshness {
    let times = holdings.iter().map(|holding| holding.price_as_of.map(|time| time.with_timezone(&Utc)));
    Freshness::of(times, clock::now())
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
