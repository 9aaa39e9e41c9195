//! The types of this part, one file each.

pub mod curve;
pub mod gains;
pub mod journal_entry;
pub mod search;
pub mod statistics;
pub mod trade_analysis;
pub mod trade_figures;
pub mod trade_log;

pub use journal_entry::{JournalEntry, JournalEntryType, TradeType};
pub use search::JournalSearching;
pub use trade_analysis::TradeAnalysis;
pub use trade_figures::TradeFigures;
pub use trade_log::{AccountType, TimeHorizon, TradeLog, TradeStatus};
