//! When a portfolio is brought back to its targets, and what was done.
//!
//! Tables: rebalance_schedule, rebalance_execution.

pub mod mutations;
pub mod next_run;
mod store;
pub mod types;

pub use store::reschedule;
