//! What administrators do with the accounts of others. Who is none gets FORBIDDEN, and so does a personal API token.

mod end_user_sessions;
mod reset_user_onboarding;
mod set_user_active;
mod set_user_admin;
mod set_user_tier;
mod unlock_user;

use async_graphql::{Context, Object};

use super::MODULE;
use crate::graphql::{
    error::Result,
    mutation::{Answered, perform},
};
pub use end_user_sessions::{EndUserSessionsInput, EndUserSessionsPayload};
pub use reset_user_onboarding::{ResetUserOnboardingInput, ResetUserOnboardingPayload};
pub use set_user_active::{SetUserActiveInput, SetUserActivePayload};
pub use set_user_admin::{SetUserAdminInput, SetUserAdminPayload};
pub use set_user_tier::{SetUserTierInput, SetUserTierPayload};
pub use unlock_user::{UnlockUserInput, UnlockUserPayload};

#[derive(Default)]
pub struct AdminMutations;

/// What administrators do with the accounts of others.
#[Object]
impl AdminMutations {
    /// Sets what budget an account has; administrators alone.
    async fn set_user_tier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and its tier.")] input: SetUserTierInput,
    ) -> Result<Option<Answered<SetUserTierPayload>>> {
        perform(ctx, input).await
    }

    /// Activates an account, or deactivates it with its sessions and tokens; administrators alone, and not their own.
    async fn set_user_active(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and what becomes of it.")] input: SetUserActiveInput,
    ) -> Result<Option<Answered<SetUserActivePayload>>> {
        perform(ctx, input).await
    }

    /// Makes somebody an administrator, or no more; administrators alone, and not themselves.
    async fn set_user_admin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and what becomes of it.")] input: SetUserAdminInput,
    ) -> Result<Option<Answered<SetUserAdminPayload>>> {
        perform(ctx, input).await
    }

    /// Lets an account begin its onboarding anew; administrators alone.
    async fn reset_user_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: ResetUserOnboardingInput,
    ) -> Result<Option<Answered<ResetUserOnboardingPayload>>> {
        perform(ctx, input).await
    }

    /// Lets an account sign in again at once, however often somebody has failed at it; administrators alone.
    async fn unlock_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: UnlockUserInput,
    ) -> Result<Option<Answered<UnlockUserPayload>>> {
        perform(ctx, input).await
    }

    /// Ends all sessions of an account; administrators alone.
    async fn end_user_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: EndUserSessionsInput,
    ) -> Result<Option<Answered<EndUserSessionsPayload>>> {
        perform(ctx, input).await
    }
}
