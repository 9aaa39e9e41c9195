//! Signing up, in and out, and changing a password.

mod change_password;
mod end_session;
mod opened_session;
mod refresh_session;
mod register;
mod sign_in;

use async_graphql::{Context, Object};

use crate::graphql::{call::call, error::Result};
pub use change_password::{ChangePasswordInput, ChangePasswordPayload};
pub use end_session::{RevokeSessionInput, SignOutPayload};
pub use opened_session::SignInPayload;
pub use refresh_session::RefreshSessionInput;
pub use register::RegisterInput;
pub use sign_in::SignInInput;

/// The part of the product, as activity rows name it.
const MODULE: &str = "authentication";

#[derive(Default)]
pub struct AuthenticationMutations;

/// Signing up, in and out, and changing a password.
#[Object]
impl AuthenticationMutations {
    /// Makes an account and signs it in. RATE_LIMITED after too many from one address, with `extensions.retryAfter`.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: RegisterInput,
    ) -> Result<Option<SignInPayload>> {
        register::run(call(ctx), input).await.map(Some)
    }

    /// Signs in. An unknown address and a wrong password answer alike, and are counted alike: RATE_LIMITED after too many
    /// attempts, with `extensions.retryAfter` in seconds.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        sign_in::run(call(ctx), input).await.map(Some)
    }

    /// Goes on with a session under new tokens. A refresh token used twice within 10 seconds answers CONFLICT;
    /// used again later, it ends the session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RefreshSessionInput,
    ) -> Result<Option<SignInPayload>> {
        refresh_session::run(call(ctx), input).await.map(Some)
    }

    /// Ends the session that asks.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<SignOutPayload>> {
        let call = call(ctx);
        let session_id = call.viewer()?.session_id;
        end_session::run(call, session_id, "signed_out").await.map(Some)
    }

    /// Ends one of the viewer's sessions, on another device for example.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RevokeSessionInput,
    ) -> Result<Option<SignOutPayload>> {
        end_session::run(call(ctx), input.id.0, "session_revoked").await.map(Some)
    }

    /// Changes the password and ends all other sessions. Wrong passwords are counted as those of `signIn` are.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        change_password::run(call(ctx), input).await.map(Some)
    }
}
