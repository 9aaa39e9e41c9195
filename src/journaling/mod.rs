//! The trade journal: an entry, its trade log, the log's analysis.
//!
//! Tables: journal_entries, manual_trade_logs, trade_analysis.

pub mod mutations;
pub mod queries;
pub mod statistics;
mod store;
pub mod tax_year;
pub mod trade;
pub mod types;
