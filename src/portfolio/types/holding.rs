//! Holding, a row of portfolio_holdings.

use async_graphql::{Enum, SimpleObject};
use entity::portfolio_holdings;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::{portfolio::Portfolio, position::Position, share::HoldingShare};
use crate::{
    authentication::types::User,
    clock, edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, TEXT, one_of},
        scalars::{DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::{freshness::Freshness, gains::Held},
    trading::types::TradeRule,
    vault_categories::types::CategoryAssignment,
};

/// What kind of asset something is.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum AssetClass {
    /// A share of a company.
    Equity,
    /// A cryptocurrency.
    Crypto,
    /// A bond, note or bill.
    Bond,
    /// Money.
    Cash,
    /// A fund, also one traded on an exchange.
    Fund,
    /// Metal, oil and the like.
    Commodity,
    /// Anything else.
    Alternative,
}

impl Enumeration for AssetClass {}

/// What a portfolio holds of one symbol.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Holding {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The name of its portfolio, null when it belongs to none.
    pub vault_id: Option<String>,
    /// What is held, as its market names it.
    pub symbol: String,
    /// The asset's full name, null when unknown.
    pub asset_name: Option<String>,
    /// The kind of asset.
    pub asset_class: AssetClass,
    /// The user's own label for the part it plays, null without one.
    pub allocation_type: Option<String>,
    /// True when it is rolled up from positions, false when it was entered by hand.
    pub is_derived: bool,
    /// How many units are held.
    pub quantity: Decimal,
    /// Average cost of a unit, 0 when the cost is unknown.
    pub avg_cost: Decimal,
    /// Last known price of a unit, in the currency of its portfolio; of no portfolio, in the one that its user prefers.
    pub current_price: Decimal,
    /// The time of that price, written by prices and imports alone, null when unknown.
    pub price_as_of: Option<DateTime>,
    /// True when that price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
    /// Quantity times price.
    pub market_value: Decimal,
    /// Market value less cost basis, which is quantity × average cost; null when the cost is unknown.
    pub total_gain_loss: Option<Decimal>,
    /// Gain / cost basis × 100, in percentage points; null when the cost is unknown.
    pub total_gain_loss_percent: Option<Decimal>,
    /// Gain since the previous close.
    pub day_gain_loss: Decimal,
    /// Gain since the previous close in percentage points, at most 999,999.9999 up or down; 0 when no previous close is known.
    pub day_gain_loss_percent: Decimal,
    /// The time of the price that the day's gain is of; null when no price came with a previous close yet.
    pub day_as_of: Option<DateTime>,
    /// True when the day's gain is not that of the current price, or that is older than 24 hours.
    pub is_day_stale: bool,
    #[graphql(flatten)]
    pub share: HoldingShare,
    /// When the holding was last changed.
    pub last_updated: DateTime,
    /// When the holding was made.
    pub created_at: DateTime,
}

edges!(Holding, Holding::EDGES);

impl Record for Holding {
    type Entity = portfolio_holdings::Entity;
    type Model = portfolio_holdings::Model;

    const TABLE: &'static Table = &Table {
        name: "Holding",
        prefix: "holding",
        sql: "portfolio_holdings",
        columns: &[
            Column::new("id", ID),
            Column::optional("vault_id", TEXT).key(),
            Column::new("symbol", TEXT).key(),
            Column::optional("asset_name", TEXT),
            Column::new("asset_class", one_of::<AssetClass>()).key(),
            Column::optional("allocation_type", TEXT).key(),
            Column::new("is_derived", BOOLEAN).key(),
            Column::new("quantity", DECIMAL).quantity(),
            Column::new("avg_cost", DECIMAL).cost(),
            Column::new("current_price", DECIMAL).price(),
            Column::optional("price_as_of", DATE_TIME).moment(),
            Column::new("market_value", DECIMAL).amount(),
            Column::known_by("total_gain_loss", DECIMAL, "avg_cost").amount(),
            Column::known_by("total_gain_loss_percent", DECIMAL, "avg_cost")
                .clamped(
                    "{t}.total_gain_loss * 100 / coalesce(nullif(round({t}.quantity * {t}.avg_cost, 2), 0),
                        nullif({t}.quantity * {t}.avg_cost, 0))",
                )
                .ratio(),
            Column::new("day_gain_loss", DECIMAL).amount(),
            Column::new("day_gain_loss_percent", DECIMAL).ratio(),
            Column::optional("day_as_of", DATE_TIME).moment(),
            Column::new("last_updated", DATE_TIME).moment(),
            Column::new("created_at", DATE_TIME).moment(),
        ],
        order: &[("symbol", false)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<Portfolio>(
            "portfolio",
            "The portfolio that it belongs to; null when it belongs to none.",
            &[("user_id", "user_id"), ("vault_id", "vault_id")],
            |row| Some(vec![row.user_id.into(), row.vault_id.as_ref()?.into()]),
        ),
        Edge::many::<Position>(
            "positions",
            "Positions of this symbol at brokers.",
            &[("user_id", "user_id"), ("symbol", "symbol")],
            |row| Some(vec![row.user_id.into(), (&row.symbol).into()]),
        ),
        Edge::many::<TradeRule>(
            "tradeRules",
            "Rules of this symbol.",
            &[("user_id", "user_id"), ("symbol", "symbol")],
            |row| Some(vec![row.user_id.into(), (&row.symbol).into()]),
        ),
        Edge::many::<CategoryAssignment>(
            "categoryAssignments",
            "Categories that this symbol is assigned to.",
            &[("user_id", "user_id"), ("symbol", "symbol")],
            |row| Some(vec![row.user_id.into(), (&row.symbol).into()]),
        ),
    ];

    fn from_row(row: portfolio_holdings::Model) -> Result<Self> {
        let portfolio_holdings::Model {
            id,
            user_id,
            vault_id,
            symbol,
            asset_name,
            asset_class,
            allocation_type,
            is_derived,
            quantity,
            avg_cost,
            current_price,
            price_as_of,
            market_value,
            total_gain_loss,
            total_gain_loss_percent,
            day_gain_loss,
            day_gain_loss_percent,
            day_as_of,
            last_updated,
            created_at,
        } = row;
        // The table stores 0 where it can't be known.
        let cost_is_known = !avg_cost.is_zero();
        let is_stale = Freshness::of_one(price_as_of.map(|time| time.to_utc()), clock::now()).is_stale;
        let held = Held { value: market_value, gain: cost_is_known.then_some(total_gain_loss) };
        Ok(Self {
            id: Id::new(id),
            user_id,
            share: HoldingShare { user_id, vault_id: vault_id.clone(), held },
            vault_id,
            symbol,
            asset_name,
            asset_class: AssetClass::from_stored(&asset_class)?,
            allocation_type,
            is_derived,
            quantity: Decimal(quantity),
            avg_cost: Decimal(avg_cost),
            current_price: Decimal(current_price),
            price_as_of: price_as_of.map(Into::into),
            is_stale,
            market_value: Decimal(market_value),
            total_gain_loss: cost_is_known.then_some(Decimal(total_gain_loss)),
            total_gain_loss_percent: cost_is_known.then_some(Decimal(total_gain_loss_percent)),
            day_gain_loss: Decimal(day_gain_loss),
            day_gain_loss_percent: Decimal(day_gain_loss_percent),
            day_as_of: day_as_of.map(Into::into),
            is_day_stale: is_stale || day_as_of != price_as_of,
            last_updated: last_updated.into(),
            created_at: created_at.into(),
        })
    }
}
