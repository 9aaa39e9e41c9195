//! Rules that buy at intervals or sell when a price falls.
//!
//! Tables: user_trade_rule.

pub mod due;
pub mod jobs;
pub mod mutations;
pub mod rule;
mod store;
pub mod types;
