//! Portfolio, a row of portfolio_summary.

use async_graphql::SimpleObject;
use entity::portfolio_summary;
use uuid::Uuid;

use super::{
    account_portfolio::AccountPortfolio,
    figures::{HoldingFigures, Scope},
    health::PortfolioHealth,
    holding::Holding,
    value_history::ValueHistory,
};
use crate::{
    authentication::types::User,
    clock, edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE_TIME, DECIMAL, ID, INT, TEXT},
        scalars::{Currency, DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::freshness::Freshness,
    rebalancing::types::Balance,
};

/// A portfolio: the total of its holdings and its cash, all in one currency.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Portfolio {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The portfolio's name, unique for its user; renaming it renames its holdings' too.
    pub vault_id: String,
    /// ISO 4217 code of the one currency of everything in it.
    pub currency: Currency,
    /// Market value of all holdings plus cash.
    pub portfolio_value: Decimal,
    /// The time of the oldest price of its holdings; null when that of any is unknown, and when there is none.
    pub price_as_of: Option<DateTime>,
    /// True when any of those prices is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
    /// Sum of the holdings' gains, as far as their cost is known.
    pub total_gain_loss: Decimal,
    /// Gain / invested amount × 100, in percentage points; null when nothing is known to be invested.
    pub total_gain_loss_percent: Option<Decimal>,
    /// Gain since the previous close.
    pub day_gain_loss: Decimal,
    /// Gain since the previous close in percentage points; 0 when no previous close is known.
    pub day_gain_loss_percent: Decimal,
    /// The oldest time of the prices that its holdings' gains of the day are of; null when that of any is unknown.
    pub day_as_of: Option<DateTime>,
    /// True when the gain of the day of any holding is older than 24 hours or than the oldest price, or its time is unknown.
    pub is_day_stale: bool,
    /// Cash in the portfolio, negative when it is borrowed.
    pub cash_balance: Decimal,
    /// Cost of all holdings.
    pub invested_amount: Decimal,
    /// How many holdings it has.
    pub number_of_holdings: i32,
    #[graphql(flatten)]
    pub figures: HoldingFigures,
    #[graphql(flatten)]
    pub health: PortfolioHealth,
    #[graphql(flatten)]
    pub history: ValueHistory,
    #[graphql(flatten)]
    pub balance: Balance,
    /// When the portfolio was last changed.
    pub last_updated: DateTime,
    /// When the portfolio was made.
    pub created_at: DateTime,
}

edges!(Portfolio, Portfolio::EDGES);

impl Record for Portfolio {
    type Entity = portfolio_summary::Entity;
    type Model = portfolio_summary::Model;

    const TABLE: &'static Table = &Table {
        name: "Portfolio",
        prefix: "portfolio",
        sql: "portfolio_summary",
        columns: &[
            Column::new("id", ID),
            Column::new("vault_id", TEXT),
            Column::new("currency", TEXT).key(),
            Column::new("portfolio_value", DECIMAL).amount(),
            Column::optional("price_as_of", DATE_TIME).moment(),
            Column::new("total_gain_loss", DECIMAL).amount(),
            Column::known_by("total_gain_loss_percent", DECIMAL, "invested_amount")
                .clamped("{t}.total_gain_loss * 100 / nullif({t}.invested_amount, 0)")
                .ratio(),
            Column::new("day_gain_loss", DECIMAL).amount(),
            Column::new("day_gain_loss_percent", DECIMAL)
                .clamped(
                    "{t}.day_gain_loss * 100 / nullif({t}.portfolio_value - {t}.cash_balance - {t}.day_gain_loss, 0)",
                )
                .ratio(),
            Column::optional("day_as_of", DATE_TIME).moment(),
            Column::new("cash_balance", DECIMAL).amount(),
            Column::new("invested_amount", DECIMAL).amount(),
            Column::new("number_of_holdings", INT).quantity(),
            Column::new("last_updated", DATE_TIME).moment(),
            Column::new("created_at", DATE_TIME).moment(),
        ],
        order: &[("vault_id", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::many::<Holding>(
            "holdings",
            "What the portfolio holds, by symbol.",
            &[("user_id", "user_id"), ("vault_id", "vault_id")],
            |row| Some(vec![row.user_id.into(), (&row.vault_id).into()]),
        ),
        Edge::many::<AccountPortfolio>(
            "accountPortfolios",
            "Accounts that were made to feed it, by name; the one that bears its name feeds it without.",
            &[("user_id", "user_id"), ("vault_id", "vault_id")],
            |row| Some(vec![row.user_id.into(), (&row.vault_id).into()]),
        ),
    ];

    fn from_row(row: portfolio_summary::Model) -> Result<Self> {
        let portfolio_summary::Model {
            id,
            user_id,
            vault_id,
            currency,
            portfolio_value,
            total_gain_loss,
            total_gain_loss_percent,
            day_gain_loss,
            day_gain_loss_percent,
            cash_balance,
            invested_amount,
            number_of_holdings,
            price_as_of,
            day_as_of,
            last_updated,
            created_at,
        } = row;
        let times = (number_of_holdings > 0).then_some(price_as_of.map(|time| time.to_utc()));
        let is_stale = Freshness::of(times, clock::now()).is_stale;
        let (vault, cash) = (vault_id.clone(), cash_balance);
        Ok(Self {
            id: Id::new(id),
            user_id,
            figures: HoldingFigures {
                user_id,
                scope: Scope::Portfolio(vault.clone()),
                currency: currency.clone(),
                cash,
            },
            health: PortfolioHealth { user_id, vault_id: vault.clone(), currency: currency.clone(), cash },
            history: ValueHistory { user_id, vault_id: vault.clone() },
            balance: Balance { user_id, vault_id: vault, currency: currency.clone(), cash },
            vault_id,
            currency: Currency(currency),
            portfolio_value: Decimal(portfolio_value),
            price_as_of: price_as_of.map(Into::into),
            is_stale,
            total_gain_loss: Decimal(total_gain_loss),
            total_gain_loss_percent: (!invested_amount.is_zero()).then_some(Decimal(total_gain_loss_percent)),
            day_gain_loss: Decimal(day_gain_loss),
            day_gain_loss_percent: Decimal(day_gain_loss_percent),
            day_as_of: day_as_of.map(Into::into),
            is_day_stale: is_stale || (number_of_holdings > 0 && day_as_of < price_as_of),
            cash_balance: Decimal(cash_balance),
            invested_amount: Decimal(invested_amount),
            number_of_holdings,
            last_updated: last_updated.into(),
            created_at: created_at.into(),
        })
    }
}
