//! The second factor: a code of an authenticator app, or a recovery code in its place.
//!
//! Each code is good once: a code of an app uses up its step and all before it, a recovery code itself, both by a
//! statement that only one of several callers passes.

use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{
    recovery_codes,
    store::second_factor::{self as store, Factor},
    totp,
};
use crate::{
    clock,
    database::transaction::Transaction,
    graphql::error::{Error, Result},
    sealing::{KeyRing, columns::TOTP_SECRET},
};

/// A code that somebody sent.
pub enum Code {
    Totp(String),
    Recovery(String),
}

/// What was proved with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The second factor is off, so nothing was asked for.
    NotNeeded,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code, which is used up.
    RecoveryCode,
}

/// What became of a code.
pub enum Checked {
    Passed(Proof),
    /// None was sent where one is needed.
    Missing,
    /// It is wrong, or was used already.
    Wrong(Error),
}

impl Code {
    /// The code among an input's two fields.
    ///
    /// # Errors
    /// When both are there.
    pub fn of(totp: Option<String>, recovery: Option<String>) -> Result<Option<Self>> {
        match (totp, recovery) {
            (Some(_), Some(_)) => {
                let message = "Send a code of the app or a recovery code, not both.";
                Err(Error::invalid(&["input", "recoveryCode"], "FORMAT", message))
            }
            (Some(totp), None) => Ok(Some(Self::Totp(totp))),
            (None, Some(recovery)) => Ok(Some(Self::Recovery(recovery))),
            (None, None) => Ok(None),
        }
    }
}

/// Checks and uses up a code in the transaction of what it allows; dropped uncommitted, the code stays good.
pub async fn check(keys: &KeyRing, transaction: &Transaction, user: Uuid, code: Option<&Code>) -> Result<Checked> {
    let factor = store::lock(transaction, user).await?.ok_or_else(|| Error::not_found("account"))?;
    let Some(secret) = factor.totp_secret.as_deref().filter(|_| factor.totp_enabled_at.is_some()) else {
        return Ok(Checked::Passed(Proof::NotNeeded));
    };
    let (passed, proof) = match code {
        None => return Ok(Checked::Missing),
        Some(Code::Totp(code)) => (takes(keys, transaction, user, secret, code).await?, Proof::Totp),
        Some(Code::Recovery(code)) => {
            let hash = recovery_codes::stored(code);
            (store::take_recovery_code(transaction, user, hash).await?, Proof::RecoveryCode)
        }
    };
    Ok(if passed { Checked::Passed(proof) } else { Checked::Wrong(wrong(proof)) })
}

/// Checks the first code of a secret that waits to be switched on, and uses it up.
///
/// # Errors
/// CONFLICT when the second factor is on already, or was not begun.
pub async fn check_first(keys: &KeyRing, transaction: &Transaction, user: Uuid, code: &str) -> Result<Checked> {
    let factor = store::lock(transaction, user).await?.ok_or_else(|| Error::not_found("account"))?;
    match factor {
        Factor { totp_enabled_at: Some(_), .. } => Err(is_on()),
        Factor { totp_secret: None, .. } => Err(Error::conflict("Begin with beginTwoFactor.")),
        Factor { totp_secret: Some(secret), .. } => {
            let passed = takes(keys, transaction, user, &secret, code).await?;
            Ok(if passed { Checked::Passed(Proof::Totp) } else { Checked::Wrong(wrong_code("code")) })
        }
    }
}

/// That the second factor is on, where it has to be off.
pub fn is_on() -> Error {
    Error::conflict("The second factor is on already; switch it off first.")
}

/// That a code is needed, for a form to ask for it.
pub fn missing() -> Error {
    Error::invalid(&["input", "totpCode"], "REQUIRED", "This account has a second factor: send a code of it.")
}

async fn takes(keys: &KeyRing, transaction: &Transaction, user: Uuid, sealed: &str, code: &str) -> Result<bool> {
    let secret = keys.open(TOTP_SECRET, user, sealed)?;
    match totp::step(secret.expose_secret(), code, clock::now()) {
        Some(step) => store::take_step(transaction, user, step).await,
        None => Ok(false),
    }
}

fn wrong(proof: Proof) -> Error {
    wrong_code(if proof == Proof::RecoveryCode { "recoveryCode" } else { "totpCode" })
}

fn wrong_code(field: &str) -> Error {
    Error::invalid(&["input", field], "WRONG", "This code is wrong, or was used already.")
}
