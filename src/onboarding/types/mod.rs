//! The types of this part, one file each.

mod ending;
pub mod onboarding;
pub mod progress;
pub mod trading_preferences;

pub use ending::Ending;
pub use onboarding::{HelpLevel, InvestmentHorizon, Onboarding, RiskTolerance, TaxYear, TradingExperience};
pub use progress::StepProgress;
pub use trading_preferences::{
    CurrencyHedging, PositionSizing, ReviewFrequency, StrategyPreference, TradingPreferences, TradingStyle,
};
