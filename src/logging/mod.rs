//! What was done with an account, one row for each committed change; and the audit, for administrators.
//!
//! Tables: agent_memory, audit_log.

pub mod audit;
mod loaders;
mod statistics;
pub mod store;
pub mod types;
