//! Going on with a session under new tokens.

use async_graphql::InputObject;
use uuid::Uuid;

use super::{
    MODULE,
    opened_session::{SignInPayload, payload},
};
use crate::{
    access::Scope,
    authentication::{
        store::{self, Rotation},
        tokens::Token,
    },
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        write::{Deed, Write},
    },
};

/// What a session goes on with.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The session's last refresh token; it is good for one use.
    #[graphql(secret)]
    pub refresh_token: String,
}

pub(super) async fn run(call: &Call, input: RefreshSessionInput) -> Result<SignInPayload> {
    let (access, next) = (Token::new()?, Token::new()?);
    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?;
    match store::rotate(write.transaction(), &input.refresh_token, &access, &next).await? {
        Rotation::Rotated { session_id, user_id, access_expires_at, expires_at } => {
            let write = write.on_behalf_of(user_id).await?.in_session(session_id);
            write.commit(Deed::new(MODULE, "session_refreshed", "A session went on under new tokens.")).await?;
            call.session_ended(session_id);
            call.read_as(Scope::user(user_id));
            payload(call, user_id, session_id, (access, next), (access_expires_at, expires_at)).await
        }
        Rotation::ReplayedRecently => {
            Err(Error::conflict("This refresh token was used a moment ago; use the tokens that came with that."))
        }
        Rotation::Refused => {
            // A late replay has ended its session, and that must stand.
            write.commit_silently().await?;
            Err(Error::new(ErrorCode::Unauthenticated, "This refresh token has ended; sign in again."))
        }
    }
}
