//! `resetOnboarding`: back to the beginning.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, begin_with_currency};
use crate::{
    access::Module,
    authentication::types::User,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    onboarding::types::Onboarding,
};

/// The viewer's onboarding, to be begun anew.
#[derive(InputObject)]
pub struct ResetOnboardingInput {
    /// The onboarding's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to only look at what would come of it.
    #[graphql(default)]
    pub dry_run: bool,
}

/// An onboarding that begins anew.
#[derive(SimpleObject)]
pub struct ResetOnboardingPayload {
    /// The onboarding, without any answer.
    onboarding: Onboarding,
    /// The viewer, who has not completed the onboarding now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct WasReset {
    onboarding: Uuid,
    user: Uuid,
}

impl Mutation for ResetOnboardingInput {
    const MODULE: Module = MODULE;
    type Done = WasReset;
    type Payload = ResetOnboardingPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(WasReset, Deed)> {
        let (row, what) = write.own_row::<Onboarding>(self.expected_updated_at).await?;
        write.reset_own::<Onboarding>().await?;
        begin_with_currency(write, row.id).await?;
        let user = Id::<User>::new(write.user_id());
        let columns = users::ActiveModel {
            has_completed_onboarding: Set(false),
            onboarding_completed_at: Set(None),
            onboarding_step: Set(Some(0)),
            ..Default::default()
        };
        write.update(user, columns).await?;
        let deed = Deed::new(MODULE, "onboarding_reset", "The onboarding was put back to its beginning.")
            .each::<Onboarding>(what, [row.id])
            .updated::<User>(user.0);
        Ok((WasReset { onboarding: row.id, user: user.0 }, deed))
    }

    async fn payload(call: &Call, done: WasReset) -> Result<ResetOnboardingPayload> {
        Ok(ResetOnboardingPayload {
            onboarding: call.fetch(done.onboarding).await?,
            user: call.fetch(done.user).await?,
        })
    }
}
