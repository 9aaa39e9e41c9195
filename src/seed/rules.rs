//! Rules that watch prices and the calendar, and when portfolios are rebalanced.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use entity::{rebalance_execution, rebalance_schedule, user_trade_rule};
use rust_decimal::Decimal;

use super::{
    Life,
    figures::{money, price, share},
    market::Listing,
    portfolios::Owned,
};

/// How far back somebody has rebalanced, in days before now.
const EXECUTIONS_DAYS_AGO: [i64; 4] = [88, 59, 31, 6];

/// Adds two rules for regular buying and one or two stops, on what is held.
pub fn add_trade_rules(life: &mut Life<'_>, portfolios: &[Owned]) {
    let held: Vec<Listing> = portfolios.iter().flat_map(|portfolio| portfolio.listings.iter().copied()).collect();
    let count = if life.random.chance(50) { 4 } else { 3 };
    for (place, listing) in life.random.sample(&held, count).into_iter().enumerate() {
        let rule = trade_rule(life, &listing, place < 2);
        let (created_at, about) = (rule.created_at.to_utc(), ("trade_rule", rule.id));
        let context = format!("A {} rule for {} was made.", rule.rule_type, rule.symbol);
        life.rows.trade_rules.push(rule);
        life.note(created_at, "trading", "trade_rule_created", context, about);
    }
}

/// Adds the schedule and what it did so far.
pub fn add_rebalancing(life: &mut Life<'_>, portfolios: &[Owned]) {
    let mut schedule = schedule(life);
    let executions: Vec<_> =
        EXECUTIONS_DAYS_AGO.iter().map(|days| execution(life, &schedule, *days, portfolios)).collect();
    // Only what succeeded moves the schedule on.
    let succeeded = executions.iter().rev().find(|execution| execution.completed_successfully);
    schedule.last_rebalance_time = succeeded.map(|execution| execution.executed_at);
    schedule.last_run_time = executions.iter().map(|execution| execution.executed_at).max();
    life.rows.schedules.push(schedule);
    for execution in executions {
        let context = format!("Rebalancing made {} trades.", execution.trades_executed);
        let (at, about) = (execution.executed_at.to_utc(), ("rebalance_execution", execution.id));
        life.rows.executions.push(execution);
        life.note(at, "rebalancing", "portfolio_rebalanced", context, about);
    }
}

fn trade_rule(life: &mut Life<'_>, listing: &Listing, buys: bool) -> user_trade_rule::Model {
    let Life { random, world, person, .. } = life;
    let created_at = random.moment(person.onboarded_at(), world.now - TimeDelta::days(15));
    let last_triggered = random.moment(created_at, world.now);
    // A target price somewhat above or below today's, so that some rules are due and some wait.
    let target = price(share(listing.price, random.between(80, 125))).max(Decimal::new(1, 4));
    user_trade_rule::Model {
        id: random.uuid(created_at),
        user_id: person.id,
        symbol: listing.symbol.to_owned(),
        rule_type: if buys { "DCA" } else { "Stop-Loss" }.to_owned(),
        threshold: if buys { target } else { random.decimal(50, 300, 1) },
        frequency: buys.then(|| random.text(&["weekly", "biweekly", "monthly", "monthly", "quarterly", "daily"])),
        amount: buys.then(|| Decimal::from(random.between(1, 20) * 50)),
        enabled: random.chance(85),
        last_triggered: random.maybe(if buys { 75 } else { 10 }, last_triggered.into()),
        created_at: created_at.into(),
        updated_at: created_at.into(),
        notified_at: None,
    }
}

fn schedule(life: &mut Life<'_>) -> rebalance_schedule::Model {
    let Life { random, world, person, .. } = life;
    let created_at = random.moment(person.created_at, world.now - TimeDelta::days(100));
    let frequency =
        random.weighted(&[("manual", 25), ("weekly", 15), ("biweekly", 10), ("monthly", 35), ("quarterly", 15)]);
    let weekday = matches!(frequency, "weekly" | "biweekly").then(|| random.small(0, 6));
    let day = matches!(frequency, "monthly" | "quarterly").then(|| random.small(1, 31));
    let time = NaiveTime::from_hms_opt(9, 30, 0).unwrap_or_default();
    let exclude_weekends = random.chance(80);
    let zone: Tz = random.pick(person.home.time_zones).parse().unwrap_or_default();
    let next =
        Calendar { weekday, day, quarterly: frequency == "quarterly", exclude_weekends }.next(zone, time, world.now);
    rebalance_schedule::Model {
        id: random.uuid(created_at),
        user_id: person.id,
        enabled: random.chance(80),
        frequency: frequency.to_owned(),
        threshold: random.decimal(30, 80, 1),
        only_if_thresholds_exceeded: random.chance(85),
        day_of_week: weekday,
        day_of_month: day,
        time_of_day: time,
        exclude_weekends,
        allow_partial_rebalancing: random.chance(40),
        max_trades_per_session: random.pick(&[5, 10, 10, 20]).max(1),
        last_rebalance_time: None,
        last_run_time: None,
        next_scheduled_time: next.map(Into::into),
        created_at: created_at.into(),
        updated_at: created_at.into(),
    }
}

