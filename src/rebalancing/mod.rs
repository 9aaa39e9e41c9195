//! When a portfolio is brought back to its targets, and what was done.
//!
//! Tables: rebalance_schedule, rebalance_execution.

pub mod drift;
pub mod execution;
pub mod jobs;
pub mod mutations;
pub mod next_run;
pub mod plan;
mod store;
pub mod targets;
pub mod types;

pub use store::reschedule;
