//! Ending a session, one's own or another of the same account.

use async_graphql::{InputObject, SimpleObject};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Credential,
    authentication::{
        store::{self, Ending},
        types::Session,
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        mutation::{Deed, Write},
    },
};

/// A session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// One of the viewer's own sessions.
    pub id: Id<Session>,
}

/// Sessions that ended.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// The session that ended.
    session_id: Id<Session>,
}

pub(super) async fn run(call: &Call, session_id: Uuid, action: &str) -> Result<SignOutPayload> {
    let viewer = call.viewer()?;
    viewer.session_id()?;
    let write = Write::of_viewer(call, MODULE).await?;
    let ended = store::end_sessions(write.transaction(), viewer.user.id, Ending::This(session_id)).await?;
    if ended.is_empty() {
        return Err(Error::not_found("live session"));
    }
    let deed = Deed::new(MODULE, action, "A session was ended.");
    write.commit(deed.deleted::<Session>(session_id)).await?;
    call.session_ended(session_id);
    if viewer.credential == Credential::Session(session_id) {
        call.cookies.forget();
    }
    Ok(SignOutPayload { session_id: Id::new(session_id) })
}
