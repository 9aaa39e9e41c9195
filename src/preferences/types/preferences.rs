//! Preferences, a row of user_preferences.

use async_graphql::{Enum, SimpleObject};
use entity::user_preferences;
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
        scalars::{DateTime, Decimal, HttpsUrl, TimeZone},
        table::{Column, Edge, Record, Table},
    },
};

/// Light or dark.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum ThemeMode {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
    /// As the device is set.
    System,
}

impl Enumeration for ThemeMode {}

/// How times of day are shown.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// With a.m. and p.m.
    #[strum(serialize = "12h")]
    Hours12,
    /// From 00:00 to 23:59.
    #[strum(serialize = "24h")]
    Hours24,
}

impl Enumeration for TimeFormat {}

/// How prices are drawn.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum ChartType {
    /// Candles.
    Candlestick,
    /// A line of closing prices.
    Line,
    /// Bars.
    Bar,
    /// A filled line.
    Area,
    /// Open, high, low and close as ticks.
    Ohlc,
}

impl Enumeration for ChartType {}

/// How an order is placed.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum OrderType {
    /// At the best price now.
    Market,
    /// At this price or better.
    Limit,
    /// At the market, once the price reaches the stop.
    Stop,
    /// At a limit, once the price reaches the stop.
    StopLimit,
}

impl Enumeration for OrderType {}

/// A user's settings of the app.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Preferences {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// Light, dark, or as the system has it; null leaves it open.
    pub theme: Option<ThemeMode>,
    /// Language tag of the texts shown, null leaves it open.
    pub language: Option<String>,
    /// IANA time zone in which days begin and schedules run, null stands for UTC.
    pub timezone: Option<TimeZone>,
    /// How dates are written, null leaves it open.
    pub date_format: Option<String>,
    /// Clock of 12 or 24 hours, null leaves it open.
    pub time_format: Option<TimeFormat>,
    /// Language tag that numbers are written by, null leaves it open.
    pub number_format: Option<String>,
    /// Kind of chart shown first, null leaves it open.
    pub chart_type: Option<ChartType>,
    /// Length of time that a chart shows first, null leaves it open.
    pub chart_timeframe: Option<String>,
    /// The page shown after signing in, null leaves it open.
    pub default_view: Option<String>,
    /// The name of the portfolio shown first, null for none.
    pub default_vault_id: Option<String>,
    /// Seconds between two refreshes, at least 5, null leaves it open.
    pub data_refresh_interval: Option<i32>,
    /// True to follow prices live, null leaves it open.
    pub real_time_data: Option<bool>,
    /// Length of history that is loaded first, null leaves it open.
    pub historical_data_range: Option<String>,
    /// Which price is shown, null leaves it open.
    pub price_display_mode: Option<String>,
    /// True to be told by e-mail, null leaves it open.
    pub email_notifications: Option<bool>,
    /// True to be told on the device, null leaves it open.
    pub push_notifications: Option<bool>,
    /// True to be told by text message, null leaves it open.
    pub sms_notifications: Option<bool>,
    /// Change in per cent from which an alert is raised, null leaves it open.
    pub alert_threshold: Option<Decimal>,
    /// The kind of order offered first, null leaves it open.
    pub default_order_type: Option<OrderType>,
    /// True to ask before an order is sent, null leaves it open.
    pub confirm_orders: Option<bool>,
    /// True to show warnings about risk, null leaves it open.
    pub show_risk_warnings: Option<bool>,
    /// True when the user may make personal API tokens, null stands for false.
    pub api_access_enabled: Option<bool>,
    /// The https address that events are sent to, null for none.
    pub webhook_url: Option<HttpsUrl>,
    /// True to apply the user's own style sheet, null stands for false.
    pub custom_css_enabled: Option<bool>,
    /// True to show unfinished features, null stands for false.
    pub beta_features: Option<bool>,
    /// True to show what developers need, null stands for false.
    pub developer_mode: Option<bool>,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
    pub updated_at: DateTime,
}

edges!(Preferences, Preferences::EDGES);

impl Record for Preferences {
    type Entity = user_preferences::Entity;
    type Model = user_preferences::Model;

    const TABLE: &'static Table = &Table {
        name: "Preferences",
        prefix: "preferences",
        sql: "user_preferences",
        columns: &[
            Column::new("id", ID),
            Column::optional("theme", one_of::<ThemeMode>()),
            Column::optional("language", TEXT),
            Column::optional("timezone", TEXT),
            Column::optional("date_format", TEXT),
            Column::optional("time_format", one_of::<TimeFormat>()),
            Column::optional("number_format", TEXT),
            Column::optional("chart_type", one_of::<ChartType>()),
            Column::optional("chart_timeframe", TEXT),
            Column::optional("default_view", TEXT),
            Column::optional("default_vault_id", TEXT),
            Column::optional("data_refresh_interval", INT),
            Column::optional("real_time_data", BOOLEAN),
            Column::optional("historical_data_range", TEXT),
            Column::optional("price_display_mode", TEXT),
            Column::optional("email_notifications", BOOLEAN),
            Column::optional("push_notifications", BOOLEAN),
            Column::optional("sms_notifications", BOOLEAN),
            Column::optional("alert_threshold", DECIMAL),
            Column::optional("default_order_type", one_of::<OrderType>()),
            Column::optional("confirm_orders", BOOLEAN),
            Column::optional("show_risk_warnings", BOOLEAN),
            Column::optional("api_access_enabled", BOOLEAN),
            Column::optional("webhook_url", TEXT),
            Column::optional("custom_css_enabled", BOOLEAN),
            Column::optional("beta_features", BOOLEAN),
            Column::optional("developer_mode", BOOLEAN),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: user_preferences::Model) -> Result<Self> {
        let user_preferences::Model {
            id,
            user_id,
            theme,
            language,
            timezone,
            date_format,
            time_format,
            number_format,
            chart_type,
            chart_timeframe,
            default_view,
            default_vault_id,
            data_refresh_interval,
            real_time_data,
            historical_data_range,
            price_display_mode,
            email_notifications,
            push_notifications,
            sms_notifications,
            alert_threshold,
            default_order_type,
            confirm_orders,
            show_risk_warnings,
            api_access_enabled,
            webhook_url,
            custom_css_enabled,
            beta_features,
            developer_mode,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            theme: optional(theme)?,
            language,
            timezone: timezone.map(TimeZone),
            date_format,
            time_format: optional(time_format)?,
            number_format,
            chart_type: optional(chart_type)?,
            chart_timeframe,
            default_view,
            default_vault_id,
            data_refresh_interval,
            real_time_data,
            historical_data_range,
            price_display_mode,
            email_notifications,
            push_notifications,
            sms_notifications,
            alert_threshold: alert_threshold.map(Decimal),
            default_order_type: optional(default_order_type)?,
            confirm_orders,
            show_risk_warnings,
            api_access_enabled,
            webhook_url: webhook_url.map(HttpsUrl),
            custom_css_enabled,
            beta_features,
            developer_mode,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
