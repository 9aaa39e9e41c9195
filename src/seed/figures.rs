//! The figures of holdings, portfolios and trades, rounded as their columns are.
//!
//! Amounts of a row are rounded first and added up afterwards, so that totals equal what their rows show.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::journaling::trade::Side;

/// The largest percentage that a column of (10,4) holds; beyond it percentages are stored clamped.
const PERCENT_MAX: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 4);

/// An amount of money to the cent.
pub fn money(amount: Decimal) -> Decimal {
    round(amount, 2)
}

/// A price of one unit to the hundredth of a cent.
pub fn price(amount: Decimal) -> Decimal {
    round(amount, 4)
}

/// So many hundredths of a number: `share(200, 15)` is 30.
pub fn share(of: Decimal, percent: i64) -> Decimal {
    of.saturating_mul(Decimal::new(percent, 2))
}

/// How many units an amount buys, rounded down to the digits given but never to nothing; one unit when the price is 0.
pub fn units(amount: Decimal, price: Decimal, digits: u32) -> Decimal {
    let bought = amount.checked_div(price).unwrap_or(Decimal::ONE);
    bought.round_dp_with_strategy(digits, RoundingStrategy::ToZero).max(Decimal::new(1, digits))
}

/// A part in per cent of the whole, clamped to the column; 0 when the whole is 0.
pub fn percent(part: Decimal, whole: Decimal) -> Decimal {
    let percent = part.saturating_mul(Decimal::ONE_HUNDRED).checked_div(whole).unwrap_or_default();
    round(percent, 4).clamp(-PERCENT_MAX, PERCENT_MAX)
}

/// What a holding is worth and what it gained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valuation {
    pub market_value: Decimal,
    /// 0 when the cost is unknown.
    pub cost: Decimal,
    /// 0 when the cost is unknown.
    pub gain: Decimal,
    pub day_gain: Decimal,
}

impl Valuation {
    /// Of so many units; an average cost of 0 means that the cost is unknown.
    pub fn of(quantity: Decimal, average_cost: Decimal, price: Decimal, previous_close: Decimal) -> Self {
        let market_value = money(quantity.saturating_mul(price));
        let cost = money(quantity.saturating_mul(average_cost));
        let gain = if average_cost.is_zero() { Decimal::ZERO } else { market_value - cost };
        let day_gain = money(quantity.saturating_mul(price - previous_close));
        Self { market_value, cost, gain, day_gain }
    }

    /// All of them together.
    pub fn total(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            market_value: sum.market_value + one.market_value,
            cost: sum.cost + one.cost,
            gain: sum.gain + one.gain,
            day_gain: sum.day_gain + one.day_gain,
        })
    }

    pub fn gain_percent(&self) -> Decimal {
        percent(self.gain, self.cost)
    }

    /// Of the value at the previous close.
    pub fn day_gain_percent(&self) -> Decimal {
        percent(self.day_gain, self.market_value - self.day_gain)
    }
}

/// Profit before fees, negative for a loss, when a unit bought or sold short at `entry` is worth `now`.
pub fn profit(side: Side, entry: Decimal, now: Decimal, quantity: Decimal) -> Decimal {
    let ahead = match side {
        Side::Long => now - entry,
        Side::Short => entry - now,
    };
    money(ahead.saturating_mul(quantity))
}

/// A price so many per cent better for the trade than its entry, or worse when negative.
pub fn moved(side: Side, entry: Decimal, percent: i64) -> Decimal {
    price(match side {
        Side::Long => share(entry, 100 + percent),
        Side::Short => share(entry, 100 - percent),
    })
}

/// As PostgreSQL rounds: halves go away from zero.
fn round(number: Decimal, digits: u32) -> Decimal {
    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_holding_is_valued_to_the_cent() {
        let valuation = Valuation::of(number("3.5"), number("10.01"), number("12.345"), number("12"));
        assert_eq!(valuation.market_value, number("43.21"));
        assert_eq!(valuation.cost, number("35.04"));
        assert_eq!(valuation.gain, number("8.17"));
        assert_eq!(valuation.gain_percent(), number("23.3162"));
        assert_eq!(valuation.day_gain, number("1.21"));
        assert_eq!(valuation.day_gain_percent(), number("2.8810"));
    }

    #[test]
    fn an_unknown_cost_gains_nothing() {
        let valuation = Valuation::of(number("2"), Decimal::ZERO, number("5"), number("5"));
        assert_eq!((valuation.gain, valuation.gain_percent()), (Decimal::ZERO, Decimal::ZERO));
    }

    #[test]
    fn percentages_are_clamped_to_their_column() {
        assert_eq!(percent(number("100000"), number("0.01")), number("999999.9999"));
        assert_eq!(percent(number("-100000"), number("0.01")), number("-999999.9999"));
        assert_eq!(percent(number("1"), Decimal::ZERO), Decimal::ZERO);
        assert_eq!(percent(number("1"), number("-8")), number("-12.5"));
    }

    #[test]
    fn a_short_trade_wins_when_prices_fall() {
        assert_eq!(profit(Side::Long, number("10"), number("9"), number("3")), number("-3"));
        assert_eq!(profit(Side::Short, number("10"), number("9"), number("3")), number("3"));
        assert_eq!(moved(Side::Long, number("10"), 5), number("10.5"));
        assert_eq!(moved(Side::Short, number("10"), 5), number("9.5"));
    }

    #[test]
    fn an_amount_buys_something() {
        assert_eq!(units(number("100"), number("30"), 0), number("3"));
        assert_eq!(units(number("10"), number("30"), 0), number("1"));
        assert_eq!(units(number("10"), number("30"), 4), number("0.3333"));
    }
}
