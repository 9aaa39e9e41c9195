//! What a value is made up of, by any key: asset class, category, account, symbol.

use std::{cmp::Reverse, collections::BTreeMap};

use rust_decimal::{Decimal, RoundingStrategy};

use super::concentration::{Unknown, weight};

/// Something of value, under all the keys that it counts for: none, one, or several categories.
#[derive(Clone, Debug)]
pub struct Line<K> {
    pub keys: Vec<K>,
    /// ISO 4217 code of the value's currency.
    pub currency: String,
    pub value: Decimal,
}

/// What counts for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<K> {
    /// `None` for what has no key.
    pub key: Option<K>,
    pub value: Decimal,
    /// Value / total × 100, four places; the reason where there is none.
    pub weight: Result<Decimal, Unknown>,
    /// How many lines it is of.
    pub count: usize,
}

/// All that is in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation<K> {
    pub currency: String,
    /// Each line once, however many keys it counts for.
    pub total: Decimal,
    /// Largest value first.
    pub parts: Vec<Part<K>>,
}

/// While it is added up: the total, and value and count of each key.
type Sums<'a, K> = (Decimal, BTreeMap<Option<&'a K>, (Decimal, usize)>);

/// The allocation in each currency, by its code: values in different currencies are never added.
///
/// A line with several keys counts fully for each of them, so that the parts may come to more than the total.
pub fn allocate<K: Ord + Clone>(lines: &[Line<K>]) -> Result<Vec<Allocation<K>>, Unknown> {
    let mut currencies: BTreeMap<&str, Sums<'_, K>> = BTreeMap::new();
    for line in lines {
        let (total, parts) = currencies.entry(&line.currency).or_default();
        *total = total.checked_add(line.value).ok_or(Unknown::TooLarge)?;
        let mut keys: Vec<Option<&K>> = line.keys.iter().map(Some).collect();
        // The same key twice is still one line.
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            keys.push(None);
        }
        for key in keys {
            let (value, count) = parts.entry(key).or_default();
            *value = value.checked_add(line.value).ok_or(Unknown::TooLarge)?;
            *count += 1;
        }
    }
    let allocation = |(currency, (total, parts)): (&str, Sums<'_, K>)| {
        let mut parts: Vec<Part<K>> = parts
            .into_iter()
            .map(|(key, (value, count))| Part { key: key.cloned(), value, weight: weight(value, total), count })
            .collect();
        // Stable: equal values stay in the order of their keys, those without one last.
        parts.sort_by_key(|part| (Reverse(part.value), part.key.is_none()));
        Allocation { currency: currency.to_owned(), total, parts }
    };
    Ok(currencies.into_iter().map(allocation).collect())
}

/// The decimals of an amount.
const CENTS: u32 = 2;

