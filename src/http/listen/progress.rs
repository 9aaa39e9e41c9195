//! What the parts of one connection know of each other: whether a request is under way, and since when it is there whole.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::time::Instant;

/// How far the request of a connection is. Requests of one connection come one after the other.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// From a request's head to the last byte of its answer.
    is_busy: AtomicBool,
    /// Set for good once the connection speaks another protocol.
    is_upgraded: AtomicBool,
    requests: AtomicU64,
    /// Since when the body of the request is there, or nobody wants the rest of it.
    body_ended: Mutex<Option<Instant>>,
}

/// Lasts as long as a request is under way.
pub struct Busy(Progress);

impl Progress {
    /// A request begins.
    pub fn begin(&self) -> Busy {
        self.set_body_ended(None);
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.is_busy.store(true, Ordering::Release);
        Busy(self.clone())
    }

    /// The connection goes on in another protocol, whose idle times are its own.
    pub fn upgrade(&self) {
        self.0.is_upgraded.store(true, Ordering::Release);
    }

    /// The request's body is read, or nobody wants the rest of it.
    pub fn body_has_ended(&self) {
        let mut ended = self.0.body_ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.get_or_insert_with(Instant::now);
    }

    /// Since when the request is there whole; None while its body still comes.
    pub fn body_ended(&self) -> Option<Instant> {
        *self.0.body_ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the connection waits for a request's head.
    pub fn awaits_head(&self) -> bool {
        !self.0.is_busy.load(Ordering::Acquire) && !self.is_upgraded()
    }

    pub fn is_upgraded(&self) -> bool {
        self.0.is_upgraded.load(Ordering::Acquire)
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    fn set_body_ended(&self, value: Option<Instant>) {
        *self.0.body_ended.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.is_busy.store(false, Ordering::Release);
    }
}
