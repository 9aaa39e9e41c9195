//! Reading what others show of their watchlists.

use async_graphql::SimpleObject;

use super::types::Watchlist;
use crate::{edges, graphql::table::Edge};

/// Reading what others show of their watchlists.
#[derive(SimpleObject, Default)]
#[graphql(complex, fake)]
pub struct WatchlistQueries;

edges!(WatchlistQueries, WatchlistQueries::EDGES);

impl WatchlistQueries {
    const EDGES: &'static [Edge<Self>] = &[Edge::many::<Watchlist>(
        "publicWatchlists",
        "Watchlists that their owners show to everybody signed in, newest first.",
        &[],
        |_| Some(Vec::new()),
    )
    .only("is_public")];
}