/// An amount shared out in proportion to quantities, in cents that add up to exactly it.
///
/// The cents that rounding leaves over go to the largest remainders. Without any quantity all goes to the first.
pub fn split(amount: Decimal, quantities: &[Decimal]) -> Result<Vec<Decimal>, Unknown> {
    let mut total = Decimal::ZERO;
    for quantity in quantities {
        total = total.checked_add(*quantity).ok_or(Unknown::TooLarge)?;
    }
    if total.is_zero() {
        return Ok(quantities
            .iter()
            .enumerate()
            .map(|(place, _)| if place == 0 { amount } else { Decimal::ZERO })
            .collect());
    }
    let cent = Decimal::new(1, CENTS);
    let mut shares = Vec::with_capacity(quantities.len());
    let mut remainders = Vec::with_capacity(quantities.len());
    let mut left = amount;
    for (place, quantity) in quantities.iter().enumerate() {
        let fraction = quantity.checked_div(total).unwrap_or_default();
        let exact = amount.checked_mul(fraction).ok_or(Unknown::TooLarge)?;
        let share = exact.round_dp_with_strategy(CENTS, RoundingStrategy::ToNegativeInfinity);
        left = left.checked_sub(share).ok_or(Unknown::TooLarge)?;
        remainders.push((Reverse(exact.checked_sub(share).ok_or(Unknown::TooLarge)?), place));
        shares.push(share);
    }
    remainders.sort_unstable();
    for (_, place) in remainders.iter().cycle().take(shares.len().saturating_mul(2)) {
        let step = if left.is_sign_negative() { left.max(-cent) } else { left.min(cent) };
        if let Some(share) = shares.get_mut(*place).filter(|_| !step.is_zero()) {
            *share = share.checked_add(step).ok_or(Unknown::TooLarge)?;
            left = left.checked_sub(step).ok_or(Unknown::TooLarge)?;
        }
    }
    if let Some(first) = shares.first_mut() {
        *first = first.checked_add(left).ok_or(Unknown::TooLarge)?;
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shared_out_to_the_cent() {
        for (amount, quantities, expected) in [
            ("100.00", &["1", "1"][..], &["50.00", "50.00"][..]),
            ("100.00", &["1", "1", "1"], &["33.34", "33.33", "33.33"]),
            ("0.01", &["1", "2"], &["0.00", "0.01"]),
            ("0.02", &["1", "1", "1"], &["0.01", "0.01", "0.00"]),
            ("-0.01", &["1", "2"], &["0.00", "-0.01"]),
            ("99.99", &["0.00000001", "0.00000002"], &["33.33", "66.66"]),
            ("5.00", &["0", "0"], &["5.00", "0"]),
            ("0.00", &["3"], &["0.00"]),
            ("5.00", &[], &[]),
            ("999999999999999999.99", &["1", "999999999999"], &["1000000.00", "999999999998999999.99"]),
        ] {
            let quantities: Vec<Decimal> = quantities.iter().map(|text| number(text)).collect();
            let found = split(number(amount), &quantities).unwrap();
            let expected: Vec<Decimal> = expected.iter().map(|text| number(text)).collect();
            assert_eq!(found, expected, "{amount} by {quantities:?}");
        }
        assert_eq!(split(number("1"), &[Decimal::MAX, Decimal::MAX]), Err(Unknown::TooLarge));
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn line(keys: &[&'static str], currency: &str, value: &str) -> Line<&'static str> {
        Line { keys: keys.to_vec(), currency: currency.to_owned(), value: number(value) }
    }

    type Row = (Option<&'static str>, &'static str, &'static str, usize);

    fn found(lines: &[Line<&'static str>]) -> Vec<(String, Decimal, Vec<Part<&'static str>>)> {
        allocate(lines).unwrap().into_iter().map(|all| (all.currency, all.total, all.parts)).collect()
    }

    fn parts(rows: &[Row]) -> Vec<Part<&'static str>> {
        rows.iter()
            .map(|(key, value, weight, count)| Part {
                key: *key,
                value: number(value),
                weight: Ok(number(weight)),
                count: *count,
            })
            .collect()
    }

    #[test]
    fn nothing_is_made_up_of_nothing() {
        assert_eq!(found(&[]), vec![]);
    }

    #[test]
    fn lines_of_a_key_are_added_and_the_largest_comes_first() {
        let lines = [
            line(&["bond"], "NZD", "10"),
            line(&["equity"], "NZD", "40.50"),
            line(&["equity"], "NZD", "39.50"),
            line(&["cash"], "NZD", "10"),
        ];
        let rows = [(Some("equity"), "80", "80", 2), (Some("bond"), "10", "10", 1), (Some("cash"), "10", "10", 1)];
        assert_eq!(found(&lines), [("NZD".to_owned(), number("100"), parts(&rows))]);
    }

    #[test]
    fn currencies_stay_apart() {
        let lines = [line(&["equity"], "USD", "1"), line(&["equity"], "NZD", "2"), line(&["bond"], "USD", "3")];
        let usd = [(Some("bond"), "3", "75", 1), (Some("equity"), "1", "25", 1)];
        let nzd = [(Some("equity"), "2", "100", 1)];
        let expected = [("NZD".to_owned(), number("2"), parts(&nzd)), ("USD".to_owned(), number("4"), parts(&usd))];
        assert_eq!(found(&lines), expected);
    }

    #[test]
    fn a_line_counts_for_all_its_keys_and_without_any_by_itself() {
        let lines =
            [line(&["tech", "growth", "tech"], "USD", "60"), line(&["tech"], "USD", "30"), line(&[], "USD", "10")];
        let rows = [(Some("tech"), "90", "90", 2), (Some("growth"), "60", "60", 1), (None, "10", "10", 1)];
        assert_eq!(found(&lines), [("USD".to_owned(), number("100"), parts(&rows))]);
    }

    #[test]
    fn where_all_is_worth_nothing_a_weight_has_a_reason() {
        let all = allocate(&[line(&["equity"], "USD", "0")]).unwrap();
        assert_eq!(all[0].parts[0].weight, Err(Unknown::NoValue));
        let max = "79228162514264337593543950335";
        assert_eq!(allocate(&[line(&[], "USD", max), line(&[], "USD", "1")]), Err(Unknown::TooLarge));
    }
}
