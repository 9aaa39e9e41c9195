//! How old the prices are that a figure comes from.

use chrono::{DateTime, TimeDelta, Utc};

/// A price older than this is stale.
const STALE_AFTER: TimeDelta = TimeDelta::hours(24);

/// The age of a figure: that of its oldest price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The time of the oldest price; `None` when that of any is unknown, and when there is none.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether any price is older than a day, or its time is unknown.
    pub is_stale: bool,
}

impl Freshness {
    /// The age of a figure that comes from a single price.
    pub fn of_one(time: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self::of([time], now)
    }

    pub fn of(times: impl IntoIterator<Item = Option<DateTime<Utc>>>, now: DateTime<Utc>) -> Self {
        let mut oldest: Option<Option<DateTime<Utc>>> = None;
        for time in times {
            // An unknown time comes before every other.
            oldest = Some(oldest.map_or(time, |oldest| oldest.min(time)));
        }
        let is_old =
            |time: Option<DateTime<Utc>>| time.is_none_or(|time| now.signed_duration_since(time) > STALE_AFTER);
        Self { as_of: oldest.flatten(), is_stale: oldest.is_some_and(is_old) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_as_old_as_its_oldest_price() {
        let now: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().unwrap();
        let ago = |minutes: i64| Some(now - TimeDelta::minutes(minutes));
        for (times, as_of, is_stale) in [
            (&[][..], None, false),
            (&[ago(5)], ago(5), false),
            (&[ago(5), ago(90), ago(30)], ago(90), false),
            (&[ago(24 * 60)], ago(24 * 60), false),
            (&[ago(5), ago(24 * 60 + 1)], ago(24 * 60 + 1), true),
            (&[ago(5), None], None, true),
            (&[None], None, true),
        ] {
            assert_eq!(Freshness::of(times.iter().copied(), now), Freshness { as_of, is_stale }, "{times:?}");
        }
    }
}
