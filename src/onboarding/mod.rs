//! The first steps of a new user, and the trading preferences that they lead to.
//!
//! Tables: user_onboarding_progress, user_trading_preferences.

pub mod allocation;
pub mod mutations;
pub mod personal;
pub mod queries;
pub mod steps;
mod store;
pub mod style;
pub mod types;
