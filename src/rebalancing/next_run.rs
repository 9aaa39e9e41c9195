//! When a schedule runs next, on the clock of its user.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::types::RebalanceFrequency;
use crate::clock::moment;

/// The month of an annual run: the year's end, which is also the last quarter's.
const ANNUAL_MONTH: u32 = 12;
/// A run that a weekend or a gap in the clock has put off may still be ahead, although its day has passed.
const DAYS_BACK: u64 = 4;
/// From before the last run to behind the next one, also of a year.
const DAYS_AHEAD: usize = 380;

/// What says on which days a schedule runs, and when.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    pub frequency: RebalanceFrequency,
    /// 0 = Monday.
    pub day_of_week: Option<i32>,
    /// Clamped to the month's end.
    pub day_of_month: Option<i32>,
    pub time_of_day: NaiveTime,
    /// Whether a run on a weekend moves to Monday.
    pub exclude_weekends: bool,
    pub last_run: Option<DateTime<Utc>>,
}

impl Schedule {
    /// The next run strictly after a moment; `None` when it runs on no day.
    #[must_use]
    pub fn next_after(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        if self.frequency == RebalanceFrequency::Biweekly
            && let Some(run) = self.fortnight_later(zone).filter(|run| *run > now)
        {
            return Some(run);
        }
        let first = now.with_timezone(&zone).date_naive().checked_sub_days(Days::new(DAYS_BACK))?;
        let days = first.iter_days().take(DAYS_AHEAD).filter(|day| self.falls_on(*day));
        days.filter_map(|day| self.run_of(day, zone)).find(|run| *run > now)
    }

    /// 14 days after the last run.
    fn fortnight_later(&self, zone: Tz) -> Option<DateTime<Utc>> {
        let last = self.last_run?.with_timezone(&zone).date_naive();
        self.run_of(last.checked_add_days(Days::new(14))?, zone)
    }

    fn falls_on(&self, date: NaiveDate) -> bool {
        let is_weekday =
            || self.day_of_week.is_some_and(|day| i64::from(day) == i64::from(date.weekday().num_days_from_monday()));
        let is_day = || {
            let last = i32::from(date.num_days_in_month());
            self.day_of_month.is_some_and(|day| i64::from(day.min(last)) == i64::from(date.day()))
        };
        match self.frequency {
            RebalanceFrequency::Manual => false,
            RebalanceFrequency::Daily => true,
            RebalanceFrequency::Weekly | RebalanceFrequency::Biweekly => is_weekday(),
            RebalanceFrequency::Monthly => is_day(),
            RebalanceFrequency::Quarterly => date.month().is_multiple_of(3) && is_day(),
            RebalanceFrequency::Annually => date.month() == ANNUAL_MONTH && is_day(),
        }
    }

