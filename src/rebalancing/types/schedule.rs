//! RebalanceSchedule, a row of rebalance_schedule.

use async_graphql::{Enum, SimpleObject};
use entity::rebalance_schedule;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::execution::RebalanceExecution;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, DECIMAL, ID, INT, TIME, one_of},
        scalars::{DateTime, Decimal, Time},
        table::{Column, Edge, Record, Table},
    },
};

/// How often a schedule runs.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum RebalanceFrequency {
    /// Only when asked.
    Manual,
    /// Every day.
    Daily,
    /// Every week, on its day of the week.
    Weekly,
    /// Every 14 days.
    Biweekly,
    /// Every month, on its day of the month.
    Monthly,
    /// In March, June, September and December.
    Quarterly,
    /// Once a year.
    Annually,
}

impl Enumeration for RebalanceFrequency {}

/// When the portfolios are brought back to their targets; one for each user.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RebalanceSchedule {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// False while the schedule rests.
    pub enabled: bool,
    /// How often it runs, manual for never by itself.
    pub frequency: RebalanceFrequency,
    /// Drift in percentage points above which rebalancing is due.
    pub threshold: Decimal,
    /// True when a run without enough drift does nothing.
    pub only_if_thresholds_exceeded: bool,
    /// Weekday of weekly and biweekly runs, 0 = Monday, null when it has no part.
    pub day_of_week: Option<i32>,
    /// Day of monthly and rarer runs, clamped to the month's end, null when it has no part.
    pub day_of_month: Option<i32>,
    /// Time of a run in the user's time zone.
    pub time_of_day: Time,
    /// True when a run on a weekend moves to Monday.
    pub exclude_weekends: bool,
    /// True when a plan may stop short of its targets.
    pub allow_partial_rebalancing: bool,
    /// The most trades that one run may make.
    pub max_trades_per_session: i32,
    /// When a run last succeeded, null when none did.
    pub last_rebalance_time: Option<DateTime>,
    /// When it last ran, whether anything had to be done or not, null when it never did.
    pub last_run_time: Option<DateTime>,
    /// When the next run is due, null when none is.
    pub next_scheduled_time: Option<DateTime>,
    /// When the schedule was made.
    pub created_at: DateTime,
    /// When the schedule was last changed.
    pub updated_at: DateTime,
}

edges!(RebalanceSchedule, RebalanceSchedule::EDGES);

impl Record for RebalanceSchedule {
    type Entity = rebalance_schedule::Entity;
    type Model = rebalance_schedule::Model;

    const TABLE: &'static Table = &Table {
        name: "RebalanceSchedule",
        prefix: "rebalance_schedule",
        sql: "rebalance_schedule",
        columns: &[
            Column::new("id", ID),
            Column::new("enabled", BOOLEAN),
            Column::new("frequency", one_of::<RebalanceFrequency>()),
            Column::new("threshold", DECIMAL),
            Column::new("only_if_thresholds_exceeded", BOOLEAN),
            Column::optional("day_of_week", INT),
            Column::optional("day_of_month", INT),
            Column::new("time_of_day", TIME),
            Column::new("exclude_weekends", BOOLEAN),
            Column::new("allow_partial_rebalancing", BOOLEAN),
            Column::new("max_trades_per_session", INT),
            Column::optional("last_rebalance_time", DATE_TIME),
            Column::optional("last_run_time", DATE_TIME),
            Column::optional("next_scheduled_time", DATE_TIME),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()])),
        Edge::many::<RebalanceExecution>(
            "executions",
            "What the schedule has set off, newest first.",
            &[("id", "schedule_id")],
            |row| Some(vec![row.id.0.into()]),
        ),
    ];

    fn from_row(row: rebalance_schedule::Model) -> Result<Self> {
        let rebalance_schedule::Model {
            id,
            user_id,
            enabled,
            frequency,
            threshold,
            only_if_thresholds_exceeded,
            day_of_week,
            day_of_month,
            time_of_day,
            exclude_weekends,
            allow_partial_rebalancing,
            max_trades_per_session,
            last_rebalance_time,
            last_run_time,
            next_scheduled_time,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            enabled,
            frequency: RebalanceFrequency::from_stored(&frequency)?,
            threshold: Decimal(threshold),
            only_if_thresholds_exceeded,
            day_of_week,
            day_of_month,
            time_of_day: Time(time_of_day),
            exclude_weekends,
            allow_partial_rebalancing,
            max_trades_per_session,
            last_rebalance_time: last_rebalance_time.map(Into::into),
            last_run_time: last_run_time.map(Into::into),
            next_scheduled_time: next_scheduled_time.map(Into::into),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
