//! What trades were planned to bring for what they risked, against what they brought: both in multiples of the risk,
//! so that trades in different currencies can be told together.

use rust_decimal::Decimal;

use super::statistics::{Missing, Ratio, mean, ratio, win_rate};

const PLACES: u32 = 4;

/// What is added up over closed trades whose stop and target stand on their right sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanSums {
    pub count: i64,
    /// Σ |target − entry| / |entry − stop|; `None` beyond what a number holds, here and below.
    pub planned: Option<Decimal>,
    /// Σ P&L / (|entry − stop| × quantity).
    pub achieved: Option<Decimal>,
    pub wins: i64,
    pub losses: i64,
    /// How many were left at the target or beyond it, and how many at the stop or beyond it.
    pub at_target: i64,
    pub at_stop: i64,
}

/// The figures of the sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskReward {
    /// Mean of the planned multiples.
    pub planned: Ratio,
    /// Mean of the achieved ones.
    pub achieved: Ratio,
    /// Achieved − planned.
    pub difference: Ratio,
    /// Wins / (wins + losses) × 100.
    pub win_rate: Ratio,
    /// 100 / (1 + planned): what it takes to break even when every trade ends at its target or its stop.
    pub win_rate_needed: Ratio,
}

impl PlanSums {
    pub fn figures(&self) -> RiskReward {
        let count = Decimal::from(self.count);
        let none = (self.count == 0).then_some(Missing::NoPlan);
        let difference = || self.achieved?.checked_sub(self.planned?)?.checked_div(count);
        // 100 / (1 + planned / count), in one division.
        let needed = || count.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(self.planned?.checked_add(count)?);
        RiskReward {
            planned: mean(self.planned, self.count, Missing::NoPlan, PLACES),
            achieved: mean(self.achieved, self.count, Missing::NoPlan, PLACES),
            difference: ratio(self.count, none, PLACES, difference),
            win_rate: win_rate(self.wins, self.losses),
            win_rate_needed: ratio(self.count, none, PLACES, needed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn figure(text: &str, sample_size: i64) -> Ratio {
        Ratio { value: Ok(number(text)), sample_size }
    }

    #[test]
    fn a_plan_is_compared_with_what_came_of_it() {
        // Planned 3, 2 and 1; achieved 2.5, −1 and 0.
        let sums = PlanSums {
            count: 3,
            planned: Some(number("6")),
            achieved: Some(number("1.5")),
            wins: 1,
            losses: 1,
            at_target: 0,
            at_stop: 1,
        };
        let expected = RiskReward {
            planned: figure("2.0000", 3),
            achieved: figure("0.5000", 3),
            difference: figure("-1.5000", 3),
            win_rate: figure("50.0000", 2),
            win_rate_needed: figure("33.3333", 3),
        };
        assert_eq!(sums.figures(), expected);
    }

    #[test]
    fn without_plans_and_beyond_numbers_there_is_a_reason() {
        let none = PlanSums {
            count: 0,
            planned: Some(Decimal::ZERO),
            achieved: Some(Decimal::ZERO),
            wins: 0,
            losses: 0,
            at_target: 0,
            at_stop: 0,
        };
        let missing = |reason, sample_size| Ratio { value: Err(reason), sample_size };
        let found = none.figures();
        for ratio in [found.planned, found.achieved, found.difference, found.win_rate_needed] {
            assert_eq!(ratio, missing(Missing::NoPlan, 0));
        }
        assert_eq!(found.win_rate, missing(Missing::NothingDecided, 0));

        let found = PlanSums { count: 2, planned: None, ..none }.figures();
        assert_eq!((found.planned, found.achieved), (missing(Missing::TooLarge, 2), figure("0.0000", 2)));
        assert_eq!(
            (found.difference, found.win_rate_needed),
            (missing(Missing::TooLarge, 2), missing(Missing::TooLarge, 2))
        );
    }
}
