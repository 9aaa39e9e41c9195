//! Session, a row of user_sessions.

use async_graphql::SimpleObject;
use entity::user_sessions;
use uuid::Uuid;

use super::user::User;
use crate::{
    edges,
    graphql::{
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, ID, JSON, TEXT},
        scalars::{DateTime, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// A sign-in, from when it was made until it ends or is ended.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Session {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// What the client told of its device, as a JSON object, null when it told nothing.
    pub device_info: Option<Json>,
    /// The address that signed in, null when unknown.
    pub ip_address: Option<String>,
    /// The client's User-Agent header, null when it sent none.
    pub user_agent: Option<String>,
    /// When the sign-in happened.
    pub created_at: DateTime,
    /// When the sign-in and its refresh token end.
    pub expires_at: DateTime,
    /// When the access token ends.
    pub access_expires_at: DateTime,
    /// When the access token was last seen, to the minute.
    pub last_activity_at: DateTime,
    /// When the sign-in was ended before its time, null when it was not.
    pub revoked_at: Option<DateTime>,
    /// False once the sign-in was ended.
    pub is_active: bool,
}

edges!(Session, Session::EDGES);

impl Record for Session {
    type Entity = user_sessions::Entity;
    type Model = user_sessions::Model;

    const TABLE: &'static Table = &Table {
        name: "Session",
        prefix: "session",
        sql: "user_sessions",
        columns: &[
            Column::new("id", ID),
            Column::optional("device_info", JSON),
            Column::optional("user_agent", TEXT),
            Column::new("created_at", DATE_TIME),
            Column::new("expires_at", DATE_TIME),
            Column::new("access_expires_at", DATE_TIME),
            Column::new("last_activity_at", DATE_TIME),
            Column::optional("revoked_at", DATE_TIME),
            Column::new("is_active", BOOLEAN),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: user_sessions::Model) -> Result<Self> {
        let user_sessions::Model {
            id,
            user_id,
            session_token: _,
            refresh_token: _,
            device_info,
            ip_address,
            user_agent,
            created_at,
            expires_at,
            access_expires_at,
            last_activity_at,
            revoked_at,
            is_active,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            device_info: device_info.map(Json),
            ip_address: ip_address.map(|address| address.ip().to_string()),
            user_agent,
            created_at: created_at.into(),
            expires_at: expires_at.into(),
            access_expires_at: access_expires_at.into(),
            last_activity_at: last_activity_at.into(),
            revoked_at: revoked_at.map(Into::into),
            is_active,
        })
    }
}
