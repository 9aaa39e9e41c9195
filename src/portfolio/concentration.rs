//! How much of a portfolio hangs on few holdings.

use rust_decimal::{Decimal, RoundingStrategy};

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing is held and there is no cash.
    Empty,
    /// There is cash and nothing else.
    CashOnly,
    /// What is held is worth nothing, so nothing can be a share of it.
    NoValue,
    /// Of nothing that is held the cost is known.
    CostUnknown,
    /// What is held has cost nothing, so nothing can be a share of that.
    NoCost,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

/// How a portfolio's value is spread over its holdings, cash excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concentration {
    /// How many holdings the figures are of.
    pub sample_size: usize,
    /// Σ wᵢ² with the weights as fractions: from 1/n for equal holdings to 1 for a single one; six places.
    pub hhi: Decimal,
    /// (1 − HHI) × 100, four places.
    pub diversification: Decimal,
    /// Weight of the largest holding in per cent, four places.
    pub largest: Decimal,
    /// Weight of the three largest holdings together in per cent, four places.
    pub top_three: Decimal,
}

/// The figures for these market values; the cash is only looked at to say why there are none.
pub fn concentration(values: &[Decimal], cash: Decimal) -> Result<Concentration, Unknown> {
    let total = total(values, cash)?;
    let mut weights = Vec::with_capacity(values.len());
    for value in values {
        weights.push(value.checked_div(total).ok_or(Unknown::TooLarge)?);
    }
    weights.sort_unstable_by(|one, other| other.cmp(one));
    let squares = weights.iter().map(|weight| weight.checked_mul(*weight));
    let hhi = sum(squares).ok_or(Unknown::TooLarge)?;
    let percent = |weights: &mut dyn Iterator<Item = Decimal>| {
        let share = sum(weights.map(Some)).ok_or(Unknown::TooLarge)?;
        share.checked_mul(Decimal::ONE_HUNDRED).map(|percent| round(percent, 4)).ok_or(Unknown::TooLarge)
    };
    Ok(Concentration {
        sample_size: values.len(),
        hhi: round(hhi, 6),
        diversification: percent(&mut [Decimal::ONE, -hhi].into_iter())?,
        largest: percent(&mut weights.iter().copied().take(1))?,
        top_three: percent(&mut weights.iter().copied().take(3))?,
    })
}

/// Each value in per cent of all of them, cash excluded, to four places.
pub fn weights(values: &[Decimal], cash: Decimal) -> Result<Vec<Decimal>, Unknown> {
    let total = total(values, cash)?;
    values.iter().map(|value| weight(*value, total)).collect()
}

/// Value / total × 100, in percentage points to four places.
pub fn weight(value: Decimal, total: Decimal) -> Result<Decimal, Unknown> {
    if total <= Decimal::ZERO {
        return Err(Unknown::NoValue);
    }
    let share = value.checked_mul(Decimal::ONE_HUNDRED).and_then(|value| value.checked_div(total));
    share.map(|share| round(share, 4)).ok_or(Unknown::TooLarge)
}

fn total(values: &[Decimal], cash: Decimal) -> Result<Decimal, Unknown> {
    if values.is_empty() {
        return Err(if cash.is_zero() { Unknown::Empty } else { Unknown::CashOnly });
    }
    let total = sum(values.iter().copied().map(Some)).ok_or(Unknown::TooLarge)?;
    if total > Decimal::ZERO { Ok(total) } else { Err(Unknown::NoValue) }
}

fn sum(mut numbers: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    numbers.try_fold(Decimal::ZERO, |sum, number| sum.checked_add(number?))
}

/// Half away from zero, as PostgreSQL rounds, and always with as many decimals.
pub fn round(value: Decimal, places: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn numbers(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().copied().map(number).collect()
    }

    #[test]
    fn figures_follow_from_the_weights() {
        for (values, hhi, diversification, largest, top_three) in [
            (&["100"][..], "1", "0", "100", "100"),
            (&["50", "50"], "0.5", "50", "50", "100"),
            (&["1", "1", "1"], "0.333333", "66.6667", "33.3333", "100"),
            (&["40", "30", "20", "10"], "0.3", "70", "40", "90"),
            (&["10", "20", "40", "30"], "0.3", "70", "40", "90"),
            (&["25", "25", "25", "25"], "0.25", "75", "25", "75"),
            (&["75", "0", "25"], "0.625", "37.5", "75", "100"),
        ] {
            let found = concentration(&numbers(values), Decimal::ZERO).unwrap();
            let expected = Concentration {
                sample_size: values.len(),
                hhi: number(hhi),
                diversification: number(diversification),
                largest: number(largest),
                top_three: number(top_three),
            };
            assert_eq!(found, expected, "{values:?}");
        }
    }

    #[test]
    fn where_there_is_no_figure_there_is_a_reason() {
        let max = "79228162514264337593543950335";
        for (values, cash, reason) in [
            (&[][..], "0", Unknown::Empty),
            (&[], "12.50", Unknown::CashOnly),
            (&[], "-3", Unknown::CashOnly),
            (&["0"], "100", Unknown::NoValue),
            (&["0", "0"], "0", Unknown::NoValue),
            (&[max, max], "0", Unknown::TooLarge),
        ] {
            assert_eq!(concentration(&numbers(values), number(cash)), Err(reason), "{values:?} {cash}");
            assert_eq!(weights(&numbers(values), number(cash)), Err(reason), "{values:?} {cash}");
        }
    }

    #[test]
    fn cash_has_no_part_in_a_weight() {
        let found = weights(&numbers(&["2", "1"]), number("1000000"));
        assert_eq!(found, Ok(numbers(&["66.6667", "33.3333"])));
        assert_eq!(weight(number("1"), Decimal::ZERO), Err(Unknown::NoValue));
        assert_eq!(weight(number("1"), number("-5")), Err(Unknown::NoValue));
    }
}