    /// The run that falls on a day, put off when that is on a weekend.
    fn run_of(&self, date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
        let days = match date.weekday() {
            Weekday::Sat if self.exclude_weekends => 2,
            Weekday::Sun if self.exclude_weekends => 1,
            _ => 0,
        };
        moment(date.checked_add_days(Days::new(days))?.and_time(self.time_of_day), &zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RebalanceFrequency::{Annually, Biweekly, Daily, Manual, Monthly, Quarterly, Weekly};

    const UTC: &str = "UTC";
    const AUCKLAND: &str = "Pacific/Auckland";

    struct Case {
        frequency: RebalanceFrequency,
        weekday: Option<i32>,
        day: Option<i32>,
        time: &'static str,
        weekends: bool,
        last: Option<&'static str>,
    }

    fn case(frequency: RebalanceFrequency) -> Case {
        Case { frequency, weekday: None, day: None, time: "09:30:00", weekends: true, last: None }
    }

    impl Case {
        fn on(self, weekday: i32) -> Self {
            Self { weekday: Some(weekday), ..self }
        }

        fn day(self, day: i32) -> Self {
            Self { day: Some(day), ..self }
        }

        fn at(self, time: &'static str) -> Self {
            Self { time, ..self }
        }

        fn workdays(self) -> Self {
            Self { weekends: false, ..self }
        }

        fn after_run(self, last: &'static str) -> Self {
            Self { last: Some(last), ..self }
        }

        fn next(&self, now: &str, zone: &str) -> Option<String> {
            let schedule = Schedule {
                frequency: self.frequency,
                day_of_week: self.weekday,
                day_of_month: self.day,
                time_of_day: self.time.parse().unwrap(),
                exclude_weekends: !self.weekends,
                last_run: self.last.map(|last| last.parse().unwrap()),
            };
            let next = schedule.next_after(now.parse().unwrap(), zone.parse().unwrap());
            next.map(|next| next.format("%Y-%m-%dT%H:%MZ").to_string())
        }
    }

    /// Each case: the schedule, now, the zone, and the next run. 2026-11-02 is a Monday.
    #[test]
    fn the_next_run_lies_strictly_after_now() {
        let cases = [
            (case(Manual).on(0).day(1), "2026-11-02T00:00:00Z", UTC, None),
            (case(Daily), "2026-11-02T09:29:59Z", UTC, Some("2026-11-02T09:30Z")),
            (case(Daily), "2026-11-02T09:30:00Z", UTC, Some("2026-11-03T09:30Z")),
            // In Auckland it is already the 3rd.
            (case(Daily), "2026-11-02T11:30:00Z", AUCKLAND, Some("2026-11-02T20:30Z")),
            (case(Weekly).on(0), "2026-11-02T09:30:00Z", UTC, Some("2026-11-09T09:30Z")),
            (case(Weekly).on(6), "2026-11-02T00:00:00Z", UTC, Some("2026-11-08T09:30Z")),
            (case(Weekly), "2026-11-02T00:00:00Z", UTC, None),
            (case(Monthly).day(31), "2026-11-02T00:00:00Z", UTC, Some("2026-11-30T09:30Z")),
            (case(Monthly).day(31), "2027-02-01T00:00:00Z", UTC, Some("2027-02-28T09:30Z")),
            (case(Monthly).day(31), "2028-02-01T00:00:00Z", UTC, Some("2028-02-29T09:30Z")),
            (case(Monthly).day(2), "2026-11-02T09:30:00Z", UTC, Some("2026-12-02T09:30Z")),
            (case(Monthly), "2026-11-02T00:00:00Z", UTC, None),
            (case(Monthly).day(29), "2027-02-01T00:00:00Z", UTC, Some("2027-02-28T09:30Z")),
            // What a short month has clamped stays clamped to that month alone.
            (case(Monthly).day(30), "2027-02-28T09:30:00Z", UTC, Some("2027-03-30T09:30Z")),
            // The month's end is the one on the wall.
            (case(Monthly).day(31), "2026-11-29T20:30:00Z", AUCKLAND, Some("2026-12-30T20:30Z")),
            (case(Quarterly).day(31), "2026-04-01T00:00:00Z", UTC, Some("2026-06-30T09:30Z")),
            (case(Quarterly).day(31), "2026-09-30T09:30:00Z", UTC, Some("2026-12-31T09:30Z")),
            (case(Quarterly).day(15), "2026-12-31T00:00:00Z", UTC, Some("2027-03-15T09:30Z")),
            (case(Annually).day(31), "2026-11-02T00:00:00Z", UTC, Some("2026-12-31T09:30Z")),
            (case(Annually).day(31), "2026-12-31T09:30:00Z", UTC, Some("2027-12-31T09:30Z")),
        ];
        for (case, now, zone, next) in cases {
            assert_eq!(case.next(now, zone).as_deref(), next, "{:?} after {now} in {zone}", case.frequency);
        }
    }

    #[test]
    fn every_other_week_counts_from_the_last_run() {
        let cases = [
            (case(Biweekly).on(4), "2026-11-02T00:00:00Z", Some("2026-11-06T09:30Z")),
            (case(Biweekly).on(4).after_run("2026-10-28T15:00:00Z"), "2026-11-02T00:00:00Z", Some("2026-11-11T09:30Z")),
            // A fortnight that is over counts no more.
            (case(Biweekly).on(4).after_run("2026-09-01T15:00:00Z"), "2026-11-02T00:00:00Z", Some("2026-11-06T09:30Z")),
            (
                case(Biweekly).after_run("2026-10-31T09:30:00Z").workdays(),
                "2026-11-02T00:00:00Z",
                Some("2026-11-16T09:30Z"),
            ),
        ];
        for (case, now, next) in cases {
            assert_eq!(case.next(now, UTC).as_deref(), next, "after {:?}", case.last);
        }
    }

    #[test]
    fn a_weekend_is_put_off_to_monday() {
        let cases = [
            (case(Daily), "2026-11-06T09:30:00Z", "2026-11-09T09:30Z"),
            (case(Daily), "2026-11-08T20:00:00Z", "2026-11-09T09:30Z"),
            // Saturday's run is still ahead on Sunday, and no more on Monday noon.
            (case(Weekly).on(5), "2026-11-08T12:00:00Z", "2026-11-09T09:30Z"),
            (case(Weekly).on(5), "2026-11-09T12:00:00Z", "2026-11-16T09:30Z"),
            // The last of October is a Saturday: its run is in November.
            (case(Monthly).day(31), "2026-11-01T12:00:00Z", "2026-11-02T09:30Z"),
            (case(Annually).day(31), "2028-12-31T12:00:00Z", "2029-01-01T09:30Z"),
            (case(Weekly).on(6), "2026-11-02T09:30:00Z", "2026-11-09T09:30Z"),
            // 28 February 2027 is a Sunday.
            (case(Monthly).day(31), "2027-02-27T12:00:00Z", "2027-03-01T09:30Z"),
        ];
        for (case, now, next) in cases {
            assert_eq!(case.workdays().next(now, UTC).as_deref(), Some(next), "after {now}");
        }
    }

    #[test]
    fn a_gap_in_the_clock_moves_forward_and_an_hour_that_comes_twice_counts_once() {
        let cases = [
            // New Zealand skips 02:00 to 03:00 on 27 September 2026: half past two is half past three.
            (case(Daily).at("02:30:00"), "2026-09-26T00:00:00Z", AUCKLAND, "2026-09-26T14:30Z"),
            (case(Daily).at("02:30:00"), "2026-09-26T14:30:00Z", AUCKLAND, "2026-09-27T13:30Z"),
            (
                case(Biweekly).at("02:30:00").after_run("2026-09-12T14:30:00Z"),
                "2026-09-13T00:00:00Z",
                AUCKLAND,
                "2026-09-26T14:30Z",
            ),
            // That day is a Sunday: a run that is put off to Monday meets no gap.
            (case(Daily).at("02:30:00").workdays(), "2026-09-25T00:00:00Z", AUCKLAND, "2026-09-27T13:30Z"),
            // Egypt skips the first hour of 24 April 2026.
            (case(Daily).at("00:00:00"), "2026-04-23T00:00:00Z", "Africa/Cairo", "2026-04-23T22:00Z"),
            // Lord Howe Island moves by half an hour.
            (case(Daily).at("02:10:00"), "2026-10-03T00:00:00Z", "Australia/Lord_Howe", "2026-10-03T15:40Z"),
            // Half past one comes twice in New York on 1 November 2026: the first counts, and only that.
            (case(Daily).at("01:30:00"), "2026-11-01T00:00:00Z", "America/New_York", "2026-11-01T05:30Z"),
            (case(Daily).at("01:30:00"), "2026-11-01T05:30:00Z", "America/New_York", "2026-11-02T06:30Z"),
            // Samoa left out 30 December 2011.
            (case(Monthly).day(30), "2011-12-29T00:00:00Z", "Pacific/Apia", "2011-12-30T19:30Z"),
        ];
        for (case, now, zone, next) in cases {
            assert_eq!(case.next(now, zone).as_deref(), Some(next), "after {now} in {zone}");
        }
    }
}
