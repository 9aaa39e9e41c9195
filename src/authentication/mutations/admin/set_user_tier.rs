//! `setUserTier`: what budget an account has.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::{
        store::admin as store,
        types::{Tier, User},
    },
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Actor, Deed, Mutation, Write},
        scalars::DateTime,
    },
};

/// An account, and what budget it is to have.
#[derive(InputObject)]
pub struct SetUserTierInput {
    /// The account.
    pub user_id: Id<User>,
    /// The tier.
    pub tier: Tier,
    /// The account's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An account under its tier.
#[derive(SimpleObject)]
pub struct SetUserTierPayload {
    /// The account as it is now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct TierSet {
    user: Uuid,
}

impl Mutation for SetUserTierInput {
    const MODULE: Module = MODULE;
    const ACTOR: Actor = Actor::Administrator;
    type Done = TierSet;
    type Payload = SetUserTierPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(TierSet, Deed)> {
        store::lock(write.transaction(), write.user_id(), self.user_id.0).await?;
        let account = write.row(self.user_id, self.expected_updated_at).await?;
        let row = users::ActiveModel { tier: Set(self.tier.stored().to_owned()), ..Default::default() };
        write.update(self.user_id, row).await?;
        let deed = Deed::new(MODULE, "user_tier_set", "The tier of an account was set.");
        Ok((TierSet { user: account.id }, deed.updated::<User>(account.id).seen_by([account.id])))
    }

    async fn payload(call: &Call, done: TierSet) -> Result<SetUserTierPayload> {
        Ok(SetUserTierPayload { user: call.fetch(done.user).await? })
    }
}
