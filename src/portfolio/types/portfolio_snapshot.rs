//! PortfolioSnapshot, a row of portfolio_snapshots.

use async_graphql::SimpleObject;
use entity::portfolio_snapshots;
use uuid::Uuid;

use crate::{
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE, DATE_TIME, DECIMAL, ID, TEXT},
        scalars::{Currency, Date, DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::freshness::Freshness,
};

/// What a portfolio was worth when a day ended. Nothing is made up for days on which nobody looked.
#[derive(SimpleObject)]
pub struct PortfolioSnapshot {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The portfolio's name, as it is now.
    pub vault_id: String,
    /// The day that ended, in the time zone that its user had in the preferences; UTC without one.
    pub day: Date,
    /// ISO 4217 code of the currency that the portfolio had, and of all amounts.
    pub currency: Currency,
    /// Market value of all holdings plus cash.
    pub portfolio_value: Decimal,
    /// Cost of all holdings.
    pub invested_amount: Decimal,
    /// Cash in the portfolio, negative when it was borrowed.
    pub cash_balance: Decimal,
    /// The time of the oldest price in it; null when that of any was unknown, and when there was none.
    pub price_as_of: Option<DateTime>,
    /// True when any price was older than 24 hours when the snapshot was taken, or its time was unknown although there were
    /// holdings of known cost.
    pub is_stale: bool,
    /// When it was taken: soon after the day's end, or later as long as nothing had changed since.
    pub taken_at: DateTime,
}

impl Record for PortfolioSnapshot {
    type Entity = portfolio_snapshots::Entity;
    type Model = portfolio_snapshots::Model;

    const TABLE: &'static Table = &Table {
        name: "PortfolioSnapshot",
        prefix: "portfolio_snapshot",
        sql: "portfolio_snapshots",
        columns: &[
            Column::new("id", ID),
            Column::new("vault_id", TEXT),
            Column::new("day", DATE),
            Column::new("currency", TEXT),
            Column::new("portfolio_value", DECIMAL),
            Column::new("invested_amount", DECIMAL),
            Column::new("cash_balance", DECIMAL),
            Column::optional("price_as_of", DATE_TIME),
            Column::new("taken_at", DATE_TIME),
        ],
        order: &[("day", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[];

    fn from_row(row: portfolio_snapshots::Model) -> Result<Self> {
        let portfolio_snapshots::Model {
            id,
            user_id,
            vault_id,
            day,
            currency,
            portfolio_value,
            invested_amount,
            cash_balance,
            price_as_of,
            taken_at,
        } = row;
        let holds_something = portfolio_value != cash_balance || !invested_amount.is_zero();
        let times = holds_something.then_some(price_as_of.map(|time| time.to_utc()));
        Ok(Self {
            id: Id::new(id),
            user_id,
            vault_id,
            day: Date(day),
            currency: Currency(currency),
            portfolio_value: Decimal(portfolio_value),
            invested_amount: Decimal(invested_amount),
            cash_balance: Decimal(cash_balance),
            price_as_of: price_as_of.map(Into::into),
            is_stale: Freshness::of(times, taken_at.to_utc()).is_stale,
            taken_at: taken_at.into(),
        })
    }
}
