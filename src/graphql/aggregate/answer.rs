//! What follows from the sums that the database answers: totals over currencies, averages, and why there is no figure.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::request::Function;

/// The decimals of an average.
pub const AVERAGE_PLACES: u32 = 8;

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No row has a known value.
    NoValues,
    /// Rows whose currency is not known have no common measure.
    NoCurrency,
    /// The figure is beyond 28 digits.
    TooLarge,
}

/// A figure about a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub value: Result<Found, Unknown>,
    /// How many rows it is of.
    pub sample_size: i64,
    /// How many rows have no known value.
    pub unknown: i64,
}

/// A value that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    Number(Decimal),
    Moment(DateTime<Utc>),
    Day(NaiveDate),
}

/// A group of rows, or all of them, by their currencies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// What the rows have in common, as JSON.
    pub keys: Vec<serde_json::Value>,
    pub parts: Vec<Part>,
}

/// The rows of a group in one currency, or all its rows where no money was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub currency: Option<String>,
    pub rows: i64,
    /// One for each column that was looked at.
    pub columns: Vec<Seen>,
}

/// What was seen of a column; `None` where it was not looked for, and where no value is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many rows have a known value.
    pub known: i64,
    pub sum: Option<Result<Decimal, Unknown>>,
    pub least: Option<Result<Found, Unknown>>,
    pub greatest: Option<Result<Found, Unknown>>,
}

impl Group {
    /// How many rows it has.
    pub fn count(&self) -> i64 {
        self.parts.iter().map(|part| part.rows).sum()
    }

    /// A figure about all its rows, for what is no money.
    pub fn figure(&self, function: Function, column: usize) -> Figure {
        figure(function, column, &self.parts)
    }

    /// A figure for each currency, for money.
    pub fn amounts(&self, function: Function, column: usize) -> Vec<(Option<&str>, Figure)> {
        let amount = |part: &'_ Part| match &part.currency {
            Some(_) => figure(function, column, std::slice::from_ref(part)),
            None => Figure { value: Err(Unknown::NoCurrency), sample_size: 0, unknown: part.rows },
        };
        self.parts.iter().map(|part| (part.currency.as_deref(), amount(part))).collect()
    }
}

fn figure(function: Function, column: usize, parts: &[Part]) -> Figure {
    let seen = || parts.iter().filter_map(|part| part.columns.get(column));
    let sample_size: i64 = seen().map(|seen| seen.known).sum();
    let rows: i64 = parts.iter().map(|part| part.rows).sum();
    let value = match function {
        Function::Sum => sum(seen()).map(Found::Number),
        Function::Avg => sum(seen()).and_then(|sum| average(sum, sample_size)).map(Found::Number),
        Function::Min => extreme(seen().map(|seen| &seen.least), Ordering::Less),
        Function::Max => extreme(seen().map(|seen| &seen.greatest), Ordering::Greater),
    };
    Figure { value, sample_size, unknown: rows - sample_size }
}

fn sum<'a>(seen: impl Iterator<Item = &'a Seen>) -> Result<Decimal, Unknown> {
    let mut total: Option<Decimal> = None;
    for sum in seen.filter_map(|seen| seen.sum) {
        // Begun with the first sum, a total has its decimals.
        total = Some(match total {
            None => sum?,
            Some(total) => total.checked_add(sum?).ok_or(Unknown::TooLarge)?,
        });
    }
    total.ok_or(Unknown::NoValues)
}

/// Sum / count, rounded half away from zero to [`AVERAGE_PLACES`]; in whole numbers, so that nothing is rounded twice.
fn average(sum: Decimal, count: i64) -> Result<Decimal, Unknown> {
    let shift = |places: u32| 10_i128.checked_pow(places).ok_or(Unknown::TooLarge);
    let numerator = sum.mantissa().checked_mul(shift(AVERAGE_PLACES.saturating_sub(sum.scale()))?);
    let denominator = i128::from(count).checked_mul(shift(sum.scale().saturating_sub(AVERAGE_PLACES))?);
    let (numerator, denominator) = numerator.zip(denominator).ok_or(Unknown::TooLarge)?;
    let quotient = numerator.checked_div(denominator).ok_or(Unknown::NoValues)?;
    let rest = numerator.checked_rem(denominator).unwrap_or_default();
    let is_half = rest.unsigned_abs() >= denominator.unsigned_abs().div_ceil(2);
    let away = if is_half { numerator.signum() } else { 0 };
    Decimal::try_from_i128_with_scale(quotient + away, AVERAGE_PLACES).map_err(|_| Unknown::TooLarge)
}

