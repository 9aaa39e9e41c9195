//! Categories for allocation, and the assets assigned to them.
//!
//! Tables: vault_categories, asset_category_assignment.

pub mod mutations;
mod store;
pub mod targets;
pub mod types;
