//! Personal API tokens: making, renaming and revoking them. A token can do none of it.

mod create_personal_token;
mod rename_personal_token;
mod revoke_personal_token;

use async_graphql::{Context, Object};

use super::MODULE;
use crate::graphql::{
    call::call,
    error::Result,
    mutation::{Answered, perform},
};
pub use create_personal_token::{CreatePersonalTokenInput, CreatePersonalTokenPayload};
pub use rename_personal_token::{RenamePersonalTokenInput, RenamePersonalTokenPayload};
pub use revoke_personal_token::{RevokePersonalTokenInput, RevokePersonalTokenPayload};

/// How many characters a name has at most.
const NAME_MAX: usize = 100;

#[derive(Default)]
pub struct PersonalTokenMutations;

/// Personal API tokens: making, renaming and revoking them.
#[Object]
impl PersonalTokenMutations {
    /// Makes a personal API token and shows it this once. FORBIDDEN while `apiAccessEnabled` of the preferences is off,
    /// CONFLICT when 50 tokens are live. The account's address is told.
    async fn create_personal_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: CreatePersonalTokenInput,
    ) -> Result<Option<CreatePersonalTokenPayload>> {
        Box::pin(create_personal_token::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Calls a personal API token something else; its scopes and its end stay as they are.
    async fn rename_personal_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and its new name.")] input: RenamePersonalTokenInput,
    ) -> Result<Option<Answered<RenamePersonalTokenPayload>>> {
        perform(ctx, input).await
    }

    /// Ends a personal API token at once. CONFLICT when it was revoked already.
    async fn revoke_personal_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: RevokePersonalTokenInput,
    ) -> Result<Option<Answered<RevokePersonalTokenPayload>>> {
        perform(ctx, input).await
    }
}
