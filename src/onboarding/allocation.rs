//! How a portfolio is to be divided: shares in per cent that add up to 100.

use rust_decimal::Decimal;

/// What the targets add up to, a missing one counting as 0, when that is not 100; without any target nothing is wrong.
pub fn wrong_sum(targets: [Option<Decimal>; 4]) -> Option<Decimal> {
    if targets.iter().all(Option::is_none) {
        return None;
    }
    let sum = targets.into_iter().flatten().try_fold(Decimal::ZERO, Decimal::checked_add);
    let sum = sum.unwrap_or(Decimal::MAX).normalize();
    (sum != Decimal::ONE_HUNDRED).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_add_up_to_a_hundred_or_there_are_none() {
        for (targets, sum) in [
            ([None, None, None, None], None),
            ([Some("10"), Some("70"), Some("15"), Some("5")], None),
            ([Some("0.0001"), Some("99.9999"), None, None], None),
            ([Some("100.0000"), None, None, None], None),
            ([Some("0"), None, None, None], Some("0")),
            ([Some("10"), Some("70"), Some("15"), Some("5.0001")], Some("100.0001")),
            ([Some("10.50"), Some("70"), None, None], Some("80.5")),
        ] {
            let number = |text: &str| text.parse::<Decimal>().unwrap();
            assert_eq!(wrong_sum(targets.map(|target| target.map(number))), sum.map(number), "{targets:?}");
        }
    }
}
