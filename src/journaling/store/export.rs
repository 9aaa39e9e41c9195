//! The rows of downloads, a batch at a time, each cell as text: exact, and as the API writes it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    sea_query::{Expr, PostgresQueryBuilder, SelectStatement},
    sqlx::Row as _,
};
use uuid::Uuid;

use super::{
    grouping::day,
    statistics::{Chosen, Group, closed, groups, too_large},
};
use crate::{
    graphql::{error::Result, loader::Snapshot, select, table::Record},
    journaling::{
        export::{
            Column,
            Holds::{Plain, Text, Whole},
            Row,
        },
        statistics::{Ratio, Statistics, Sums},
        tax_year::TaxYears,
        types::{TradeLog, statistics::TradeGrouping},
    },
};

/// How many rows are held in memory.
pub const BATCH: usize = 500;

/// What is downloaded.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Trades,
    Gains(TaxYears),
    Statistics(Option<TradeGrouping>),
}

/// Behind which row to go on.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Beginning,
    /// The row's time and its id.
    Behind(DateTime<Utc>, Uuid),
}

/// Trade logs in the words of their table. What an enumeration holds is a word of a closed set.
pub const TRADES: &[Column] = &[
    ("id", Plain),
    ("symbol", Text),
    ("asset_name", Text),
    ("currency", Plain),
    ("trade_type", Plain),
    ("status", Plain),
    ("account_type", Plain),
    ("broker", Text),
    ("order_type", Plain),
    ("quantity", Plain),
    ("entry_price", Plain),
    ("total_value", Plain),
    ("fees", Plain),
    ("target_price", Plain),
    ("stop_loss_price", Plain),
    ("risk_reward_ratio", Plain),
    ("position_size_percent", Plain),
    ("strategy", Text),
    ("time_horizon", Plain),
    ("conviction_level", Whole),
    ("trade_date", Plain),
    ("execution_time", Plain),
    ("exit_price", Plain),
    ("exit_date", Plain),
    ("exit_reason", Text),
    ("realized_pnl", Plain),
    ("realized_pnl_percent", Plain),
];

/// Closed trades under their tax years.
pub const GAINS: &[Column] = &[
    ("tax_year", Plain),
    ("closed_on", Plain),
    ("symbol", Text),
    ("asset_name", Text),
    ("trade_type", Plain),
    ("quantity", Plain),
    ("currency", Plain),
    ("entry_price", Plain),
    ("total_value", Plain),
    ("exit_price", Plain),
    ("fees", Plain),
    ("gain", Plain),
    ("opened_at", Plain),
    ("closed_at", Plain),
    ("account_type", Plain),
    ("broker", Text),
    ("trade_log_id", Plain),
];

/// What closed trades come to. The sample of a ratio is `wins`, `losses`, both together or `count`, but for the R.
pub const STATISTICS: &[Column] = &[
    ("key", Text),
    ("currency", Plain),
    ("count", Whole),
    ("wins", Whole),
    ("losses", Whole),
    ("break_even", Whole),
    ("win_rate", Plain),
    ("won", Plain),
    ("lost", Plain),
    ("gross_pnl", Plain),
    ("net_pnl", Plain),
    ("fees", Plain),
    ("average_win", Plain),
    ("average_loss", Plain),
    ("largest_win", Plain),
    ("largest_loss", Plain),
    ("payoff", Plain),
    ("profit_factor", Plain),
    ("expectancy", Plain),
    ("average_r", Plain),
    ("average_r_sample", Whole),
    ("average_holding_seconds", Plain),
];

/// The next rows, and where to go on behind them.
pub async fn rows(
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
    kind: Kind,
    after: Place,
) -> Result<(Vec<Row>, Option<Place>)> {
    match kind {
        Kind::Trades => trades(snapshot, chosen, after).await,
        Kind::Gains(years) => gains(snapshot, chosen, years, after).await,
        Kind::Statistics(by) => {
            let found = groups(snapshot, chosen, by).await?;
            Ok((found.into_iter().map(statistics).collect::<Result<_>>()?, None))
        }
    }
}

/// Every trade by the moment at which it was carried out.
async fn trades(snapshot: &Snapshot, chosen: &Chosen<'_>, after: Place) -> Result<(Vec<Row>, Option<Place>)> {
    let scope = snapshot.scope();
    scope.may_read(TradeLog::TABLE.sql)?;
    let mut select = select::owned(TradeLog::TABLE, chosen.user_id, chosen.filter, scope);
    for (from_or_to, sign) in [(chosen.period.0, ">="), (chosen.period.1, "<=")] {
        if let Some(day) = from_or_to {
            select.and_where(Expr::cust_with_values(format!("t0.trade_date {sign} $1"), [day]));
        }
    }
    let columns: Vec<String> = TRADES.iter().map(|(name, _)| text_of(name)).collect();
    batch(snapshot, select, &columns, "t0.execution_time", after).await
}

