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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Over the trades with a risk amount; `None` beyond what a number holds, since a risk may be next to nothing.
    pub r_count: i64,
    pub r_sum: Option<Decimal>,
    pub held_seconds: i64,
}

/// Why a figure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    NoTrades,
    /// No trade won and none lost.
    NothingDecided,
    NoWins,
    NoLosses,
    /// No trade had what it takes: a stop on its right side, or both a stop and a target.
    NoPlan,
    /// It is beyond what can be computed exactly.
    TooLarge,
}

/// A figure, or why there is none, with the number of trades that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub value: Result<Decimal, Missing>,
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
    pub won: Decimal,
    pub lost: Decimal,
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

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            wins: 0,
            losses: 0,
            won: Decimal::ZERO,
            lost: Decimal::ZERO,
            fees: Decimal::ZERO,
            largest_win: None,
            largest_loss: None,
            r_count: 0,
            r_sum: Some(Decimal::ZERO),
            held_seconds: 0,
        }
    }
}

impl Sums {
    /// Adds a trade; `None` when the amounts are beyond what can be computed exactly.
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
            let multiple = trade.pnl.checked_div(risk);
            self.r_sum = self.r_sum.zip(multiple).and_then(|(sum, multiple)| sum.checked_add(multiple));
        }
        let held = trade.closed_at.signed_duration_since(trade.opened_at).num_seconds();
        self.held_seconds = self.held_seconds.checked_add(held)?;
        Some(())
    }

    /// The figures; `None` when the amounts are beyond what can be computed exactly.
    pub fn figures(&self) -> Option<Statistics> {
        let net = self.won.checked_add(self.lost)?;
        let decided = self.wins.checked_add(self.losses)?;
        Some(Statistics {
            count: self.count,
            wins: self.wins,
            losses: self.losses,
            break_even: self.count.checked_sub(decided)?,
            win_rate: win_rate(self.wins, self.losses),
            won: self.won,
            lost: self.lost,
            gross_pnl: net.checked_add(self.fees)?,
            net_pnl: net,
            fees: self.fees,
            average_win: mean(Some(self.won), self.wins, Missing::NoWins, MONEY_PLACES),
            average_loss: mean(Some(self.lost), self.losses, Missing::NoLosses, MONEY_PLACES),
            largest_win: self.largest_win,
            largest_loss: self.largest_loss,
            payoff: self.payoff(decided),
            profit_factor: self.profit_factor(decided),
            expectancy: mean(Some(net), self.count, Missing::NoTrades, MONEY_PLACES),
            average_r: mean(self.r_sum, self.r_count, Missing::NoPlan, RATIO_PLACES),
            average_holding_seconds: mean(Some(self.held_seconds.into()), self.count, Missing::NoTrades, 0),
        })
    }

    /// Average win / |average loss|, in one division.
    fn payoff(&self, decided: i64) -> Ratio {
        let missing = match (self.wins, self.losses) {
            (0, 0) => Some(Missing::NothingDecided),
            (0, _) => Some(Missing::NoWins),
            (_, 0) => Some(Missing::NoLosses),
            _ => None,
        };
        ratio(decided, missing, RATIO_PLACES, || {
            let lost = self.lost.checked_mul(Decimal::from(self.wins))?;
            self.won.checked_mul(Decimal::from(self.losses))?.checked_div(-lost)
        })
    }

    fn profit_factor(&self, decided: i64) -> Ratio {
        let missing = match (decided, self.losses) {
            (0, _) => Some(Missing::NothingDecided),
            (_, 0) => Some(Missing::NoLosses),
            _ => None,
        };
        ratio(decided, missing, RATIO_PLACES, || self.won.checked_div(-self.lost))
    }
}

/// Wins / (wins + losses) × 100; trades that did neither are not part of it.
pub fn win_rate(wins: i64, losses: i64) -> Ratio {
    let decided = wins.saturating_add(losses);
    let missing = (decided == 0).then_some(Missing::NothingDecided);
    ratio(decided, missing, RATIO_PLACES, || {
        Decimal::from(wins).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(decided))
    })
}

/// A sum / how many it is of; `missing` when it is of none, and TOO_LARGE when the sum is not known.
pub fn mean(sum: Option<Decimal>, count: i64, missing: Missing, places: u32) -> Ratio {
    ratio(count, (count == 0).then_some(missing), places, || sum?.checked_div(Decimal::from(count)))
}

/// A quotient that is worked out unless something is missing, so that nothing is divided by zero.
pub fn ratio(
    sample_size: i64,
    missing: Option<Missing>,
    places: u32,
    quotient: impl FnOnce() -> Option<Decimal>,
) -> Ratio {
    let value = match missing {
        Some(reason) => Err(reason),
        None => quotient().map(|value| rounded(value, places)).ok_or(Missing::TooLarge),
    };
    Ratio { value, sample_size }
}

/// Half away from zero, with all its decimals.
fn rounded(value: Decimal, places: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

#[cfg(test)]
mod tests;
