//! PersonalToken, a row of personal_tokens.

use async_graphql::SimpleObject;
use entity::personal_tokens;
use uuid::Uuid;

use super::{token_scope::TokenScope, user::User};
use crate::{
    edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::Id,
        operators::{DATE_TIME, ID, TEXT},
        scalars::DateTime,
        table::{Column, Edge, Record, Table},
    },
};

/// A personal API token: what a program of the user's shows in place of a sign-in. The token itself was shown once, when
/// it was made. It is dead while `apiAccessEnabled` of the preferences is off, or the account is not active.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PersonalToken {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// What its user calls it.
    pub name: String,
    /// The last four characters of the token, to recognise it by.
    pub ending: String,
    /// What it is good for.
    pub scopes: Vec<TokenScope>,
    /// When it ends.
    pub expires_at: DateTime,
    /// When it was last used, to the minute; null when it never was.
    pub last_used_at: Option<DateTime>,
    /// When it was revoked before its time; null when it was not.
    pub revoked_at: Option<DateTime>,
    /// When it was made.
    pub created_at: DateTime,
    /// When its name was last changed, or it was revoked.
    pub updated_at: DateTime,
}

edges!(PersonalToken, PersonalToken::EDGES);

impl Record for PersonalToken {
    type Entity = personal_tokens::Entity;
    type Model = personal_tokens::Model;

    const TABLE: &'static Table = &Table {
        name: "PersonalToken",
        prefix: "personal_token",
        sql: "personal_tokens",
        columns: &[
            Column::new("id", ID),
            Column::new("name", TEXT),
            Column::new("ending", TEXT),
            Column::new("expires_at", DATE_TIME),
            Column::optional("last_used_at", DATE_TIME),
            Column::optional("revoked_at", DATE_TIME),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: personal_tokens::Model) -> Result<Self> {
        let personal_tokens::Model {
            id,
            user_id,
            name,
            token_hash: _,
            ending,
            scopes,
            expires_at,
            last_used_at,
            revoked_at,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            name,
            ending,
            scopes: scopes.iter().map(|scope| TokenScope::from_stored(scope)).collect::<Result<_>>()?,
            expires_at: expires_at.into(),
            last_used_at: last_used_at.map(Into::into),
            revoked_at: revoked_at.map(Into::into),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
