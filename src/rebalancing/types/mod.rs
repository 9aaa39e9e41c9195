//! The types of this part, one file each.

pub mod execution;
pub mod schedule;

pub use execution::{RebalanceExecution, RebalanceExecutionType};
pub use schedule::{RebalanceFrequency, RebalanceSchedule};
