//! The types of this part, one file each.

pub mod assignment;
pub mod category;
pub mod target_sums;

pub use assignment::{AssignmentType, CategoryAssignment};
pub use category::{CategoryFrequency, CategoryType, RiskLevel, VaultCategory};
pub use target_sums::{TargetSum, TargetSums};
