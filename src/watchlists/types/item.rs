//! WatchlistItem, a row of watchlist_items.

use async_graphql::SimpleObject;
use entity::watchlist_items;
use uuid::Uuid;

use super::watchlist::Watchlist;
use crate::{
    clock, edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE_TIME, DECIMAL, ID, INT, TEXT},
        scalars::{Currency, DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::freshness::Freshness,
};

/// A symbol on a watchlist.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct WatchlistItem {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub watchlist_id: Uuid,
    /// What is watched, once for each list.
    pub symbol: String,
    /// Its place in the order shown, from 0; numbers are left out where items were removed.
    pub position: i32,
    /// The asset's full name, null when unknown.
    pub name: Option<String>,
    /// Last known price of a unit, null when none is known.
    pub price: Option<Decimal>,
    /// The time of that price, null when unknown.
    pub price_as_of: Option<DateTime>,
    /// True when that price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
    /// ISO 4217 code of the currency of the price, null until somebody or the first price tells; prices in another one are not
    /// taken.
    pub currency: Option<Currency>,
    /// How much the price differs from the last one that was kept at least 24 hours before it and less than 96, in per cent;
    /// null when there was none.
    #[graphql(name = "change24h")]
    pub change_24h: Option<Decimal>,
    /// Value of all units in circulation, null when unknown.
    pub market_cap: Option<Decimal>,
    /// What was noted about it, null when nothing was.
    pub notes: Option<String>,
    /// When it was put on the list.
    pub added_at: DateTime,
}

edges!(WatchlistItem, WatchlistItem::EDGES);

impl Record for WatchlistItem {
    type Entity = watchlist_items::Entity;
    type Model = watchlist_items::Model;

    const TABLE: &'static Table = &Table {
        name: "WatchlistItem",
        prefix: "watchlist_item",
        sql: "watchlist_items",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT),
            Column::new("position", INT),
            Column::optional("name", TEXT),
            Column::optional("price", DECIMAL),
            Column::optional("price_as_of", DATE_TIME),
            Column::optional("currency", TEXT),
            Column::optional("change_24h", DECIMAL),
            Column::optional("market_cap", DECIMAL),
            Column::optional("notes", TEXT),
            Column::new("added_at", DATE_TIME),
        ],
        order: &[("position", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<Watchlist>("watchlist", "The list that it is on.", &[("watchlist_id", "id")], |row| {
            Some(vec![row.watchlist_id.into()])
        })];

    fn from_row(row: watchlist_items::Model) -> Result<Self> {
        let watchlist_items::Model {
            id,
            watchlist_id,
            symbol,
            position,
            name,
            price,
            price_as_of,
            currency,
            change_24h,
            market_cap,
            notes,
            added_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            watchlist_id,
            symbol,
            position,
            name,
            price: price.map(Decimal),
            price_as_of: price_as_of.map(Into::into),
            is_stale: Freshness::of_one(price_as_of.map(|time| time.to_utc()), clock::now()).is_stale,
            currency: currency.map(Currency),
            change_24h: change_24h.map(Decimal),
            market_cap: market_cap.map(Decimal),
            notes,
            added_at: added_at.into(),
        })
    }
}
