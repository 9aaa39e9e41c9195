//! `unlockUser`: an account may sign in again at once.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::{attempts, store, types::User},
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account that is to sign in again.
#[derive(InputObject)]
pub struct UnlockUserInput {
    /// The account.
    pub user_id: Id<User>,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account that is not locked.
#[derive(SimpleObject)]
pub struct UnlockUserPayload {
    /// The account as it is now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct Unlocked {
    user: Uuid,
}

impl Mutation for UnlockUserInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = Unlocked;
    type Payload = UnlockUserPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Unlocked, Deed)> {
        store::admin::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let row = users::ActiveModel { locked_until: Set(None), failed_login_attempts: Set(0), ..Default::default() };
        write.update(self.user_id, row).await?;
        attempts::forgive(write.call(), write.transaction(), &account.email).await?;
        let deed = Deed::new(MODULE, "user_unlocked", "An account was unlocked, and its failed attempts forgotten.");
        Ok((Unlocked { user: account.id }, deed.updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: Unlocked) -> Result<UnlockUserPayload> {
        Ok(UnlockUserPayload { user: call.fetch(done.user).await? })
    }
}
