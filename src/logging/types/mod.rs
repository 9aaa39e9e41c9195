//! What is shown of the activity, to its user, and of the audit, to administrators.

mod activity;
mod audit_entry;
mod statistics;

pub use activity::Activity;
pub use audit_entry::{AuditEntry, AuditOperation, AuditScope};
pub use statistics::ActivityFigures;
