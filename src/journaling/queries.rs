//! Reading what others show of their journals.

use async_graphql::SimpleObject;

use super::types::JournalEntry;
use crate::{edges, graphql::table::Edge};

/// Reading what others show of their journals.
#[derive(SimpleObject, Default)]
#[graphql(complex, fake)]
pub struct JournalingQueries;

edges!(JournalingQueries, JournalingQueries::EDGES);

impl JournalingQueries {
    const EDGES: &'static [Edge<Self>] = &[Edge::many::<JournalEntry>(
        "publicJournalEntries",
        "Entries that their authors show to everybody signed in, newest first; without their trade logs.",
        &[],
        |_| Some(Vec::new()),
    )
    .only("is_public")];
}
