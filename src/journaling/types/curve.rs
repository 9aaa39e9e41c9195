//! A user's closed trades over time: curves, and a calendar of days.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{Datelike, NaiveDate};

use crate::{
    graphql::{
        error::{Error, Result},
        input::Check,
        scalars::{Currency, Date, DateTime, Decimal},
    },
    journaling::{
        equity::{Curve, Drawdown, Point, Step},
        store::statistics::{Day, Group, too_large},
    },
};

/// How many days a calendar tells at most: a year, with the days around it that a page shows.
const CALENDAR_DAYS_MAX: i64 = 400;

/// Days in the user's time zone.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct Period {
    /// The first day, part of it; without a beginning when left out.
    pub from: Option<Date>,
    /// The last day, part of it; without an end when left out.
    pub to: Option<Date>,
}

/// How much time a point of a curve stands for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Step")]
pub enum CurveStep {
    /// A day.
    Day,
    /// A week, from Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months, from January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
}

/// Where the sum of the closed trades stood after a step in which trades were closed.
#[derive(SimpleObject)]
pub struct EquityPoint {
    /// The first day of the step on which a trade was closed, in the user's time zone.
    pub first_day: Date,
    /// The last day of the step on which a trade was closed, in the user's time zone.
    pub last_day: Date,
    /// How many trades were closed.
    pub trades: i64,
    /// Σ P&L of the step.
    pub pnl: Decimal,
    /// Σ P&L up to the end of the step, from 0 before the first trade.
    pub equity: Decimal,
    /// Highest equity so far, trade by trade and 0 included, less the equity.
    pub drawdown: Decimal,
}

/// The sum of closed trades over time, in one currency. Drawdown and streaks look at each trade by its exit.
#[derive(SimpleObject)]
pub struct EquityCurve {
    /// What the group has in common, null for trades without it and when nothing is grouped by.
    pub key: Option<String>,
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many closed trades it is of.
    pub sample_size: i64,
    /// Σ P&L, net of fees.
    pub net_pnl: Decimal,
    /// The deepest fall of the sum from a peak to a trough, trade by trade; null while it never fell.
    pub maximum_drawdown: Option<Decimal>,
    /// When that peak was reached, null when it is the 0 before the first trade, and without a fall.
    pub drawdown_peak_at: Option<DateTime>,
    /// When that trough was reached, null without a fall.
    pub drawdown_trough_at: Option<DateTime>,
    /// Most wins in a row.
    pub longest_winning_streak: i64,
    /// Most losses in a row.
    pub longest_losing_streak: i64,
    /// The row that the last trade belongs to: wins above 0, losses below, 0 after one that did neither.
    pub current_streak: i64,
    /// How much time a point stands for: what was asked for, or longer where there would be more than 1000 points.
    pub step: CurveStep,
    /// The steps in which trades were closed, oldest first, at most 1000.
    pub points: Vec<EquityPoint>,
}

/// A day on which trades were closed, in one currency.
#[derive(SimpleObject)]
pub struct TradingDay {
    /// The day in the user's time zone.
    pub date: Date,
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many trades were closed.
    pub trades: i64,
    /// How many of them won.
    pub wins: i64,
    /// How many of them lost.
    pub losses: i64,
    /// Σ P&L, net of fees.
    pub pnl: Decimal,
    /// Σ fees.
    pub fees: Decimal,
}

impl Period {
    /// Its days, once they are known to be some.
    pub fn days(self) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
        let mut check = Check::new("period");
        let (from, to) = (self.from.map(|day| day.0), self.to.map(|day| day.0));
        for (field, day) in [("from", from), ("to", to)] {
            check_year(&mut check, field, day);
        }
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            check.problem("to", "OUT_OF_RANGE", "to is not before from.");
        }
        check.finish()?;
        Ok((from, to))
    }
}

/// The days of a calendar, once they are known to be few enough.
pub fn calendar(from: Date, to: Date) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let mut check = Check::default();
    for (field, day) in [("from", from.0), ("to", to.0)] {
        check_year(&mut check, field, Some(day));
    }
    check.finish()?;
    if !(0..CALENDAR_DAYS_MAX).contains(&to.0.signed_duration_since(from.0).num_days()) {
        let message = format!("to is not before from, and from and to are at most {CALENDAR_DAYS_MAX} days together.");
        return Err(Error::invalid(&["to"], "OUT_OF_RANGE", message));
    }
    Ok((Some(from.0), Some(to.0)))
}

/// A day that every calendar knows.
fn check_year(check: &mut Check, field: &str, day: Option<NaiveDate>) {
    if day.is_some_and(|day| !(1..=9999).contains(&day.year())) {
        check.problem(field, "OUT_OF_RANGE", format!("{field} lies in the years 1 to 9999."));
    }
}

impl From<Group<Curve>> for EquityCurve {
    fn from(Group { key, currency, sums: curve }: Group<Curve>) -> Self {
        let deepest: Option<Drawdown> = curve.deepest;
        Self {
            key,
            currency: Currency(currency),
            sample_size: curve.count,
            net_pnl: Decimal(curve.equity),
            maximum_drawdown: deepest.map(|deepest| Decimal(deepest.amount)),
            drawdown_peak_at: deepest.and_then(|deepest| deepest.peak_at).map(DateTime),
            drawdown_trough_at: deepest.map(|deepest| DateTime(deepest.trough_at)),
            longest_winning_streak: curve.streaks.longest_wins,
            longest_losing_streak: curve.streaks.longest_losses,
            current_streak: curve.streaks.current,
            step: curve.step.into(),
            points: curve.points.into_iter().map(EquityPoint::from).collect(),
        }
    }
}

impl From<Point> for EquityPoint {
    fn from(Point { first_day, last_day, trades, pnl, equity, drawdown }: Point) -> Self {
        Self {
            first_day: Date(first_day),
            last_day: Date(last_day),
            trades,
            pnl: Decimal(pnl),
            equity: Decimal(equity),
            drawdown: Decimal(drawdown),
        }
    }
}

impl TryFrom<Day> for TradingDay {
    type Error = Error;

    fn try_from(day: Day) -> Result<Self> {
        let Day { currency, day, trades, wins, losses, won, lost, fees } = day;
        Ok(Self {
            date: Date(day),
            currency: Currency(currency),
            trades,
            wins,
            losses,
            pnl: Decimal(won.checked_add(lost).ok_or_else(too_large)?),
            fees: Decimal(fees),
        })
    }
}
