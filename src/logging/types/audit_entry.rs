//! AuditEntry, a row of audit_log.

use async_graphql::{Enum, ID, SimpleObject};
use entity::audit_log;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::Enumeration,
        error::Result,
        id::{self, Id},
        node::TARGETS,
        operators::{ANY_ID, DATE_TIME, ID as ROW_ID, TEXT, one_of},
        scalars::{DateTime, Json},
        table::{Column, Edge, Record, Table},
    },
};

/// What the audit tells of.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditOperation {
    /// A watched row was changed.
    Update,
    /// A watched row was deleted.
    Delete,
    /// A field was refused: to this person, for this input, or for now.
    Refused,
    /// An access token was refused, because it is unknown or has ended.
    TokenRefused,
    /// Somebody failed to sign in.
    SignInFailed,
    /// Somebody tried to sign in too often and was told when to come back.
    SignInThrottled,
    /// A message was asked for: to verify an address or to reset a password.
    MailRequested,
    /// An e-mail address was verified.
    EmailVerified,
    /// A forgotten password was replaced.
    PasswordReset,
    /// The second factor was switched on or off, or a recovery code was used.
    SecondFactorChanged,
    /// Personal data was shown in full.
    Revealed,
    /// The keys of personal data were rotated.
    KeysRotated,
    /// Something was tried out and changed nothing.
    DryRun,
    /// More happened than could be recorded; the details say how much is missing.
    EventsDropped,
}

impl Enumeration for AuditOperation {}

/// In whose name the server worked.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum AuditScope {
    /// Nobody was signed in.
    Nobody,
    /// A user, with their own rows.
    User,
    /// An administrator, with the rights of one.
    Admin,
    /// The server itself, or its command line.
    System,
}

impl Enumeration for AuditScope {}

/// Something that was done to a row, was refused, or failed: for administrators alone, and only ever added to.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AuditEntry {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    /// When it happened.
    pub at: DateTime,
    /// What happened.
    pub operation: AuditOperation,
    /// In whose name the server worked.
    pub scope: AuditScope,
    /// Who did it or tried to, null when nobody was signed in; it stays when the account is gone.
    pub actor_id: Option<Id<User>>,
    /// Whose row or account it was about, null when it was about nobody's; it stays when the account is gone.
    pub owner_id: Option<Id<User>>,
    /// The table of the row that it was about, null without one.
    pub table_name: Option<String>,
    /// The row that it was about, null without one; it stays when the row is gone.
    pub row_id: Option<ID>,
    /// For UPDATE and DELETE: by column the `old` and the `new` value, or `withheld`, for what is secret, personal or
    /// somebody's own words; null for everything else.
    pub changes: Option<Json>,
    /// For everything but UPDATE and DELETE: further facts, null without any.
    pub details: Option<Json>,
    /// The request that did it, as the header X-Request-Id names it, null outside of requests.
    pub request_id: Option<String>,
    /// The address that the request came from, null when unknown.
    pub address: Option<String>,
    #[graphql(skip)]
    pub actor: Option<Uuid>,
    #[graphql(skip)]
    pub owner: Option<Uuid>,
}

edges!(AuditEntry, AuditEntry::EDGES);

impl Record for AuditEntry {
    type Entity = audit_log::Entity;
    type Model = audit_log::Model;

    const TABLE: &'static Table = &Table {
        name: "AuditEntry",
        prefix: "audit_entry",
        sql: "audit_log",
        columns: &[
            Column::new("id", ROW_ID),
            Column::new("at", DATE_TIME),
            Column::new("operation", one_of::<AuditOperation>()),
            Column::new("scope", one_of::<AuditScope>()),
            Column::optional("actor_id", ANY_ID),
            Column::optional("owner_id", ANY_ID),
            Column::optional("table_name", TEXT),
            Column::optional("row_id", ANY_ID),
            Column::optional("request_id", ANY_ID),
        ],
        order: &[("at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] = &[
        Edge::one::<User>(
            "actor",
            "Who did it, null when nobody was signed in or the account is gone.",
            ACTOR,
            |row| row.actor.map(|id| vec![id.into()]),
        ),
        Edge::one::<User>("owner", "Whose it was, null when it was nobody's or the account is gone.", OWNER, |row| {
            row.owner.map(|id| vec![id.into()])
        }),
    ];

    fn from_row(row: audit_log::Model) -> Result<Self> {
        let audit_log::Model {
            id,
            at,
            operation,
            scope,
            actor_id,
            owner_id,
            table_name,
            row_id,
            changes,
            details,
            request_id,
            address,
        } = row;
        Ok(Self {
            id: Id::new(id),
            at: at.into(),
            operation: AuditOperation::from_stored(&operation)?,
            scope: AuditScope::from_stored(&scope)?,
            actor_id: actor_id.map(Id::new),
            owner_id: owner_id.map(Id::new),
            row_id: row_id.map(|id| typed(table_name.as_deref(), id)),
            table_name,
            changes: changes.map(Json),
            details: details.map(Json),
            request_id: request_id.map(|id| id.to_string()),
            address: address.map(|address| address.ip().to_string()),
            actor: actor_id,
            owner: owner_id,
        })
    }
}

const ACTOR: &[(&str, &str)] = &[("actor_id", "id")];
const OWNER: &[(&str, &str)] = &[("owner_id", "id")];

/// A row's id as `node(id)` takes it; the bare UUID of a row whose table the API does not show.
fn typed(table: Option<&str>, id: Uuid) -> ID {
    let target = TARGETS.iter().find(|target| Some(target.table().sql) == table);
    ID(target.map_or_else(|| id.to_string(), |target| id::text(target.table().prefix, id)))
}
