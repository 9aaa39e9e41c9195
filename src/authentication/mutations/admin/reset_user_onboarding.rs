//! `resetUserOnboarding`: an account begins its onboarding anew.

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
        error::Result,
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account that is to begin its onboarding anew.
#[derive(InputObject)]
pub struct ResetUserOnboardingInput {
    /// The account.
    pub user_id: Id<User>,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account before its onboarding. What was answered stays.
#[derive(SimpleObject)]
pub struct ResetUserOnboardingPayload {
    /// The account as it is now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct Reset {
    user: Uuid,
}

impl Mutation for ResetUserOnboardingInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = Reset;
    type Payload = ResetUserOnboardingPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Reset, Deed)> {
        store::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let row = users::ActiveModel {
            has_completed_onboarding: Set(false),
            onboarding_step: Set(Some(0)),
            onboarding_completed_at: Set(None),
            ..Default::default()
        };
        write.update(self.user_id, row).await?;
        store::reset_onboarding(write.transaction(), account.id).await?;
        let deed = Deed::new(MODULE, "user_onboarding_reset", "The onboarding of an account was reset.");
        Ok((Reset { user: account.id }, deed.updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: Reset) -> Result<ResetUserOnboardingPayload> {
        Ok(ResetUserOnboardingPayload { user: call.fetch(done.user).await? })
    }
}
