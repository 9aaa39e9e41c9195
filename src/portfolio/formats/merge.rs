//! The same symbol more than once in one account: one position.
//!
//! Quantities add up, and the average price is weighted by them; it is known only when that of every part is. Parts that
//! differ in currency or class are no parts of one position, and where one part can't be read the whole can't be told:
//! such rows fail together.

use std::collections::{BTreeMap, HashSet};

use rust_decimal::Decimal;

use super::row::{Outcome, Position, Verdict};

/// An account, `None` for the one of the file, and a symbol in it.
type Key = (Option<String>, String);

/// Brings rows of one symbol and account together, in the order of the file's lines.
pub fn merged(rows: Vec<Outcome>) -> Vec<Outcome> {
    let mut parts: BTreeMap<Key, Vec<Position>> = BTreeMap::new();
    let mut torn: HashSet<Key> = HashSet::new();
    let mut done = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Ok(position) => {
                let key = (position.account.clone(), position.symbol.clone());
                parts.entry(key).or_default().push(position);
            }
            Err(problem) => {
                if let (Verdict::Failed, Some(symbol)) = (problem.verdict, &problem.symbol) {
                    torn.insert((problem.account.clone(), symbol.clone()));
                }
                done.push(Err(problem));
            }
        }
    }
    for (key, parts) in parts {
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { continue };
        if torn.contains(&key) {
            let sentence = "Another row of this symbol could not be read, so that what is held of it isn't known.";
            let failed = |part: Position| Err(part.problem(Verdict::Failed, "symbol", "OTHER_ROW_FAILED", sentence));
            done.extend(std::iter::once(first).chain(parts).map(failed));
        } else {
            done.push(one(first, parts.collect()));
        }
    }
    done.sort_by(|one, other| lines(one).cmp(lines(other)));
    done
}

/// The lines that an outcome is about.
pub fn lines(outcome: &Outcome) -> &[u32] {
    match outcome {
        Ok(position) => &position.lines,
        Err(problem) => &problem.lines,
    }
}

/// The one position that all parts are of.
fn one(mut whole: Position, parts: Vec<Position>) -> Outcome {
    if parts.is_empty() {
        return Ok(whole);
    }
    whole.lines.extend(parts.iter().flat_map(|part| &part.lines));
    whole.lines.sort_unstable();
    for part in parts {
        if let Err((field, code, sentence)) = add(&mut whole, part) {
            return Err(whole.problem(Verdict::Failed, field, code, sentence));
        }
    }
    whole.fit()
}

/// The field, the code and the sentence.
type Reason = (&'static str, &'static str, &'static str);

fn add(whole: &mut Position, part: Position) -> Result<(), Reason> {
    if whole.currency != part.currency {
        return Err(("currency", "MIXED_CURRENCIES", "The file has this symbol in one account in two currencies."));
    }
    if whole.asset_class != part.asset_class {
        return Err((
            "assetClass",
            "MIXED_CLASSES",
            "The file has this symbol in one account in two classes of assets.",
        ));
    }
    let too_large = ("quantity", "OUT_OF_RANGE", "The quantities add up to more than can be stored.");
    let quantity = whole.quantity.checked_add(part.quantity).ok_or(too_large)?;
    whole.avg_price = match (whole.avg_price, part.avg_price) {
        (Some(one), Some(other)) => Some(weighted((whole.quantity, one), (part.quantity, other)).ok_or(too_large)?),
        _ => None,
    };
    whole.quantity = quantity;
    // The later price of two that say when they were; else the file's last.
    if part.current_price.is_some() && part.price_as_of >= whole.price_as_of {
        (whole.current_price, whole.price_as_of) = (part.current_price, part.price_as_of);
    }
    whole.name = whole.name.take().or(part.name);
    for note in part.notes {
        whole.note(note.code, note.message);
    }
    Ok(())
}

/// The average of two prices, weighted by the quantities in front of them.
fn weighted(one: (Decimal, Decimal), other: (Decimal, Decimal)) -> Option<Decimal> {
    let cost = one.0.checked_mul(one.1)?.checked_add(other.0.checked_mul(other.1)?)?;
    cost.checked_div(one.0.checked_add(other.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portfolio::{formats::row::Draft, types::AssetClass};

    fn draft<'a>(line: u32, symbol: &'a str, quantity: &'a str, cost: &'a str, currency: &'a str) -> Draft<'a> {
        Draft { line, symbol, quantity, avg_price: cost, currency, ..Draft::default() }
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn parts_add_up_with_their_average_weighted() {
        let rows = [("1", "10", Some("10")), ("3", "14", Some("13")), ("4", "0", None)];
        let mut parts = Vec::new();
        for (line, (quantity, cost, average)) in rows.into_iter().enumerate() {
            parts.push(draft(line as u32 + 2, "AAPL", quantity, cost, "USD").read());
            let found = merged(parts.clone());
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].as_ref().unwrap().avg_price, average.map(number), "{quantity} at {cost}");
        }
        let whole = merged(parts).remove(0).unwrap();
        assert_eq!((whole.quantity, whole.lines), (number("8"), vec![2, 3, 4]));
    }

    #[test]
    fn accounts_are_kept_apart() {
        let one = Draft { account: "A", ..draft(2, "AAPL", "1", "1", "USD") };
        let other = Draft { account: "B", ..draft(3, "AAPL", "1", "1", "USD") };
        assert_eq!(merged(vec![one.read(), other.read()]).len(), 2);
    }

    #[test]
    fn what_cannot_be_one_position_fails_as_a_whole() {
        let apple = draft(2, "AAPL", "1", "1", "USD");
        let class = Draft { asset_class: "FUND", ..draft(3, "AAPL", "1", "1", "USD") };
        for (other, codes) in [
            (draft(3, "AAPL", "1", "1", "NZD"), vec!["MIXED_CURRENCIES"]),
            (class, vec!["MIXED_CLASSES"]),
            (draft(3, "AAPL", "x", "1", "USD"), vec!["OTHER_ROW_FAILED", "NOT_A_NUMBER"]),
            (draft(3, "AAPL", "999999999999", "1", "USD"), vec!["OUT_OF_RANGE"]),
        ] {
            let found = merged(vec![apple.read(), other.read()]);
            let problems: Vec<_> = found.into_iter().map(|row| row.unwrap_err()).collect();
            assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), codes);
            assert!(problems.iter().all(|problem| problem.verdict == Verdict::Failed));
            let lines: Vec<u32> = problems.iter().flat_map(|problem| problem.lines.to_vec()).collect();
            assert_eq!(lines, [2, 3], "each line is told about once");
        }
    }

    #[test]
    fn a_skipped_part_leaves_the_others() {
        let rows = vec![draft(2, "AAPL", "5", "1", "USD").read(), draft(3, "AAPL", "-2", "1", "USD").read()];
        let found = merged(rows);
        assert_eq!(found[0].as_ref().unwrap().quantity, number("5"));
        assert_eq!(found[1].as_ref().unwrap_err().code, "SHORT_POSITION");
    }

    #[test]
    fn the_latest_price_stands() {
        let at = |day: &str| crate::portfolio::formats::date::moment(day);
        let part =
            |line, price, as_of| Draft { current_price: price, price_as_of: as_of, ..draft(line, "A", "1", "", "") };
        let rows = vec![part(2, "7", at("2024-01-03")).read(), part(3, "6", at("2024-01-02")).read()];
        let whole = merged(rows).remove(0).unwrap();
        assert_eq!((whole.current_price, whole.price_as_of), (Some(number("7")), at("2024-01-03")));
        assert_eq!(whole.asset_class, None::<AssetClass>);
    }
}
