//! What the owner of an account changes of the account itself: how they are seen, where they are reached, and its end.

mod change_email;
mod close_account;
mod confirm_email_change;
mod update_profile;

use async_graphql::{Context, Object};

use super::MODULE;
use crate::graphql::{
    call::call,
    error::Result,
    mutation::{Answered, perform},
};
pub use change_email::{ChangeEmailInput, ChangeEmailPayload};
pub use close_account::{CloseAccountInput, CloseAccountPayload, DeletedRows};
pub use confirm_email_change::{ConfirmEmailChangeInput, ConfirmEmailChangePayload};
pub use update_profile::{UpdateProfileInput, UpdateProfilePayload};

#[derive(Default)]
pub struct AccountMutations;

/// What the owner of an account changes of the account itself.
#[Object]
impl AccountMutations {
    /// Changes the name that others see and the currency that new portfolios start with.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateProfileInput,
    ) -> Result<Option<Answered<UpdateProfilePayload>>> {
        perform(ctx, input).await
    }

    /// Sends a message with a token to another address, which becomes the account's with `confirmEmailChange`; until
    /// then nothing changes. The address until now is told. A new token ends the older one, and so does a new password.
    /// Wrong passwords are counted as those of `signIn` are. RATE_LIMITED after 3 messages within the hour.
    async fn change_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new address.")] input: ChangeEmailInput,
    ) -> Result<Option<ChangeEmailPayload>> {
        Box::pin(change_email::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Gives the account its new address, which is confirmed with that, whoever is signed in; the address before is told.
    /// A token that is unknown, used or older than 30 minutes answers INVALID with the issue ENDED, and TAKEN when
    /// another account has the address by now.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: ConfirmEmailChangeInput,
    ) -> Result<Option<ConfirmEmailChangePayload>> {
        Box::pin(confirm_email_change::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Deletes the account with everything in it, for good, and ends its sessions and tokens. A dry run tells what would
    /// go. Wrong passwords are counted as those of `signIn` are.
    async fn close_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who closes it.")] input: CloseAccountInput,
    ) -> Result<Option<CloseAccountPayload>> {
        Box::pin(close_account::run(call(ctx).unkept()?, input)).await.map(Some)
    }
}
