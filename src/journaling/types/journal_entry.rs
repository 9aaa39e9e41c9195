//! JournalEntry, a row of journal_entries.

use async_graphql::{Enum, SimpleObject};
use entity::journal_entries;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::trade_log::TradeLog;
use crate::{
    authentication::types::Person,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE, DATE_TIME, DECIMAL, ID, INT, JSON, TEXT, one_of},
        scalars::{Date, DateTime, Decimal, Json},
        table::{Column, Edge, Record, Table},
    },
    journaling::trade::Side,
};

/// What an entry is about.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum JournalEntryType {
    /// Anything.
    General,
    /// A trade.
    Trade,
    /// An analysis.
    Analysis,
    /// A look back.
    Reflection,
    /// Something learned.
    Lesson,
}

impl Enumeration for JournalEntryType {}

/// Which way a trade goes.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TradeType {
    /// Opens a long trade.
    Buy,
    /// Closes a long trade.
    Sell,
    /// Opens a short trade.
    Short,
    /// Closes a short trade.
    Cover,
}

impl Enumeration for TradeType {}

impl TradeType {
    /// Which way it earns; `None` for a closing trade, because what it closes had a side.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Buy => Some(Side::Long),
            Self::Short => Some(Side::Short),
            Self::Sell | Self::Cover => None,
        }
    }
}

/// An entry of a trade journal.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct JournalEntry {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// Its title, null without one.
    pub title: Option<String>,
    /// What was written, not blank.
    pub content: String,
    /// What kind of entry it is, null when it was not said.
    pub entry_type: Option<JournalEntryType>,
    #[graphql(skip)]
    pub trade_id: Option<Uuid>,
    /// The asset that it writes about, null for none.
    pub asset_symbol: Option<String>,
    /// The direction of that trade, null for none.
    pub trade_type: Option<TradeType>,
    /// Price of a unit when the trade began, null when not noted.
    pub entry_price: Option<Decimal>,
    /// Price of a unit when the trade ended, null when not noted.
    pub exit_price: Option<Decimal>,
    /// How many units were traded, null when not noted.
    pub quantity: Option<Decimal>,
    /// The strategy behind it, null when not noted.
    pub strategy_used: Option<String>,
    /// Why it was done, null when not noted.
    pub reasoning: Option<String>,
    /// What the market was like, null when not noted.
    pub market_conditions: Option<String>,
    /// How sure the author was, from 1 to 10, null when not noted.
    pub confidence_level: Option<i32>,
    /// What was expected, null when not noted.
    pub expected_outcome: Option<String>,
    /// What happened, null when not noted.
    pub actual_outcome: Option<String>,
    /// How well it went, from 1 to 10, null when not rated.
    pub success_rating: Option<i32>,
    /// What was learned, null when not noted.
    pub lessons_learned: Option<String>,
    /// The author's own labels, as a JSON array of strings, null without any.
    pub tags: Option<Json>,
    /// How the author felt, null when not noted.
    pub mood: Option<String>,
    /// The phase of the market, null when not noted.
    pub market_phase: Option<String>,
    /// True when every signed-in user may read the entry, without its trade log; null stands for false.
    pub is_public: Option<bool>,
    /// The day that it is about.
    pub entry_date: Date,
    /// When it was written.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
}

edges!(JournalEntry, JournalEntry::EDGES);

impl Record for JournalEntry {
    type Entity = journal_entries::Entity;
    type Model = journal_entries::Model;

    const TABLE: &'static Table = &Table {
        name: "JournalEntry",
        prefix: "journal_entry",
        sql: "journal_entries",
        columns: &[
            Column::new("id", ID),
            Column::optional("title", TEXT),
            Column::new("content", TEXT),
            Column::optional("entry_type", one_of::<JournalEntryType>()),
            Column::optional("asset_symbol", TEXT),
            Column::optional("trade_type", one_of::<TradeType>()),
            Column::optional("entry_price", DECIMAL),
            Column::optional("exit_price", DECIMAL),
            Column::optional("quantity", DECIMAL),
            Column::optional("strategy_used", TEXT),
            Column::optional("reasoning", TEXT),
            Column::optional("market_conditions", TEXT),
            Column::optional("confidence_level", INT),
            Column::optional("expected_outcome", TEXT),
            Column::optional("actual_outcome", TEXT),
            Column::optional("success_rating", INT),
            Column::optional("lessons_learned", TEXT),
            Column::optional("tags", JSON),
            Column::optional("mood", TEXT),
            Column::optional("market_phase", TEXT),
            Column::optional("is_public", BOOLEAN),
            Column::new("entry_date", DATE),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("entry_date", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<Person>("author", "Who wrote it.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<TradeLog>(
            "tradeLog",
            "The entry's own trade log; null when it has none, and for anybody but the author.",
            &[("id", "journal_entry_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<TradeLog>(
            "aboutTrade",
            "The trade that the entry writes about; null when there is none, and for anybody but the author.",
            &[("trade_id", "id")],
            |row| Some(vec![row.trade_id?.into()]),
        ),
    ];

    fn from_row(row: journal_entries::Model) -> Result<Self> {
        let journal_entries::Model {
            id,
            user_id,
            title,
            content,
            entry_type,
            trade_id,
            asset_symbol,
            trade_type,
            entry_price,
            exit_price,
            quantity,
            strategy_used,
            reasoning,
            market_conditions,
            confidence_level,
            expected_outcome,
            actual_outcome,
            success_rating,
            lessons_learned,
            tags,
            mood,
            market_phase,
            is_public,
            entry_date,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            title,
            content,
            entry_type: optional(entry_type)?,
            trade_id,
            asset_symbol,
            trade_type: optional(trade_type)?,
            entry_price: entry_price.map(Decimal),
            exit_price: exit_price.map(Decimal),
            quantity: quantity.map(Decimal),
            strategy_used,
            reasoning,
            market_conditions,
            confidence_level,
            expected_outcome,
            actual_outcome,
            success_rating,
            lessons_learned,
            tags: tags.map(Json),
            mood,
            market_phase,
            is_public,
            entry_date: Date(entry_date),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
