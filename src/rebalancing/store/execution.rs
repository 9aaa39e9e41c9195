//! The statements that carry a plan out on paper, and keep on record what was done.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{
    asset_category_assignment, portfolio_holdings, portfolio_summary, rebalance_execution, rebalance_schedule,
    user_trading_preferences, vault_categories,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement, Value, sea_query::LockType,
};
use uuid::Uuid;

use crate::{
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
        scalars::Decimal as Shown,
    },
    portfolio::{Place, Rolled, blamed_on, roll_up},
    rebalancing::{
        drift::Unknown,
        execution::{Lot, after},
        plan::{Plan, Side},
        targets::Key,
        types::{
            RebalanceExecutionType,
            execution::{ExecutedSide, ExecutedTrade},
            facts::{Facts, Rows},
        },
    },
};

/// What asked for an execution, and when.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    pub kind: RebalanceExecutionType,
    pub schedule: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// What was done, as ids.
pub struct Executed {
    pub execution: Uuid,
    pub portfolio: Uuid,
    /// Holdings of which something was bought or sold, and those that were sold whole.
    pub changed: Vec<Uuid>,
    pub gone: Vec<Uuid>,
    pub trades: usize,
    rolled: Rolled,
}

impl Executed {
    pub fn rolled(&self) -> &Rolled {
        &self.rolled
    }
}

/// Everything that a plan for a portfolio is made from, as it stands in this transaction.
pub async fn rows(transaction: &impl ConnectionTrait, user: Uuid, vault: &str) -> Result<Rows> {
    let holdings = portfolio_holdings::Entity::find()
        .filter(portfolio_holdings::Column::UserId.eq(user))
        .filter(portfolio_holdings::Column::VaultId.eq(vault))
        .order_by_asc(portfolio_holdings::Column::Id);
    let schedule = rebalance_schedule::Entity::find().filter(rebalance_schedule::Column::UserId.eq(user));
    let preferences =
        user_trading_preferences::Entity::find().filter(user_trading_preferences::Column::UserId.eq(user));
    let categories = vault_categories::Entity::find().filter(vault_categories::Column::UserId.eq(user));
    let assignments =
        asset_category_assignment::Entity::find().filter(asset_category_assignment::Column::UserId.eq(user));
    Ok(Rows {
        holdings: Arc::new(holdings.all(transaction).await?),
        schedule: schedule.one(transaction).await?,
        preferences: preferences.one(transaction).await?,
        categories: Arc::new(categories.order_by_asc(vault_categories::Column::Id).all(transaction).await?),
        assignments: Arc::new(assignments.order_by_asc(asset_category_assignment::Column::Id).all(transaction).await?),
    })
}

/// The user's portfolios, by name.
pub async fn portfolios(transaction: &impl ConnectionTrait, user: Uuid) -> Result<Vec<portfolio_summary::Model>> {
    let mine = portfolio_summary::Entity::find().filter(portfolio_summary::Column::UserId.eq(user));
    Ok(mine.order_by_asc(portfolio_summary::Column::VaultId).all(transaction).await?)
}

/// The user's schedule, locked until the transaction ends. Whoever carries out a plan locks it before the portfolios.
pub async fn lock_schedule(
    transaction: &impl ConnectionTrait,
    user: Uuid,
) -> Result<Option<rebalance_schedule::Model>> {
    let mine = rebalance_schedule::Entity::find().filter(rebalance_schedule::Column::UserId.eq(user));
    Ok(mine.lock(LockType::NoKeyUpdate).one(transaction).await?)
}

/// Carries a plan out: holdings and cash change, figures follow, and the record says what was done.
pub async fn execute(
    transaction: &impl ConnectionTrait,
    portfolio: &portfolio_summary::Model,
    (facts, plan, new_cash): (&Facts, &Plan<Key>, Decimal),
    occasion: Occasion,
) -> Result<Executed> {
    let (user, vault) = (portfolio.user_id, portfolio.vault_id.as_str());
    // New cash comes in before the first trade.
    let cash = portfolio.cash_balance.checked_add(new_cash).ok_or(Unknown::TooLarge).map_err(beyond)?;
    let drift = facts.report(cash).map_err(beyond)?.drift;
    let (kept, gone, trades) = carried_out(facts, plan).map_err(beyond)?;
    change(transaction, user, &kept).await?;
    delete(transaction, user, &gone).await?;
    set_cash(transaction, portfolio.id, plan.cash_after).await?;
    let rolled = roll_up(transaction, &[Place::new(user, Some(vault.to_owned()))]).await;
    let rolled = rolled.map_err(|error| blamed_on(error, &["input", "newCash"]))?;
    let row = rebalance_execution::ActiveModel {
        trades_executed: Set(i32::try_from(trades.len()).unwrap_or(i32::MAX)),
        completed_successfully: Set(true),
        cash_before: Set(Some(portfolio.cash_balance)),
        new_cash: Set(Some(new_cash)),
        cash_after: Set(Some(plan.cash_after)),
        trades: Set(serde_json::to_value(&trades).map_err(Error::internal)?),
        ..record(portfolio, (plan.total, drift), occasion)
    };
    let execution = insert(transaction, row).await?;
    let changed = kept.into_iter().map(|(id, _)| id).collect();
    Ok(Executed { execution, portfolio: portfolio.id, changed, gone, trades: trades.len(), rolled })
}

