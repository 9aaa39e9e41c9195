//! Signing in.

use async_graphql::InputObject;
use entity::users;
use sea_orm::ActiveValue::Set;

use super::opened_session::{self, SignInPayload, TokenDelivery};
use crate::{
    access::Scope,
    authentication::{
        attempts::{self, Attempt, Tried},
        second_factor::{self, Checked, Code, Proof},
        store::{self, Credentials},
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        mutation::Write,
        scalars::EmailAddress,
    },
    logging::{audit::Event, types::AuditOperation},
};

/// What somebody signs in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// The account's address, whatever its case.
    pub email: EmailAddress,
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
    /// The 6 digits that the authenticator app shows, where the account has a second factor. Without them, the right
    /// password answers INVALID with the issue REQUIRED of this field; each code is good once.
    #[graphql(secret)]
    pub totp_code: Option<String>,
    /// One of the account's recovery codes, in place of the app's; each is good once.
    #[graphql(secret)]
    pub recovery_code: Option<String>,
    /// How the session's tokens come.
    #[graphql(default)]
    pub token_delivery: TokenDelivery,
}

pub(super) async fn run(call: &Call, input: SignInInput) -> Result<SignInPayload> {
    input.token_delivery.check(call)?;
    let code = Code::of(input.totp_code, input.recovery_code)?;
    let (attempt, found) = with_password(call, &input.email.0, &input.password).await?;
    let failed = || Event::of(call, AuditOperation::SignInFailed).about(found.id);
    let write = Write::begin(call, Scope::user(found.id), found.id).await?;
    let checked = second_factor::check(&call.app.keys, write.transaction(), found.id, code.as_ref()).await?;
    let proof = match checked {
        Checked::Passed(proof) => proof,
        Checked::Missing => {
            // A password alone is half a sign-in: it neither counts as a guess nor washes any off.
            drop(write);
            attempt.take_back(call).await?;
            call.app.audit.record(failed().with("reason", "code_missing"));
            return Err(second_factor::missing());
        }
        Checked::Wrong(error) => {
            // The row that the failure is counted on is locked until then.
            drop(write);
            attempt.failed(call).await?;
            call.app.audit.record(failed().with("reason", "wrong_code"));
            return Err(error);
        }
    };
    let row = users::ActiveModel {
        last_login_at: Set(Some(clock::now().into())),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        call.app.audit.record(failed().with("reason", "password_changed_meanwhile"));
        return Err(refused());
    }
    attempt.succeeded(write.transaction()).await?;
    let action = if proof == Proof::RecoveryCode { "signed_in_with_recovery_code" } else { "signed_in" };
    opened_session::open(call, write, found.id, input.token_delivery, action).await
}

/// The account whose password this is, if it lets anybody in.
async fn with_password(call: &Call, email: &str, password: &str) -> Result<(Attempt, Credentials)> {
    let failed = Event::of(call, AuditOperation::SignInFailed);
    let by_address = |reason| failed.clone().with("reason", reason).with_digest("address_digest", email);
    let (attempt, found) = match attempts::try_password(call, email, password).await {
        Ok(Tried::Right(attempt, found)) => (attempt, found),
        Ok(Tried::Wrong(Some(account))) => {
            call.app.audit.record(failed.about(account).with("reason", "wrong_password"));
            return Err(refused());
        }
        Ok(Tried::Wrong(None)) => {
            call.app.audit.record(by_address("unknown_address"));
            return Err(refused());
        }
        Err(error) => {
            if error.code == ErrorCode::RateLimited {
                call.app.audit.record(by_address("too_many_attempts"));
            }
            return Err(error);
        }
    };
    if let Some((word, reason)) = shut(&found) {
        attempt.take_back(call).await?;
        call.app.audit.record(failed.about(found.id).with("reason", word));
        return Err(Error::forbidden(reason));
    }
    Ok((attempt, found))
}

fn refused() -> Error {
    Error::new(ErrorCode::Unauthenticated, "The address or the password is wrong.")
}

/// Why an account lets nobody in, as a word and as a sentence; told only to somebody who has its password.
fn shut(found: &Credentials) -> Option<(&'static str, &'static str)> {
    if !found.is_active {
        Some(("closed", "This account is not active."))
    } else if found.locked_until.is_some_and(|until| until > clock::now()) {
        Some(("locked", "This account is locked for now."))
    } else {
        None
    }
}
