//! A session that was opened or goes on: its tokens, shown once.

use async_graphql::SimpleObject;
use chrono::{DateTime as Moment, Utc};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Scope,
    authentication::{
        store,
        tokens::Token,
        types::{Session, User},
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        scalars::DateTime,
        table::{BY_ID, Record},
        write::{Deed, Write},
    },
};

/// A session and the tokens that prove it; they are shown this once.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Goes into the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends, 15 minutes from now.
    access_expires_at: DateTime,
    /// Good for one `refreshSession`.
    refresh_token: String,
    /// When the refresh token and with it the session ends, 30 days from now.
    refresh_expires_at: DateTime,
    /// The session's id.
    session_id: Id<Session>,
    /// Who has signed in.
    user: User,
}

/// Stores a session and commits it with its activity.
pub(super) async fn open(call: &Call, write: Write<'_>, user_id: Uuid, action: &str) -> Result<SignInPayload> {
    let (access, refresh) = (Token::new()?, Token::new()?);
    let session = store::open_session(write.transaction(), user_id, &access, &refresh, &call.origin).await?;
    let expiries = (session.access_expires_at.with_timezone(&Utc), session.expires_at.with_timezone(&Utc));
    let context = match action {
        "registered" => "The account was made.",
        "signed_in_with_recovery_code" => "The account was signed in to with a recovery code, which is used up.",
        _ => "The account was signed in to.",
    };
    write.in_session(session.id).commit(Deed::new(MODULE, action, context)).await?;
    call.read_as(Scope::user(user_id));
    payload(call, user_id, session.id, (access, refresh), expiries).await
}

/// What the client gets to see of a session.
pub(super) async fn payload(
    call: &Call,
    user_id: Uuid,
    session_id: Uuid,
    (access, refresh): (Token, Token),
    (access_expires_at, expires_at): (Moment<Utc>, Moment<Utc>),
) -> Result<SignInPayload> {
    let user = call.one::<User>(BY_ID, vec![user_id.into()]).await?.ok_or_else(|| Error::not_found("account"))?;
    Ok(SignInPayload {
        access_token: access.reveal(),
        access_expires_at: DateTime(access_expires_at),
        refresh_token: refresh.reveal(),
        refresh_expires_at: DateTime(expires_at),
        session_id: Id::new(session_id),
        user: User::from_row(user)?,
    })
}