/// Puts on record that nothing was done, and why.
pub async fn record_failure(
    transaction: &impl ConnectionTrait,
    portfolio: &portfolio_summary::Model,
    (drift, reason): (Option<Decimal>, String),
    occasion: Occasion,
) -> Result<Uuid> {
    let row = rebalance_execution::ActiveModel {
        trades_executed: Set(0),
        completed_successfully: Set(false),
        error_message: Set(Some(reason)),
        trades: Set(serde_json::Value::Array(Vec::new())),
        ..record(portfolio, (portfolio.portfolio_value, drift.unwrap_or_default()), occasion)
    };
    insert(transaction, row).await
}

fn record(
    portfolio: &portfolio_summary::Model,
    (value, drift): (Decimal, Decimal),
    occasion: Occasion,
) -> rebalance_execution::ActiveModel {
    rebalance_execution::ActiveModel {
        id: Set(Uuid::now_v7()),
        user_id: Set(portfolio.user_id),
        schedule_id: Set(occasion.schedule),
        vault_id: Set(Some(portfolio.vault_id.clone())),
        execution_type: Set(occasion.kind.stored().to_owned()),
        portfolio_value_before: Set(value),
        total_drift_percent: Set(drift),
        executed_at: Set(occasion.now.into()),
        ..Default::default()
    }
}

async fn insert(transaction: &impl ConnectionTrait, row: rebalance_execution::ActiveModel) -> Result<Uuid> {
    let id = row.id.clone().take().unwrap_or_default();
    rebalance_execution::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(id)
}

/// What stays of each traded holding, which ones are gone, and the trades as the record has them.
type Outcome = (Vec<(Uuid, Lot)>, Vec<Uuid>, Vec<ExecutedTrade>);

fn carried_out(facts: &Facts, plan: &Plan<Key>) -> Result<Outcome, Unknown> {
    let (mut kept, mut gone, mut trades) = (Vec::new(), Vec::new(), Vec::new());
    for trade in &plan.trades {
        let Some(holding) = facts.holdings.get(trade.holding) else { continue };
        let lot = Lot { quantity: holding.quantity, avg_cost: holding.avg_cost };
        match after(lot, *trade)? {
            Some(lot) => kept.push((holding.id, lot)),
            None => gone.push(holding.id),
        }
        trades.push(ExecutedTrade {
            symbol: holding.symbol.clone(),
            side: if trade.side == Side::Buy { ExecutedSide::Buy } else { ExecutedSide::Sell },
            quantity: Shown(trade.quantity),
            price: Shown(holding.current_price),
            amount: Shown(trade.amount),
        });
    }
    Ok((kept, gone, trades))
}

async fn change(transaction: &impl ConnectionTrait, user: Uuid, kept: &[(Uuid, Lot)]) -> Result<()> {
    let sql = "UPDATE portfolio_holdings h SET quantity = t.quantity, avg_cost = t.avg_cost \
               FROM unnest($2::uuid[], $3::numeric[], $4::numeric[]) AS t (id, quantity, avg_cost) \
               WHERE h.id = t.id AND h.user_id = $1";
    let ids: Vec<Uuid> = kept.iter().map(|(id, _)| *id).collect();
    let quantities: Vec<Decimal> = kept.iter().map(|(_, lot)| lot.quantity).collect();
    let costs: Vec<Decimal> = kept.iter().map(|(_, lot)| lot.avg_cost).collect();
    run(transaction, sql, [user.into(), ids.into(), quantities.into(), costs.into()]).await
}

async fn delete(transaction: &impl ConnectionTrait, user: Uuid, gone: &[Uuid]) -> Result<()> {
    let sql = "DELETE FROM portfolio_holdings WHERE user_id = $1 AND id = ANY ($2::uuid[])";
    run(transaction, sql, [user.into(), gone.to_vec().into()]).await
}

async fn set_cash(transaction: &impl ConnectionTrait, portfolio: Uuid, cash: Decimal) -> Result<()> {
    run(transaction, "UPDATE portfolio_summary SET cash_balance = $2 WHERE id = $1", [portfolio.into(), cash.into()])
        .await
}

async fn run<const N: usize>(transaction: &impl ConnectionTrait, sql: &str, values: [Value; N]) -> Result<()> {
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

fn beyond(_: Unknown) -> Error {
    Error::invalid(&["input"], "OUT_OF_RANGE", "The numbers are beyond what can be computed exactly.")
}
