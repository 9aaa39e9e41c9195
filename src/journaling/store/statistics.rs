//! What a user's closed trades come to, added up in the database.
//!
//! The conditions are those of the lists, from [`select::owned`]; the sums around them are a form that sea-query lacks,
//! so this place writes it by hand. What follows from the sums is computed in
//! [`statistics`](crate::journaling::statistics) and its neighbours.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use sea_orm::{
    FromQueryResult, QueryResult,
    sea_query::{Expr, PostgresQueryBuilder, SelectStatement},
    sqlx::{Row, postgres::PgRow},
};
use uuid::Uuid;

use super::grouping::{day, key};
use crate::{
    graphql::{
        cost::prices,
        error::{Error, Result},
        filter::Expression,
        loader::Snapshot,
        select,
        table::Record,
    },
    journaling::{
        equity::{Curve, Step},
        risk_reward::PlanSums,
        statistics::Sums,
        types::{TradeLog, statistics::TradeGrouping},
    },
};

/// How many groups a statement answers; the largest.
pub const GROUPS_MAX: u32 = 1000;
/// How many curves are kept; those of the most trades.
pub const CURVES_MAX: usize = 100;
/// How many trades are added up for a point.
const TRADES_FOR_A_POINT: u64 = 100;

/// Whose trades are meant, and which of them.
pub struct Chosen<'a> {
    pub user_id: Uuid,
    pub filter: Option<&'a Expression>,
    /// The first and the last day of the exits, both part of it.
    pub period: (Option<NaiveDate>, Option<NaiveDate>),
    /// Where the user's days begin.
    pub zone: Tz,
}

/// What is added up over one group, in one currency where money is.
pub struct Group<T> {
    pub key: Option<String>,
    pub currency: String,
    pub sums: T,
}

/// What was won and lost on a day, in one currency.
#[derive(FromQueryResult)]
pub struct Day {
    pub currency: String,
    pub day: NaiveDate,
    pub trades: i64,
    pub wins: i64,
    pub losses: i64,
    pub won: Decimal,
    pub lost: Decimal,
    pub fees: Decimal,
}

/// The sums of each group and currency, largest group first.
pub async fn groups(snapshot: &Snapshot, chosen: &Chosen<'_>, by: Option<TradeGrouping>) -> Result<Vec<Group<Sums>>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust("t0.realized_pnl"), "pnl")
        .expr_as(Expr::cust("coalesce(t0.fees, 0.00)"), "fees")
        .expr_as(Expr::cust(format!("{RISK} * t0.quantity")), "risk")
        .expr_as(Expr::cust("floor(extract(epoch FROM t0.exit_date - t0.execution_time))"), "held");
    let keys = key(&mut trades, snapshot, chosen.zone, by)?;
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let sql = format!("{SUMS} FROM ({inner}) AS t {keys} GROUP BY key, currency {LARGEST_FIRST} LIMIT {GROUPS_MAX}");
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let groups: Vec<Group<Sums>> = rows.into_iter().map(|row| group(&row.into())).collect::<Result<_>>()?;
    meter(snapshot, groups.iter().map(|group| group.sums.count.unsigned_abs()).sum());
    Ok(groups)
}

/// Plans against results of each group, largest group first; multiples of a risk are of no currency.
pub async fn plans(
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
    by: Option<TradeGrouping>,
) -> Result<Vec<Group<PlanSums>>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.realized_pnl"), "pnl")
        .expr_as(Expr::cust("t0.quantity"), "quantity")
        .expr_as(Expr::cust(RISK), "risk")
        .expr_as(Expr::cust(REWARD), "reward")
        .expr_as(Expr::cust(GONE), "gone");
    let keys = key(&mut trades, snapshot, chosen.zone, by)?;
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let sql = format!(
        "{PLANS} FROM ({inner}) AS t {keys} WHERE risk > 0 AND reward > 0 \
         GROUP BY key ORDER BY count DESC, key NULLS LAST LIMIT {GROUPS_MAX}"
    );
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let groups: Vec<Group<PlanSums>> = rows.into_iter().map(|row| plan(&row.into())).collect::<Result<_>>()?;
    meter(snapshot, groups.iter().map(|group| group.sums.count.unsigned_abs()).sum());
    Ok(groups)
}

