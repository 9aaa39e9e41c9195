//! Days of a user's calendar, and how much was done on each.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// How many days are looked at when nothing is said.
pub const DAYS_DEFAULT: u64 = 30;
/// How many days can be looked at.
pub const DAYS_MAX: u64 = 366;
/// Where a day has no midnight, because clocks go forward then, it begins as many of these later as it takes.
const STEP: TimeDelta = TimeDelta::minutes(15);
/// Clocks have gone forward by a whole day at most.
const STEPS_MAX: i32 = 26 * 4;

/// Days that follow each other, the first and the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// What is wrong with the days that somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The last comes before the first.
    Reversed,
    TooLong,
}

impl Span {
    /// The days from one to another; without them the last ones until today.
    pub fn of(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self, Fault> {
        let before = Days::new(DAYS_DEFAULT - 1);
        let to = to.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
        let from = from.unwrap_or_else(|| to.checked_sub_days(before).unwrap_or(NaiveDate::MIN));
        let days = to.signed_duration_since(from).num_days();
        match u64::try_from(days) {
            Err(_) => Err(Fault::Reversed),
            Ok(days) if days >= DAYS_MAX => Err(Fault::TooLong),
            Ok(_) => Ok(Self { from, to }),
        }
    }

    /// When the first day begins, and when the last one has ended.
    pub fn bounds(self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        let after = self.to.succ_opt().unwrap_or(NaiveDate::MAX);
        (beginning(self.from, zone), beginning(after, zone))
    }

    /// Every day with its count, 0 where there is none.
    pub fn each(self, counts: &HashMap<NaiveDate, u64>) -> Vec<(NaiveDate, u64)> {
        let days = self.from.iter_days().take_while(|day| *day <= self.to);
        days.map(|day| (day, counts.get(&day).copied().unwrap_or(0))).collect()
    }
}

/// When a day begins where the clocks are those of this zone.
fn beginning(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let later = (0..STEPS_MAX).filter_map(|step| midnight.checked_add_signed(STEP * step));
    let mut moments = later.filter_map(|moment| zone.from_local_datetime(&moment).earliest());
    moments.next().map_or_else(|| midnight.and_utc(), |moment| moment.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_days_are_those_asked_for_or_the_last_thirty() {
        let today = day("2026-03-10");
        for (from, to, expected) in [
            (None, None, Ok(("2026-02-09", "2026-03-10"))),
            (None, Some("2024-03-01"), Ok(("2024-02-01", "2024-03-01"))),
            (Some("2026-03-01"), None, Ok(("2026-03-01", "2026-03-10"))),
            (Some("2026-03-12"), None, Ok(("2026-03-12", "2026-03-12"))),
            (Some("2026-03-10"), Some("2026-03-10"), Ok(("2026-03-10", "2026-03-10"))),
            (Some("2024-01-01"), Some("2024-12-31"), Ok(("2024-01-01", "2024-12-31"))),
            (Some("2024-01-01"), Some("2025-01-01"), Err(Fault::TooLong)),
            (Some("2026-03-10"), Some("2026-03-09"), Err(Fault::Reversed)),
            (Some("0001-01-01"), None, Err(Fault::TooLong)),
        ] {
            let found = Span::of(from.map(day), to.map(day), today);
            let expected = expected.map(|(from, to)| Span { from: day(from), to: day(to) });
            assert_eq!(found, expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_day_begins_and_ends_by_the_users_clock() {
        for (zone, text, expected) in [
            (Tz::UTC, "2026-03-10", ["2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z"]),
            (Tz::Pacific__Auckland, "2026-03-10", ["2026-03-09T11:00:00Z", "2026-03-10T11:00:00Z"]),
            // 25 hours.
            (Tz::Europe__Berlin, "2026-10-25", ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]),
            // No midnight: the clocks go from 24:00 to 1:00.
            (Tz::America__Santiago, "2026-09-06", ["2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"]),
            // Two midnights.
            (Tz::America__Havana, "2026-11-01", ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"]),
            // A day that there was not.
            (Tz::Pacific__Apia, "2011-12-30", ["2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"]),
        ] {
            let (since, until) = Span { from: day(text), to: day(text) }.bounds(zone);
            assert_eq!([since, until], expected.map(|text| text.parse::<DateTime<Utc>>().unwrap()), "{zone} {text}");
        }
    }

    #[test]
    fn a_day_without_anything_has_a_zero() {
        let span = Span { from: day("2024-02-28"), to: day("2024-03-01") };
        let counts = HashMap::from([(day("2024-02-29"), 3), (day("2024-03-02"), 9)]);
        let expected = [("2024-02-28", 0), ("2024-02-29", 3), ("2024-03-01", 0)];
        assert_eq!(span.each(&counts), expected.map(|(text, count)| (day(text), count)));
    }
}
