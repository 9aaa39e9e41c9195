//! Documents that came before: what is known of them need not be found out again.
//!
//! A single-page app sends the same few documents all day. A request whose body is the same, byte for byte, as that of a
//! query which ran is read, measured and checked against the schema already, and how its relations are read is planned.
//! Mutations are never kept: their variables hold secrets. Neither is what asks for the schema itself.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

use super::guard::Admitted;

/// How many bytes of bodies are kept; what is known of a document takes some ten times as much.
const BYTES_MAX: u64 = 512 * 1024;
/// A body that is longer than this is not kept, lest it push out many others.
const BODY_MAX: usize = 16 * 1024;
/// How many documents are expected.
const DOCUMENTS: usize = 256;

pub struct Known(Cache<Bytes, Arc<Admitted>, Length>);

impl Default for Known {
    fn default() -> Self {
        Self(Cache::with_weighter(DOCUMENTS, BYTES_MAX, Length))
    }
}

impl Known {
    /// The document of this body, if it is known.
    pub fn get(&self, body: &Bytes) -> Option<Arc<Admitted>> {
        self.0.get(body)
    }

    /// Keeps a query that has run.
    pub fn keep(&self, body: Bytes, admitted: Arc<Admitted>) {
        if body.len() <= BODY_MAX && admitted.is_query() && !admitted.asks_for_schema() {
            admitted.prove();
            // A copy, since a slice would keep what it is a slice of.
            self.0.insert(Bytes::copy_from_slice(&body), admitted);
        }
    }
}

#[derive(Clone)]
struct Length;

impl Weighter<Bytes, Arc<Admitted>> for Length {
    fn weight(&self, body: &Bytes, _: &Arc<Admitted>) -> u64 {
        body.len() as u64
    }
}
