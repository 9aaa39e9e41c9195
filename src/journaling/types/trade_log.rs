//! TradeLog, a row of manual_trade_logs.

use async_graphql::{Enum, SimpleObject};
use entity::manual_trade_logs;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::journal_entry::{JournalEntry, TradeType};
use super::trade_analysis::TradeAnalysis;
use crate::{
    authentication::types::User,
    clock, edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE, DATE_TIME, DECIMAL, ID, INT, JSON, TEXT, one_of},
        scalars::{Currency, Date, DateTime, Decimal, Json},
        table::{Column, Edge, Record, Table},
    },
    portfolio::freshness::Freshness,
    preferences::types::OrderType,
};

/// Whether money was at stake.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum AccountType {
    /// Real money.
    Real,
    /// A paper account.
    Paper,
    /// A broker's demo account.
    Demo,
}

impl Enumeration for AccountType {}

/// How long a trade is meant to last.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TimeHorizon {
    /// Within the day.
    Intraday,
    /// Days to weeks.
    Short,
    /// Weeks to months.
    Medium,
    /// Months to years.
    Long,
}

impl Enumeration for TimeHorizon {}

/// Where a trade stands.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TradeStatus {
    /// Held.
    Open,
    /// Left altogether.
    Closed,
    /// Left in part.
    Partial,
    /// Never filled.
    Cancelled,
}

impl Enumeration for TradeStatus {}

/// A trade that somebody logged, from its opening to its close.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TradeLog {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    #[graphql(skip)]
    pub journal_entry_id: Option<Uuid>,
    /// What was traded.
    pub symbol: String,
    /// ISO 4217 code of the currency of its prices and amounts.
    pub currency: Currency,
    /// The asset's full name, null when unknown.
    pub asset_name: Option<String>,
    /// Buy and short open a trade, sell and cover close one.
    pub trade_type: TradeType,
    /// Price of a unit when the trade began.
    pub entry_price: Decimal,
    /// How many units were traded.
    pub quantity: Decimal,
    /// Entry price times quantity; of a part that was closed on its own up to a cent more or less, so that the parts of a
    /// trade add up to the whole.
    pub total_value: Decimal,
    /// The kind of order, null when not noted.
    pub order_type: Option<OrderType>,
    /// What trading cost, null when not noted.
    pub fees: Option<Decimal>,
    /// Who carried it out, null when not noted.
    pub broker: Option<String>,
    /// Whether the money was real, null when not noted.
    pub account_type: Option<AccountType>,
    /// Price to close at with a gain, null for none.
    pub target_price: Option<Decimal>,
    /// Price to close at with a loss, null for none.
    pub stop_loss_price: Option<Decimal>,
    /// Distance to the target divided by distance to the stop, null unless both stand on their right sides, and from a million
    /// on.
    pub risk_reward_ratio: Option<Decimal>,
    /// Total value in per cent of the portfolio, null when unknown.
    pub position_size_percent: Option<Decimal>,
    /// The strategy behind it, null when not noted.
    pub strategy: Option<String>,
    /// How long the trade was meant to last, null when not noted.
    pub time_horizon: Option<TimeHorizon>,
    /// How sure the trader was, from 1 to 10, null when not noted.
    pub conviction_level: Option<i32>,
    /// What the market was like, null when not noted.
    pub market_conditions: Option<String>,
    /// Events that mattered, as a JSON array, null when not noted.
    pub economic_events: Option<Json>,
    /// Values of indicators at the entry, as a JSON object, null when not noted.
    pub technical_indicators: Option<Json>,
    /// Last known price of a unit, null when none is known.
    pub current_price: Option<Decimal>,
    /// The time of that price, null when unknown.
    pub price_as_of: Option<DateTime>,
    /// True when that price is older than 24 hours, or its time is unknown.
    pub is_stale: bool,
    /// Profit or loss at the current price; 0 while no price is known and once the trade has ended.
    pub unrealized_pnl: Option<Decimal>,
    /// That in per cent of the total value, null when unknown or beyond ±999,999.9999.
    pub unrealized_pnl_percent: Option<Decimal>,
    /// Largest profit seen while open, 0 when none was.
    pub max_profit: Option<Decimal>,
    /// Largest loss seen while open, as a negative number, 0 when none was.
    pub max_loss: Option<Decimal>,
    /// Price of a unit when the trade ended, null while open.
    pub exit_price: Option<Decimal>,
    /// When the trade ended, null while open.
    pub exit_date: Option<DateTime>,
    /// Why it was ended, null while open or when not noted.
    pub exit_reason: Option<String>,
    /// Profit or loss of the ended trade net of fees, null while open.
    pub realized_pnl: Option<Decimal>,
    /// That in per cent of the total value, null while open, of a total of 0, and from a million per cent on.
    pub realized_pnl_percent: Option<Decimal>,
    /// Whether the trade is still open, null when not noted.
    pub status: Option<TradeStatus>,
    /// False once the trade ended, null when not noted.
    pub is_active: Option<bool>,
    /// The day of the trade.
    pub trade_date: Date,
    /// The moment at which it was carried out.
    pub execution_time: DateTime,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
    pub updated_at: DateTime,
}

edges!(TradeLog, TradeLog::EDGES);

impl Record for TradeLog {
    type Entity = manual_trade_logs::Entity;
    type Model = manual_trade_logs::Model;

