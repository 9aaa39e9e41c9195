//! Going on with a session under new tokens.

use async_graphql::InputObject;
use secrecy::ExposeSecret;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    MODULE,
    opened_session::{SignInPayload, TokenDelivery, payload},
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
        mutation::{Deed, Write},
    },
};

/// What a session goes on with.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The session's last refresh token; it is good for one use. Without it the one of the cookie is taken.
    #[graphql(secret)]
    pub refresh_token: Option<String>,
    /// How the new tokens come. Those of a session that goes on by its cookie come in cookies, whatever this says:
    /// a script that could ask for them otherwise could take the session away.
    #[graphql(default)]
    pub token_delivery: TokenDelivery,
}

impl RefreshSessionInput {
    /// The token to go on with, and how its successors are delivered.
    fn token(self, call: &Call) -> Result<(Zeroizing<String>, TokenDelivery)> {
        if let Some(token) = self.refresh_token {
            self.token_delivery.check(call)?;
            return Ok((Zeroizing::new(token), self.token_delivery));
        }
        let Some(token) = &call.cookies.refresh else {
            let message = "There is no refresh token, neither here nor in a cookie.";
            return Err(Error::invalid(&["input", "refreshToken"], "REQUIRED", message));
        };
        TokenDelivery::Cookie.check(call)?;
        Ok((Zeroizing::new(token.expose_secret().to_owned()), TokenDelivery::Cookie))
    }
}

pub(super) async fn run(call: &Call, input: RefreshSessionInput) -> Result<SignInPayload> {
    let (token, delivery) = input.token(call)?;
    let (access, next) = (Token::new()?, Token::new()?);
    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?;
    match store::rotate(write.transaction(), &token, &access, &next).await? {
        Rotation::Rotated { session_id, user_id, access_expires_at, expires_at } => {
            let write = write.on_behalf_of(user_id).await?.in_session(session_id);
            write.commit(Deed::new(MODULE, "session_refreshed", "A session went on under new tokens.")).await?;
            call.session_ended(session_id);
            call.read_as(Scope::user(user_id));
            payload(call, user_id, session_id, delivery, [(access, access_expires_at), (next, expires_at)]).await
        }
        Rotation::ReplayedRecently => {
            Err(Error::conflict("This refresh token was used a moment ago; use the tokens that came with that."))
        }
        Rotation::Refused => {
            // A late replay has ended its session, and that must stand.
            write.commit_silently().await?;
            if delivery == TokenDelivery::Cookie {
                call.cookies.forget();
            }
            Err(Error::new(ErrorCode::Unauthenticated, "This refresh token has ended; sign in again."))
        }
    }
}
