//! Tokens that travel in cookies: what came with a request, and what goes back with its answer.
//!
//! The outside reads and writes the headers; the mutations of accounts say what they shall be.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// The cookies of one request.
#[derive(Default)]
pub struct Cookies {
    /// Whether the answer may set any: its sender is a page of ours or a configured one, and the transport carries them.
    pub may_be_set: bool,
    /// The token of a session, when a cookie may say who asks.
    pub access: Option<SecretString>,
    /// The token that goes on with it.
    pub refresh: Option<SecretString>,
    change: Mutex<Option<Change>>,
}

/// What the answer does to the client's cookies.
pub enum Change {
    /// They hold these tokens from now on.
    Set { access: Kept, refresh: Kept },
    /// They are forgotten.
    Forget,
}

/// A token, and when its cookie ends.
pub struct Kept {
    pub token: SecretString,
    pub until: DateTime<Utc>,
}

impl Cookies {
    /// Those that came with a request.
    pub fn received(may_be_set: bool, access: Option<SecretString>, refresh: Option<SecretString>) -> Self {
        Self { may_be_set, access, refresh, change: Mutex::default() }
    }

    /// The answer sets both tokens. The last of several fields decides.
    pub fn set(&self, access: Kept, refresh: Kept) {
        self.will(Change::Set { access, refresh });
    }

    /// The answer forgets both tokens, if the client has any.
    pub fn forget(&self) {
        if self.access.is_some() || self.refresh.is_some() {
            self.will(Change::Forget);
        }
    }

    /// What the answer has to say, if anything.
    pub fn take_change(&self) -> Option<Change> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn will(&self, change: Change) {
        *self.change.lock().unwrap_or_else(PoisonError::into_inner) = Some(change);
    }
}
