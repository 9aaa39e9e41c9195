//! What makes a trade rule whole: what each type of rule needs.

use rust_decimal::Decimal;

use super::types::TradeRuleType;

/// A rule as it would stand.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub kind: TradeRuleType,
    pub threshold: Decimal,
    pub has_frequency: bool,
    pub has_amount: bool,
}

/// What is wrong with a field: its name, a word for the form, a sentence for a person.
pub type Fault = (&'static str, &'static str, &'static str);

impl Rule {
    /// Everything that its type makes wrong, by field.
    #[must_use]
    pub fn faults(self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match self.kind {
            TradeRuleType::Dca => {
                if !self.has_frequency {
                    faults.push(("frequency", "REQUIRED", "A DCA rule says how often it buys."));
                }
                if !self.has_amount {
                    faults.push(("amount", "REQUIRED", "A DCA rule says how much money it spends each time."));
                }
            }
            // A stop at 100 per cent or more below the cost would be no price.
            TradeRuleType::StopLoss => {
                if self.threshold >= Decimal::ONE_HUNDRED {
                    let sentence = "A Stop-Loss lies less than 100 per cent below the average cost.";
                    faults.push(("threshold", "OUT_OF_RANGE", sentence));
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_needs_its_own() {
        let hundred = Decimal::ONE_HUNDRED;
        let below = hundred - Decimal::new(1, 4);
        for (kind, threshold, has_frequency, has_amount, wrong) in [
            (TradeRuleType::Dca, hundred, true, true, vec![]),
            (TradeRuleType::Dca, hundred, false, true, vec!["frequency"]),
            (TradeRuleType::Dca, hundred, false, false, vec!["frequency", "amount"]),
            (TradeRuleType::StopLoss, below, false, false, vec![]),
            (TradeRuleType::StopLoss, below, true, true, vec![]),
            (TradeRuleType::StopLoss, hundred, true, true, vec!["threshold"]),
        ] {
            let faults = Rule { kind, threshold, has_frequency, has_amount }.faults();
            let fields: Vec<&str> = faults.into_iter().map(|(field, ..)| field).collect();
            assert_eq!(fields, wrong, "{kind:?} {threshold} {has_frequency} {has_amount}");
        }
    }
}
