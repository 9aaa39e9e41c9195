//! The statements on portfolios, holdings and positions.
//!
//! [`rollup`] makes figures follow from what they are figures of, [`feeding`] says which position goes where; here are
//! the small ones.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

pub mod feeding;
pub mod rollup;

use entity::{account_portfolios, portfolio_holdings, portfolio_summary};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::ArrayType,
};
use uuid::Uuid;

use crate::graphql::error::Result;

/// The user's portfolio of this name, if there is one.
pub async fn portfolio_called(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    vault: &str,
) -> Result<Option<portfolio_summary::Model>> {
    let mine = portfolio_summary::Entity::find().filter(portfolio_summary::Column::UserId.eq(user));
    Ok(mine.filter(portfolio_summary::Column::VaultId.eq(vault)).one(transaction).await?)
}

/// What a portfolio holds, by symbol.
pub async fn holdings_of(transaction: &impl ConnectionTrait, user: Uuid, vault: &str) -> Result<Vec<Uuid>> {
    let all = portfolio_holdings::Entity::find()
        .select_only()
        .column(portfolio_holdings::Column::Id)
        .filter(portfolio_holdings::Column::UserId.eq(user))
        .filter(portfolio_holdings::Column::VaultId.eq(vault))
        .order_by_asc(portfolio_holdings::Column::Symbol);
    Ok(all.into_tuple().all(transaction).await?)
}

/// The accounts that were made to feed a portfolio.
pub async fn mappings_to(transaction: &impl ConnectionTrait, user: Uuid, vault: &str) -> Result<Vec<Uuid>> {
    let all = account_portfolios::Entity::find()
        .select_only()
        .column(account_portfolios::Column::Id)
        .filter(account_portfolios::Column::UserId.eq(user))
        .filter(account_portfolios::Column::VaultId.eq(vault));
    Ok(all.into_tuple().all(transaction).await?)
}

/// What the user has said about an account, if they have.
pub async fn mapping_of(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    account: &str,
) -> Result<Option<account_portfolios::Model>> {
    let mine = account_portfolios::Entity::find().filter(account_portfolios::Column::UserId.eq(user));
    Ok(mine.filter(account_portfolios::Column::Account.eq(account)).one(transaction).await?)
}

/// The currency of the portfolio that an account feeds, if there is one.
pub async fn currency_of_account(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    account: &str,
) -> Result<Option<String>> {
    let mapping = mapping_of(transaction, user, account).await?;
    let vault = mapping.map_or_else(|| account.to_owned(), |mapping| mapping.vault_id);
    Ok(portfolio_called(transaction, user, &vault).await?.map(|portfolio| portfolio.currency))
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

fn uuids(all: impl IntoIterator<Item = Uuid>) -> Value {
    Value::Array(ArrayType::Uuid, Some(Box::new(all.into_iter().map(Value::from).collect())))
}

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Array(ArrayType::String, Some(Box::new(all.into_iter().map(Value::from).collect())))
}
