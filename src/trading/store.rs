//! The statements that find rules which may want something done, and keep who was told.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use chrono::{DateTime, Utc};
use entity::{portfolio_holdings, portfolio_position, portfolio_summary, user_preferences, user_trade_rule};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use crate::graphql::error::Result;

/// Rules that may want something done at this moment, and those of which somebody was told that they do; locked until the
/// transaction ends, without those that somebody is changing. Rather too many than too few: each is judged afterwards, by
/// the one definition that there is.
pub async fn candidates(transaction: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<user_trade_rule::Model>> {
    let sql = "
        SELECT r.* FROM user_trade_rule r JOIN users u ON u.id = r.user_id AND u.is_active
        WHERE r.notified_at IS NOT NULL OR (r.enabled AND CASE r.rule_type
            WHEN 'DCA' THEN
                (r.last_triggered IS NULL OR r.last_triggered <= $1::timestamptz - CASE r.frequency
                    WHEN 'daily' THEN interval '24 hours' WHEN 'weekly' THEN interval '168 hours'
                    WHEN 'biweekly' THEN interval '336 hours' WHEN 'monthly' THEN interval '650 hours'
                    ELSE interval '2100 hours' END)
                AND (EXISTS (SELECT FROM portfolio_holdings h
                        WHERE h.user_id = r.user_id AND h.symbol = r.symbol AND h.current_price <= r.threshold)
                    OR EXISTS (SELECT FROM portfolio_position p
                        WHERE p.user_id = r.user_id AND p.symbol = r.symbol AND p.current_price <= r.threshold))
            ELSE EXISTS (SELECT FROM portfolio_holdings h
                WHERE h.user_id = r.user_id AND h.symbol = r.symbol AND h.current_price * 100 <= (100 - r.threshold) * (
                    SELECT max(c.avg_cost) FROM portfolio_holdings c WHERE c.user_id = r.user_id AND c.symbol = r.symbol))
            END)
        ORDER BY r.user_id, r.id FOR NO KEY UPDATE OF r SKIP LOCKED";
    Ok(user_trade_rule::Entity::find().from_raw_sql(statement(sql, [now.into()])).all(transaction).await?)
}

/// What rules are judged by, of all their users together.
#[derive(Default)]
pub struct World {
    pub holdings: Vec<portfolio_holdings::Model>,
    pub positions: Vec<portfolio_position::Model>,
    pub portfolios: Vec<portfolio_summary::Model>,
    pub preferences: Vec<user_preferences::Model>,
}

/// What these rules are judged by.
pub async fn world(transaction: &impl ConnectionTrait, rules: &[user_trade_rule::Model]) -> Result<World> {
    let users: Vec<Uuid> = rules.iter().map(|rule| rule.user_id).collect();
    let symbols: Vec<String> = rules.iter().map(|rule| rule.symbol.clone()).collect();
    let of_symbols = |table: &str| {
        let sql = format!(
            "SELECT t.* FROM {table} t \
             WHERE (t.user_id, t.symbol) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) ORDER BY t.id"
        );
        statement(&sql, [users.clone().into(), symbols.clone().into()])
    };
    let holdings = portfolio_holdings::Entity::find().from_raw_sql(of_symbols("portfolio_holdings"));
    let positions = portfolio_position::Entity::find().from_raw_sql(of_symbols("portfolio_position"));
    let portfolios =
        portfolio_summary::Entity::find().filter(portfolio_summary::Column::UserId.is_in(distinct(&users)));
    let preferences = user_preferences::Entity::find().filter(user_preferences::Column::UserId.is_in(distinct(&users)));
    Ok(World {
        holdings: holdings.all(transaction).await?,
        positions: positions.all(transaction).await?,
        portfolios: portfolios.all(transaction).await?,
        preferences: preferences.all(transaction).await?,
    })
}

/// Keeps when subscribers were told of these rules; `None` of those that want nothing any more.
pub async fn set_notified(
    transaction: &impl ConnectionTrait,
    rules: Vec<Uuid>,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    let sql = "UPDATE user_trade_rule SET notified_at = $2 WHERE id = ANY ($1::uuid[])";
    transaction.execute_raw(statement(sql, [rules.into(), at.into()])).await?;
    Ok(())
}

fn distinct(users: &[Uuid]) -> Vec<Uuid> {
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    users
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
