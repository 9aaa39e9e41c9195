//! What a trade is worth and what it risks; the formulas of a trade log's derived columns.

use rust_decimal::{Decimal, RoundingStrategy};

/// Half away from zero, as PostgreSQL rounds a NUMERIC into its column.
const ROUNDING: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;

/// Which way a trade earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Earns when the price rises.
    Long,
    /// Earns when the price falls.
    Short,
}

/// Entry price × quantity, in the trade's currency to two places; `None` when it is too large for a number.
pub fn total_value(entry_price: Decimal, quantity: Decimal) -> Option<Decimal> {
    Some(round(entry_price.checked_mul(quantity)?, 2))
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
    // The column holds (10,2); a larger ratio says nothing that a null does not.
    (ratio < Decimal::from(100_000_000)).then_some(ratio)
}

/// Total value / portfolio value × 100, in percentage points to four places; `None` without a portfolio value.
pub fn position_size_percent(total_value: Decimal, portfolio_value: Decimal) -> Option<Decimal> {
    let share = total_value.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(portfolio_value)?;
    let percent = round(share, 4);
    (portfolio_value > Decimal::ZERO && percent < Decimal::from(1_000_000)).then_some(percent)
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
    }
}
