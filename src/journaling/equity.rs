//! The sum of closed trades over time: its points, its deepest fall, and the streaks of wins and losses.
//!
//! A curve grows trade by trade and keeps only its points, of which there are [`POINTS_MAX`] at most, so that memory
//! does not grow with the number of trades.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::Decimal;

/// How many points a curve has at most; where days would be more, they become weeks, then months, quarters and years.
pub const POINTS_MAX: usize = 1000;

/// How much time a point stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Day,
    /// From Monday to Sunday.
    Week,
    Month,
    Quarter,
    Year,
}

/// Where the sum of all closed trades stood at the end of a step in which trades were closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The first and the last day on which trades were closed in the step.
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub trades: i64,
    /// What was won or lost in it.
    pub pnl: Decimal,
    /// Σ P&L up to its end, from 0 before the first trade.
    pub equity: Decimal,
    /// Highest equity so far, trade by trade and 0 included, less the equity.
    pub drawdown: Decimal,
}

/// The deepest fall from a peak to a trough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawdown {
    pub amount: Decimal,
    /// When the peak was reached; `None` when it is the 0 before the first trade.
    pub peak_at: Option<DateTime<Utc>>,
    pub trough_at: DateTime<Utc>,
}

/// Wins or losses in a row, in the order of the exits; a trade that broke even ends a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streaks {
    pub longest_wins: i64,
    pub longest_losses: i64,
    /// The row that the last trade belongs to: wins as a positive number, losses as a negative one.
    pub current: i64,
}

/// A curve over trades that are added in the order of their exits.
#[derive(Clone, Debug)]
pub struct Curve {
    pub step: Step,
    pub points: Vec<Point>,
    pub count: i64,
    pub equity: Decimal,
    pub streaks: Streaks,
    /// `None` while the equity never fell.
    pub deepest: Option<Drawdown>,
    peak: Decimal,
    peak_at: Option<DateTime<Utc>>,
}

impl Step {
    /// The first day of the step that a day lies in.
    fn beginning(self, day: NaiveDate) -> NaiveDate {
        let begins = |month| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        match self {
            Self::Day => day,
            Self::Week => day.week(chrono::Weekday::Mon).checked_first_day().unwrap_or(day),
            Self::Month => begins(day.month()),
            Self::Quarter => begins(day.month0() / 3 * 3 + 1),
            Self::Year => begins(1),
        }
    }

    fn coarser(self) -> Option<Self> {
        match self {
            Self::Day => Some(Self::Week),
            Self::Week => Some(Self::Month),
            Self::Month => Some(Self::Quarter),
            Self::Quarter => Some(Self::Year),
            Self::Year => None,
        }
    }
}

impl Streaks {
    fn add(&mut self, pnl: Decimal) {
        self.current = if pnl > Decimal::ZERO {
            self.current.max(0).saturating_add(1)
        } else if pnl < Decimal::ZERO {
            self.current.min(0).saturating_sub(1)
        } else {
            0
        };
        self.longest_wins = self.longest_wins.max(self.current);
        self.longest_losses = self.longest_losses.max(self.current.saturating_neg());
    }
}

impl Curve {
    /// A curve without trades, whose points stand for so much time at least.
    pub fn new(step: Step) -> Self {
        Self {
            step,
            points: Vec::new(),
            count: 0,
            equity: Decimal::ZERO,
            streaks: Streaks::default(),
            deepest: None,
            peak: Decimal::ZERO,
            peak_at: None,
        }
    }

    /// Adds the next trade; `None` when the sum is beyond what can be computed exactly.
    pub fn add(&mut self, exit_at: DateTime<Utc>, day: NaiveDate, pnl: Decimal) -> Option<()> {
        self.count = self.count.saturating_add(1);
        self.equity = self.equity.checked_add(pnl)?;
        self.streaks.add(pnl);
        if self.equity > self.peak {
            (self.peak, self.peak_at) = (self.equity, Some(exit_at));
        }
        let drawdown = self.peak.checked_sub(self.equity)?;
        if drawdown > self.deepest.map_or(Decimal::ZERO, |deepest| deepest.amount) {
            self.deepest = Some(Drawdown { amount: drawdown, peak_at: self.peak_at, trough_at: exit_at });
        }
        let point = Point { first_day: day, last_day: day, trades: 1, pnl, equity: self.equity, drawdown };
        self.append(point)?;
        while self.points.len() > POINTS_MAX {
            let Some(step) = self.step.coarser() else { break };
            self.step = step;
            for point in std::mem::take(&mut self.points) {
                self.append(point)?;
            }
        }
        Some(())
    }

    /// Puts a point at the end, or into the last one where both lie in the same step.
    fn append(&mut self, point: Point) -> Option<()> {
        let step = self.step;
        match self.points.last_mut() {
            Some(last) if step.beginning(last.last_day) == step.beginning(point.first_day) => {
                last.trades = last.trades.saturating_add(point.trades);
                last.pnl = last.pnl.checked_add(point.pnl)?;
                (last.last_day, last.equity, last.drawdown) = (point.last_day, point.equity, point.drawdown);
            }
            _ => self.points.push(point),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
