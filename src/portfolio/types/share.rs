//! What part of its portfolio a holding is, and what it has cost.

use async_graphql::{Context, Object, SimpleObject};
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{
    Portfolio,
    figures::{NoFigure, OF_PORTFOLIO},
};
use crate::{
    graphql::{call::call, error::Result, scalars::Decimal},
    portfolio::{
        concentration::{Unknown, weight},
        gains::Held,
    },
};

/// A share of something, or why there is none.
#[derive(SimpleObject)]
pub struct Weight {
    /// In percentage points to four decimals, half away from zero; null with the reason.
    pub value: Option<Decimal>,
    /// Why it is null, null when it is known.
    pub reason: Option<NoFigure>,
}

/// A holding, as far as its share and its cost need it.
pub struct HoldingShare {
    pub user_id: Uuid,
    pub vault_id: Option<String>,
    pub held: Held,
}

/// Fields of a holding about its share and its cost.
#[Object]
impl HoldingShare {
    /// Quantity × average cost, to the cent; null when the cost is unknown.
    async fn cost_basis(&self) -> Option<Decimal> {
        self.held.cost_basis().map(Decimal)
    }

    /// Market value / Σ market value of its portfolio × 100, without cash.
    async fn weight(&self, ctx: &Context<'_>) -> Result<Weight> {
        self.of_portfolio(ctx, |value, cash| value.checked_sub(cash)).await
    }

    /// Market value / (Σ market value + cash) of its portfolio × 100.
    async fn weight_with_cash(&self, ctx: &Context<'_>) -> Result<Weight> {
        self.of_portfolio(ctx, |value, _| Some(value)).await
    }
}

impl HoldingShare {
    async fn of_portfolio(&self, ctx: &Context<'_>, total: fn(Exact, Exact) -> Option<Exact>) -> Result<Weight> {
        let none = |reason| Ok(Weight { value: None, reason: Some(reason) });
        let Some(vault) = &self.vault_id else { return none(NoFigure::NoPortfolio) };
        let key = vec![self.user_id.into(), vault.into()];
        let Some(portfolio) = call(ctx).one::<Portfolio>(OF_PORTFOLIO, key).await? else {
            return none(NoFigure::NoPortfolio);
        };
        let total = total(portfolio.portfolio_value, portfolio.cash_balance).ok_or(Unknown::TooLarge);
        match total.and_then(|total| weight(self.held.value, total)) {
            Ok(share) => Ok(Weight { value: Some(Decimal(share)), reason: None }),
            Err(unknown) => none(unknown.into()),
        }
    }
}
