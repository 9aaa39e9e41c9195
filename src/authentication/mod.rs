//! Accounts: who somebody is, and the sign-ins that prove it.
//!
//! Tables: users, user_sessions, sign_in_attempts, one_time_tokens, user_two_factor, user_recovery_codes,
//! personal_tokens, personal_token_calls.

pub mod accounts;
pub mod attempts;
pub mod export;
pub mod guessable;
pub mod hashing;
pub mod messages;
pub mod mutations;
pub mod password;
pub mod personal_token;
pub mod queries;
pub mod recovery_codes;
pub mod second_factor;
pub mod store;
pub mod tokens;
pub mod totp;
pub mod types;
