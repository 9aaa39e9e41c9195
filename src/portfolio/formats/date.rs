//! Times as brokers write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// Shapes of a day with a time. Files seldom name their time zone, so that a time without one is taken as UTC.
const TIMES: [&str; 9] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d;%H:%M:%S",
    "%Y-%m-%d, %H:%M:%S",
    "%Y-%m-%d;%H%M%S",
    "%Y%m%d;%H%M%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d;%H:%M:%S",
    "%Y-%m-%d %H:%M",
];
const DAYS: [&str; 2] = ["%Y-%m-%d", "%Y%m%d"];
/// Names of time zones that may stand behind a time, with the hours that they are behind UTC.
const ZONES: [(&str, i64); 5] = [("UTC", 0), ("GMT", 0), ("Z", 0), ("EST", 5), ("EDT", 4)];

/// Reads a moment; a day alone means its beginning. `None` when it is no time that can be told.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return in_reach(exact.with_timezone(&Utc));
    }
    let zone = ZONES.iter().find_map(|(name, behind)| Some((text.strip_suffix(name)?, *behind)));
    let (text, behind) = zone.map_or((text, 0), |(rest, behind)| (rest.trim_end(), behind));
    let with_time = TIMES.iter().find_map(|shape| NaiveDateTime::parse_from_str(text, shape).ok());
    let at = with_time.or_else(|| {
        let day = DAYS.iter().find_map(|shape| NaiveDate::parse_from_str(text, shape).ok())?;
        Some(day.and_time(NaiveTime::MIN))
    })?;
    in_reach(at.and_utc().checked_add_signed(chrono::TimeDelta::hours(behind))?)
}

/// A moment in which a broker can have written a file.
fn in_reach(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    use chrono::Datelike;
    (1900..=2200).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_brokers_write_them() {
        for (text, at) in [
            ("2024-01-15T10:30:00Z", Some("2024-01-15T10:30:00Z")),
            ("2024-01-15T10:30:00+13:00", Some("2024-01-14T21:30:00Z")),
            ("2024-01-15 10:30:00", Some("2024-01-15T10:30:00Z")),
            ("2024-01-15 10:30:00.1234", Some("2024-01-15T10:30:00.1234Z")),
            ("20240115;153000", Some("2024-01-15T15:30:00Z")),
            ("2024-01-15;15:30:00", Some("2024-01-15T15:30:00Z")),
            ("2024-01-15, 15:30:00 EST", Some("2024-01-15T20:30:00Z")),
            ("20240715;153000 EDT", Some("2024-07-15T19:30:00Z")),
            ("2024-01-15", Some("2024-01-15T00:00:00Z")),
            ("20240115", Some("2024-01-15T00:00:00Z")),
            ("2024-02-30", None),
            ("0024-01-15", None),
            ("15/01/2024", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(moment(text), at.map(|at| at.parse().unwrap()), "{text}");
        }
    }
}
