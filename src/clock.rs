//! The only reader of the time: everything else is handed the moment it works with, so that it can be tested.
//! And the one place that knows which moment a clock on the wall shows.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};

/// The present moment in UTC.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The moment that a clock on the wall shows: the first when it shows a time twice, and as much later as the clock is
/// put forward when it never shows it. `None` beyond what a calendar can tell.
#[must_use]
pub fn moment(wall: NaiveDateTime, zone: &impl TimeZone) -> Option<DateTime<Utc>> {
    if let Some(found) = zone.from_local_datetime(&wall).earliest() {
        return Some(found.to_utc());
    }
    // A zone that crosses the date line leaves out a whole day; nothing longer has ever been left out.
    let before = (1..=30).find_map(|hours| {
        let earlier = wall.checked_sub_signed(TimeDelta::hours(hours))?;
        zone.from_local_datetime(&earlier).latest().map(|found| (found, hours))
    });
    let (before, hours) = before?;
    before.to_utc().checked_add_signed(TimeDelta::hours(hours))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    #[test]
    fn a_clock_that_is_put_forward_by_half_an_hour_moves_by_half_an_hour() {
        let at =
            |wall: &str| moment(wall.parse().expect("a time"), &Tz::Australia__Lord_Howe).map(|at| at.to_rfc3339());
        assert_eq!(at("2026-10-04T01:59:00").as_deref(), Some("2026-10-03T15:29:00+00:00"));
        // Half past two by the new time is what two o'clock was by the old one.
        assert_eq!(at("2026-10-04T02:15:00").as_deref(), Some("2026-10-03T15:45:00+00:00"));
        assert_eq!(at("2026-10-04T02:30:00").as_deref(), Some("2026-10-03T15:30:00+00:00"));
    }
}
