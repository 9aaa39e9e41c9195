//! What portfolios were worth when days ended.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

use super::{rollup::NEW_ID, statement};
use crate::{
    graphql::error::Result,
    portfolio::ended_days::{EndedDay, ended_days},
};

/// How many minutes after a day's end its figures still count as those of its end.
const GRACE_MINUTES: i32 = 15;
/// How many days are made up for, at most.
const DAYS_MAX: usize = 31;

/// Writes the snapshots that are missing of days that have ended, of everybody's portfolios; answers how many.
///
/// A snapshot is taken when the figures are those of the day's end: soon after it, or later as long as nothing has changed
/// since. So what was missed while no server ran is made up as far as it is known, and days that nobody has seen end, or
/// from before the first snapshot, stay out.
pub async fn take(transaction: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64> {
    let zones = "SELECT DISTINCT coalesce(p.timezone, 'UTC') AS zone
         FROM portfolio_summary s LEFT JOIN user_preferences p ON p.user_id = s.user_id";
    let mut days = Vec::new();
    for row in transaction.query_all_raw(statement(zones, [])).await? {
        let name: String = row.try_get("", "zone")?;
        let zone: Tz = name.parse().unwrap_or(Tz::UTC);
        let ended = ended_days(zone, now, DAYS_MAX).into_iter().enumerate();
        days.extend(ended.map(|(age, EndedDay { day, ended_at })| {
            json!({ "zone": name, "day": day, "ended_at": ended_at, "is_last": age == 0 })
        }));
    }
    let sql = format!(
        "WITH ended AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset($1) AS t (zone text, day date, ended_at timestamptz, is_last boolean)
        )
        INSERT INTO portfolio_snapshots (
            id, user_id, vault_id, day, currency, portfolio_value, invested_amount, cash_balance, price_as_of, taken_at)
        SELECT {NEW_ID}, s.user_id, s.vault_id, e.day, s.currency, s.portfolio_value, s.invested_amount, s.cash_balance,
            s.price_as_of, $2
        FROM portfolio_summary s
        LEFT JOIN user_preferences p ON p.user_id = s.user_id
        LEFT JOIN LATERAL (
            SELECT t.day FROM portfolio_snapshots t
            WHERE t.user_id = s.user_id AND t.vault_id = s.vault_id ORDER BY t.day DESC LIMIT 1
        ) last ON true
        JOIN ended e ON e.zone = coalesce(p.timezone, 'UTC') AND (e.day > last.day OR last.day IS NULL AND e.is_last)
        WHERE s.created_at < e.ended_at
            AND (s.last_updated < e.ended_at OR $2 < e.ended_at + make_interval(mins => {GRACE_MINUTES}))
        ON CONFLICT ON CONSTRAINT portfolio_snapshots_user_id_vault_id_day_key DO NOTHING"
    );
    let days: Value = json!(days).into();
    Ok(transaction.execute_raw(statement(&sql, [days, now.into()])).await?.rows_affected())
}
