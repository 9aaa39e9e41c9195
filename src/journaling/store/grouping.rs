//! What closed trades are grouped by, as SQL.

use chrono_tz::Tz;
use sea_orm::{
    ExprTrait,
    sea_query::{Alias, Expr, JoinType, SelectStatement},
};

use crate::{
    graphql::{error::Result, loader::Snapshot, select::ROOT},
    journaling::types::statistics::TradeGrouping,
};

const HOLDING_PERIOD: &str = "CASE WHEN t0.exit_date - t0.execution_time < interval '1 day' THEN 'intraday' \
    WHEN t0.exit_date - t0.execution_time < interval '7 days' THEN 'days' \
    WHEN t0.exit_date - t0.execution_time < interval '30 days' THEN 'weeks' \
    WHEN t0.exit_date - t0.execution_time < interval '365 days' THEN 'months' ELSE 'years' END";

/// The day of the exit where the user lives.
pub fn day(zone: Tz) -> String {
    format!("(t0.exit_date AT TIME ZONE '{}')::date", zone.name())
}

/// Adds what the groups are named by, as `key`, or where there may be several as `keys`; answers what makes rows of those.
pub fn key(
    trades: &mut SelectStatement,
    snapshot: &Snapshot,
    zone: Tz,
    by: Option<TradeGrouping>,
) -> Result<&'static str> {
    use TradeGrouping as By;
    // The name is one of the IANA database, so it needs no parameter.
    let local = format!("(t0.exit_date AT TIME ZONE '{}')", zone.name());
    let expression = match by {
        None => "NULL::text".to_owned(),
        Some(By::Symbol) => "t0.symbol".to_owned(),
        Some(By::Strategy) => "t0.strategy".to_owned(),
        Some(By::TradeType) => "t0.trade_type".to_owned(),
        Some(By::Broker) => "t0.broker".to_owned(),
        Some(By::AccountType) => "t0.account_type".to_owned(),
        Some(By::Weekday) => format!("(extract(isodow FROM {local}) - 1)::int::text"),
        Some(By::Hour) => format!("to_char({local}, 'HH24')"),
        Some(By::Month) => format!("to_char({local}, 'YYYY-MM')"),
        Some(By::HoldingPeriod) => HOLDING_PERIOD.to_owned(),
        Some(By::ConvictionLevel) => "t0.conviction_level::text".to_owned(),
        Some(By::Emotion) => of_analysis(trades, snapshot, "pre_trade_emotion")?,
        Some(By::EmotionDuring) => of_analysis(trades, snapshot, "during_trade_emotion")?,
        Some(By::EmotionAfter) => of_analysis(trades, snapshot, "post_trade_emotion")?,
        Some(By::Discipline) => of_analysis(trades, snapshot, "emotional_discipline_rating")?,
        Some(By::ExecutionQuality) => of_analysis(trades, snapshot, "execution_quality")?,
        Some(By::TimingQuality) => of_analysis(trades, snapshot, "timing_quality")?,
        Some(By::RiskManagementQuality) => of_analysis(trades, snapshot, "risk_management_quality")?,
        Some(By::Tag) => {
            join(trades, snapshot, "journal_entries", "e", ("id", "journal_entry_id"))?;
            // A tag that stands there twice is one.
            trades.expr_as(Expr::cust("ARRAY(SELECT DISTINCT jsonb_array_elements_text(e.tags))"), "keys");
            return Ok("LEFT JOIN LATERAL unnest(t.keys) AS k(key) ON true");
        }
    };
    trades.expr_as(Expr::cust(expression), "key");
    Ok("")
}

/// A column of the trade's analysis, as text.
fn of_analysis(trades: &mut SelectStatement, snapshot: &Snapshot, column: &str) -> Result<String> {
    join(trades, snapshot, "trade_analysis", "a", ("trade_log_id", "id"))?;
    Ok(format!("a.{column}::text"))
}

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
