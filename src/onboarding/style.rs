//! The trading preferences that somebody begins with, from what they said of themselves.

use super::types::{RiskTolerance, TradingStyle};

/// How cautious somebody trades who can bear so much loss.
pub fn style(tolerance: RiskTolerance) -> TradingStyle {
    match tolerance {
        RiskTolerance::VeryLow | RiskTolerance::Low => TradingStyle::Conservative,
        RiskTolerance::Moderate => TradingStyle::Balanced,
        RiskTolerance::High | RiskTolerance::VeryHigh => TradingStyle::Aggressive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_bears_more_trades_more_boldly() {
        for (tolerance, expected) in [
            (RiskTolerance::VeryLow, TradingStyle::Conservative),
            (RiskTolerance::Low, TradingStyle::Conservative),
            (RiskTolerance::Moderate, TradingStyle::Balanced),
            (RiskTolerance::High, TradingStyle::Aggressive),
            (RiskTolerance::VeryHigh, TradingStyle::Aggressive),
        ] {
            assert_eq!(style(tolerance), expected, "{tolerance:?}");
        }
    }
}
