//! A session that was opened or goes on: its tokens, shown once.

use async_graphql::{Enum, SimpleObject};
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
        cookies::Kept,
        error::{Error, Result},
        id::Id,
        mutation::{Deed, Write},
        scalars::DateTime,
        table::{BY_ID, Record},
    },
};

/// How a client gets the tokens of its session.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenDelivery {
    /// In the payload, for the header `Authorization: Bearer …`.
    #[default]
    Bearer,
    /// In two cookies that no script can read, `HttpOnly`, `Secure` and `SameSite=Strict`: for pages in a browser, which
    /// then send no header and keep no secret. Only for pages of this server and of its configured origins, over HTTP.
    Cookie,
}

/// A session and the tokens that prove it; they are shown this once.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Goes into the header `Authorization: Bearer …`; null where a cookie has it.
    access_token: Option<String>,
    /// When the access token ends, 15 minutes from now.
    access_expires_at: DateTime,
    /// Good for one `refreshSession`; null where a cookie has it.
    refresh_token: Option<String>,
    /// When the refresh token and with it the session ends, 30 days from now.
    refresh_expires_at: DateTime,
    /// The session's id.
    session_id: Id<Session>,
    /// Who has signed in.
    user: User,
}

impl TokenDelivery {
    /// Refuses cookies where no answer may set them, before anything is done.
    ///
    /// # Errors
    /// INVALID for the field `tokenDelivery`.
    pub(super) fn check(self, call: &Call) -> Result<()> {
        if self == Self::Bearer || call.cookies.may_be_set {
            return Ok(());
        }
        let message = "Cookies are for pages of this server and of its configured origins, over HTTP.";
        Err(Error::invalid(&["input", "tokenDelivery"], "NOT_ALLOWED", message))
    }
}

/// Stores a session and commits it with its activity.
pub(super) async fn open(
    call: &Call,
    write: Write<'_>,
    user_id: Uuid,
    delivery: TokenDelivery,
    action: &str,
) -> Result<SignInPayload> {
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
    payload(call, user_id, session.id, delivery, [(access, expiries.0), (refresh, expiries.1)]).await
}

/// What the client gets to see of a session: the access and the refresh token, each with its end.
pub(super) async fn payload(
    call: &Call,
    user_id: Uuid,
    session_id: Uuid,
    delivery: TokenDelivery,
    [(access, access_expires_at), (refresh, refresh_expires_at)]: [(Token, Moment<Utc>); 2],
) -> Result<SignInPayload> {
    let user = call.one::<User>(BY_ID, vec![user_id.into()]).await?.ok_or_else(|| Error::not_found("account"))?;
    let shown = |token: &Token| (delivery == TokenDelivery::Bearer).then(|| token.reveal());
    let payload = SignInPayload {
        access_token: shown(&access),
        access_expires_at: DateTime(access_expires_at),
        refresh_token: shown(&refresh),
        refresh_expires_at: DateTime(refresh_expires_at),
        session_id: Id::new(session_id),
        user: User::from_row(user)?,
    };
    if delivery == TokenDelivery::Cookie {
        let kept = |token: Token, until| Kept { token: token.into_secret(), until };
        // The browser keeps what the next access token is fetched with for as long as the session lasts.
        call.cookies.set(kept(access, access_expires_at), kept(refresh, refresh_expires_at));
    }
    Ok(payload)
}
