//! `endUserSessions`: everybody who has signed in to an account is out.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::{store::admin as store, types::User},
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account whose sessions are to end.
#[derive(InputObject)]
pub struct EndUserSessionsInput {
    /// The account.
    pub user_id: Id<User>,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account that nobody is signed in to.
#[derive(SimpleObject)]
pub struct EndUserSessionsPayload {
    /// The account as it is now.
    user: User,
    /// How many sessions ended.
    sessions_ended: i64,
}

#[derive(Serialize, Deserialize)]
pub struct SessionsEnded {
    user: Uuid,
    sessions_ended: i64,
}

impl Mutation for EndUserSessionsInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = SessionsEnded;
    type Payload = EndUserSessionsPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(SessionsEnded, Deed)> {
        store::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let ended = store::end_access(write.transaction(), account.id, false).await?;
        let deed = Deed::new(MODULE, "user_sessions_ended", "The sessions of an account were ended.");
        let done = SessionsEnded { user: account.id, sessions_ended: ended.sessions };
        Ok((done, deed.updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: SessionsEnded) -> Result<EndUserSessionsPayload> {
        Ok(EndUserSessionsPayload { user: call.fetch(done.user).await?, sessions_ended: done.sessions_ended })
    }
}
