//! The days that have ended where people live.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A day that has ended in a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedDay {
    pub day: NaiveDate,
    /// The moment at which the next one began.
    pub ended_at: DateTime<Utc>,
}

/// The last days that have ended in this zone, newest first.
pub fn ended_days(zone: Tz, now: DateTime<Utc>, count: usize) -> Vec<EndedDay> {
    let today = now.with_timezone(&zone).date_naive();
    let ended = |next: NaiveDate| Some(EndedDay { day: next.pred_opt()?, ended_at: begin(zone, next)? });
    std::iter::successors(Some(today), NaiveDate::pred_opt).take(count).filter_map(ended).collect()
}

/// When a day begins: at midnight, or where the clock leaps over that, when it has.
fn begin(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    // A gap is at most a day long, where a country has moved over the date line.
    let moments = (0..=96).filter_map(|quarter| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter)));
    moments.filter_map(|moment| zone.from_local_datetime(&moment).earliest()).map(|moment| moment.to_utc()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(zone: &str, now: &str, count: usize) -> Vec<(String, String)> {
        let days = ended_days(zone.parse().unwrap(), now.parse().unwrap(), count);
        days.iter().map(|day| (day.day.to_string(), day.ended_at.to_rfc3339())).collect()
    }

    #[test]
    fn a_day_ends_at_midnight_where_its_user_lives() {
        for (zone, now, day, ended_at) in [
            ("UTC", "2026-03-02T00:00:00Z", "2026-03-01", "2026-03-02T00:00:00+00:00"),
            ("UTC", "2026-03-01T23:59:59Z", "2026-02-28", "2026-03-01T00:00:00+00:00"),
            ("Pacific/Auckland", "2026-03-02T11:00:00Z", "2026-03-02", "2026-03-02T11:00:00+00:00"),
            ("America/New_York", "2026-03-02T04:59:59Z", "2026-02-28", "2026-03-01T05:00:00+00:00"),
            // Clocks go back at midnight: it comes twice, and the first time counts.
            ("America/Havana", "2026-11-01T12:00:00Z", "2026-10-31", "2026-11-01T04:00:00+00:00"),
            // Clocks leap over midnight.
            ("America/Santiago", "2026-09-06T12:00:00Z", "2026-09-05", "2026-09-06T04:00:00+00:00"),
        ] {
            assert_eq!(found(zone, now, 1), [(day.to_owned(), ended_at.to_owned())], "{zone} {now}");
        }
    }

    #[test]
    fn the_last_days_come_newest_first() {
        let days: Vec<String> =
            found("Europe/Berlin", "2026-03-30T12:00:00Z", 3).into_iter().map(|day| day.1).collect();
        let expected = ["2026-03-29T22:00:00+00:00", "2026-03-28T23:00:00+00:00", "2026-03-27T23:00:00+00:00"];
        assert_eq!(days, expected);
    }
}