/// Every closed trade by its exit, under the tax year of the day on which that was where the user lives.
async fn gains(
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
    years: TaxYears,
    after: Place,
) -> Result<(Vec<Row>, Option<Place>)> {
    let columns: Vec<String> = GAINS
        .iter()
        .map(|(name, _)| match *name {
            // What the year is called is worked out below, from the day.
            "tax_year" | "closed_on" => format!("{}::text", day(chosen.zone)),
            "gain" => text_of("realized_pnl"),
            "opened_at" => text_of("execution_time"),
            "closed_at" => text_of("exit_date"),
            "trade_log_id" => text_of("id"),
            name => text_of(name),
        })
        .collect();
    let (mut rows, next) = batch(snapshot, closed(snapshot, chosen)?, &columns, "t0.exit_date", after).await?;
    for year in rows.iter_mut().filter_map(|row| row.first_mut()) {
        let day: Option<NaiveDate> = year.as_deref().and_then(|day| day.parse().ok());
        *year = Some(day.and_then(|day| years.containing(day)).ok_or_else(too_large)?.label());
    }
    Ok((rows, next))
}

/// A column as the API writes it: times in UTC, ids with their type.
fn text_of(column: &str) -> String {
    match column {
        "id" => format!("'{}_' || t0.id", TradeLog::TABLE.prefix),
        "execution_time" | "exit_date" => {
            format!("to_char(t0.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        "trade_type" | "status" | "account_type" | "order_type" | "time_horizon" => format!("upper(t0.{column})"),
        column => format!("t0.{column}::text"),
    }
}

async fn batch(
    snapshot: &Snapshot,
    mut select: SelectStatement,
    columns: &[String],
    time: &str,
    after: Place,
) -> Result<(Vec<Row>, Option<Place>)> {
    if let Place::Behind(at, id) = after {
        let behind = format!("({time}, t0.id) > ($1, $2)");
        let values: [sea_orm::Value; 2] = [at.into(), id.into()];
        select.and_where(Expr::cust_with_values(behind, values));
    }
    select.expr(Expr::cust(format!("ARRAY[{}]", columns.join(", "))));
    select.expr(Expr::cust(time.to_owned())).expr(Expr::cust("t0.id"));
    let (inner, values) = select.build(PostgresQueryBuilder);
    let sql =
        format!("SELECT * FROM ({inner} ORDER BY {time}, t0.id LIMIT {BATCH}) AS t (cells, at, id) ORDER BY at, id");
    let found = snapshot.transaction().await?.rows(&sql, values).await?;
    let mut next = None;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        next = Some(Place::Behind(row.try_get("at")?, row.try_get("id")?));
        rows.push(row.try_get("cells")?);
    }
    let is_last = rows.len() < BATCH;
    Ok((rows, next.filter(|_| !is_last)))
}

fn statistics(Group { key, currency, sums }: Group<Sums>) -> Result<Row> {
    let Statistics {
        count,
        wins,
        losses,
        break_even,
        win_rate,
        won,
        lost,
        gross_pnl,
        net_pnl,
        fees,
        average_win,
        average_loss,
        largest_win,
        largest_loss,
        payoff,
        profit_factor,
        expectancy,
        average_r,
        average_holding_seconds,
    } = sums.figures().ok_or_else(too_large)?;
    let ratio = |ratio: Ratio| ratio.value.ok().map(|value| value.to_string());
    let amount = |amount: rust_decimal::Decimal| Some(amount.to_string());
    let number = |number: i64| Some(number.to_string());
    Ok(vec![
        key,
        Some(currency),
        number(count),
        number(wins),
        number(losses),
        number(break_even),
        ratio(win_rate),
        amount(won),
        amount(lost),
        amount(gross_pnl),
        amount(net_pnl),
        amount(fees),
        ratio(average_win),
        ratio(average_loss),
        largest_win.and_then(amount),
        largest_loss.and_then(amount),
        ratio(payoff),
        ratio(profit_factor),
        ratio(expectancy),
        ratio(average_r),
        number(average_r.sample_size),
        ratio(average_holding_seconds),
    ])
}
