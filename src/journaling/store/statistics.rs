//! What a user's closed trades come to, added up in the database.
//!
//! The conditions are those of the lists, from [`select::owned`]; the sums around them are a form that sea-query lacks,
//! so this place writes it by hand. What follows from the sums is computed in
//! [`statistics`](crate::journaling::statistics).

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use sea_orm::{
    ExprTrait, FromQueryResult, QueryResult,
    sea_query::{Alias, Expr, JoinType, PostgresQueryBuilder, SelectStatement},
    sqlx::postgres::PgRow,
};
use uuid::Uuid;

use crate::{
    graphql::{
        cost::prices,
        error::Result,
        filter::Expression,
        loader::Snapshot,
        select::{self, ROOT},
        table::Record,
    },
    journaling::{
        statistics::Sums,
        types::{TradeLog, statistics::TradeGrouping},
    },
};

/// How many groups a statement answers; the largest.
pub const GROUPS_MAX: u32 = 1000;
/// How many trades are added up for a point.
const TRADES_FOR_A_POINT: u64 = 100;

/// Whose trades are meant, and which of them.
pub struct Chosen<'a> {
    pub user_id: Uuid,
    pub filter: Option<&'a Expression>,
    /// Where the user's days begin.
    pub zone: Tz,
}

/// The sums of one group in one currency.
pub struct Group {
    pub key: Option<String>,
    pub currency: String,
    pub sums: Sums,
}

/// A closed trade, as far as curves need it.
#[derive(FromQueryResult)]
pub struct Outcome {
    pub currency: String,
    pub exit_date: DateTime<Utc>,
    /// The day of the exit where the user lives.
    pub day: NaiveDate,
    pub pnl: Decimal,
}

/// What was won and lost on a day, in one currency.
#[derive(FromQueryResult)]
pub struct Day {
    pub currency: String,
    pub day: NaiveDate,
    pub trades: i64,
    pub won: Decimal,
    pub lost: Decimal,
}

/// The sums of each group and currency, largest group first.
pub async fn groups(snapshot: &Snapshot, chosen: &Chosen<'_>, by: Option<TradeGrouping>) -> Result<Vec<Group>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust("t0.realized_pnl"), "pnl")
        .expr_as(Expr::cust("coalesce(t0.fees, 0.00)"), "fees")
        .expr_as(Expr::cust(RISK), "risk")
        .expr_as(Expr::cust("floor(extract(epoch FROM t0.exit_date - t0.execution_time))"), "held");
    let by = key(&mut trades, snapshot, chosen, by)?;
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let keys = if by == Some(TradeGrouping::Tag) { "LEFT JOIN LATERAL unnest(t.keys) AS k(key) ON true" } else { "" };
    let sql = format!("{SUMS} FROM ({inner}) AS t {keys} GROUP BY key, currency {LARGEST_FIRST} LIMIT {GROUPS_MAX}");
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let groups: Vec<Group> = rows.into_iter().map(|row| group(&row.into())).collect::<Result<_>>()?;
    let trades = groups.iter().map(|group| group.sums.count.unsigned_abs()).sum();
    meter(snapshot, trades);
    Ok(groups)
}

/// Every closed trade, by currency in the order of the exits.
pub async fn outcomes(snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<Vec<Outcome>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust("t0.exit_date"), "exit_date")
        .expr_as(Expr::cust(day(chosen.zone)), "day")
        .expr_as(Expr::cust("t0.realized_pnl"), "pnl");
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let sql = format!("{inner} ORDER BY t0.currency, t0.exit_date, t0.id");
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    meter(snapshot, rows.len() as u64);
    let outcome = |row: PgRow| {
        let outcome = Outcome::from_query_result(&row.into(), "")?;
        Ok(Outcome { pnl: money(outcome.pnl), ..outcome })
    };
    rows.into_iter().map(outcome).collect()
}

