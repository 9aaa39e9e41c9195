//! Counting what a document really reads.

use std::sync::atomic::{AtomicU64, Ordering};

/// The points that a document has used so far, apart from its fixed prices.
///
/// Whoever reads rows on behalf of a document says so here, at the [prices](super::prices) that the estimate takes.
#[derive(Debug, Default)]
pub struct Meter(AtomicU64);

impl Meter {
    /// Takes note of so many points.
    pub fn add(&self, points: u64) {
        // Wrapping would take more rows than a server reads in its life.
        self.0.fetch_add(points, Ordering::Relaxed);
    }

    /// The points so far.
    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
