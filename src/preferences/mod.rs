//! Settings of the app and of how it looks.
//!
//! Tables: user_preferences, user_theme_preferences.

pub mod mutations;
mod store;
pub mod types;

pub use store::zone_of;
