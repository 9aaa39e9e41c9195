//! Accounts: who somebody is, and the sign-ins that prove it.
//!
//! Tables: users, user_sessions, sign_in_attempts.

pub mod accounts;
pub mod attempts;
pub mod hashing;
pub mod mutations;
pub mod password;
pub mod queries;
pub mod store;
pub mod tokens;
pub mod types;
