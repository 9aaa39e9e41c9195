//! A trade of which a part is left: the part becomes a trade of its own, the rest stays open.

use rust_decimal::Decimal;

use super::{round, total_value};

/// What belongs to a number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub quantity: Decimal,
    pub total_value: Decimal,
    /// `None` where it is not known, here and below.
    pub fees: Option<Decimal>,
    pub position_size_percent: Option<Decimal>,
    pub max_profit: Option<Decimal>,
    pub max_loss: Option<Decimal>,
}

/// Takes `part` units out: what goes with them, and what stays with the rest.
///
/// The rest is worth entry price × quantity like any trade, and has of everything else its share by quantity, rounded.
/// The part has what is left of the whole, so it takes the remainders of rounding, and both add up to the whole exactly.
/// `None` unless the part is more than nothing and less than the whole.
pub fn split(entry_price: Decimal, whole: &Share, part: Decimal) -> Option<(Share, Share)> {
    let quantity = whole.quantity.checked_sub(part)?;
    if part <= Decimal::ZERO || quantity <= Decimal::ZERO {
        return None;
    }
    let of = |amount: Option<Decimal>, places| match amount {
        None => Some(None),
        Some(amount) => share(amount, quantity, whole.quantity, places).map(Some),
    };
    let rest = Share {
        quantity,
        total_value: total_value(entry_price, quantity)?,
        fees: of(whole.fees, 2)?,
        position_size_percent: of(whole.position_size_percent, 4)?,
        max_profit: of(whole.max_profit, 2)?,
        max_loss: of(whole.max_loss, 2)?,
    };
    let less = |whole: Option<Decimal>, rest: Option<Decimal>| {
        whole.zip(rest).and_then(|(whole, rest)| whole.checked_sub(rest))
    };
    let part = Share {
        quantity: part,
        total_value: whole.total_value.checked_sub(rest.total_value)?,
        fees: less(whole.fees, rest.fees),
        position_size_percent: less(whole.position_size_percent, rest.position_size_percent),
        max_profit: less(whole.max_profit, rest.max_profit),
        max_loss: less(whole.max_loss, rest.max_loss),
    };
    Some((part, rest))
}

