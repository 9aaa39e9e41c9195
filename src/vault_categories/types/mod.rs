//! The types of this part, one file each.

pub mod assignment;
pub mod category;

pub use assignment::{AssignmentType, CategoryAssignment};
pub use category::{CategoryFrequency, CategoryType, RiskLevel, VaultCategory};