fn execution(
    life: &mut Life<'_>,
    schedule: &rebalance_schedule::Model,
    days_ago: i64,
    portfolios: &[Owned],
) -> rebalance_execution::Model {
    let Life { random, world, person, .. } = life;
    let executed_at = world.now - TimeDelta::days(days_ago) + TimeDelta::minutes(random.between(0, 600));
    let value = portfolios.first().map(|portfolio| portfolio.value).unwrap_or_default();
    let succeeded = random.chance(88);
    let by_hand = schedule.frequency == "manual" || random.chance(25);
    let kind = if by_hand {
        random.pick(&["manual", "api_triggered"])
    } else {
        random.pick(&["scheduled", "threshold_triggered"])
    };
    rebalance_execution::Model {
        id: random.uuid(executed_at),
        user_id: person.id,
        schedule_id: (!by_hand).then_some(schedule.id),
        execution_type: kind.to_owned(),
        portfolio_value_before: money(share(value, random.between(82, 104))),
        total_drift_percent: schedule.threshold + random.decimal(1, 90_000, 4),
        trades_executed: if succeeded { random.small(1, schedule.max_trades_per_session.min(9)) } else { 0 },
        completed_successfully: succeeded,
        error_message: (!succeeded).then(|| {
            random.text(&[
                "The price of one holding is unknown.",
                "The plan can't reach its thresholds within the number of trades allowed.",
            ])
        }),
        executed_at: executed_at.into(),
        vault_id: None,
        cash_before: None,
        new_cash: None,
        cash_after: None,
        trades: serde_json::Value::Array(Vec::new()),
    }
}

/// On which days a schedule runs; on none without a weekday and a day of the month.
struct Calendar {
    /// 0 = Monday.
    weekday: Option<i32>,
    day: Option<i32>,
    quarterly: bool,
    exclude_weekends: bool,
}

impl Calendar {
    /// The next run strictly after a moment.
    fn next(&self, zone: Tz, time: NaiveTime, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A run of the last weekend may have been put off until after that moment.
        let first = after.with_timezone(&zone).date_naive().checked_sub_days(Days::new(3))?;
        let runs = first.iter_days().take(100).filter(|day| self.runs_on(*day)).map(|day| self.put_off(day));
        runs.filter_map(|day| zone.from_local_datetime(&day.and_time(time)).earliest())
            .map(|run| run.to_utc())
            .find(|run| *run > after)
    }

    fn runs_on(&self, date: NaiveDate) -> bool {
        let weekday = i32::try_from(date.weekday().num_days_from_monday()).ok();
        let last = i32::from(date.num_days_in_month());
        let on_day = self.day.is_some_and(|day| i64::from(date.day()) == i64::from(day.min(last)));
        let in_month = !self.quarterly || date.month().is_multiple_of(3);
        (self.weekday.is_some() && self.weekday == weekday) || (on_day && in_month)
    }

    fn put_off(&self, date: NaiveDate) -> NaiveDate {
        let days = match date.weekday() {
            Weekday::Sat if self.exclude_weekends => 2,
            Weekday::Sun if self.exclude_weekends => 1,
            _ => 0,
        };
        date.checked_add_days(Days::new(days)).unwrap_or(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(calendar: &Calendar, after: &str) -> String {
        let after = after.parse::<DateTime<Utc>>().unwrap();
        let time = NaiveTime::from_hms_opt(9, 30, 0).unwrap();
        calendar.next(Tz::Pacific__Auckland, time, after).unwrap().to_rfc3339()
    }

    #[test]
    fn a_day_beyond_the_end_of_the_month_is_its_last() {
        let last = Calendar { weekday: None, day: Some(31), quarterly: false, exclude_weekends: false };
        assert_eq!(next(&last, "2026-11-01T00:00:00Z"), "2026-11-29T20:30:00+00:00");
        let quarter = Calendar { weekday: None, day: Some(31), quarterly: true, exclude_weekends: false };
        assert_eq!(next(&quarter, "2026-11-01T00:00:00Z"), "2026-12-30T20:30:00+00:00");
    }

    #[test]
    fn a_weekend_is_put_off_to_monday() {
        let saturdays = Calendar { weekday: Some(5), day: None, quarterly: false, exclude_weekends: true };
        assert_eq!(next(&saturdays, "2026-11-01T00:00:00Z"), "2026-11-01T20:30:00+00:00");
        assert_eq!(next(&saturdays, "2026-11-01T20:30:00Z"), "2026-11-08T20:30:00+00:00");
    }

    #[test]
    fn without_a_day_there_is_no_run() {
        let never = Calendar { weekday: None, day: None, quarterly: false, exclude_weekends: false };
        assert!(never.next(Tz::UTC, NaiveTime::MIN, DateTime::UNIX_EPOCH).is_none());
    }
}
