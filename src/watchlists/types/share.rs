//! WatchlistShare, a row of watchlist_shares.

use async_graphql::SimpleObject;
use entity::watchlist_shares;
use uuid::Uuid;

use super::watchlist::Watchlist;
use crate::{
    authentication::types::Person,
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, ID},
        scalars::DateTime,
        table::{Column, Edge, Record, Table},
    },
};

/// A watchlist shared with one other person.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct WatchlistShare {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub watchlist_id: Uuid,
    #[graphql(skip)]
    pub owner_id: Uuid,
    #[graphql(skip)]
    pub shared_with_id: Uuid,
    /// False when that person may change the list too.
    pub is_read_only: bool,
    /// When it was shared.
    pub shared_at: DateTime,
}

edges!(WatchlistShare, WatchlistShare::EDGES);

impl Record for WatchlistShare {
    type Entity = watchlist_shares::Entity;
    type Model = watchlist_shares::Model;

    const TABLE: &'static Table = &Table {
        name: "WatchlistShare",
        prefix: "watchlist_share",
        sql: "watchlist_shares",
        columns: &[Column::new("id", ID), Column::new("is_read_only", BOOLEAN), Column::new("shared_at", DATE_TIME)],
        order: &[("shared_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<Watchlist>("watchlist", "What is shared.", &[("watchlist_id", "id")], |row| {
            Some(vec![row.watchlist_id.into()])
        }),
        Edge::one::<Person>("owner", "Who shares it.", &[("owner_id", "id")], |row| Some(vec![row.owner_id.into()])),
        Edge::one::<Person>("sharedWith", "With whom it is shared.", &[("shared_with_id", "id")], |row| {
            Some(vec![row.shared_with_id.into()])
        }),
    ];

    fn from_row(row: watchlist_shares::Model) -> Result<Self> {
        let watchlist_shares::Model { id, watchlist_id, owner_id, shared_with_id, is_read_only, shared_at } = row;
        Ok(Self { id: Id::new(id), watchlist_id, owner_id, shared_with_id, is_read_only, shared_at: shared_at.into() })
    }
}
