//! Signing up, in and out, changing a password, and proving an address by mail.

pub mod account;
pub mod admin;
mod begin_two_factor;
mod change_password;
mod confirmed;
mod disable_two_factor;
mod enable_two_factor;
mod end_session;
mod opened_session;
pub mod personal_tokens;
mod refresh_session;
mod register;
mod renew_recovery_codes;
mod request_email_verification;
mod request_password_reset;
mod reset_password;
mod sign_in;
mod verify_email;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{call::call, error::Result},
};
pub use begin_two_factor::{BeginTwoFactorInput, BeginTwoFactorPayload};
pub use change_password::{ChangePasswordInput, ChangePasswordPayload};
pub use disable_two_factor::{DisableTwoFactorInput, DisableTwoFactorPayload};
pub use enable_two_factor::{EnableTwoFactorInput, EnableTwoFactorPayload};
pub use end_session::{RevokeSessionInput, SignOutPayload};
pub use opened_session::{SignInPayload, TokenDelivery};
pub use refresh_session::RefreshSessionInput;
pub use register::RegisterInput;
pub use renew_recovery_codes::{RenewRecoveryCodesInput, RenewRecoveryCodesPayload};
pub use request_email_verification::RequestEmailVerificationPayload;
pub use request_password_reset::{RequestPasswordResetInput, RequestPasswordResetPayload};
pub use reset_password::{ResetPasswordInput, ResetPasswordPayload};
pub use sign_in::SignInInput;
pub use verify_email::{VerifyEmailInput, VerifyEmailPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Authentication;

#[derive(Default)]
pub struct AuthenticationMutations;

/// Signing up, in and out, changing a password, and proving an address by mail.
#[Object]
impl AuthenticationMutations {
    /// Makes an account and signs it in. RATE_LIMITED after too many from one address, with `extensions.retryAfter`.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: RegisterInput,
    ) -> Result<Option<SignInPayload>> {
        Box::pin(register::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Signs in. An unknown address and a wrong password answer alike, and are counted alike: RATE_LIMITED after too many
    /// attempts, with `extensions.retryAfter` in seconds.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        Box::pin(sign_in::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Goes on with a session under new tokens. A refresh token used twice within 10 seconds answers CONFLICT;
    /// used again later, it ends the session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RefreshSessionInput,
    ) -> Result<Option<SignInPayload>> {
        Box::pin(refresh_session::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Ends the session that asks.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<SignOutPayload>> {
        let call = call(ctx).unkept()?;
        let session_id = call.viewer()?.session_id()?;
        Box::pin(end_session::run(call, session_id, "signed_out")).await.map(Some)
    }

    /// Ends one of the viewer's sessions, on another device for example.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: RevokeSessionInput,
    ) -> Result<Option<SignOutPayload>> {
        Box::pin(end_session::run(call(ctx).unkept()?, input.id.0, "session_revoked")).await.map(Some)
    }

    /// Changes the password and ends all other sessions; personal API tokens live on unless they are to be revoked too.
    /// Wrong passwords are counted as those of `signIn` are.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        Box::pin(change_password::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Sends a message to the viewer's address with a token that confirms it; a new token ends the older one.
    /// CONFLICT when the address is confirmed already, RATE_LIMITED after 3 messages within the hour.
    async fn request_email_verification(&self, ctx: &Context<'_>) -> Result<Option<RequestEmailVerificationPayload>> {
        Box::pin(request_email_verification::run(call(ctx).unkept()?)).await.map(Some)
    }

    /// Confirms an address with the token that was sent to it, whoever is signed in. A token that is unknown, used, older
    /// than 30 minutes or was sent to an address that the account no longer has answers INVALID with the issue ENDED.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: VerifyEmailInput,
    ) -> Result<Option<VerifyEmailPayload>> {
        Box::pin(verify_email::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Sends a message to the address with a token that resets its account's password; a new token ends the older one.
    /// Every address is answered alike, also those of no account and those that got 3 messages within the hour.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password is forgotten.")] input: RequestPasswordResetInput,
    ) -> Result<Option<RequestPasswordResetPayload>> {
        Ok(Some(request_password_reset::run(call(ctx).unkept()?, input)))
    }

    /// Sets a new password with the token that was sent to the account's address, ends all its sessions and revokes its
    /// personal API tokens. It signs nobody in and leaves the second factor on. A token that is unknown, used, older than
    /// 30 minutes or was sent to an address that the account no longer has answers INVALID with the issue ENDED.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the new password.")] input: ResetPasswordInput,
    ) -> Result<Option<ResetPasswordPayload>> {
        Box::pin(reset_password::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Makes a secret for an authenticator app. Signing in needs no code before `enableTwoFactor`; begun again, the
    /// secret before is dead. CONFLICT when the second factor is on.
    async fn begin_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who begins.")] input: BeginTwoFactorInput,
    ) -> Result<Option<BeginTwoFactorPayload>> {
        Box::pin(begin_two_factor::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Switches the second factor on, hands out recovery codes and ends all other sessions. CONFLICT when it is on
    /// already or was not begun. Wrong codes are counted as wrong passwords are.
    async fn enable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A code of the app.")] input: EnableTwoFactorInput,
    ) -> Result<Option<EnableTwoFactorPayload>> {
        Box::pin(enable_two_factor::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Switches the second factor off and ends all other sessions; its recovery codes are dead. CONFLICT when it is off.
    async fn disable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who switches it off.")] input: DisableTwoFactorInput,
    ) -> Result<Option<DisableTwoFactorPayload>> {
        Box::pin(disable_two_factor::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Hands out new recovery codes in the place of all earlier ones. CONFLICT when the second factor is off.
    async fn renew_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who asks for them.")] input: RenewRecoveryCodesInput,
    ) -> Result<Option<RenewRecoveryCodesPayload>> {
        Box::pin(renew_recovery_codes::run(call(ctx).unkept()?, input)).await.map(Some)
    }
}