/// The curve of each group and currency, most trades first. The trades pass by one at a time, so memory grows with the
/// points of the curves alone.
pub async fn curves(
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
    by: Option<TradeGrouping>,
    step: Step,
) -> Result<Vec<Group<Curve>>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.id"), "id")
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust("t0.exit_date"), "exit_date")
        .expr_as(Expr::cust(day(chosen.zone)), "day")
        .expr_as(Expr::cust("t0.realized_pnl"), "pnl");
    let keys = key(&mut trades, snapshot, chosen.zone, by)?;
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let first = if by.is_some() { "key NULLS LAST, " } else { "" };
    let sql = format!(
        "SELECT key, currency, exit_date, day, pnl FROM ({inner}) AS t {keys} ORDER BY {first}currency, exit_date, id"
    );
    let mut curves: Vec<Group<Curve>> = Vec::new();
    let mut trades = 0;
    let add = |row: PgRow| {
        trades += 1;
        let (key, currency): (Option<&str>, &str) = (row.try_get(0)?, row.try_get(1)?);
        if curves.last().is_none_or(|last| last.key.as_deref() != key || last.currency != currency) {
            drop_smallest(&mut curves);
            curves.push(Group { key: key.map(Into::into), currency: currency.into(), sums: Curve::new(step) });
        }
        let (exit_at, day): (DateTime<Utc>, NaiveDate) = (row.try_get(2)?, row.try_get(3)?);
        let pnl = money(row.try_get(4)?);
        curves.last_mut().and_then(|last| last.sums.add(exit_at, day, pnl)).ok_or_else(too_large)
    };
    snapshot.transaction().await?.each(&sql, values, add).await?;
    curves.sort_by(|one, other| other.sums.count.cmp(&one.sums.count).then_with(|| one.currency.cmp(&other.currency)));
    curves.truncate(CURVES_MAX);
    meter(snapshot, trades);
    Ok(curves)
}

/// Makes room for one more curve, once there are as many as are kept and one that is still growing.
fn drop_smallest(curves: &mut Vec<Group<Curve>>) {
    if curves.len() > CURVES_MAX {
        let smallest = curves.iter().enumerate().min_by_key(|(_, curve)| curve.sums.count).map(|(at, _)| at);
        smallest.map(|at| curves.remove(at));
    }
}

/// What was won and lost on each day that a trade was closed, by currency.
pub async fn days(snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<Vec<Day>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust(day(chosen.zone)), "day")
        .expr_as(Expr::cust("count(*)"), "trades")
        .expr_as(Expr::cust("count(*) FILTER (WHERE t0.realized_pnl > 0)"), "wins")
        .expr_as(Expr::cust("count(*) FILTER (WHERE t0.realized_pnl < 0)"), "losses")
        .expr_as(Expr::cust("coalesce(sum(t0.realized_pnl) FILTER (WHERE t0.realized_pnl > 0), 0.00)"), "won")
        .expr_as(Expr::cust("coalesce(sum(t0.realized_pnl) FILTER (WHERE t0.realized_pnl < 0), 0.00)"), "lost")
        .expr_as(Expr::cust("coalesce(sum(t0.fees), 0.00)"), "fees");
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let sql = format!("{inner} GROUP BY 1, 2 ORDER BY 1, 2");
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let day = |row: PgRow| {
        let day = Day::from_query_result(&row.into(), "")?;
        Ok(Day { won: money(day.won), lost: money(day.lost), fees: money(day.fees), ..day })
    };
    let days = rows.into_iter().map(day).collect::<Result<Vec<Day>>>()?;
    meter(snapshot, days.iter().map(|day| day.trades.unsigned_abs()).sum());
    Ok(days)
}

/// Of a unit, and above 0 where the stop and the target stand on their right sides: entry − stop, target − entry; and how
/// far the price had gone to the target when the trade was left.
const RISK: &str = "(CASE t0.trade_type WHEN 'buy' THEN t0.entry_price - t0.stop_loss_price \
                    ELSE t0.stop_loss_price - t0.entry_price END)";
const REWARD: &str = "(CASE t0.trade_type WHEN 'buy' THEN t0.target_price - t0.entry_price \
                      ELSE t0.entry_price - t0.target_price END)";
const GONE: &str = "(CASE t0.trade_type WHEN 'buy' THEN t0.exit_price - t0.entry_price \
                    ELSE t0.entry_price - t0.exit_price END)";
