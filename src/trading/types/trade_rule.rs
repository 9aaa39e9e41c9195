//! TradeRule, a row of user_trade_rule.

use async_graphql::{Enum, SimpleObject};
use entity::user_trade_rule;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::evaluation::Judgement;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, TEXT, one_of},
        scalars::{DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
    portfolio::types::Holding,
};

/// What a rule does.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeRuleType {
    /// Buys a fixed amount at intervals while the price is at most the threshold (dollar-cost averaging).
    #[strum(serialize = "DCA")]
    Dca,
    /// Sells when the price falls to the threshold, in per cent below the average cost.
    #[strum(serialize = "Stop-Loss")]
    StopLoss,
}

impl Enumeration for TradeRuleType {}

/// How often a DCA rule buys.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum TradeRuleFrequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every 14 days.
    Biweekly,
    /// Every calendar month.
    Monthly,
    /// Every three calendar months.
    Quarterly,
}

impl Enumeration for TradeRuleFrequency {}

/// A rule that buys at intervals or sells when a price falls.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TradeRule {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// What it buys or watches.
    pub symbol: String,
    /// DCA buys regularly, Stop-Loss sells below a price.
    pub rule_type: TradeRuleType,
    /// DCA: the highest price to buy at; Stop-Loss: per cent below the average cost, under 100.
    pub threshold: Decimal,
    /// How often a DCA rule buys, null for a Stop-Loss that needs none.
    pub frequency: Option<TradeRuleFrequency>,
    /// How much money a DCA rule spends each time, null for a Stop-Loss that needs none.
    pub amount: Option<Decimal>,
    /// False while the rule rests.
    pub enabled: bool,
    /// When the rule was last acted on, null when it never was.
    pub last_triggered: Option<DateTime>,
    /// When subscribers were last told that it wants something done; null once it no longer does.
    pub notified_at: Option<DateTime>,
    #[graphql(flatten)]
    pub judgement: Judgement,
    /// When the rule was made.
    pub created_at: DateTime,
    /// When the rule was last changed.
    pub updated_at: DateTime,
}

edges!(TradeRule, TradeRule::EDGES);

impl Record for TradeRule {
    type Entity = user_trade_rule::Entity;
    type Model = user_trade_rule::Model;

    const TABLE: &'static Table = &Table {
        name: "TradeRule",
        prefix: "trade_rule",
        sql: "user_trade_rule",
        columns: &[
            Column::new("id", ID),
            Column::new("symbol", TEXT),
            Column::new("rule_type", one_of::<TradeRuleType>()),
            Column::new("threshold", DECIMAL),
            Column::optional("frequency", one_of::<TradeRuleFrequency>()),
            Column::optional("amount", DECIMAL),
            Column::new("enabled", BOOLEAN),
            Column::optional("last_triggered", DATE_TIME),
            Column::optional("notified_at", DATE_TIME),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("symbol", false)],
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

    fn from_row(row: user_trade_rule::Model) -> Result<Self> {
        let user_trade_rule::Model {
            id,
            user_id,
            symbol,
            rule_type,
            threshold,
            frequency,
            amount,
            enabled,
            last_triggered,
            created_at,
            updated_at,
            notified_at,
        } = row;
        let (kind, frequency) = (TradeRuleType::from_stored(&rule_type)?, optional(frequency)?);
        let judgement = Judgement {
            user_id,
            symbol: symbol.clone(),
            kind,
            threshold,
            frequency,
            amount,
            is_enabled: enabled,
            last_triggered: last_triggered.map(|time| time.to_utc()),
        };
        Ok(Self {
            id: Id::new(id),
            user_id,
            symbol,
            rule_type: kind,
            threshold: Decimal(threshold),
            frequency,
            amount: amount.map(Decimal),
            enabled,
            last_triggered: last_triggered.map(Into::into),
            notified_at: notified_at.map(Into::into),
            judgement,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