    const TABLE: &'static Table = &Table {
        name: "TradeLog",
        prefix: "trade_log",
        sql: "manual_trade_logs",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT).key(),
            Column::new("currency", TEXT).key(),
            Column::optional("asset_name", TEXT),
            Column::new("trade_type", one_of::<TradeType>()).key(),
            Column::new("entry_price", DECIMAL).price(),
            Column::new("quantity", DECIMAL).quantity(),
            Column::new("total_value", DECIMAL).amount(),
            Column::optional("order_type", one_of::<OrderType>()).key(),
            Column::optional("fees", DECIMAL).amount(),
            Column::optional("broker", TEXT).key(),
            Column::optional("account_type", one_of::<AccountType>()).key(),
            Column::optional("target_price", DECIMAL).price(),
            Column::optional("stop_loss_price", DECIMAL).price(),
            Column::optional("risk_reward_ratio", DECIMAL).ratio(),
            Column::optional("position_size_percent", DECIMAL).ratio(),
            Column::optional("strategy", TEXT).key(),
            Column::optional("time_horizon", one_of::<TimeHorizon>()).key(),
            Column::optional("conviction_level", INT).ratio().key(),
            Column::optional("market_conditions", TEXT).key(),
            Column::optional("economic_events", JSON),
            Column::optional("technical_indicators", JSON),
            Column::optional("current_price", DECIMAL).price(),
            Column::optional("price_as_of", DATE_TIME).moment(),
            Column::optional("unrealized_pnl", DECIMAL).amount(),
            Column::optional("unrealized_pnl_percent", DECIMAL).ratio(),
            Column::optional("max_profit", DECIMAL).amount(),
            Column::optional("max_loss", DECIMAL).amount(),
            Column::optional("exit_price", DECIMAL).price(),
            Column::optional("exit_date", DATE_TIME).moment(),
            Column::optional("exit_reason", TEXT).key(),
            Column::optional("realized_pnl", DECIMAL).amount(),
            Column::optional("realized_pnl_percent", DECIMAL).ratio(),
            Column::optional("status", one_of::<TradeStatus>()).key(),
            Column::optional("is_active", BOOLEAN).key(),
            Column::new("trade_date", DATE).moment(),
            Column::new("execution_time", DATE_TIME).moment(),
            Column::new("created_at", DATE_TIME).moment(),
            Column::new("updated_at", DATE_TIME).moment(),
        ],
        order: &[("trade_date", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<JournalEntry>(
            "journalEntry",
            "The entry that it belongs to; null when it stands alone.",
            &[("journal_entry_id", "id")],
            |row| Some(vec![row.journal_entry_id?.into()]),
        ),
        Edge::many::<JournalEntry>(
            "mentions",
            "Entries that write about this trade, newest first.",
            &[("id", "trade_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
        Edge::one::<TradeAnalysis>(
            "analysis",
            "Its analysis; null before one is written.",
            &[("id", "trade_log_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
    ];

    fn from_row(row: manual_trade_logs::Model) -> Result<Self> {
        let manual_trade_logs::Model {
            id,
            user_id,
            journal_entry_id,
            symbol,
            currency,
            asset_name,
            trade_type,
            entry_price,
            quantity,
            total_value,
            order_type,
            fees,
            broker,
            account_type,
            target_price,
            stop_loss_price,
            risk_reward_ratio,
            position_size_percent,
            strategy,
            time_horizon,
            conviction_level,
            market_conditions,
            economic_events,
            technical_indicators,
            current_price,
            price_as_of,
            unrealized_pnl,
            unrealized_pnl_percent,
            max_profit,
            max_loss,
            exit_price,
            exit_date,
            exit_reason,
            realized_pnl,
            realized_pnl_percent,
            status,
            is_active,
            trade_date,
            execution_time,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            journal_entry_id,
            symbol,
            currency: Currency(currency),
            asset_name,
            trade_type: TradeType::from_stored(&trade_type)?,
            entry_price: Decimal(entry_price),
            quantity: Decimal(quantity),
            total_value: Decimal(total_value),
            order_type: optional(order_type)?,
            fees: fees.map(Decimal),
            broker,
            account_type: optional(account_type)?,
            target_price: target_price.map(Decimal),
            stop_loss_price: stop_loss_price.map(Decimal),
            risk_reward_ratio: risk_reward_ratio.map(Decimal),
            position_size_percent: position_size_percent.map(Decimal),
            strategy,
            time_horizon: optional(time_horizon)?,
            conviction_level,
            market_conditions,
            economic_events: economic_events.map(Json),
            technical_indicators: technical_indicators.map(Json),
            current_price: current_price.map(Decimal),
            price_as_of: price_as_of.map(Into::into),
            is_stale: Freshness::of_one(price_as_of.map(|time| time.to_utc()), clock::now()).is_stale,
            unrealized_pnl: unrealized_pnl.map(Decimal),
            unrealized_pnl_percent: unrealized_pnl_percent.map(Decimal),
            max_profit: max_profit.map(Decimal),
            max_loss: max_loss.map(Decimal),
            exit_price: exit_price.map(Decimal),
            exit_date: exit_date.map(Into::into),
            exit_reason,
            realized_pnl: realized_pnl.map(Decimal),
            realized_pnl_percent: realized_pnl_percent.map(Decimal),
            status: optional(status)?,
            is_active,
            trade_date: Date(trade_date),
            execution_time: execution_time.into(),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
