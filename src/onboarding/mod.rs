//! The first steps of a new user, and the trading preferences that they lead to.
//!
//! Tables: user_onboarding_progress, user_trading_preferences.

pub mod queries;
pub mod steps;
pub mod types;
