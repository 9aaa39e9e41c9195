//! TradingPreferences, a row of user_trading_preferences.

use async_graphql::{Enum, SimpleObject};
use entity::user_trading_preferences;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, INT, TEXT, one_of},
        scalars::{Currency, DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
};

/// How much risk a strategy takes.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TradingStyle {
    /// Little.
    Conservative,
    /// Some.
    Balanced,
    /// Much.
    Aggressive,
    /// The user's own settings.
    Custom,
}

impl Enumeration for TradingStyle {}

/// What somebody looks for in an asset.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum StrategyPreference {
    /// A low price for what it is worth.
    Value,
    /// Growing earnings.
    Growth,
    /// Regular income.
    Dividend,
    /// A rising price.
    Momentum,
    /// Some of each.
    Mixed,
}

impl Enumeration for StrategyPreference {}

/// How the size of a position is found.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum PositionSizing {
    /// The same amount each time.
    FixedAmount,
    /// A percentage of the portfolio.
    Percentage,
    /// By the loss at the stop.
    RiskBased,
    /// By the Kelly criterion.
    Kelly,
}

impl Enumeration for PositionSizing {}

/// How often allocations are reviewed.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum ReviewFrequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Once a year.
    Annually,
}

impl Enumeration for ReviewFrequency {}

/// How currency risk is hedged.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum CurrencyHedging {
    /// Not at all.
    None,
    /// In part.
    Partial,
    /// Fully.
    Full,
    /// As the app sees fit.
    Auto,
}

impl Enumeration for CurrencyHedging {}

/// A user's targets and limits for trading.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TradingPreferences {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// How cautious the user is, null leaves it open.
    pub trading_style: Option<TradingStyle>,
    /// What the user looks for in an asset, null leaves it open.
    pub strategy_preference: Option<StrategyPreference>,
    /// How the size of a position is found, null leaves it open.
    pub position_sizing_method: Option<PositionSizing>,
    /// Size of a new position in per cent of the portfolio, null leaves it open.
    pub default_position_size: Option<Decimal>,
    /// Largest size of a position in per cent of the portfolio, null for no limit.
    pub max_position_size: Option<Decimal>,
    /// Loss in per cent at which a new trade is stopped, null for none.
    pub stop_loss_percentage: Option<Decimal>,
    /// Gain in per cent at which a new trade is closed, null for none.
    pub take_profit_percentage: Option<Decimal>,
    /// The most trades in a day, null for no limit.
    pub max_daily_trades: Option<i32>,
    /// The most trades in a week, null for no limit.
    pub max_weekly_trades: Option<i32>,
    /// Wanted share of cash in per cent; the four targets add up to 100, null counts as 0, all null means no targets.
    pub cash_allocation_target: Option<Decimal>,
    /// Wanted share of equities and funds in per cent, null counts as 0.
    pub equity_allocation_target: Option<Decimal>,
    /// Wanted share of bonds in per cent, null counts as 0.
    pub bond_allocation_target: Option<Decimal>,
    /// Wanted share of everything else in per cent, null counts as 0.
    pub alternative_allocation_target: Option<Decimal>,
    /// True to be offered rebalancing, null leaves it open.
    pub auto_rebalance_enabled: Option<bool>,
    /// Drift in percentage points above which rebalancing is offered, null leaves it open.
    pub rebalance_threshold: Option<Decimal>,
    /// How often rebalancing is looked at, null leaves it open.
    pub rebalance_frequency: Option<ReviewFrequency>,
    /// ISO 4217 code of the currency to think in, null leaves it open.
    pub base_currency: Option<Currency>,
    /// How far foreign currencies are hedged, null leaves it open.
    pub currency_hedging_preference: Option<CurrencyHedging>,
    /// True to be shown losses that could be realised for tax, null leaves it open.
    pub tax_loss_harvesting_enabled: Option<bool>,
    /// True to regard Australian franking credits, null leaves it open.
    pub franking_credits_consideration: Option<bool>,
    /// True to regard the tax rules of New Zealand, null leaves it open.
    pub nz_tax_optimization: Option<bool>,
    /// Change of a price in per cent from which an alert is raised, null leaves it open.
    pub price_alert_threshold: Option<Decimal>,
    /// Change of a portfolio in per cent from which an alert is raised, null leaves it open.
    pub portfolio_alert_threshold: Option<Decimal>,
    /// True to be alerted to news, null leaves it open.
    pub news_alert_enabled: Option<bool>,
    /// True to be alerted to signals, null leaves it open.
    pub signal_alert_enabled: Option<bool>,
    /// True to save forms while they are filled in, null leaves it open.
    pub auto_save_enabled: Option<bool>,
    /// True to show every setting, null leaves it open.
    pub advanced_mode_enabled: Option<bool>,
    /// True to trade on paper, null leaves it open.
    pub paper_trading_enabled: Option<bool>,
    /// True when the user wants real orders, null leaves it open; none are placed.
    pub real_trading_enabled: Option<bool>,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
    pub updated_at: DateTime,
}

