//! What holdings have cost, and what they have gained.

use rust_decimal::Decimal;

use super::concentration::{Unknown, round};

/// What a holding is worth and what it has gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub value: Decimal,
    /// `None` where the cost is unknown.
    pub gain: Option<Decimal>,
}

impl Held {
    /// Quantity × average cost, to the cent: what is left of the value without the gain.
    pub fn cost_basis(&self) -> Option<Decimal> {
        self.value.checked_sub(self.gain?).map(|cost| round(cost, 2))
    }
}

/// The cost and the gain of holdings, as far as their cost is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gains {
    /// How many holdings the figures are of.
    pub known: usize,
    /// How many holdings have no known cost.
    pub unknown: usize,
    /// Σ cost basis.
    pub cost_basis: Result<Decimal, Unknown>,
    /// Σ gain.
    pub gain: Result<Decimal, Unknown>,
    /// Gain / cost basis × 100, four places.
    pub percent: Result<Decimal, Unknown>,
}

pub fn gains(holdings: &[Held], cash: Decimal) -> Gains {
    let known: Vec<(Decimal, Decimal)> =
        holdings.iter().filter_map(|held| Some((held.cost_basis()?, held.gain?))).collect();
    let none = match (holdings.is_empty(), known.is_empty()) {
        (true, _) => Err(if cash.is_zero() { Unknown::Empty } else { Unknown::CashOnly }),
        (_, true) => Err(Unknown::CostUnknown),
        _ => Ok(()),
    };
    let total = |figure: fn(&(Decimal, Decimal)) -> Decimal| {
        let sum = known.iter().map(figure).try_fold(Decimal::ZERO, Decimal::checked_add);
        none.and_then(|()| sum.map(|sum| round(sum, 2)).ok_or(Unknown::TooLarge))
    };
    let (cost_basis, gain) = (total(|(cost, _)| *cost), total(|(_, gain)| *gain));
    let percent = cost_basis.and_then(|cost| percent(gain?, cost));
    Gains { known: known.len(), unknown: holdings.len() - known.len(), cost_basis, gain, percent }
}

/// Gain / cost × 100, in percentage points to four places.
pub fn percent(gain: Decimal, cost: Decimal) -> Result<Decimal, Unknown> {
    if cost <= Decimal::ZERO {
        return Err(Unknown::NoCost);
    }
    let share = gain.checked_mul(Decimal::ONE_HUNDRED).and_then(|gain| gain.checked_div(cost));
    share.map(|share| round(share, 4)).ok_or(Unknown::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn held(rows: &[(&str, Option<&str>)]) -> Vec<Held> {
        rows.iter().map(|(value, gain)| Held { value: number(value), gain: gain.map(number) }).collect()
    }

    #[test]
    fn what_is_known_is_added_and_what_is_not_is_counted() {
        for (rows, known, unknown, cost, gain, percent) in [
            (&[("110", Some("10"))][..], 1, 0, "100", "10", "10.0000"),
            (&[("110", Some("10")), ("90", Some("-10"))], 2, 0, "200", "0", "0.0000"),
            (&[("110", Some("10")), ("500", None)], 1, 1, "100", "10", "10.0000"),
            (&[("0", Some("-3"))], 1, 0, "3", "-3", "-100.0000"),
            (&[("10", Some("7"))], 1, 0, "3", "7", "233.3333"),
            (
                &[("1000000000000000000", Some("999999999999999999"))],
                1,
                0,
                "1",
                "999999999999999999",
                "99999999999999999900",
            ),
        ] {
            let expected = Gains {
                known,
                unknown,
                cost_basis: Ok(number(cost)),
                gain: Ok(number(gain)),
                percent: Ok(number(percent)),
            };
            assert_eq!(gains(&held(rows), Decimal::ZERO), expected, "{rows:?}");
        }
    }

    #[test]
    fn where_there_is_no_figure_there_is_a_reason() {
        let max = "79228162514264337593543950335";
        for (rows, cash, reason) in [
            (&[][..], "0", Unknown::Empty),
            (&[], "5", Unknown::CashOnly),
            (&[("5", None)], "5", Unknown::CostUnknown),
            (&[(max, Some("0")), (max, Some("0"))], "0", Unknown::TooLarge),
        ] {
            let found = gains(&held(rows), number(cash));
            assert_eq!((found.cost_basis, found.percent), (Err(reason), Err(reason)), "{rows:?}");
        }
        // Less than a cent for each of them, so that all of it is gain.
        let free = gains(&held(&[("5", Some("5"))]), Decimal::ZERO);
        assert_eq!((free.cost_basis, free.gain), (Ok(Decimal::ZERO), Ok(number("5"))));
        assert_eq!(free.percent, Err(Unknown::NoCost));
    }
}
