//! What was done with an account, one row for each committed change.
//!
//! Tables: agent_memory.

pub mod store;
pub mod types;
