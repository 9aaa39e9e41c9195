//! What a user's closed trades come to, by group.

use async_graphql::{Enum, SimpleObject};

use crate::{
    graphql::{
        error::Result,
        scalars::{Currency, Decimal},
    },
    journaling::{
        risk_reward::{self, PlanSums},
        statistics::{self, Missing, Ratio, Sums},
        store::statistics::{Group, too_large},
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
    /// What the analysis says was felt while the trade was open.
    EmotionDuring,
    /// What the analysis says was felt after the trade.
    EmotionAfter,
    /// How well feelings were held, by the analysis, `1` to `10`.
    Discipline,
    /// How well the trade was carried out, by the analysis, `1` to `10`.
    ExecutionQuality,
    /// How well the trade was timed, by the analysis, `1` to `10`.
    TimingQuality,
    /// How well the risk was held, by the analysis, `1` to `10`.
    RiskManagementQuality,
    /// The tags of the trade's journal entry; a trade counts fully for each of its tags.
    Tag,
}

/// Why a figure of trades is null.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Missing")]
pub enum MissingFigure {
    /// There are no trades.
    NoTrades,
    /// No trade won and none lost.
    NothingDecided,
    /// No trade won.
    NoWins,
    /// No trade lost.
    NoLosses,
    /// No trade had what it takes: a stop on its right side, and where a plan is compared a target too.
    NoPlan,
    /// It is beyond what can be computed exactly.
    TooLarge,
}

/// A figure with the number of trades that it is of.
#[derive(SimpleObject)]
pub struct Figure {
    /// The figure, rounded half away from zero; null with the reason.
    pub value: Option<Decimal>,
    /// How many trades it is of.
    pub sample_size: i64,
    /// Why the value is null, null when it is known.
    pub reason: Option<MissingFigure>,
}

impl From<Ratio> for Figure {
    fn from(Ratio { value, sample_size }: Ratio) -> Self {
        let (value, reason) = match value {
            Ok(value) => (Some(Decimal(value)), None),
            Err(missing) => (None, Some(missing.into())),
        };
        Self { value, sample_size, reason }
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
    /// Σ P&L of the trades that won.
    pub won: Decimal,
    /// Σ P&L of the trades that lost, not above 0.
    pub lost: Decimal,
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

/// What trades were planned to bring for what they risked, against what they brought. It is of closed trades whose stop
/// and target stand on their right sides, in multiples of |entry − stop|, so trades in all currencies are told together.
#[derive(SimpleObject)]
pub struct RiskReward {
    /// What the group has in common, null for trades without it and when nothing is grouped by.
    pub key: Option<String>,
    /// How many trades it is of.
    pub sample_size: i64,
    /// Mean of |target − entry| / |entry − stop|.
    pub planned: Figure,
    /// Mean of P&L / (|entry − stop| × quantity), P&L net of fees.
    pub achieved: Figure,
    /// Achieved − planned.
    pub difference: Figure,
    /// How many were left at the target or beyond it.
    pub at_target: i64,
    /// How many were left at the stop or beyond it.
    pub at_stop: i64,
    /// Wins / (wins + losses) × 100, in percentage points.
    pub win_rate: Figure,
    /// 100 / (1 + planned), in percentage points: the win rate that breaks even when every trade ends at its target or
    /// its stop.
    pub win_rate_needed: Figure,
}

impl TradeStatistics {
    pub fn of(group: Group<Sums>) -> Result<Self> {
        let statistics::Statistics {
            count,
            wins,
            losses,
            break_even,
            win_rate,
            won,
            lost,
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
            won: Decimal(won),
            lost: Decimal(lost),
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

impl From<Group<PlanSums>> for RiskReward {
    fn from(Group { key, sums, .. }: Group<PlanSums>) -> Self {
        let risk_reward::RiskReward { planned, achieved, difference, win_rate, win_rate_needed } = sums.figures();
        Self {
            key,
            sample_size: sums.count,
            planned: planned.into(),
            achieved: achieved.into(),
            difference: difference.into(),
            at_target: sums.at_target,
            at_stop: sums.at_stop,
            win_rate: win_rate.into(),
            win_rate_needed: win_rate_needed.into(),
        }
    }
}
