//! What the parts of one connection know of each other: whether a request is under way.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// How far the request of a connection is. Requests of one connection come one after the other.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// From a request's head to the last byte of its answer.
    is_busy: AtomicBool,
    /// Set for good once the connection speaks another protocol.
    is_upgraded: AtomicBool,
    /// Set while an answer is told bit by bit, for as long as anybody listens.
    is_feed: AtomicBool,
    requests: AtomicU64,
}

/// Lasts as long as a request is under way.
pub struct Busy(Progress);

impl Progress {
    /// A request begins.
    pub fn begin(&self) -> Busy {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.is_busy.store(true, Ordering::Release);
        self.0.is_feed.store(false, Ordering::Release);
        Busy(self.clone())
    }

    /// The connection goes on in another protocol, whose idle times are its own.
    pub fn upgrade(&self) {
        self.0.is_upgraded.store(true, Ordering::Release);
    }

    /// The answer is one that has no end of its own.
    pub fn feed(&self) {
        self.0.is_feed.store(true, Ordering::Release);
    }

    /// Whether what is written has no end to be measured by, so that each step forward counts as a beginning.
    pub fn is_endless(&self) -> bool {
        self.is_upgraded() || self.0.is_feed.load(Ordering::Acquire)
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
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.is_busy.store(false, Ordering::Release);
    }
}
