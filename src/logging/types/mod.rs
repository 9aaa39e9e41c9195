//! What is shown of the activity, to its user, and of the audit, to administrators.

mod activity;
mod audit_entry;

pub use activity::Activity;
pub use audit_entry::{AuditEntry, AuditOperation, AuditScope};