/// amount × part / whole, rounded.
fn share(amount: Decimal, part: Decimal, whole: Decimal, places: u32) -> Option<Decimal> {
    let exact = amount.checked_mul(part).and_then(|product| product.checked_div(whole));
    // A product beyond what a number holds still has a share that does.
    let share = exact.or_else(|| amount.checked_mul(part.checked_div(whole)?))?;
    Some(round(share, places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journaling::trade::{Side, outcome::Lot};
    use proptest::prelude::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn whole(entry: Decimal, quantity: Decimal, fees: Decimal) -> Share {
        Share {
            quantity,
            total_value: total_value(entry, quantity).unwrap(),
            fees: Some(fees),
            position_size_percent: Some(number("12.3457")),
            max_profit: Some(number("99.99")),
            max_loss: Some(number("-0.01")),
        }
    }

    #[test]
    fn the_part_takes_the_remainders() {
        let all = whole(number("0.335"), number("3"), number("1.00"));
        assert_eq!(all.total_value, number("1.01"));
        let (part, rest) = split(number("0.335"), &all, number("1")).unwrap();
        let expected = Share {
            quantity: number("2"),
            total_value: number("0.67"),
            fees: Some(number("0.67")),
            position_size_percent: Some(number("8.2305")),
            max_profit: Some(number("66.66")),
            max_loss: Some(number("-0.01")),
        };
        assert_eq!(rest, expected);
        let expected = Share {
            quantity: number("1"),
            total_value: number("0.34"),
            fees: Some(number("0.33")),
            position_size_percent: Some(number("4.1152")),
            max_profit: Some(number("33.33")),
            max_loss: Some(number("0")),
        };
        assert_eq!(part, expected);
    }

    #[test]
    fn nothing_and_everything_are_no_parts() {
        let all = whole(number("10"), number("3"), number("1"));
        for part in ["0", "-1", "3", "3.00000001"] {
            assert_eq!(split(number("10"), &all, number(part)), None, "{part}");
        }
        assert!(split(number("10"), &all, number("2.99999999")).is_some());
    }

    #[test]
    fn what_is_not_known_stays_so() {
        let all = Share { fees: None, position_size_percent: None, ..whole(number("10"), number("3"), number("1")) };
        let (part, rest) = split(number("10"), &all, number("1")).unwrap();
        assert_eq!((part.fees, rest.fees), (None, None));
        assert_eq!((part.position_size_percent, rest.position_size_percent), (None, None));
    }

    #[test]
    fn amounts_at_the_columns_ends_are_split_too() {
        let fees = number("999999999999999999.99");
        let all = Share { fees: Some(fees), ..whole(number("1"), number("999999999999.99999999"), fees) };
        let (part, rest) = split(number("1"), &all, number("0.00000001")).unwrap();
        assert_eq!(part.fees.unwrap() + rest.fees.unwrap(), fees);
        assert_eq!(part.total_value + rest.total_value, all.total_value);
    }

    fn scaled(most: i64, scale: u32) -> impl Strategy<Value = Decimal> {
        (1..=most).prop_map(move |value| Decimal::new(value, scale))
    }

    proptest! {
        #[test]
        fn part_and_rest_add_up_to_the_whole(
            entry in scaled(1_000_000_000_000, 4), quantity in scaled(1_000_000_000_000_000, 8),
            fees in scaled(10_000_000, 2), place in 1_u64..1_000_000,
        ) {
            let all = whole(entry, quantity, fees);
            let part = round(quantity * Decimal::from(place) / Decimal::from(1_000_000), 8);
            prop_assume!(part > Decimal::ZERO && part < quantity);
            let (part, rest) = split(entry, &all, part).unwrap();
            prop_assert_eq!(part.quantity + rest.quantity, all.quantity);
            prop_assert_eq!(part.total_value + rest.total_value, all.total_value);
            prop_assert_eq!(part.fees.unwrap() + rest.fees.unwrap(), fees);
            prop_assert!(part.fees.unwrap() >= Decimal::ZERO && rest.fees.unwrap() >= Decimal::ZERO);
            prop_assert!(part.total_value >= Decimal::ZERO);
            let sizes = part.position_size_percent.unwrap() + rest.position_size_percent.unwrap();
            prop_assert_eq!(Some(sizes), all.position_size_percent);
            prop_assert_eq!(part.max_profit.unwrap() + rest.max_profit.unwrap(), all.max_profit.unwrap());
            prop_assert_eq!(part.max_loss.unwrap() + rest.max_loss.unwrap(), all.max_loss.unwrap());
            // What stays open is worth what the formula says; what was taken out a cent more or less.
            prop_assert_eq!(Some(rest.total_value), total_value(entry, rest.quantity));
            let formula = total_value(entry, part.quantity).unwrap();
            prop_assert!((part.total_value - formula).abs() <= Decimal::new(1, 2));
        }

        #[test]
        fn in_parts_it_brings_what_it_brings_at_once(
            is_long in any::<bool>(), entry in scaled(10_000_000, 4), exit in scaled(10_000_000, 4),
            quantity in scaled(10_000_000_000_000, 8), fees in scaled(1_000_000, 2),
            places in prop::collection::vec(1_u64..1000, 1..8),
        ) {
            let side = if is_long { Side::Long } else { Side::Short };
            let lot = |of: &Share| Lot { side, entry_price: entry, quantity: of.quantity };
            let realized = |of: &Share| lot(of).realized(exit, of.fees.unwrap(), of.total_value).unwrap().pnl;
            let mut open = whole(entry, quantity, fees);
            let at_once = realized(&open);
            let (mut sum, mut parts) = (Decimal::ZERO, 1);
            for place in places {
                let part = round(open.quantity * Decimal::from(place) / Decimal::from(1000), 8);
                let Some((part, rest)) = split(entry, &open, part) else { continue };
                sum += realized(&part);
                parts += 1;
                open = rest;
            }
            sum += realized(&open);
            prop_assert!((sum - at_once).abs() <= Decimal::new(parts, 2), "{sum} in {parts} parts, {at_once} at once");
        }
    }
}
