//! What all portfolios of a user come to, for each currency.

use std::collections::BTreeMap;

use async_graphql::{Context, Object, SimpleObject};
use entity::portfolio_summary;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{
    Portfolio,
    figures::{HoldingFigures, NoFigure, Scope, count},
};
use crate::{
    graphql::{
        call::call,
        error::Result,
        scalars::{Currency, Decimal},
        table::BY_USER,
    },
    portfolio::{
        concentration::Unknown,
        worth::{Line, Worth, worth},
    },
};

/// What all portfolios in one currency come to. Currencies are never added.
#[derive(SimpleObject)]
pub struct NetWorth {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many portfolios it is of.
    pub number_of_portfolios: i32,
    /// Σ portfolioValue: holdings and cash; null with the reason.
    pub total_value: Option<Decimal>,
    /// Σ (portfolioValue − cashBalance): the holdings alone; null with the reason.
    pub holdings_value: Option<Decimal>,
    /// Σ cashBalance; null with the reason.
    pub cash_balance: Option<Decimal>,
    /// Σ dayGainLoss; null with the reason.
    pub day_gain_loss: Option<Decimal>,
    /// Why amounts are null, null when they are known.
    pub reason: Option<NoFigure>,
    #[graphql(flatten)]
    pub figures: HoldingFigures,
}

/// A user, as far as their net worth needs it.
pub struct UserWorth {
    pub user_id: Uuid,
}

/// Fields of a user about all their portfolios.
#[Object]
impl UserWorth {
    /// What all portfolios come to, for each currency by its code; holdings of no portfolio have no currency and are no
    /// part of it.
    async fn net_worth(&self, ctx: &Context<'_>) -> Result<Vec<NetWorth>> {
        let portfolios = call(ctx).all::<Portfolio>(BY_USER, vec![self.user_id.into()]).await?;
        let mut currencies: BTreeMap<&str, Vec<&portfolio_summary::Model>> = BTreeMap::new();
        for portfolio in portfolios.iter() {
            currencies.entry(&portfolio.currency).or_default().push(portfolio);
        }
        Ok(currencies.into_iter().map(|(currency, rows)| self.shown(currency, &rows)).collect())
    }
}

impl UserWorth {
    fn shown(&self, currency: &str, rows: &[&portfolio_summary::Model]) -> NetWorth {
        let line = |row: &&portfolio_summary::Model| Line {
            value: row.portfolio_value,
            cash: row.cash_balance,
            day_gain: row.day_gain_loss,
        };
        let lines: Vec<Line> = rows.iter().map(line).collect();
        let found = worth(&lines);
        let figures = HoldingFigures {
            user_id: self.user_id,
            scope: Scope::Portfolios(rows.iter().map(|row| row.vault_id.clone()).collect()),
            currency: currency.to_owned(),
            cash: found.map_or(Exact::ZERO, |found| found.cash),
        };
        let amount = |amount: fn(&Worth) -> Exact| found.as_ref().ok().map(|found| Decimal(amount(found)));
        NetWorth {
            currency: Currency(currency.to_owned()),
            number_of_portfolios: count(rows.len()),
            total_value: amount(|found| found.total),
            holdings_value: amount(|found| found.holdings),
            cash_balance: amount(|found| found.cash),
            day_gain_loss: amount(|found| found.day_gain),
            reason: found.err().map(|unknown: Unknown| unknown.into()),
            figures,
        }
    }
}
