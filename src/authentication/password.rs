//! Password hashes: bcrypt at cost 12, computed off the async threads and a few at a time.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::graphql::error::{Error, Issue, Result};

/// bcrypt's cost: 2^12 rounds, about a quarter of a second.
const COST: u32 = 12;
/// How many characters a password has at least.
pub const LENGTH_MIN: usize = 8;
/// How many characters a password has at most.
pub const LENGTH_MAX: usize = 128;

/// Hashing takes a processor for a quarter of a second, so a crowd of sign-ins waits here rather than everywhere.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// What unknown addresses are checked against, so that they take as long as wrong passwords: the hash of a random text
/// that nobody kept, at the same cost. It is written here because the first to need it would have to wait for it.
const NOBODYS_HASH: &str = "$2b$12$MMMYHO6p1wekM34nETUuO.5DKZBYsDRx3kZMMgRsRkbEflNzMsqUe";

/// What is wrong with a new password; nothing when it will do.
pub fn problem(password: &str, path: &[&str]) -> Option<Issue> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        Some(Issue::new(path, "TOO_SHORT", format!("A password has at least {LENGTH_MIN} characters.")))
    } else if length > LENGTH_MAX {
        Some(Issue::new(path, "TOO_LONG", format!("A password has at most {LENGTH_MAX} characters.")))
    } else {
        None
    }
}

/// The hash to store.
pub async fn hash(password: &str) -> Result<String> {
    let digest = digest(password);
    off_thread(move || bcrypt::hash(digest.as_str(), COST)).await?.map_err(Error::internal)
}

/// Whether a password has this hash. Without a hash it takes as long and answers no.
pub async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    let digest = digest(password);
    let known = hash.is_some();
    let checked = off_thread(move || {
        let hash = hash.as_deref().unwrap_or(NOBODYS_HASH);
        bcrypt::verify(digest.as_str(), hash)
    })
    .await?;
    Ok(known & checked.unwrap_or(false))
}

/// bcrypt reads no more than 72 bytes, so it gets a digest of the whole password instead; as text, because it stops at NUL.
fn digest(password: &str) -> Zeroizing<String> {
    Zeroizing::new(STANDARD_NO_PAD.encode(Sha256::digest(password.as_bytes())))
}

/// Runs one computation of bcrypt. Each is told at the level trace, where tests count them.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _place = PLACES.acquire().await.map_err(Error::internal)?;
    tracing::trace!("bcrypt");
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_checked_to_its_last_character() {
        let long = "å".repeat(LENGTH_MAX);
        let hash = hash(&long).await.unwrap();
        assert!(verify(&long, Some(hash.clone())).await.unwrap());
        let other = format!("{}a", "å".repeat(LENGTH_MAX - 1));
        assert!(!verify(&other, Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!verify("any password", None).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        assert_eq!(NOBODYS_HASH.parse::<bcrypt::HashParts>().unwrap().get_cost(), COST);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(problem("1234567", &[]).is_some());
        assert!(problem("åååååååå", &[]).is_none());
        assert!(problem(&"a".repeat(129), &[]).is_some());
    }
}
