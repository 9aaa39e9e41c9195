//! Activity, a row of agent_memory.

use async_graphql::SimpleObject;
use entity::agent_memory;
use uuid::Uuid;

use crate::{
    authentication::types::User,
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{DATE_TIME, ID, JSON, TEXT},
        scalars::{DateTime, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// Something that was done with an account: one row for each committed change.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Activity {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// The part of the product that it happened in.
    pub block_id: String,
    /// What was done, as noun and verb in the past tense.
    pub action: String,
    /// What it was about.
    pub context: String,
    /// What was asked for, without secrets and personal data, null when nothing was.
    pub user_input: Option<String>,
    /// What was answered or changed, null when nothing was.
    pub agent_response: Option<String>,
    /// Further facts, as a JSON object, null without any.
    pub metadata: Option<Json>,
    /// When it was done; decides the partition.
    pub timestamp: DateTime,
    /// The sign-in, token or job that did it.
    pub session_id: String,
}

edges!(Activity, Activity::EDGES);

impl Record for Activity {
    type Entity = agent_memory::Entity;
    type Model = agent_memory::Model;

    const TABLE: &'static Table = &Table {
        name: "Activity",
        prefix: "activity",
        sql: "agent_memory",
        columns: &[
            Column::new("id", ID),
            Column::new("block_id", TEXT).key(),
            Column::new("action", TEXT).key(),
            Column::new("context", TEXT),
            Column::optional("user_input", TEXT),
            Column::optional("agent_response", TEXT),
            Column::optional("metadata", JSON),
            Column::new("timestamp", DATE_TIME).moment(),
            Column::new("session_id", TEXT).key(),
        ],
        order: &[("timestamp", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: agent_memory::Model) -> Result<Self> {
        let agent_memory::Model {
            id,
            user_id,
            block_id,
            action,
            context,
            user_input,
            agent_response,
            metadata,
            timestamp,
            session_id,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            block_id,
            action,
            context,
            user_input,
            agent_response,
            metadata: metadata.map(Json),
            timestamp: timestamp.into(),
            session_id,
        })
    }
}