// A multiple of next to no risk may be more than a decimal of ours holds, so it comes as text.
const SUMS: &str = "SELECT key, currency, count(*) AS count, \
    count(*) FILTER (WHERE pnl > 0) AS wins, count(*) FILTER (WHERE pnl < 0) AS losses, \
    coalesce(sum(pnl) FILTER (WHERE pnl > 0), 0.00) AS won, coalesce(sum(pnl) FILTER (WHERE pnl < 0), 0.00) AS lost, \
    sum(fees) AS fees, max(pnl) FILTER (WHERE pnl > 0) AS largest_win, min(pnl) FILTER (WHERE pnl < 0) AS largest_loss, \
    count(*) FILTER (WHERE risk > 0) AS r_count, \
    coalesce(round(sum(pnl / risk) FILTER (WHERE risk > 0), 8), 0)::text AS r_sum, sum(held)::bigint AS held_seconds";
const PLANS: &str = "SELECT key, count(*) AS count, \
    round(sum(reward / risk), 8)::text AS planned, round(sum(pnl / (risk * quantity)), 8)::text AS achieved, \
    count(*) FILTER (WHERE pnl > 0) AS wins, count(*) FILTER (WHERE pnl < 0) AS losses, \
    count(*) FILTER (WHERE gone >= reward) AS at_target, count(*) FILTER (WHERE gone <= -risk) AS at_stop";
const LARGEST_FIRST: &str = "ORDER BY count DESC, currency, key NULLS LAST";

/// The user's trades that count: closed ones that were opened, with what they brought.
pub fn closed(snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<SelectStatement> {
    let scope = snapshot.scope();
    scope.may_read(TradeLog::TABLE.sql)?;
    for table in chosen.filter.map(Expression::tables).unwrap_or_default() {
        scope.may_read(table.sql)?;
    }
    let mut trades = select::owned(TradeLog::TABLE, chosen.user_id, chosen.filter, scope);
    trades.and_where(Expr::cust(
        "t0.status = 'closed' AND t0.trade_type IN ('buy', 'short') \
         AND t0.realized_pnl IS NOT NULL AND t0.exit_date IS NOT NULL",
    ));
    let zone = chosen.zone.name();
    if let Some(from) = chosen.period.0 {
        let begins = format!("t0.exit_date >= ($1::date)::timestamp AT TIME ZONE '{zone}'");
        trades.and_where(Expr::cust_with_values(begins, [from]));
    }
    if let Some(to) = chosen.period.1 {
        let ends = format!("t0.exit_date < ($1::date + 1)::timestamp AT TIME ZONE '{zone}'");
        trades.and_where(Expr::cust_with_values(ends, [to]));
    }
    Ok(trades)
}

fn group(row: &QueryResult) -> Result<Group<Sums>> {
    let r_sum: String = row.try_get("", "r_sum")?;
    let sums = Sums {
        count: row.try_get("", "count")?,
        wins: row.try_get("", "wins")?,
        losses: row.try_get("", "losses")?,
        won: money(row.try_get("", "won")?),
        lost: money(row.try_get("", "lost")?),
        fees: money(row.try_get("", "fees")?),
        largest_win: row.try_get("", "largest_win")?,
        largest_loss: row.try_get("", "largest_loss")?,
        r_count: row.try_get("", "r_count")?,
        r_sum: r_sum.parse().ok(),
        held_seconds: row.try_get("", "held_seconds")?,
    };
    Ok(Group { key: row.try_get("", "key")?, currency: row.try_get("", "currency")?, sums })
}

fn plan(row: &QueryResult) -> Result<Group<PlanSums>> {
    let (planned, achieved): (String, String) = (row.try_get("", "planned")?, row.try_get("", "achieved")?);
    let sums = PlanSums {
        count: row.try_get("", "count")?,
        planned: planned.parse().ok(),
        achieved: achieved.parse().ok(),
        wins: row.try_get("", "wins")?,
        losses: row.try_get("", "losses")?,
        at_target: row.try_get("", "at_target")?,
        at_stop: row.try_get("", "at_stop")?,
    };
    Ok(Group { key: row.try_get("", "key")?, currency: String::new(), sums })
}

/// With two decimals; of a zero the database tells none.
fn money(mut amount: Decimal) -> Decimal {
    amount.rescale(2);
    amount
}

/// What no user comes to: amounts lie below 10^18, so it takes a hundred million of the largest trades.
pub fn too_large() -> Error {
    Error::internal("a sum of trades is beyond what can be computed exactly")
}

fn meter(snapshot: &Snapshot, trades: u64) {
    snapshot.meter().add(prices::ROW.saturating_add(trades / TRADES_FOR_A_POINT));
}
