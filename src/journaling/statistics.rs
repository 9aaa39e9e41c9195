//! What closed trades come to, all in one currency: sums first, then the figures that follow from them.

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

/// The decimals of money, and of ratios and percentages.
const MONEY_PLACES: u32 = 2;
const RATIO_PLACES: u32 = 4;

/// A closed trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Realised profit or loss, net of fees.
    pub pnl: Decimal,
    pub fees: Decimal,
    /// What a stop on its right side put at stake: |entry − stop| × quantity.
    pub risk: Option<Decimal>,
    pub opened_at: DateTime<Utc>,
    pub closed_at: DateTime<Utc>,
}

/// What is added up over closed trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub count: i64,
    pub wins: i64,
    pub losses: i64,
    /// Σ P&L of the wins, and of the losses as a negative number.
    pub won: Decimal,
    pub lost: Decimal,
    pub fees: Decimal,
    pub largest_win: Option<Decimal>,
    pub largest_loss: Option<Decimal>,
    /// Over the trades with a risk amount.
    pub r_count: i64,
    pub r_sum: Decimal,
    pub held_seconds: i64,
}

/// A figure with the number of trades that it is of; `None` where they are too few to have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub value: Option<Decimal>,
    pub sample_size: i64,
}

/// The figures of the sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    pub count: i64,
    pub wins: i64,
    pub losses: i64,
    pub break_even: i64,
    /// Wins / (wins + losses) × 100.
    pub win_rate: Ratio,
    /// Net P&L + fees.
    pub gross_pnl: Decimal,
    pub net_pnl: Decimal,
    pub fees: Decimal,
    pub average_win: Ratio,
    pub average_loss: Ratio,
    pub largest_win: Option<Decimal>,
    pub largest_loss: Option<Decimal>,
    /// Average win / |average loss|.
    pub payoff: Ratio,
    /// Σ wins / |Σ losses|.
    pub profit_factor: Ratio,
    /// Net P&L / count.
    pub expectancy: Ratio,
    /// Mean of P&L / risk amount.
    pub average_r: Ratio,
    /// Mean time from the entry to the exit, in whole seconds.
    pub average_holding_seconds: Ratio,
}

impl Sums {
    /// Adds a trade; `None` when the sums are beyond what can be computed exactly.
    pub fn add(&mut self, trade: &Closed) -> Option<()> {
        self.count += 1;
        self.fees = self.fees.checked_add(trade.fees)?;
        if trade.pnl > Decimal::ZERO {
            self.wins += 1;
            self.won = self.won.checked_add(trade.pnl)?;
            self.largest_win = self.largest_win.max(Some(trade.pnl));
        } else if trade.pnl < Decimal::ZERO {
            self.losses += 1;
            self.lost = self.lost.checked_add(trade.pnl)?;
            self.largest_loss = Some(self.largest_loss.map_or(trade.pnl, |loss| loss.min(trade.pnl)));
        }
        if let Some(risk) = trade.risk.filter(|risk| *risk > Decimal::ZERO) {
            self.r_count += 1;
            self.r_sum = self.r_sum.checked_add(trade.pnl.checked_div(risk)?)?;
        }
        let held = trade.closed_at.signed_duration_since(trade.opened_at).num_seconds();
        self.held_seconds = self.held_seconds.checked_add(held)?;
        Some(())
    }

