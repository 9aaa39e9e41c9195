//! The statements on portfolios, holdings and positions.
//!
//! [`rollup`] makes figures follow from what they are figures of, [`feeding`] says which position goes where; here are
//! the small ones.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

pub mod feeding;
pub mod importing;
pub mod rollup;
pub mod snapshots;

use entity::{account_portfolios, portfolio_holdings, portfolio_summary, user_preferences};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::{ArrayType, LockType},
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

/// Lets the user's preferences name a portfolio by its new name, or none where it is gone; answers those that did.
pub async fn rename_default(
    transaction: &impl ConnectionTrait,
    user: Uuid,
    (old, new): (&str, Option<&str>),
) -> Result<Option<Uuid>> {
    let mine = user_preferences::Entity::find().filter(user_preferences::Column::UserId.eq(user));
    let named = mine.filter(user_preferences::Column::DefaultVaultId.eq(old)).lock(LockType::NoKeyUpdate);
    let Some(row) = named.one(transaction).await? else { return Ok(None) };
    let change = user_preferences::ActiveModel { default_vault_id: Set(new.map(str::to_owned)), ..Default::default() };
    let update = user_preferences::Entity::update_many().set(change);
    update.filter(user_preferences::Column::Id.eq(row.id)).exec(transaction).await?;
    Ok(Some(row.id))
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

fn uuids(all: impl IntoIterator<Item = Uuid>) -> Value {
    Value::Array(ArrayType::Uuid, Some(Box::new(all.into_iter().map(Value::from).collect())))
}

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Array(ArrayType::String, Some(Box::new(all.into_iter().map(Value::from).collect())))
}
