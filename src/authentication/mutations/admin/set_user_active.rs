//! `setUserActive`: whether an account lets anybody in.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::{store::admin as store, types::User},
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account, and whether it is to let anybody in.
#[derive(InputObject)]
pub struct SetUserActiveInput {
    /// The account; not one's own.
    pub user_id: Id<User>,
    /// False ends its sessions and its personal API tokens at once, for good.
    pub is_active: bool,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account that lets somebody in, or nobody.
#[derive(SimpleObject)]
pub struct SetUserActivePayload {
    /// The account as it is now.
    user: User,
    /// How many sessions ended.
    sessions_ended: i64,
    /// How many personal API tokens were revoked.
    tokens_revoked: i64,
}

#[derive(Serialize, Deserialize)]
pub struct Switched {
    user: Uuid,
    sessions_ended: i64,
    tokens_revoked: i64,
}

impl Mutation for SetUserActiveInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = Switched;
    type Payload = SetUserActivePayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Switched, Deed)> {
        if self.user_id.0 == write.user_id() {
            return Err(Error::forbidden("Nobody deactivates themselves; closeAccount deletes an account."));
        }
        store::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let row = users::ActiveModel { is_active: Set(self.is_active), ..Default::default() };
        write.update(self.user_id, row).await?;
        let (action, context) = if self.is_active {
            ("user_activated", "An account was activated.")
        } else {
            ("user_deactivated", "An account was deactivated; its sessions and tokens ended.")
        };
        let mut done = Switched { user: account.id, sessions_ended: 0, tokens_revoked: 0 };
        if !self.is_active {
            let ended = store::end_access(write.transaction(), account.id, true).await?;
            (done.sessions_ended, done.tokens_revoked) = (ended.sessions, ended.tokens);
        }
        Ok((done, Deed::new(MODULE, action, context).updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: Switched) -> Result<SetUserActivePayload> {
        Ok(SetUserActivePayload {
            user: call.fetch(done.user).await?,
            sessions_ended: done.sessions_ended,
            tokens_revoked: done.tokens_revoked,
        })
    }
}