/// What was won and lost on each day that a trade was closed, by currency.
pub async fn days(snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<Vec<Day>> {
    let mut trades = closed(snapshot, chosen)?;
    trades
        .expr_as(Expr::cust("t0.currency"), "currency")
        .expr_as(Expr::cust(day(chosen.zone)), "day")
        .expr_as(Expr::cust("count(*)"), "trades")
        .expr_as(Expr::cust("coalesce(sum(t0.realized_pnl) FILTER (WHERE t0.realized_pnl > 0), 0.00)"), "won")
        .expr_as(Expr::cust("coalesce(sum(t0.realized_pnl) FILTER (WHERE t0.realized_pnl < 0), 0.00)"), "lost");
    let (inner, values) = trades.build(PostgresQueryBuilder);
    let sql = format!("{inner} GROUP BY 1, 2 ORDER BY 1, 2");
    let rows = snapshot.transaction().await?.rows(&sql, values).await?;
    let day = |row: PgRow| {
        let day = Day::from_query_result(&row.into(), "")?;
        Ok(Day { won: money(day.won), lost: money(day.lost), ..day })
    };
    let days = rows.into_iter().map(day).collect::<Result<Vec<Day>>>()?;
    meter(snapshot, days.iter().map(|day| day.trades.unsigned_abs()).sum());
    Ok(days)
}

/// |entry − stop| × quantity where the stop stands on its right side, else nothing or less.
const RISK: &str = "CASE t0.trade_type WHEN 'buy' THEN t0.entry_price - t0.stop_loss_price \
                    ELSE t0.stop_loss_price - t0.entry_price END * t0.quantity";
const SUMS: &str = "SELECT key, currency, count(*) AS count, \
    count(*) FILTER (WHERE pnl > 0) AS wins, count(*) FILTER (WHERE pnl < 0) AS losses, \
    coalesce(sum(pnl) FILTER (WHERE pnl > 0), 0.00) AS won, coalesce(sum(pnl) FILTER (WHERE pnl < 0), 0.00) AS lost, \
    sum(fees) AS fees, max(pnl) FILTER (WHERE pnl > 0) AS largest_win, min(pnl) FILTER (WHERE pnl < 0) AS largest_loss, \
    count(*) FILTER (WHERE risk > 0) AS r_count, \
    coalesce(round(sum(pnl / risk) FILTER (WHERE risk > 0), 8), 0) AS r_sum, sum(held)::bigint AS held_seconds";
const LARGEST_FIRST: &str = "ORDER BY count DESC, currency, key NULLS LAST";

/// The user's trades that count: closed ones that were opened, with what they brought.
fn closed(snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<SelectStatement> {
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
    Ok(trades)
}

/// Adds what the groups are named by; answers the grouping.
fn key(
    trades: &mut SelectStatement,
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
    by: Option<TradeGrouping>,
) -> Result<Option<TradeGrouping>> {
    // The name is one of the IANA database, so it needs no parameter.
    let local = format!("(t0.exit_date AT TIME ZONE '{}')", chosen.zone.name());
    let expression = match by {
        None => "NULL::text".to_owned(),
        Some(TradeGrouping::Symbol) => "t0.symbol".to_owned(),
        Some(TradeGrouping::Strategy) => "t0.strategy".to_owned(),
        Some(TradeGrouping::TradeType) => "t0.trade_type".to_owned(),
        Some(TradeGrouping::Broker) => "t0.broker".to_owned(),
        Some(TradeGrouping::AccountType) => "t0.account_type".to_owned(),
        Some(TradeGrouping::Weekday) => format!("(extract(isodow FROM {local}) - 1)::int::text"),
        Some(TradeGrouping::Hour) => format!("to_char({local}, 'HH24')"),
        Some(TradeGrouping::Month) => format!("to_char({local}, 'YYYY-MM')"),
        Some(TradeGrouping::HoldingPeriod) => HOLDING_PERIOD.to_owned(),
        Some(TradeGrouping::ConvictionLevel) => "t0.conviction_level::text".to_owned(),
        Some(TradeGrouping::Emotion) => {
            join(trades, snapshot, "trade_analysis", "a", ("trade_log_id", "id"))?;
            "a.pre_trade_emotion".to_owned()
        }
        Some(TradeGrouping::Tag) => {
            join(trades, snapshot, "journal_entries", "e", ("id", "journal_entry_id"))?;
            // A tag that stands there twice is one.
            trades.expr_as(Expr::cust("ARRAY(SELECT DISTINCT jsonb_array_elements_text(e.tags))"), "keys");
            return Ok(by);
        }
    };
    trades.expr_as(Expr::cust(expression), "key");
    Ok(by)
}

const HOLDING_PERIOD: &str = "CASE WHEN t0.exit_date - t0.execution_time < interval '1 day' THEN 'intraday' \
    WHEN t0.exit_date - t0.execution_time < interval '7 days' THEN 'days' \
    WHEN t0.exit_date - t0.execution_time < interval '30 days' THEN 'weeks' \
    WHEN t0.exit_date - t0.execution_time < interval '365 days' THEN 'months' ELSE 'years' END";

/// Adds the row of another table that belongs to a trade, as far as the scope may read it.
fn join(
    trades: &mut SelectStatement,
    snapshot: &Snapshot,
    table: &'static str,
    alias: &'static str,
    (theirs, ours): (&'static str, &'static str),
) -> Result<()> {
    let scope = snapshot.scope();
    scope.may_read(table)?;
    let on = Expr::col((Alias::new(alias), Alias::new(theirs))).eq(Expr::col((Alias::new(ROOT), Alias::new(ours))));
    trades.join_as(JoinType::LeftJoin, Alias::new(table), Alias::new(alias), on.and(scope.visible(table, alias)));
    Ok(())
}

fn day(zone: Tz) -> String {
    format!("(t0.exit_date AT TIME ZONE '{}')::date", zone.name())
}

fn group(row: &QueryResult) -> Result<Group> {
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
        r_sum: row.try_get("", "r_sum")?,
        held_seconds: row.try_get("", "held_seconds")?,
    };
    Ok(Group { key: row.try_get("", "key")?, currency: row.try_get("", "currency")?, sums })
}

/// With two decimals; of a zero the database tells none.
fn money(mut amount: Decimal) -> Decimal {
    amount.rescale(2);
    amount
}

fn meter(snapshot: &Snapshot, trades: u64) {
    snapshot.meter().add(prices::ROW.saturating_add(trades / TRADES_FOR_A_POINT));
}