fn extreme<'a>(
    found: impl Iterator<Item = &'a Option<Result<Found, Unknown>>>,
    wanted: Ordering,
) -> Result<Found, Unknown> {
    let mut best: Option<Found> = None;
    for value in found.flatten() {
        let value = (*value)?;
        if best.is_none_or(|best| value.cmp(&best) == wanted) {
            best = Some(value);
        }
    }
    best.ok_or(Unknown::NoValues)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn part(currency: Option<&str>, rows: i64, known: i64, figures: Option<[&str; 3]>) -> Part {
        let found = |at: usize| figures.map(|figures| Ok(Found::Number(number(figures[at]))));
        let seen =
            Seen { known, sum: figures.map(|figures| Ok(number(figures[0]))), least: found(1), greatest: found(2) };
        Part { currency: currency.map(str::to_owned), rows, columns: vec![seen] }
    }

    fn value(text: &str) -> Result<Found, Unknown> {
        Ok(Found::Number(number(text)))
    }

    #[test]
    fn an_average_is_rounded_once_and_away_from_zero() {
        for (sum, count, expected) in [
            ("10.00", 4, "2.50000000"),
            ("1.00", 3, "0.33333333"),
            ("2.00", 3, "0.66666667"),
            ("-2.00", 3, "-0.66666667"),
            ("0.00000001", 2, "0.00000001"),
            ("-0.00000001", 2, "-0.00000001"),
            ("0.00000003", 2, "0.00000002"),
            ("0.00000001", 3, "0.00000000"),
            ("0", 7, "0.00000000"),
            ("1000000000000000.0000", 1, "1000000000000000.00000000"),
            ("0.0000000049", 1, "0.00000000"),
            ("0.0000000050", 1, "0.00000001"),
        ] {
            assert_eq!(average(number(sum), count), Ok(number(expected)), "{sum} / {count}");
        }
        assert_eq!(average(number("1"), 0), Err(Unknown::NoValues));
        assert_eq!(average(Decimal::MAX, 1), Err(Unknown::TooLarge));
    }

    #[test]
    fn what_is_no_money_is_told_over_all_currencies() {
        let group = Group {
            keys: Vec::new(),
            parts: vec![
                part(Some("NZD"), 3, 2, Some(["5", "2", "3"])),
                part(Some("USD"), 2, 2, Some(["10", "1", "9"])),
                part(None, 4, 0, None),
            ],
        };
        assert_eq!(group.count(), 9);
        for (function, expected) in
            [(Function::Sum, "15"), (Function::Avg, "3.75000000"), (Function::Min, "1"), (Function::Max, "9")]
        {
            let expected = Figure { value: value(expected), sample_size: 4, unknown: 5 };
            assert_eq!(group.figure(function, 0), expected, "{function:?}");
        }
    }

    #[test]
    fn money_is_told_for_each_currency_and_not_without_one() {
        let group = Group {
            keys: Vec::new(),
            parts: vec![
                part(Some("NZD"), 3, 2, Some(["5", "2", "3"])),
                part(Some("USD"), 1, 0, None),
                part(None, 1, 1, Some(["7", "7", "7"])),
            ],
        };
        let expected = [
            (Some("NZD"), Figure { value: value("5"), sample_size: 2, unknown: 1 }),
            (Some("USD"), Figure { value: Err(Unknown::NoValues), sample_size: 0, unknown: 1 }),
            (None, Figure { value: Err(Unknown::NoCurrency), sample_size: 0, unknown: 1 }),
        ];
        assert_eq!(group.amounts(Function::Sum, 0), expected);
    }

    #[test]
    fn nothing_has_no_figures_and_too_much_has_a_reason() {
        let nothing = Figure { value: Err(Unknown::NoValues), sample_size: 0, unknown: 0 };
        for function in Function::ALL {
            assert_eq!(Group::default().figure(function, 0), nothing, "{function:?}");
        }
        let max = Decimal::MAX.to_string();
        let large = part(Some("NZD"), 1, 1, Some([&max, &max, &max]));
        let group = Group { keys: Vec::new(), parts: vec![large.clone(), large] };
        assert_eq!(group.figure(Function::Sum, 0).value, Err(Unknown::TooLarge));
        assert_eq!(group.figure(Function::Max, 0).value, value(&max));
    }
}
