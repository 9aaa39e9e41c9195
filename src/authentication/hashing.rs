//! Password hashes: bcrypt at cost 12, computed off the async threads, a few at a time, and in a line of bounded length.
//!
//! A computation takes a processor for a quarter of a second, which a flood of sign-ins could ask for without end.
//! So there are few places, a line before them, and a longest wait; who finds no place in the line is told to come back.
//! A client that goes away leaves the line; its computation, once begun, keeps the place until it is done.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use zeroize::Zeroizing;

use crate::graphql::error::{Error, ErrorCode, Result};

/// bcrypt's cost: 2^12 rounds, about a quarter of a second.
const COST: u32 = 12;
/// How many wait for each place at most: what is worked off in some 8 seconds.
const WAITING_PER_PLACE: usize = 32;
/// How long somebody waits at most.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// When to come back, if there was no place.
const COME_BACK_AFTER: Duration = Duration::from_secs(5);

/// What unknown addresses are checked against, so that they take as long as wrong passwords: the hash of a random text
/// that nobody kept, at the same cost. It is written here because the first to need it would have to wait for it.
const NOBODYS_HASH: &str = "$2b$12$MMMYHO6p1wekM34nETUuO.5DKZBYsDRx3kZMMgRsRkbEflNzMsqUe";

/// The places where passwords are hashed, and the line before them. A process has one.
pub struct Hashing {
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
    wait_max: Duration,
}

impl Default for Hashing {
    /// Half of the processors, so that the other half goes on answering everybody else.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let places = (processors / 2).max(1);
        Self::new(places, places.saturating_mul(WAITING_PER_PLACE), WAIT_MAX)
    }
}

impl Hashing {
    /// So many computations at once, so many more waiting, each at most so long.
    pub fn new(places: usize, waiting: usize, wait_max: Duration) -> Self {
        let line = Arc::new(Semaphore::new(places.saturating_add(waiting)));
        Self { places: Arc::new(Semaphore::new(places)), line, wait_max }
    }

    /// A turn in the line, before anything else is done for whoever wants a password hashed.
    ///
    /// # Errors
    /// UNAVAILABLE with the time to come back, when the line is full.
    pub fn join(&self) -> Result<Turn> {
        let in_line = self.line.clone().try_acquire_owned().map_err(|_| crowded())?;
        Ok(Turn { places: self.places.clone(), wait_max: self.wait_max, _in_line: in_line })
    }

    /// The hash to store.
    ///
    /// # Errors
    /// As [`Hashing::join`], and when the wait was too long.
    pub async fn hash(&self, password: &str) -> Result<String> {
        self.join()?.hash(password).await
    }
}

/// A turn in the line. Dropped, it makes room for the next.
pub struct Turn {
    places: Arc<Semaphore>,
    wait_max: Duration,
    _in_line: OwnedSemaphorePermit,
}

impl Turn {
    /// The hash to store.
    ///
    /// # Errors
    /// UNAVAILABLE with the time to come back, when the wait was too long.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let digest = digest(password);
        self.compute(move || bcrypt::hash(digest.as_str(), COST)).await?.map_err(Error::internal)
    }

    /// Whether a password has this hash. Without a hash it takes as long and answers no.
    ///
    /// # Errors
    /// As [`Turn::hash`].
    pub async fn verify(&self, password: &str, hash: Option<SecretString>) -> Result<bool> {
        let digest = digest(password);
        let known = hash.is_some();
        let checked = self
            .compute(move || {
                let hash = hash.as_ref().map_or(NOBODYS_HASH, |hash| hash.expose_secret());
                bcrypt::verify(digest.as_str(), hash)
            })
            .await?;
        Ok(known & checked.unwrap_or(false))
    }

    /// A place to compute in, for as long as it is held.
    ///
    /// # Errors
    /// UNAVAILABLE with the time to come back, when the wait was too long.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit> {
        let place = timeout(self.wait_max, self.places.clone().acquire_owned()).await.map_err(|_| crowded())?;
        place.map_err(Error::internal)
    }

    /// Runs one computation of bcrypt. Each is told at the level trace, where tests count them.
    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.place().await?;
        tracing::trace!("bcrypt");
        let working = tokio::task::spawn_blocking(move || {
            // Held here, because nothing stops a computation whose client has gone.
            let _place = place;
            work()
        });
        working.await.map_err(Error::internal)
    }
}

fn crowded() -> Error {
    let message = "Too many passwords are being checked at this moment; try again in some seconds.";
    Error { retry_after: Some(COME_BACK_AFTER), ..Error::new(ErrorCode::Unavailable, message) }
}

/// bcrypt reads no more than 72 bytes, so it gets a digest of the whole password instead; as text, because it stops at NUL.
fn digest(password: &str) -> Zeroizing<String> {
    Zeroizing::new(STANDARD_NO_PAD.encode(Sha256::digest(password.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::password::LENGTH_MAX;

    #[tokio::test]
    async fn a_password_is_checked_to_its_last_character() {
        let turn = Hashing::default().join().unwrap();
        let long = "å".repeat(LENGTH_MAX);
        let hash = turn.hash(&long).await.unwrap();
        assert!(turn.verify(&long, Some(hash.clone().into())).await.unwrap());
        let other = format!("{}a", "å".repeat(LENGTH_MAX - 1));
        assert!(!turn.verify(&other, Some(hash.into())).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let turn = Hashing::default().join().unwrap();
        assert!(!turn.verify("any password", None).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        assert_eq!(NOBODYS_HASH.parse::<bcrypt::HashParts>().unwrap().get_cost(), COST);
    }

    #[tokio::test]
    async fn the_line_is_bounded_and_a_client_that_goes_away_leaves_it() {
        let hashing = Hashing::new(1, 1, Duration::from_secs(60));
        let (first, second) = (hashing.join().unwrap(), hashing.join().unwrap());
        let refused = hashing.join().err().unwrap();
        assert_eq!((refused.code, refused.retry_after), (ErrorCode::Unavailable, Some(COME_BACK_AFTER)));
        drop(second);
        let third = hashing.join().unwrap();
        assert!(hashing.join().is_err());
        drop((first, third));
        assert!(hashing.join().is_ok());
    }

    #[tokio::test]
    async fn a_computation_keeps_its_place_when_its_client_has_gone() {
        let hashing = Hashing::new(1, 1, Duration::from_millis(20));
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let turn = hashing.join().unwrap();
        let client = tokio::spawn(async move {
            turn.compute(move || {
                let _ = begun.send(());
                let _ = ended.recv();
            })
            .await
        });
        has_begun.await.unwrap();
        client.abort();
        assert!(client.await.is_err());
        // Its turn is over, but the processor is not free: the next one waits in vain.
        let refused = hashing.hash("any password").await.err().unwrap();
        assert_eq!(refused.code, ErrorCode::Unavailable);
        end.send(()).unwrap();
        while hashing.hash("any password").await.is_err() {}
    }
}
