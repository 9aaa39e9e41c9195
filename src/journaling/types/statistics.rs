//! What a user's closed trades come to: figures by group, curves, gains by tax year.

use async_graphql::{Enum, SimpleObject};
use chrono::NaiveDate;
use rust_decimal::Decimal as Exact;

use crate::{
    graphql::{
        error::{Error, Result},
        scalars::{Currency, Date, DateTime, Decimal},
    },
    journaling::{
        statistics::{self, Ratio, Streaks, equity_curve},
        store::statistics::{Group, Outcome},
        tax_year::TaxYears,
    },
};

/// By what closed trades are grouped.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeGrouping {
    /// The symbol.
    Symbol,
    /// The strategy.
    Strategy,
    /// `buy` for long trades, `short` for short ones.
    TradeType,
    /// The broker.
    Broker,
    /// `real`, `paper` or `demo`.
    AccountType,
    /// The weekday of the exit in the user's time zone, `0` for Monday to `6`.
    Weekday,
    /// The hour of the exit in the user's time zone, `00` to `23`.
    Hour,
    /// The month of the exit in the user's time zone, such as `2026-03`.
    Month,
    /// From entry to exit: `intraday` under a day, `days` under 7, `weeks` under 30, `months` under 365, else `years`.
    HoldingPeriod,
    /// The conviction, `1` to `10`.
    ConvictionLevel,
    /// What the analysis says was felt before the trade.
    Emotion,
    /// The tags of the trade's journal entry; a trade counts fully for each of its tags.
    Tag,
}

/// Whose tax years gains are listed by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxCalendar {
    /// 1 January to 31 December.
    Calendar,
    /// 1 April to 31 March.
    NewZealand,
    /// 1 July to 30 June.
    Australia,
    /// 6 April to 5 April.
    UnitedKingdom,
}

/// A figure with the number of trades that it is of.
#[derive(SimpleObject)]
pub struct Figure {
    /// The figure, null where the trades are too few to have one.
    pub value: Option<Decimal>,
    /// How many trades it is of.
    pub sample_size: i64,
}

impl From<Ratio> for Figure {
    fn from(ratio: Ratio) -> Self {
        Self { value: ratio.value.map(Decimal), sample_size: ratio.sample_size }
    }
}

/// What closed trades come to, in one currency. P&L is realised and net of fees; a win has P&L > 0, a loss P&L < 0.
#[derive(SimpleObject)]
pub struct TradeStatistics {
    /// What the group has in common, null for trades without it and when nothing is grouped by.
    pub key: Option<String>,
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many closed trades there are.
    pub count: i64,
    /// How many of them won.
    pub wins: i64,
    /// How many of them lost.
    pub losses: i64,
    /// How many of them did neither.
    pub break_even: i64,
    /// Wins / (wins + losses) × 100, in percentage points.
    pub win_rate: Figure,
    /// Net P&L + fees.
    pub gross_pnl: Decimal,
    /// Σ P&L.
    pub net_pnl: Decimal,
    /// Σ fees.
    pub fees: Decimal,
    /// Σ P&L of wins / wins.
    pub average_win: Figure,
    /// Σ P&L of losses / losses, not above 0.
    pub average_loss: Figure,
    /// The largest P&L above 0, null without a win.
    pub largest_win: Option<Decimal>,
    /// The lowest P&L below 0, null without a loss.
    pub largest_loss: Option<Decimal>,
    /// Average win / |average loss|; null without both.
    pub payoff: Figure,
    /// Σ wins / |Σ losses|; null without losses.
    pub profit_factor: Figure,
    /// Net P&L / count.
    pub expectancy: Figure,
    /// Mean of P&L / (|entry − stop| × quantity) over trades whose stop stands on its right side.
    pub average_r: Figure,
    /// Mean time from entry to exit, in seconds.
    pub average_holding_seconds: Figure,
}

/// A day on which trades were closed.
#[derive(SimpleObject)]
pub struct EquityDay {
    /// The day in the user's time zone.
    pub date: Date,
    /// How many trades were closed.
    pub trades: i32,
    /// Σ P&L of the day.
    pub pnl: Decimal,
    /// Σ P&L up to the end of the day, from 0 before the first trade.
    pub equity: Decimal,
    /// Highest equity at the end of a day so far, 0 included, less the equity.
    pub drawdown: Decimal,
}

/// The sum of all closed trades over time, in one currency. Drawdown and streaks look at each trade by its exit.
#[derive(SimpleObject)]
pub struct EquityCurve {
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many closed trades it is of.
    pub sample_size: i32,
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
    /// The days on which trades were closed, oldest first.
    pub days: Vec<EquityDay>,
}

