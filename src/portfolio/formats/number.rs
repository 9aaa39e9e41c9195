//! Amounts as brokers write them, exactly: never through a floating-point number.

use rust_decimal::{Decimal, RoundingStrategy};

/// Half away from zero, as PostgreSQL rounds a NUMERIC into its column.
const ROUNDING: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;
/// Digits after which nothing can be an amount any more.
const LENGTH_MAX: usize = 100;
/// What brokers put where there is no number.
const ABSENT: [&str; 6] = ["", "-", "--", "n/a", "N/A", "null"];

/// Whether a cell says that there is no number.
pub fn is_absent(text: &str) -> bool {
    ABSENT.contains(&text.trim())
}

/// Reads `1,234.50`, `+3`, `-0.5`, `(12.00)`, which is negative, and `1.5E-8`; `None` for anything else, and for what has
/// more digits before the point than a number holds.
pub fn amount(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.len() > LENGTH_MAX {
        return None;
    }
    let (text, in_brackets) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    };
    let (text, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    // A sign within brackets would say it twice.
    if in_brackets && is_negative {
        return None;
    }
    let value = magnitude(text)?;
    Some(if in_brackets || is_negative { -value } else { value })
}

/// A number without a sign.
fn magnitude(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (without_separators(whole)?, fraction),
        None => (without_separators(mantissa)?, ""),
    };
    if whole.is_empty() && fraction.is_empty() || !is_digits(&whole) || !is_digits(fraction) {
        return None;
    }
    let plain = format!("{}{whole}.{fraction}", if whole.is_empty() { "0" } else { "" });
    let plain = plain.trim_end_matches('.');
    match exponent {
        None => plain.parse().ok(),
        Some(exponent) => {
            let power: i8 = exponent.parse().ok()?;
            Decimal::from_scientific(&format!("{plain}e{power}")).ok()
        }
    }
}

/// Takes out commas, which have to part the digits into threes: `1,5` is no number here, since it could mean 1.5.
fn without_separators(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return Some(whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    is_grouped.then(|| whole.replace(',', ""))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Rounds to so many places, half away from zero.
pub fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, ROUNDING)
}

/// Whether a column of `digits` digits, `places` of them after the point, holds the value.
pub fn fits(value: Decimal, digits: u32, places: u32) -> bool {
    let whole = digits.saturating_sub(places);
    let bound = (0..whole).try_fold(Decimal::ONE, |bound, _| bound.checked_mul(Decimal::TEN));
    bound.is_some_and(|bound| round(value, places).abs() < bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_brokers_write_them() {
        for (text, value) in [
            ("10", Some("10")),
            ("1,234.50", Some("1234.50")),
            ("12,345,678", Some("12345678")),
            ("+3.5", Some("3.5")),
            ("-0.5", Some("-0.5")),
            ("(1,234.00)", Some("-1234.00")),
            ("( 2 )", Some("-2")),
            (" 7 ", Some("7")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("1.5E-8", Some("0.000000015")),
            ("1e3", Some("1000")),
            ("0.12345678901234567890", Some("0.12345678901234567890")),
            ("79228162514264337593543950335", Some("79228162514264337593543950335")),
            ("79228162514264337593543950336", None),
            ("1e40", None),
            ("1e999", None),
            ("1,5", None),
            ("1234,567", None),
            ("1,23,456", None),
            (",123", None),
            ("1.234,50", None),
            ("1.2.3", None),
            ("(-5)", None),
            ("--5", None),
            ("+-5", None),
            ("(5", None),
            ("1 000", None),
            ("$5", None),
            ("5%", None),
            ("", None),
            (".", None),
            ("-", None),
            ("e5", None),
            ("1e", None),
            ("1e+2", Some("100")),
            ("NaN", None),
            ("inf", None),
            ("0x10", None),
            ("１２", None),
            ("abc", None),
        ] {
            assert_eq!(amount(text), value.map(|value| value.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn more_places_than_a_number_holds_are_rounded() {
        let third = amount("0.33333333333333333333333333333333333333").unwrap();
        assert_eq!(round(third, 8).to_string(), "0.33333333");
        assert_eq!(amount(&"1".repeat(101)), None);
    }

    #[test]
    fn a_column_holds_what_it_holds() {
        for (value, fitting) in [
            ("999999999999.99999999", true),
            ("999999999999.999999994", true),
            ("999999999999.999999995", false),
            ("1000000000000", false),
            ("-1000000000000", false),
        ] {
            assert_eq!(fits(value.parse().unwrap(), 20, 8), fitting, "{value}");
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (value, rounded) in [("0.00005", "0.0001"), ("-0.00005", "-0.0001"), ("0.00004", "0.0000")] {
            assert_eq!(round(value.parse().unwrap(), 4), rounded.parse().unwrap());
        }
    }
}
