//! What a feed tells of one symbol, and whether it can be right.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

/// How far a feed's clock may be ahead.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);
/// Prices lie below this: a unit that costs a trillion is a slip in the unit.
const PRICE_LIMIT: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);
/// How long a symbol may be, in characters.
const SYMBOL_MAX: usize = 20;

/// A price that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// As holdings have it.
    pub symbol: String,
    /// ISO 4217 code.
    pub currency: String,
    pub price: Decimal,
    pub previous_close: Option<Decimal>,
    pub time: DateTime<Utc>,
}

/// Something that is wrong with a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub code: &'static str,
    pub message: String,
}

impl Fault {
    fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into() }
    }
}

impl Quote {
    /// Everything that shows to be wrong without looking anything up.
    pub fn faults(&self, now: DateTime<Utc>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.symbol.is_empty() {
            faults.push(Fault::new("symbol", "BLANK", "symbol must not be blank."));
        } else if self.symbol.chars().count() > SYMBOL_MAX {
            faults.push(Fault::new("symbol", "TOO_LONG", format!("symbol has at most {SYMBOL_MAX} characters.")));
        } else if self.symbol.contains('\0') {
            faults.push(Fault::new("symbol", "FORMAT", "symbol holds the character NUL, which cannot be stored."));
        }
        if iso_currency::Currency::from_code(&self.currency).is_none() {
            let sentence = "A currency is an ISO 4217 code, such as NZD.";
            faults.push(Fault::new("currency", "UNKNOWN_CURRENCY", sentence));
        }
        faults.extend(amount_fault("price", self.price));
        faults.extend(self.previous_close.and_then(|close| amount_fault("previousClose", close)));
        if self.time.signed_duration_since(now) > AHEAD_MAX {
            let sentence =
                format!("A price is at most {} minutes ahead of the server's clock.", AHEAD_MAX.num_minutes());
            faults.push(Fault::new("time", "IN_FUTURE", sentence));
        }
        faults
    }
}

fn amount_fault(field: &'static str, amount: Decimal) -> Option<Fault> {
    if amount <= Decimal::ZERO {
        return Some(Fault::new(field, "OUT_OF_RANGE", format!("{field} must be greater than 0.")));
    }
    if amount.normalize().scale() > 4 {
        return Some(Fault::new(field, "TOO_PRECISE", format!("{field} has at most 4 decimal places.")));
    }
    let sentence = || format!("{field} has at most 12 digits before the point.");
    (amount >= PRICE_LIMIT).then(|| Fault::new(field, "OUT_OF_RANGE", sentence()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    fn right() -> Quote {
        Quote {
            symbol: "AAPL".to_owned(),
            currency: "USD".to_owned(),
            price: "230.15".parse().unwrap(),
            previous_close: Some("229".parse().unwrap()),
            time: now(),
        }
    }

    fn found(quote: &Quote) -> Vec<(&'static str, &'static str)> {
        quote.faults(now()).iter().map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn a_price_is_below_a_trillion() {
        assert_eq!(PRICE_LIMIT, Decimal::from(10_i64.pow(12)));
        for (price, code) in [
            ("0.0001", None),
            ("999999999999.9999", None),
            ("0", Some("OUT_OF_RANGE")),
            ("-1", Some("OUT_OF_RANGE")),
            ("1000000000000", Some("OUT_OF_RANGE")),
            ("1000000000000000", Some("OUT_OF_RANGE")),
            ("0.00001", Some("TOO_PRECISE")),
            ("1.50000000", None),
        ] {
            let price: Decimal = price.parse().unwrap();
            let expected = |field| code.map(|code| (field, code)).into_iter().collect::<Vec<_>>();
            assert_eq!(found(&Quote { price, ..right() }), expected("price"), "{price}");
            assert_eq!(found(&Quote { previous_close: Some(price), ..right() }), expected("previousClose"), "{price}");
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let wrong = Quote {
            symbol: String::new(),
            currency: "XYZ".to_owned(),
            price: Decimal::ZERO,
            previous_close: Some(Decimal::ZERO),
            time: now() + TimeDelta::minutes(6),
        };
        let all = [
            ("symbol", "BLANK"),
            ("currency", "UNKNOWN_CURRENCY"),
            ("price", "OUT_OF_RANGE"),
            ("previousClose", "OUT_OF_RANGE"),
            ("time", "IN_FUTURE"),
        ];
        assert_eq!(found(&wrong), all);
        assert_eq!(found(&Quote { symbol: "X".repeat(21), ..right() }), [("symbol", "TOO_LONG")]);
        assert_eq!(found(&Quote { symbol: "A\0".to_owned(), ..right() }), [("symbol", "FORMAT")]);
        assert_eq!(found(&Quote { currency: "usd".to_owned(), ..right() }), [("currency", "UNKNOWN_CURRENCY")]);
        assert_eq!(found(&Quote { time: now() + TimeDelta::minutes(5), previous_close: None, ..right() }), []);
    }
}
