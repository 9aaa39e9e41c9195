//! What so many units are worth, as far as inputs have to be refused; the figures themselves are the database's work.

use rust_decimal::Decimal;

/// Amounts lie below this: their columns have 18 digits before the point.
const LIMIT: Decimal = Decimal::from_parts(2_808_348_672, 232_830_643, 0, false, 0);

/// Whether so many units at this price come to an amount that its column holds.
#[must_use]
pub fn fits(quantity: Decimal, price: Decimal) -> bool {
    quantity.checked_mul(price).is_some_and(|amount| amount.round_dp(2) < LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_18_digits_before_the_point() {
        assert_eq!(LIMIT, Decimal::from(10_i64.pow(18)));
        for (quantity, price, answer) in [
            ("999999999999.99999999", "999999", true),
            ("999999999999.99999999", "1000000", true),
            ("999999999999.99999999", "1000000.0001", false),
            ("1000000000", "999999999.9999", true),
            ("1000000000", "1000000000", false),
            ("999999999999.99999999", "9999999999999999.9999", false),
            ("0.00000001", "0.0001", true),
        ] {
            assert_eq!(fits(quantity.parse().unwrap(), price.parse().unwrap()), answer, "{quantity} × {price}");
        }
    }
}
