//! Price, a row of prices.

use async_graphql::SimpleObject;
use entity::prices;

use crate::graphql::{
    error::Result,
    id::Id,
    operators::{DATE_TIME, DECIMAL, ID, TEXT},
    scalars::{Currency, DateTime, Decimal},
    table::{Column, Edge, Record, Table},
};

/// What a unit of something cost at a time, as a feed has told.
#[derive(SimpleObject)]
pub struct Price {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    /// What it is the price of, as its market names it.
    pub symbol: String,
    /// ISO 4217 code of the currency.
    pub currency: Currency,
    /// What a unit cost, above 0.
    pub price: Decimal,
    /// When it cost that.
    pub time: DateTime,
    /// Which feed has told.
    pub source: String,
}

impl Record for Price {
    type Entity = prices::Entity;
    type Model = prices::Model;

    const TABLE: &'static Table = &Table {
        name: "Price",
        prefix: "price",
        sql: "prices",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT),
            Column::new("currency", TEXT),
            Column::new("price", DECIMAL),
            Column::new("time", DATE_TIME),
            Column::new("source", TEXT),
        ],
        order: &[("time", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[];

    fn from_row(row: prices::Model) -> Result<Self> {
        let prices::Model { id, symbol, currency, price, source, time } = row;
        Ok(Self {
            id: Id::new(id),
            symbol,
            currency: Currency(currency),
            price: Decimal(price),
            time: time.into(),
            source,
        })
    }
}
