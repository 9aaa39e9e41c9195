//! What is wanted of categories: whether limits and target are in order, and what the targets of a type add up to.

use rust_decimal::Decimal;

/// How many digits after the point a target has.
pub const PERCENT_SCALE: u32 = 4;

/// The share that a category is to have, in percentage points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// `None` counts as 0.
    pub min: Option<Decimal>,
    /// `None` where there is no target.
    pub target: Option<Decimal>,
    /// `None` counts as 100.
    pub max: Option<Decimal>,
}

/// What is not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disorder {
    MinAboveMax,
    TargetBelowMin,
    TargetAboveMax,
}

impl Bounds {
    /// What is wrong, unless minimum ≤ target ≤ maximum.
    pub fn disorder(&self) -> Option<Disorder> {
        let (min, max) = (self.min.unwrap_or(Decimal::ZERO), self.max.unwrap_or(Decimal::ONE_HUNDRED));
        if min > max {
            Some(Disorder::MinAboveMax)
        } else if self.target.is_some_and(|target| target < min) {
            Some(Disorder::TargetBelowMin)
        } else if self.target.is_some_and(|target| target > max) {
            Some(Disorder::TargetAboveMax)
        } else {
            None
        }
    }
}

/// Whether the targets of a type are targets for everything.
pub fn is_complete(sum: Decimal) -> bool {
    sum == Decimal::ONE_HUNDRED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn limits_and_target_are_in_order() {
        for (min, target, max, disorder) in [
            (Some("10"), Some("20"), Some("30"), None),
            (Some("20"), Some("20"), Some("20"), None),
            (None, None, None, None),
            (None, Some("0"), None, None),
            (None, Some("100"), None, None),
            (Some("100"), None, None, None),
            (Some("30"), None, Some("20"), Some(Disorder::MinAboveMax)),
            (Some("30"), Some("25"), Some("20"), Some(Disorder::MinAboveMax)),
            (Some("10.0001"), Some("10"), None, Some(Disorder::TargetBelowMin)),
            (None, Some("30.0001"), Some("30"), Some(Disorder::TargetAboveMax)),
        ] {
            let bounds = Bounds { min: min.map(number), target: target.map(number), max: max.map(number) };
            assert_eq!(bounds.disorder(), disorder, "{min:?} {target:?} {max:?}");
        }
    }

    #[test]
    fn only_a_hundred_is_everything() {
        for (sum, complete) in
            [("100", true), ("100.0000", true), ("99.9999", false), ("100.0001", false), ("0", false)]
        {
            assert_eq!(is_complete(number(sum)), complete, "{sum}");
        }
    }
}