/// What was realised in a tax year, in one currency: gains and losses, never tax owed.
#[derive(SimpleObject)]
pub struct RealisedGains {
    /// Such as `2026`, or `2025/26` for a year that ends in the next.
    pub label: String,
    /// The year's first day.
    pub first_day: Date,
    /// The year's last day.
    pub last_day: Date,
    /// ISO 4217 code of all amounts.
    pub currency: Currency,
    /// How many trades were closed in it.
    pub sample_size: i64,
    /// Σ P&L of the trades that won.
    pub gains: Decimal,
    /// Σ P&L of the trades that lost, not above 0.
    pub losses: Decimal,
    /// Gains + losses.
    pub net: Decimal,
}

impl TradeStatistics {
    pub fn of(group: Group) -> Result<Self> {
        let statistics::Statistics {
            count,
            wins,
            losses,
            break_even,
            win_rate,
            gross_pnl,
            net_pnl,
            fees,
            average_win,
            average_loss,
            largest_win,
            largest_loss,
            payoff,
            profit_factor,
            expectancy,
            average_r,
            average_holding_seconds,
        } = group.sums.figures().ok_or_else(too_large)?;
        Ok(Self {
            key: group.key,
            currency: Currency(group.currency),
            count,
            wins,
            losses,
            break_even,
            win_rate: win_rate.into(),
            gross_pnl: Decimal(gross_pnl),
            net_pnl: Decimal(net_pnl),
            fees: Decimal(fees),
            average_win: average_win.into(),
            average_loss: average_loss.into(),
            largest_win: largest_win.map(Decimal),
            largest_loss: largest_loss.map(Decimal),
            payoff: payoff.into(),
            profit_factor: profit_factor.into(),
            expectancy: expectancy.into(),
            average_r: average_r.into(),
            average_holding_seconds: average_holding_seconds.into(),
        })
    }
}

impl EquityCurve {
    /// The curve over trades of one currency, in the order of their exits.
    pub fn of(outcomes: &[Outcome]) -> Result<Self> {
        let trades = equity_curve(outcomes.iter().map(|outcome| (outcome.exit_date, outcome.pnl)));
        let deepest = trades.ok_or_else(too_large)?.drawdown_max;
        let streaks = Streaks::of(outcomes.iter().map(|outcome| outcome.pnl));
        let mut results: Vec<(NaiveDate, Exact)> = Vec::new();
        let mut counts: Vec<i32> = Vec::new();
        for day in outcomes.chunk_by(|one, next| one.day == next.day) {
            let sum = day.iter().try_fold(Exact::ZERO, |sum, outcome| sum.checked_add(outcome.pnl));
            results.extend(day.first().map(|first| first.day).zip(Some(sum.ok_or_else(too_large)?)));
            counts.push(i32::try_from(day.len()).unwrap_or(i32::MAX));
        }
        let days = equity_curve(results).ok_or_else(too_large)?.points.into_iter().zip(counts);
        let day = |(point, trades): (statistics::Point<NaiveDate>, i32)| EquityDay {
            date: Date(point.at),
            trades,
            pnl: Decimal(point.pnl),
            equity: Decimal(point.equity),
            drawdown: Decimal(point.drawdown),
        };
        Ok(Self {
            currency: Currency(outcomes.first().map(|first| first.currency.clone()).unwrap_or_default()),
            sample_size: i32::try_from(outcomes.len()).unwrap_or(i32::MAX),
            maximum_drawdown: deepest.map(|deepest| Decimal(deepest.amount)),
            drawdown_peak_at: deepest.and_then(|deepest| deepest.peak_at).map(DateTime),
            drawdown_trough_at: deepest.map(|deepest| DateTime(deepest.trough_at)),
            longest_winning_streak: streaks.longest_wins,
            longest_losing_streak: streaks.longest_losses,
            current_streak: streaks.current,
            days: days.map(day).collect(),
        })
    }
}

impl From<TaxCalendar> for TaxYears {
    fn from(calendar: TaxCalendar) -> Self {
        match calendar {
            TaxCalendar::Calendar => Self::Calendar,
            TaxCalendar::NewZealand => Self::NewZealand,
            TaxCalendar::Australia => Self::Australia,
            TaxCalendar::UnitedKingdom => Self::UnitedKingdom,
        }
    }
}

pub fn too_large() -> Error {
    Error::internal("a sum of trades is beyond what can be computed exactly")
}
