//! What names a plan, so that what a person saw is what is carried out.

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::{Plan, Side};

/// How many of the hash's bytes name a plan.
const LENGTH: usize = 16;

/// Everything that makes a plan the plan that it is.
#[derive(Default)]
pub struct Digest(Sha256);

impl Digest {
    pub fn text(&mut self, text: &str) {
        // The length before it, so that no two texts together read as two others.
        self.0.update(text.len().to_be_bytes());
        self.0.update(text.as_bytes());
    }

    /// Numbers by their value: 1.50 is 1.5.
    pub fn numbers(&mut self, numbers: impl IntoIterator<Item = Decimal>) {
        for number in numbers {
            self.text(&number.normalize().to_string());
        }
    }

    pub fn plan<K>(&mut self, plan: &Plan<K>) {
        for trade in &plan.trades {
            self.text(if trade.side == Side::Buy { "buy" } else { "sell" });
            self.text(&trade.holding.to_string());
            self.numbers([trade.quantity, trade.amount]);
        }
        for class in &plan.classes {
            self.text(if class.target.percent.is_some() { "aimed" } else { "aimless" });
            self.numbers(class.target.percent);
            self.numbers([class.target.threshold, class.value_before, class.value_after]);
        }
        self.numbers([plan.total, plan.cash_after]);
    }

    pub fn finish(self) -> String {
        let hash = self.0.finalize();
        data_encoding::HEXLOWER.encode(hash.get(..LENGTH).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str], numbers: &[&str]) -> String {
        let mut digest = Digest::default();
        texts.iter().for_each(|text| digest.text(text));
        digest.numbers(numbers.iter().map(|number| number.parse().unwrap()));
        digest.finish()
    }

    #[test]
    fn the_same_has_the_same_name_and_another_has_another() {
        assert_eq!(of(&["a"], &["1.50"]), of(&["a"], &["1.5"]));
        assert_eq!(of(&[], &[]).len(), 32);
        let others =
            [of(&["ab"], &[]), of(&["a", "b"], &[]), of(&["a"], &["1"]), of(&["a"], &["-1"]), of(&["a", "1"], &["1"])];
        for (place, one) in others.iter().enumerate() {
            assert!(others.iter().skip(place + 1).all(|other| other != one), "{place}");
        }
    }
}
