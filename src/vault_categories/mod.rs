//! Categories for allocation, and the assets assigned to them.
//!
//! Tables: vault_categories, asset_category_assignment.

pub mod types;
