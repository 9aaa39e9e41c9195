//! Signing in.

use async_graphql::InputObject;
use entity::users;
use sea_orm::ActiveValue::Set;

use super::opened_session::{self, SignInPayload};
use crate::{
    access::Scope,
    authentication::{password, store},
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
    let found = store::credentials(&call.app.database.pool, &input.email.0).await?;
    let hash = found.as_ref().map(|found| found.hashed_password.clone());
    let known = password::verify(&input.password, hash).await?;
    let failed = Event::of(call, AuditOperation::SignInFailed);
    let Some(found) = found else {
        call.app.audit.record(failed.with("reason", "unknown_address").with_digest("address_digest", &input.email.0));
        return Err(refused());
    };
    let failed = failed.about(found.id);
    if !known {
        call.app.audit.record(failed.with("reason", "wrong_password"));
        return Err(refused());
    }
    if !found.is_active {
        call.app.audit.record(failed.with("reason", "closed"));
        return Err(Error::forbidden("This account is not active."));
    }
    if found.locked_until.is_some_and(|until| until > clock::now()) {
        call.app.audit.record(failed.with("reason", "locked"));
        return Err(Error::forbidden("This account is locked for now."));
    }
    let write = Write::begin(call, Scope::user(found.id), found.id).await?;
    let row = users::ActiveModel {
        last_login_at: Set(Some(clock::now().into())),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &found, row).await? {
        call.app.audit.record(failed.with("reason", "password_changed_meanwhile"));
        return Err(refused());
    }
    opened_session::open(call, write, found.id, "signed_in").await
}
