//! The only reader of the time: everything else is handed the moment it works with, so that it can be tested.

use chrono::{DateTime, Utc};

/// The present moment in UTC.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
