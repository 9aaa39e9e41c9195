//! What both kinds of files of Interactive Brokers, and partly Tiger's beside them, have in common: prices that are not by
//! the unit, and money that is told twice.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::{
    merge, number,
    row::{Outcome, Unit, Verdict},
};
use crate::portfolio::types::AssetClass;

/// How far a value may lie from quantity × price, as a part of it: brokers round both.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// What a unit costs and is worth where the value is not quantity × price: a bond is priced in per cent, a contract has a
/// multiplier. `None` where it is, or where the file doesn't tell.
pub fn unit(quantity: &str, price: &str, value: &str, cost_price: &str, cost: &str) -> Option<Unit> {
    let quantity = number::amount(quantity).filter(|quantity| !quantity.is_zero())?;
    let price = number::amount(price).filter(|price| !price.is_zero())?;
    let value = number::amount(value).filter(|value| !value.is_zero())?;
    let plain = quantity.checked_mul(price)?;
    let distance = value.checked_sub(plain)?.abs();
    if distance <= value.abs().checked_mul(TOLERANCE)? {
        return None;
    }
    let price = value.checked_div(quantity)?;
    let factor = value.checked_div(plain)?;
    let cost = match number::amount(cost) {
        Some(cost) => cost.checked_div(quantity),
        None => number::amount(cost_price).and_then(|cost| cost.checked_mul(factor)),
    };
    let is_price = |price: &Decimal| !price.is_sign_negative();
    is_price(&price).then_some(Unit { cost: cost.filter(is_price), price })
}

/// Leaves out positions in money of accounts whose cash report tells of all their money; `reported` are the lines of it.
pub fn without_double_cash(rows: Vec<Outcome>, reported: &HashSet<u32>) -> Vec<Outcome> {
    let is_reported = |row: &Outcome| merge::lines(row).iter().any(|line| reported.contains(line));
    let accounts: HashSet<Option<String>> = rows.iter().filter(|row| is_reported(row)).map(account).collect();
    let kept = |row: Outcome| {
        let is_double = !is_reported(&row) && accounts.contains(&account(&row));
        match row {
            Ok(position) if is_double && position.asset_class == Some(AssetClass::Cash) => {
                let sentence = "The account's money is taken from its cash report.";
                Err(position.problem(Verdict::Skipped, "assetClass", "CASH_REPORTED", sentence))
            }
            row => row,
        }
    };
    rows.into_iter().map(kept).collect()
}

fn account(row: &Outcome) -> Option<String> {
    match row {
        Ok(position) => position.account.clone(),
        Err(problem) => problem.account.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_tells_what_a_unit_is_worth() {
        for (quantity, price, value, cost_price, cost, found) in [
            ("10", "150", "1500", "140", "1400", None),
            ("10", "150.004", "1500.00", "140", "1400", None),
            ("10000", "99.5", "9950", "98", "9800", Some(("0.98", "0.995"))),
            ("2", "4,700", "470,000", "4600", "", Some(("230000", "235000"))),
            ("10", "150", "", "140", "1400", None),
            ("10", "0", "0", "140", "1400", None),
            ("0", "1", "5", "1", "1", None),
            ("x", "1", "5", "1", "1", None),
        ] {
            let unit = unit(quantity, price, value, cost_price, cost);
            let number = |text: &str| text.parse::<Decimal>().unwrap();
            let expected = found.map(|(cost, price)| Unit { cost: Some(number(cost)), price: number(price) });
            assert_eq!(unit, expected, "{quantity} × {price}");
        }
    }
}