    /// The figures; `None` when they are beyond what can be computed exactly.
    pub fn figures(&self) -> Option<Statistics> {
        let net = self.won.checked_add(self.lost)?;
        let (wins, losses) = (Decimal::from(self.wins), Decimal::from(self.losses));
        let decided = self.wins.checked_add(self.losses)?;
        let percent = wins.checked_mul(Decimal::ONE_HUNDRED)?;
        // Average win / |average loss|, in one division.
        let payoff = (self.won.checked_mul(losses)?, self.lost.checked_mul(-wins)?);
        let payoff_sample = if self.wins == 0 || self.losses == 0 { 0 } else { decided };
        let factor_sample = if self.losses == 0 { 0 } else { decided };
        let count = Decimal::from(self.count);
        let held = Decimal::from(self.held_seconds);
        Some(Statistics {
            count: self.count,
            wins: self.wins,
            losses: self.losses,
            break_even: self.count.checked_sub(decided)?,
            win_rate: ratio(percent, Decimal::from(decided), decided, RATIO_PLACES)?,
            gross_pnl: net.checked_add(self.fees)?,
            net_pnl: net,
            fees: self.fees,
            average_win: ratio(self.won, wins, self.wins, MONEY_PLACES)?,
            average_loss: ratio(self.lost, losses, self.losses, MONEY_PLACES)?,
            largest_win: self.largest_win,
            largest_loss: self.largest_loss,
            payoff: Ratio { sample_size: decided, ..ratio(payoff.0, payoff.1, payoff_sample, RATIO_PLACES)? },
            profit_factor: Ratio { sample_size: decided, ..ratio(self.won, -self.lost, factor_sample, RATIO_PLACES)? },
            expectancy: ratio(net, count, self.count, MONEY_PLACES)?,
            average_r: ratio(self.r_sum, Decimal::from(self.r_count), self.r_count, RATIO_PLACES)?,
            average_holding_seconds: ratio(held, count, self.count, 0)?,
        })
    }
}

/// A quotient, half away from zero; without a value when the sample is empty, so that nothing is divided by zero.
fn ratio(dividend: Decimal, divisor: Decimal, sample_size: i64, places: u32) -> Option<Ratio> {
    let round = |value: Decimal| {
        let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(places);
        rounded
    };
    let value = if sample_size == 0 { None } else { Some(round(dividend.checked_div(divisor)?)) };
    Some(Ratio { value, sample_size })
}

/// Wins or losses in a row, in the order of the exits; a trade that broke even ends a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streaks {
    pub longest_wins: i64,
    pub longest_losses: i64,
    /// The row that the last trade belongs to: wins as a positive number, losses as a negative one.
    pub current: i64,
}

impl Streaks {
    pub fn of(pnls: impl IntoIterator<Item = Decimal>) -> Self {
        let mut streaks = Self::default();
        for pnl in pnls {
            streaks.current = if pnl > Decimal::ZERO {
                streaks.current.max(0).saturating_add(1)
            } else if pnl < Decimal::ZERO {
                streaks.current.min(0).saturating_sub(1)
            } else {
                0
            };
            streaks.longest_wins = streaks.longest_wins.max(streaks.current);
            streaks.longest_losses = streaks.longest_losses.max(streaks.current.saturating_neg());
        }
        streaks
    }
}

/// Where the sum of all closed trades stood at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point<T> {
    pub at: T,
    /// What was won or lost then.
    pub pnl: Decimal,
    /// Σ P&L up to here, from 0 before the first trade.
    pub equity: Decimal,
    /// Highest equity so far, 0 included, less the equity here.
    pub drawdown: Decimal,
}

/// The deepest fall from a peak to a trough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawdown<T> {
    pub amount: Decimal,
    /// When the peak was reached; `None` when it is the 0 before the first trade.
    pub peak_at: Option<T>,
    pub trough_at: T,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquityCurve<T> {
    pub points: Vec<Point<T>>,
    /// `None` while the equity never fell.
    pub drawdown_max: Option<Drawdown<T>>,
}

/// The curve over results in the order of their times; `None` when the sums are beyond what can be computed exactly.
pub fn equity_curve<T: Copy>(results: impl IntoIterator<Item = (T, Decimal)>) -> Option<EquityCurve<T>> {
    let (mut equity, mut peak, mut peak_at) = (Decimal::ZERO, Decimal::ZERO, None);
    let mut curve = EquityCurve { points: Vec::new(), drawdown_max: None };
    for (at, pnl) in results {
        equity = equity.checked_add(pnl)?;
        if equity > peak {
            (peak, peak_at) = (equity, Some(at));
        }
        let drawdown = peak.checked_sub(equity)?;
        let deepest = curve.drawdown_max.as_ref().map_or(Decimal::ZERO, |drawdown| drawdown.amount);
        if drawdown > deepest {
            curve.drawdown_max = Some(Drawdown { amount: drawdown, peak_at, trough_at: at });
        }
        curve.points.push(Point { at, pnl, equity, drawdown });
    }
    Some(curve)
}

#[cfg(test)]
mod tests;
