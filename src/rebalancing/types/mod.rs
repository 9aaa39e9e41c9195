//! The types of this part, one file each.

pub mod balance;
pub mod drift_report;
pub mod execution;
pub mod facts;
pub mod rebalance_plan;
pub mod schedule;

pub use balance::Balance;
pub use execution::{RebalanceExecution, RebalanceExecutionType};
pub use schedule::{RebalanceFrequency, RebalanceSchedule};
