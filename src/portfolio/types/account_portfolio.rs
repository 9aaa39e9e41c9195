//! AccountPortfolio, a row of account_portfolios.

use async_graphql::SimpleObject;
use entity::account_portfolios;
use uuid::Uuid;

use super::{portfolio::Portfolio, position::Position};
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE_TIME, ID, TEXT},
        scalars::DateTime,
        table::{Column, Edge, Record, Table},
    },
};

/// That an account feeds a certain portfolio; without one it feeds the portfolio that bears its name.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AccountPortfolio {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The account at the broker, as its positions name it.
    pub account: String,
    /// The name of the portfolio that it feeds; what it holds in another currency goes to the one called
    /// `<name> <currency>`.
    pub vault_id: String,
    /// When it was said.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
}

edges!(AccountPortfolio, AccountPortfolio::EDGES);

impl Record for AccountPortfolio {
    type Entity = account_portfolios::Entity;
    type Model = account_portfolios::Model;

    const TABLE: &'static Table = &Table {
        name: "AccountPortfolio",
        prefix: "account_portfolio",
        sql: "account_portfolios",
        columns: &[
            Column::new("id", ID),
            Column::new("account", TEXT),
            Column::new("vault_id", TEXT),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("account", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<Portfolio>(
            "portfolio",
            "The portfolio that the account feeds.",
            &[("user_id", "user_id"), ("vault_id", "vault_id")],
            |row| Some(vec![row.user_id.into(), (&row.vault_id).into()]),
        ),
        Edge::many::<Position>(
            "positions",
            "What the account holds, by symbol.",
            &[("user_id", "user_id"), ("account", "account")],
            |row| Some(vec![row.user_id.into(), (&row.account).into()]),
        ),
    ];

    fn from_row(row: account_portfolios::Model) -> Result<Self> {
        let account_portfolios::Model { id, user_id, account, vault_id, created_at, updated_at } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            account,
            vault_id,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
