//! What people own: portfolios, their holdings, the positions at brokers behind them, and the runs that fetched those.
//!
//! Tables: portfolio_summary, portfolio_holdings, portfolio_position, portfolio_sync_log.

pub mod types;
