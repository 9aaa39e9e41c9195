//! What people own: portfolios, their holdings, the positions at brokers behind them, and the runs that fetched those.
//!
//! Tables: portfolio_summary, portfolio_holdings, portfolio_position, portfolio_sync_log, account_portfolios,
//! portfolio_snapshots.
//!
//! Whoever changes holdings, positions or cash does it between [`lock`] and [`roll_up`]: the first makes others wait,
//! the second makes holdings follow from positions, and portfolios from holdings. Nobody else writes derived figures but
//! [`prices`](crate::prices), of everybody's at once and with the same formulas.

pub mod account;
pub mod allocation;
pub mod concentration;
mod ended_days;
pub mod formats;
pub mod freshness;
pub mod gains;
pub mod health;
pub mod jobs;
pub mod mutations;
mod store;
pub mod subscriptions;
pub mod types;
pub mod valuation;
pub mod worth;

pub use store::{
    feeding::{Feed, fed, open},
    rollup::{NEW_ID, Place, Rolled, blamed_on, dust, lock, percent, roll_up, total},
};
