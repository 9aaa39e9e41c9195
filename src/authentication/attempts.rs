//! Attempts at passwords and codes: each is counted before it is tried, and taken back when it was right.
//!
//! The counters stand in the database, where all servers share them and a burst is counted one by one; which ones there
//! are and how waits grow is told in `docs/api.md`. What is tried follows in the same order for every address, known or
//! not: a turn in the line, the count, the credentials, one computation, and the count of what was wrong.

use std::time::Duration;

use uuid::Uuid;

use super::store::{self, Credentials, attempts::Counted};
use crate::{
    database::transaction::Transaction,
    graphql::{
        call::Call,
        error::{Error, Result},
    },
};

/// What is attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A password, or a code of the second factor.
    Password,
    /// A new account.
    Register,
    /// Whether somebody else has this address: sharing with them tells it.
    Share,
}

/// An attempt that was counted. Dropped, it stays counted.
pub struct Attempt(Counted);

/// What a password turned out to be.
pub enum Tried {
    /// The account's own.
    Right(Attempt, Credentials),
    /// Another one, of the account that is named here, or nobody's.
    Wrong(Option<Uuid>),
}

/// Counts an attempt.
///
/// # Errors
/// RATE_LIMITED with the time to wait, after too many; then nothing is counted.
pub async fn reserve(call: &Call, action: Action, email: &str) -> Result<Attempt> {
    let address = call.origin.address.map(|address| address.to_canonical());
    let word = match action {
        Action::Password => "password",
        Action::Register => "register",
        Action::Share => "share",
    };
    let reserved = store::attempts::reserve(&call.app.database.pool, word, email, address).await?;
    let Some(reserved_at) = reserved.reserved_at else {
        return Err(too_many(reserved.retry_seconds));
    };
    Ok(Attempt(Counted { email: email.to_owned(), address, reserved_at, is_known: reserved.is_known }))
}

/// Tries a password. A right one leaves the attempt to whoever goes on.
///
/// # Errors
/// UNAVAILABLE when too many passwords are being checked, RATE_LIMITED after too many attempts.
pub async fn try_password(call: &Call, email: &str, password: &str) -> Result<Tried> {
    let turn = call.app.hashing.join()?;
    let attempt = reserve(call, Action::Password, email).await?;
    let found = store::credentials(&call.app, email).await?;
    let hash = found.as_ref().map(|found| found.hashed_password.clone());
    let is_right = match turn.verify(password, hash).await {
        Ok(is_right) => is_right,
        Err(error) => {
            attempt.take_back(call).await?;
            return Err(error);
        }
    };
    match found {
        Some(found) if is_right => Ok(Tried::Right(attempt, found)),
        found => {
            attempt.failed(call).await?;
            Ok(Tried::Wrong(found.map(|found| found.id)))
        }
    }
}

/// Forgets the attempts at an account, altogether and from where this request comes, for its owner who has proved by mail
/// who they are.
pub async fn forgive(call: &Call, transaction: &Transaction, email: &str) -> Result<()> {
    let address = call.origin.address.map(|address| address.to_canonical());
    store::attempts::forgive(transaction, email, address).await
}

impl Attempt {
    /// It was right: the account at this address begins anew. In the transaction of what it allowed.
    pub async fn succeeded(self, transaction: &Transaction) -> Result<()> {
        store::attempts::settle_in(transaction, self.0, true).await
    }

    /// It was not decided, or what it asked for was refused for another reason.
    pub async fn take_back(self, call: &Call) -> Result<()> {
        store::attempts::take_back(&call.app.database.pool, self.0).await
    }

    /// It was right, and says nothing of the password: it takes back only itself, in the transaction of what it allowed.
    pub async fn take_back_in(self, transaction: &Transaction) -> Result<()> {
        store::attempts::settle_in(transaction, self.0, false).await
    }

    /// It was wrong: it stays counted, and the account takes note.
    pub async fn failed(self, call: &Call) -> Result<()> {
        store::attempts::failed(&call.app.database.pool, &self.0.email).await
    }
}

fn too_many(seconds: Option<i32>) -> Error {
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(1).max(1);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let message = format!("There were too many attempts; try again in {seconds} {unit}.");
    Error::rate_limited(message, Duration::from_secs(seconds))
}