edges!(TradingPreferences, TradingPreferences::EDGES);

impl Record for TradingPreferences {
    type Entity = user_trading_preferences::Entity;
    type Model = user_trading_preferences::Model;

    const TABLE: &'static Table = &Table {
        name: "TradingPreferences",
        prefix: "trading_preferences",
        sql: "user_trading_preferences",
        columns: &[
            Column::new("id", ID),
            Column::optional("trading_style", one_of::<TradingStyle>()),
            Column::optional("strategy_preference", one_of::<StrategyPreference>()),
            Column::optional("position_sizing_method", one_of::<PositionSizing>()),
            Column::optional("default_position_size", DECIMAL),
            Column::optional("max_position_size", DECIMAL),
            Column::optional("stop_loss_percentage", DECIMAL),
            Column::optional("take_profit_percentage", DECIMAL),
            Column::optional("max_daily_trades", INT),
            Column::optional("max_weekly_trades", INT),
            Column::optional("cash_allocation_target", DECIMAL),
            Column::optional("equity_allocation_target", DECIMAL),
            Column::optional("bond_allocation_target", DECIMAL),
            Column::optional("alternative_allocation_target", DECIMAL),
            Column::optional("auto_rebalance_enabled", BOOLEAN),
            Column::optional("rebalance_threshold", DECIMAL),
            Column::optional("rebalance_frequency", one_of::<ReviewFrequency>()),
            Column::optional("base_currency", TEXT),
            Column::optional("currency_hedging_preference", one_of::<CurrencyHedging>()),
            Column::optional("tax_loss_harvesting_enabled", BOOLEAN),
            Column::optional("franking_credits_consideration", BOOLEAN),
            Column::optional("nz_tax_optimization", BOOLEAN),
            Column::optional("price_alert_threshold", DECIMAL),
            Column::optional("portfolio_alert_threshold", DECIMAL),
            Column::optional("news_alert_enabled", BOOLEAN),
            Column::optional("signal_alert_enabled", BOOLEAN),
            Column::optional("auto_save_enabled", BOOLEAN),
            Column::optional("advanced_mode_enabled", BOOLEAN),
            Column::optional("paper_trading_enabled", BOOLEAN),
            Column::optional("real_trading_enabled", BOOLEAN),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: user_trading_preferences::Model) -> Result<Self> {
        let user_trading_preferences::Model {
            id,
            user_id,
            trading_style,
            strategy_preference,
            position_sizing_method,
            default_position_size,
            max_position_size,
            stop_loss_percentage,
            take_profit_percentage,
            max_daily_trades,
            max_weekly_trades,
            cash_allocation_target,
            equity_allocation_target,
            bond_allocation_target,
            alternative_allocation_target,
            auto_rebalance_enabled,
            rebalance_threshold,
            rebalance_frequency,
            base_currency,
            currency_hedging_preference,
            tax_loss_harvesting_enabled,
            franking_credits_consideration,
            nz_tax_optimization,
            price_alert_threshold,
            portfolio_alert_threshold,
            news_alert_enabled,
            signal_alert_enabled,
            auto_save_enabled,
            advanced_mode_enabled,
            paper_trading_enabled,
            real_trading_enabled,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            trading_style: optional(trading_style)?,
            strategy_preference: optional(strategy_preference)?,
            position_sizing_method: optional(position_sizing_method)?,
            default_position_size: default_position_size.map(Decimal),
            max_position_size: max_position_size.map(Decimal),
            stop_loss_percentage: stop_loss_percentage.map(Decimal),
            take_profit_percentage: take_profit_percentage.map(Decimal),
            max_daily_trades,
            max_weekly_trades,
            cash_allocation_target: cash_allocation_target.map(Decimal),
            equity_allocation_target: equity_allocation_target.map(Decimal),
            bond_allocation_target: bond_allocation_target.map(Decimal),
            alternative_allocation_target: alternative_allocation_target.map(Decimal),
            auto_rebalance_enabled,
            rebalance_threshold: rebalance_threshold.map(Decimal),
            rebalance_frequency: optional(rebalance_frequency)?,
            base_currency: base_currency.map(Currency),
            currency_hedging_preference: optional(currency_hedging_preference)?,
            tax_loss_harvesting_enabled,
            franking_credits_consideration,
            nz_tax_optimization,
            price_alert_threshold: price_alert_threshold.map(Decimal),
            portfolio_alert_threshold: portfolio_alert_threshold.map(Decimal),
            news_alert_enabled,
            signal_alert_enabled,
            auto_save_enabled,
            advanced_mode_enabled,
            paper_trading_enabled,
            real_trading_enabled,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
