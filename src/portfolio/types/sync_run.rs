//! SyncRun, a row of portfolio_sync_log.

use async_graphql::{Enum, SimpleObject};
use entity::portfolio_sync_log;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::position::SyncSource;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{DATE_TIME, ID, INT, JSON, TEXT, one_of},
        scalars::{DateTime, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// How a run ended.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum SyncStatus {
    /// Every row was taken over.
    Success,
    /// Nothing was taken over.
    Error,
    /// Some rows were taken over.
    Partial,
    /// It is still running.
    Pending,
}

impl Enumeration for SyncStatus {}

/// An import or a synchronisation with a broker.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SyncRun {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// Where they came from.
    pub sync_source: SyncSource,
    /// How the run ended, pending while it lasts.
    pub status: SyncStatus,
    /// How many rows were taken over.
    pub records_imported: i32,
    /// What went wrong, null when nothing did.
    pub error_message: Option<String>,
    /// The file that was read, null when there was none.
    pub filename: Option<String>,
    /// When the run began.
    pub sync_started: DateTime,
    /// When the run ended, not before it began.
    pub sync_completed: DateTime,
    /// Further facts about the run, as a JSON object, null without any.
    pub metadata: Option<Json>,
    /// When the row was written.
    pub created_at: DateTime,
}

edges!(SyncRun, SyncRun::EDGES);

impl Record for SyncRun {
    type Entity = portfolio_sync_log::Entity;
    type Model = portfolio_sync_log::Model;

    const TABLE: &'static Table = &Table {
        name: "SyncRun",
        prefix: "sync_run",
        sql: "portfolio_sync_log",
        columns: &[
            Column::new("id", ID),
            Column::new("sync_source", one_of::<SyncSource>()),
            Column::new("status", one_of::<SyncStatus>()),
            Column::new("records_imported", INT),
            Column::optional("error_message", TEXT),
            Column::optional("filename", TEXT),
            Column::new("sync_started", DATE_TIME),
            Column::new("sync_completed", DATE_TIME),
            Column::optional("metadata", JSON),
            Column::new("created_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: portfolio_sync_log::Model) -> Result<Self> {
        let portfolio_sync_log::Model {
            id,
            user_id,
            sync_source,
            status,
            records_imported,
            error_message,
            filename,
            sync_started,
            sync_completed,
            metadata,
            created_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            sync_source: SyncSource::from_stored(&sync_source)?,
            status: SyncStatus::from_stored(&status)?,
            records_imported,
            error_message,
            filename,
            sync_started: sync_started.into(),
            sync_completed: sync_completed.into(),
            metadata: metadata.map(Json),
            created_at: created_at.into(),
        })
    }
}
