//! Position, a row of portfolio_position.

use async_graphql::{Enum, SimpleObject};
use entity::portfolio_position;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::holding::{AssetClass, Holding};
use crate::{
    authentication::types::User,
    clock, edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{DATE_TIME, DECIMAL, ID, TEXT, one_of},
        scalars::{Currency, DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::freshness::Freshness,
};

/// Where positions come from.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum SyncSource {
    /// A CSV file of any broker.
    Csv,
    /// Interactive Brokers.
    Ibkr,
    /// KuCoin.
    Kucoin,
    /// Kraken.
    Kraken,
    /// Tiger Brokers.
    Tiger,
    /// Entered by hand.
    Manual,
}

impl Enumeration for SyncSource {}

/// What one account at one broker holds of one symbol.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Position {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// What is held, as its market names it.
    pub symbol: String,
    /// The asset's full name, null when the broker gives none.
    pub name: Option<String>,
    /// How many units are held.
    pub quantity: Decimal,
    /// Average price paid for a unit, 0 when the cost is unknown.
    pub avg_price: Decimal,
    /// Last known price of a unit, null when none is known.
    pub current_price: Option<Decimal>,
    /// The time of that price, written by prices and imports alone, null when unknown.
    pub price_as_of: Option<DateTime>,
    /// True when that price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
    /// The kind of asset.
    pub asset_class: AssetClass,
    /// The account at the broker that holds it.
    pub account: String,
    /// ISO 4217 code of the currency of its prices.
    pub currency: Currency,
    /// Where the position comes from.
    pub sync_source: SyncSource,
    /// When the position was last changed.
    pub last_updated: DateTime,
    /// When the position was first seen.
    pub created_at: DateTime,
}

edges!(Position, Position::EDGES);

impl Record for Position {
    type Entity = portfolio_position::Entity;
    type Model = portfolio_position::Model;

    const TABLE: &'static Table = &Table {
        name: "Position",
        prefix: "position",
        sql: "portfolio_position",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT).key(),
            Column::optional("name", TEXT),
            Column::new("quantity", DECIMAL).quantity(),
            Column::new("avg_price", DECIMAL).cost(),
            Column::optional("current_price", DECIMAL).price(),
            Column::optional("price_as_of", DATE_TIME).moment(),
            Column::new("asset_class", one_of::<AssetClass>()).key(),
            Column::new("account", TEXT).key(),
            Column::new("currency", TEXT).key(),
            Column::new("sync_source", one_of::<SyncSource>()).key(),
            Column::new("last_updated", DATE_TIME).moment(),
            Column::new("created_at", DATE_TIME).moment(),
        ],
        order: &[("symbol", false), ("account", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::many::<Holding>(
            "holdings",
            "Holdings of this symbol.",
            &[("user_id", "user_id"), ("symbol", "symbol")],
            |row| Some(vec![row.user_id.into(), (&row.symbol).into()]),
        ),
    ];

    fn from_row(row: portfolio_position::Model) -> Result<Self> {
        let portfolio_position::Model {
            id,
            user_id,
            symbol,
            name,
            quantity,
            avg_price,
            current_price,
            price_as_of,
            asset_class,
            account,
            currency,
            sync_source,
            last_updated,
            created_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            symbol,
            name,
            quantity: Decimal(quantity),
            avg_price: Decimal(avg_price),
            current_price: current_price.map(Decimal),
            price_as_of: price_as_of.map(Into::into),
            is_stale: Freshness::of_one(price_as_of.map(|time| time.to_utc()), clock::now()).is_stale,
            asset_class: AssetClass::from_stored(&asset_class)?,
            account,
            currency: Currency(currency),
            sync_source: SyncSource::from_stored(&sync_source)?,
            last_updated: last_updated.into(),
            created_at: created_at.into(),
        })
    }
}
