//! `updateProfile`: the name that others see, and the currency that new portfolios start with.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::users;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::types::User,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write},
        scalars::{Currency, DateTime},
    },
};

/// How many characters a name has at most.
const DISPLAY_NAME_MAX: usize = 255;

/// What is to change of a profile. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The name that others see, not blank, at most 255 characters; null clears it.
    pub display_name: MaybeUndefined<String>,
    /// The currency that new portfolios start with: USD, NZD, AUD, EUR or GBP; null clears it.
    pub preferred_currency: MaybeUndefined<Currency>,
    /// The user's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A profile that was changed.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    /// The account as it is now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    user: Uuid,
}

impl Mutation for UpdateProfileInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateProfilePayload;

    fn check(&self, check: &mut Check) {
        check.new_text("displayName", &self.display_name, DISPLAY_NAME_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let user = write.user_id();
        write.row::<User>(Id::new(user), self.expected_updated_at).await?;
        let row = users::ActiveModel {
            display_name: change(self.display_name, |name| name.trim().to_owned()),
            preferred_currency: change(self.preferred_currency, |currency| currency.0),
            ..Default::default()
        };
        write.update(Id::<User>::new(user), row).await?;
        // A name is of one word often enough.
        let deed = Deed::new(MODULE, "profile_updated", "The profile was changed.").without_input();
        Ok((Changed { user }, deed.updated::<User>(user)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateProfilePayload> {
        Ok(UpdateProfilePayload { user: call.fetch(changed.user).await? })
    }
}
