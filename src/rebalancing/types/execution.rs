//! RebalanceExecution, a row of rebalance_execution.

use async_graphql::{Enum, SimpleObject};
use entity::rebalance_execution;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::schedule::RebalanceSchedule;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::Enumeration,
        error::{Error, Result},
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, INT, TEXT, one_of},
        scalars::{DateTime, Decimal},
        table::{Column, Edge, Record, Table},
    },
};

/// What set a rebalancing off.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum RebalanceExecutionType {
    /// Its schedule.
    Scheduled,
    /// The user.
    Manual,
    /// A drift beyond the threshold.
    ThresholdTriggered,
    /// A call of the API.
    ApiTriggered,
}

impl Enumeration for RebalanceExecutionType {}

/// Which way a trade went.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ExecutedSide {
    /// It was bought.
    Buy,
    /// It was sold.
    Sell,
}

/// A trade as it was carried out on paper. No order was placed with any broker.
#[derive(SimpleObject, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExecutedTrade {
    /// What was traded.
    pub symbol: String,
    /// Bought or sold.
    pub side: ExecutedSide,
    /// How many units.
    pub quantity: Decimal,
    /// Price of a unit.
    pub price: Decimal,
    /// Quantity × price, to two places.
    pub amount: Decimal,
}

/// A rebalancing that was done or tried.
///
/// Σ amounts bought + cashAfter = Σ amounts sold + cashBefore + newCash.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RebalanceExecution {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    #[graphql(skip)]
    pub schedule_id: Option<Uuid>,
    /// What asked for it.
    pub execution_type: RebalanceExecutionType,
    /// The name that the portfolio had then; null where that was not kept.
    pub vault_id: Option<String>,
    /// Portfolio value before the first trade, new cash included.
    pub portfolio_value_before: Decimal,
    /// Largest drift before the first trade, in percentage points.
    pub total_drift_percent: Decimal,
    /// Cash before anything happened; null when nothing did, or it was not kept.
    pub cash_before: Option<Decimal>,
    /// Money that came in before the first trade, negative when it was taken out; null as with `cashBefore`.
    pub new_cash: Option<Decimal>,
    /// Cash after the last trade; null as with `cashBefore`.
    pub cash_after: Option<Decimal>,
    /// What was bought and sold, sales first; empty when nothing was, or it was not kept.
    pub trades: Vec<ExecutedTrade>,
    /// How many trades were really made.
    pub trades_executed: i32,
    /// True when the whole plan was carried out.
    pub completed_successfully: bool,
    /// What went wrong, null when nothing did.
    pub error_message: Option<String>,
    /// When it happened.
    pub executed_at: DateTime,
}

edges!(RebalanceExecution, RebalanceExecution::EDGES);

impl Record for RebalanceExecution {
    type Entity = rebalance_execution::Entity;
    type Model = rebalance_execution::Model;

    const TABLE: &'static Table = &Table {
        name: "RebalanceExecution",
        prefix: "rebalance_execution",
        sql: "rebalance_execution",
        columns: &[
            Column::new("id", ID),
            Column::new("execution_type", one_of::<RebalanceExecutionType>()),
            Column::optional("vault_id", TEXT),
            Column::new("portfolio_value_before", DECIMAL),
            Column::new("total_drift_percent", DECIMAL),
            Column::optional("cash_before", DECIMAL),
            Column::optional("new_cash", DECIMAL),
            Column::optional("cash_after", DECIMAL),
            Column::new("trades_executed", INT),
            Column::new("completed_successfully", BOOLEAN),
            Column::optional("error_message", TEXT),
            Column::new("executed_at", DATE_TIME),
        ],
        order: &[("executed_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::one::<RebalanceSchedule>(
            "schedule",
            "The schedule that set it off; null when there was none or it is gone.",
            &[("schedule_id", "id")],
            |row| Some(vec![row.schedule_id?.into()]),
        ),
    ];

    fn from_row(row: rebalance_execution::Model) -> Result<Self> {
        let rebalance_execution::Model {
            id,
            user_id,
            schedule_id,
            execution_type,
            portfolio_value_before,
            total_drift_percent,
            trades_executed,
            completed_successfully,
            error_message,
            executed_at,
            vault_id,
            cash_before,
            new_cash,
            cash_after,
            trades,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            schedule_id,
            execution_type: RebalanceExecutionType::from_stored(&execution_type)?,
            vault_id,
            portfolio_value_before: Decimal(portfolio_value_before),
            total_drift_percent: Decimal(total_drift_percent),
            cash_before: cash_before.map(Decimal),
            new_cash: new_cash.map(Decimal),
            cash_after: cash_after.map(Decimal),
            trades: serde_json::from_value(trades).map_err(Error::internal)?,
            trades_executed,
            completed_successfully,
            error_message,
            executed_at: executed_at.into(),
        })
    }
}
