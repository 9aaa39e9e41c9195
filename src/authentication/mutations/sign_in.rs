//! Signing in.

use async_graphql::InputObject;
use entity::users;
use sea_orm::ActiveValue::Set;

use super::opened_session::{self, SignInPayload};
use crate::{
    access::Scope,
    authentication::{
        attempts::{self, Tried},
        store::{self, Credentials},
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        scalars::EmailAddress,
        write::Write,
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
}

pub(super) async fn run(call: &Call, input: SignInInput) -> Result<SignInPayload> {
    let refused = || Error::new(ErrorCode::Unauthenticated, "The address or the password is wrong.");
    let failed = Event::of(call, AuditOperation::SignInFailed);
    let (attempt, found) = match attempts::try_password(call, &input.email.0, &input.password).await? {
        Tried::Right(attempt, found) => (attempt, found),
        Tried::Wrong(Some(account)) => {
            call.app.audit.record(failed.about(account).with("reason", "wrong_password"));
            return Err(refused());
        }
        Tried::Wrong(None) => {
            let failed = failed.with("reason", "unknown_address");
            call.app.audit.record(failed.with_digest("address_digest", &input.email.0));
            return Err(refused());
        }
    };
    let failed = failed.about(found.id);
    if let Some((word, reason)) = shut(&found) {
        attempt.take_back(call).await?;
        call.app.audit.record(failed.with("reason", word));
        return Err(Error::forbidden(reason));
    }
    let write = Write::begin(call, Scope::user(found.id), found.id).await?;
    let row = users::ActiveModel {
        last_login_at: Set(Some(clock::now().into())),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        call.app.audit.record(failed.with("reason", "password_changed_meanwhile"));
        return Err(refused());
    }
    attempt.succeeded(write.transaction()).await?;
    opened_session::open(call, write, found.id, "signed_in").await
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
