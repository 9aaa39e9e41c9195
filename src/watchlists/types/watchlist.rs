//! Watchlist, a row of watchlists.

use async_graphql::SimpleObject;
use entity::watchlists;
use uuid::Uuid;

use super::item::WatchlistItem;
use super::share::WatchlistShare;
use crate::{
    authentication::types::Person,
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, ID, TEXT},
        scalars::DateTime,
        table::{Column, Edge, Record, Table},
    },
};

/// A list of symbols to watch; its owner may share it or show it to everybody.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Watchlist {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub owner_id: Uuid,
    /// What the owner calls it, not blank.
    pub name: String,
    /// What it is about, null when nothing was written.
    pub description: Option<String>,
    /// True when every signed-in user may read it; nobody may change it for that.
    pub is_public: bool,
    /// When the list was made.
    pub created_at: DateTime,
    /// When the list was last changed, by its own fields or by its items; prices that come in do not count, nor shares.
    pub updated_at: DateTime,
}

edges!(Watchlist, Watchlist::EDGES);

impl Record for Watchlist {
    type Entity = watchlists::Entity;
    type Model = watchlists::Model;

    const TABLE: &'static Table = &Table {
        name: "Watchlist",
        prefix: "watchlist",
        sql: "watchlists",
        columns: &[
            Column::new("id", ID),
            Column::new("name", TEXT),
            Column::optional("description", TEXT),
            Column::new("is_public", BOOLEAN),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<Person>("owner", "Whose watchlist it is.", &[("owner_id", "id")], |row| {
            Some(vec![row.owner_id.into()])
        }),
        Edge::many::<WatchlistItem>(
            "items",
            "What is watched, in the order shown.",
            &[("id", "watchlist_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::many::<WatchlistShare>(
            "shares",
            "With whom it is shared; the owner sees all shares, another person their own.",
            &[("id", "watchlist_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
    ];

    fn from_row(row: watchlists::Model) -> Result<Self> {
        let watchlists::Model { id, owner_id, name, description, is_public, created_at, updated_at } = row;
        Ok(Self {
            id: Id::new(id),
            owner_id,
            name,
            description,
            is_public,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
