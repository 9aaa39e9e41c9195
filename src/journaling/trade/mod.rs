//! What a trade is worth, what it risks and what it brings; the formulas of a trade log's derived columns.
//!
//! | file | what it is |
//! |---|---|
//! | [`outcome`] | profits and losses: at today's price, at the exit, and the largest on the way |
//! | [`revision`] | every figure, after what was noted of a trade was corrected |
//! | [`split`] | a trade of which a part is left: what each of the two gets |

pub mod outcome;
pub mod revision;
pub mod split;

use rust_decimal::{Decimal, RoundingStrategy};

/// Half away from zero, as PostgreSQL rounds a NUMERIC into its column.
const ROUNDING: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;
/// Amounts lie below this: their columns have 18 digits before the point.
const AMOUNT_LIMIT: Decimal = Decimal::from_parts(2_808_348_672, 232_830_643, 0, false, 0);
/// Percentages lie below this: their columns have 6 digits before the point.
const PERCENT_LIMIT: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// Ratios lie below this: their columns have 8 digits before the point.
const RATIO_LIMIT: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

/// Which way a trade earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Earns when the price rises.
    Long,
    /// Earns when the price falls.
    Short,
}

/// Entry price × quantity, in the trade's currency to two places; `None` when it is too large for its column.
pub fn total_value(entry_price: Decimal, quantity: Decimal) -> Option<Decimal> {
    amount(entry_price.checked_mul(quantity)?)
}

/// |target − entry| / |entry − stop|, to two places; `None` unless stop and target stand on their right sides.
pub fn risk_reward_ratio(side: Side, entry: Decimal, target: Decimal, stop: Decimal) -> Option<Decimal> {
    let (reward, risk) = match side {
        Side::Long => (target.checked_sub(entry)?, entry.checked_sub(stop)?),
        Side::Short => (entry.checked_sub(target)?, stop.checked_sub(entry)?),
    };
    if reward <= Decimal::ZERO || risk <= Decimal::ZERO {
        return None;
    }
    let ratio = round(reward.checked_div(risk)?, 2);
    // A ratio beyond its column says nothing that a null does not.
    (ratio < RATIO_LIMIT).then_some(ratio)
}

/// Total value / portfolio value × 100, in percentage points to four places; `None` without a portfolio value.
pub fn position_size_percent(total_value: Decimal, portfolio_value: Decimal) -> Option<Decimal> {
    if portfolio_value > Decimal::ZERO { percent(total_value, portfolio_value) } else { None }
}

/// The size of a trade that was worth something else than noted, of the same portfolio as then.
pub fn position_size_corrected(percent: Decimal, noted: Decimal, right: Decimal) -> Option<Decimal> {
    let percent = round(percent.checked_mul(right)?.checked_div(noted)?, 4);
    (percent.abs() < PERCENT_LIMIT).then_some(percent)
}

/// A share in percentage points to four places; `None` of nothing, and beyond what the column holds.
fn percent(of: Decimal, whole: Decimal) -> Option<Decimal> {
    let percent = round(of.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?, 4);
    (percent.abs() < PERCENT_LIMIT).then_some(percent)
}

/// An amount of money to two places; `None` beyond what the column holds.
fn amount(value: Decimal) -> Option<Decimal> {
    let amount = round(value, 2);
    (amount.abs() < AMOUNT_LIMIT).then_some(amount)
}

fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, ROUNDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_total_is_rounded_half_away_from_zero() {
        for (price, quantity, total) in [("10", "2.5", "25.00"), ("0.0050", "1", "0.01"), ("1.005", "1", "1.01")] {
            assert_eq!(total_value(number(price), number(quantity)), Some(number(total)), "{price} × {quantity}");
        }
        assert_eq!(total_value(Decimal::MAX, number("2")), None);
        assert_eq!(total_value(number("999999999999999999.99"), number("1")), Some(number("999999999999999999.99")));
        assert_eq!(total_value(number("999999999999999999.995"), number("1")), None);
    }

    #[test]
    fn a_ratio_needs_target_and_stop_on_their_sides() {
        for (side, entry, target, stop, ratio) in [
            (Side::Long, "100", "130", "90", Some("3.00")),
            (Side::Long, "100", "90", "80", None),
            (Side::Long, "100", "130", "100", None),
            (Side::Short, "100", "80", "110", Some("2.00")),
            (Side::Short, "100", "110", "120", None),
            (Side::Long, "100", "100000000000", "99.9999", None),
        ] {
            let found = risk_reward_ratio(side, number(entry), number(target), number(stop));
            assert_eq!(found, ratio.map(number), "{side:?} {entry} {target} {stop}");
        }
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(position_size_percent(number("50"), number("200")), Some(number("25")));
        assert_eq!(position_size_percent(number("50"), Decimal::ZERO), None);
        assert_eq!(position_size_percent(number("50"), number("-10")), None);
        assert_eq!(position_size_percent(number("50"), number("0.001")), None);
    }

    #[test]
    fn a_size_follows_a_correction() {
        for (percent, noted, right, size) in
            [("5", "100", "150", Some("7.5")), ("5", "0", "150", None), ("999999", "1", "2", None)]
        {
            let found = position_size_corrected(number(percent), number(noted), number(right));
            assert_eq!(found, size.map(number), "{percent} of {noted}, now {right}");
        }
    }

    #[test]
    fn the_limits_are_those_of_the_columns() {
        assert_eq!(AMOUNT_LIMIT, Decimal::from(10_i64.pow(18)));
        assert_eq!(PERCENT_LIMIT, Decimal::from(10_i64.pow(6)));
        assert_eq!(RATIO_LIMIT, Decimal::from(10_i64.pow(8)));
    }
}
