//! The trade journal: an entry, its trade log, the log's analysis.
//!
//! Tables: journal_entries with journal_search, its words; manual_trade_logs, trade_analysis.

pub mod equity;
pub mod export;
mod loaders;
pub mod mutations;
pub mod queries;
pub mod risk_reward;
pub mod snippet;
pub mod statistics;
pub mod store;
pub mod tax_year;
pub mod trade;
pub mod types;
