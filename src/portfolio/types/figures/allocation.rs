//! What a value is made up of.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, SimpleObject};
use entity::{asset_category_assignment, portfolio_holdings, vault_categories};
use futures_util::future::{try_join, try_join3};
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{HoldingFigures, NoFigure, count, weight};
use crate::{
    graphql::{
        call::call,
        enumeration::Enumeration,
        error::Result,
        scalars::{Currency, DateTime, Decimal},
        table::{BY_USER, Record},
    },
    portfolio::{
        account::fed_portfolio,
        allocation::{Line, Part, split},
        concentration::Unknown,
        types::{AccountPortfolio, Portfolio, Position},
    },
    vault_categories::types::{CategoryAssignment, CategoryType, VaultCategory},
};

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
    /// The accounts at brokers: a holding is shared out over the accounts that feed it, in proportion to the quantities
    /// that they hold; what was entered by hand has none.
    Account,
    /// The currency, of which each of these values has one.
    Currency,
}

/// What counts for one key.
#[derive(SimpleObject)]
pub struct AllocationPart {
    /// The asset class, symbol, code of the category, sector, account or currency; null for what has none.
    pub key: Option<String>,
    /// The category, null unless the key is one.
    pub category: Option<VaultCategory>,
    /// Σ market value of its holdings, in the currency of the whole.
    pub value: Decimal,
    /// Value / Σ market value of all holdings × 100, in percentage points without cash, to four decimals; null with the
    /// reason.
    pub weight: Option<Decimal>,
    /// Value / (Σ market value + cash) × 100, in percentage points to four decimals; null when that is worth nothing.
    pub weight_with_cash: Option<Decimal>,
    /// How many holdings it is of.
    pub count: i32,
}

/// What a value is made up of.
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

/// Which keys holdings have in other tables.
#[derive(Default)]
pub struct Sorting {
    /// By symbol.
    keys: HashMap<String, Vec<String>>,
    categories: HashMap<String, vault_categories::Model>,
    /// By portfolio and symbol: each account with the quantity that it holds.
    accounts: HashMap<(String, String), Vec<(String, Exact)>>,
}

impl Sorting {
    /// What keys the holdings have; read only for those that stand in other tables.
    pub async fn read(
        ctx: &Context<'_>,
        figures: &HoldingFigures,
        by: AllocationKey,
        only: Option<CategoryType>,
    ) -> Result<Self> {
        match by {
            AllocationKey::AssetClass | AllocationKey::Symbol | AllocationKey::Currency => Ok(Self::default()),
            AllocationKey::Category | AllocationKey::Sector => {
                Self::by_assignment(ctx, figures.user_id, by, only).await
            }
            AllocationKey::Account => Self::by_account(ctx, figures.user_id).await,
        }
    }

    async fn by_assignment(
        ctx: &Context<'_>,
        user: Uuid,
        by: AllocationKey,
        only: Option<CategoryType>,
    ) -> Result<Self> {
        let (call, key) = (call(ctx), vec![user.into()]);
        let categories = async {
            let wanted = by == AllocationKey::Category;
            if wanted { call.all::<VaultCategory>(BY_USER, key.clone()).await } else { Ok(Arc::default()) }
        };
        let assignments = call.all::<CategoryAssignment>(BY_USER, key.clone());
        let (categories, assignments) = try_join(categories, assignments).await?;
        let is_wanted = |category: &&vault_categories::Model| {
            category.is_active == Some(true) && only.is_none_or(|only| only.stored() == category.category_type)
        };
        let codes: HashMap<Uuid, &vault_categories::Model> =
            categories.iter().filter(is_wanted).map(|category| (category.id, category)).collect();
        let mut sorting = Self::default();
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

    async fn by_account(ctx: &Context<'_>, user: Uuid) -> Result<Self> {
        let (call, key) = (call(ctx), vec![user.into()]);
        let (positions, mapped, portfolios) = try_join3(
            call.all::<Position>(BY_USER, key.clone()),
            call.all::<AccountPortfolio>(BY_USER, key.clone()),
            call.all::<Portfolio>(BY_USER, key),
        )
        .await?;
        let mapped: HashMap<&str, &str> =
            mapped.iter().map(|row| (row.account.as_str(), row.vault_id.as_str())).collect();
        let currencies: HashMap<&str, &str> =
            portfolios.iter().map(|row| (row.vault_id.as_str(), row.currency.as_str())).collect();
        let mut sorting = Self::default();
        for position in positions.iter() {
            let base = mapped.get(position.account.as_str()).copied().unwrap_or(&position.account);
            let Some(base_currency) = currencies.get(base) else { continue };
            let place = (fed_portfolio(base, base_currency, &position.currency), position.symbol.clone());
            sorting.accounts.entry(place).or_default().push((position.account.clone(), position.quantity));
        }
        Ok(sorting)
    }

    /// A holding under its keys: one line, or one for each account that feeds it.
    pub fn lines(
        &self,
        by: AllocationKey,
        holding: &portfolio_holdings::Model,
        currency: &str,
    ) -> std::result::Result<Vec<Line<String>>, Unknown> {
        let line = |keys, value| Line { keys, currency: currency.to_owned(), value };
        let keys = match by {
            AllocationKey::AssetClass => vec![holding.asset_class.clone()],
            AllocationKey::Symbol => vec![holding.symbol.clone()],
            AllocationKey::Currency => vec![currency.to_owned()],
            AllocationKey::Category | AllocationKey::Sector => {
                self.keys.get(&holding.symbol).cloned().unwrap_or_default()
            }
            AllocationKey::Account => {
                let place = holding.vault_id.clone().map(|vault| (vault, holding.symbol.clone()));
                let feeding = place.filter(|_| holding.is_derived).and_then(|place| self.accounts.get(&place));
                let Some(accounts) = feeding else { return Ok(vec![line(Vec::new(), holding.market_value)]) };
                let quantities: Vec<Exact> = accounts.iter().map(|(_, quantity)| *quantity).collect();
                let shares = split(holding.market_value, &quantities)?;
                let shares = accounts.iter().zip(shares);
                return Ok(shares.map(|((account, _), share)| line(vec![account.clone()], share)).collect());
            }
        };
        Ok(vec![line(keys, holding.market_value)])
    }

    pub fn shown(&self, part: Part<String>, with_cash: Option<Exact>) -> Result<AllocationPart> {
        let category = part.key.as_ref().and_then(|key| self.categories.get(key)).cloned();
        Ok(AllocationPart {
            key: part.key,
            category: category.map(VaultCategory::from_row).transpose()?,
            value: Decimal(part.value),
            weight: part.weight.ok().map(Decimal),
            weight_with_cash: weight(part.value, with_cash),
            count: count(part.count),
        })
    }
}
