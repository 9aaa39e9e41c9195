//! `confirmEmailChange`: the new address counts, with the token that was sent to it.

use async_graphql::{InputObject, SimpleObject};
use chrono::SubsecRound;
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{super::verify_email::ended, MODULE};
use crate::{
    access::Scope,
    authentication::{
        messages,
        store::{self, one_time},
        types::User,
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        mutation::{Deed, Write},
        scalars::DateTime,
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// The proof that somebody reads what is sent to the new address.
#[derive(InputObject)]
pub struct ConfirmEmailChangeInput {
    /// The token of the message, good for one use within 30 minutes.
    #[graphql(secret)]
    pub token: String,
}

/// An account under its new address.
#[derive(SimpleObject)]
pub struct ConfirmEmailChangePayload {
    /// The address to sign in with from now on.
    email: String,
    /// When it was confirmed: now.
    email_verified_at: DateTime,
}

pub(super) async fn run(call: &Call, input: ConfirmEmailChangeInput) -> Result<ConfirmEmailChangePayload> {
    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?.by_system("mail");
    let change = one_time::spend_email_change(write.transaction(), &input.token).await?.ok_or_else(ended)?;
    let write = write.on_behalf_of(change.user_id).await?;
    // To the microsecond, as the table holds it.
    let now = clock::now().trunc_subsecs(6);
    let row = users::ActiveModel {
        email: Set(change.email.clone()),
        email_verified_at: Set(Some(now.into())),
        ..Default::default()
    };
    if !store::update_holder(write.transaction(), &call.app.keys, change.user_id, row).await.map_err(taken)? {
        return Err(ended());
    }
    let event = Event::of(call, AuditOperation::EmailVerified).about(change.user_id);
    audit::record_in(write.transaction(), &event).await?;
    let deed = Deed::new(MODULE, "email_changed", "The account got another address.");
    write.commit(deed.updated::<User>(change.user_id)).await?;
    let notice = messages::email_changed(change.until_now, now);
    call.app.mailer.post(async { Ok(Some(notice)) });
    Ok(ConfirmEmailChangePayload { email: change.email, email_verified_at: DateTime(now) })
}

/// Somebody else has the address by now; told to whoever reads what is sent to it.
fn taken(error: Error) -> Error {
    match error.code {
        ErrorCode::Conflict => {
            Error::invalid(&["input", "token"], "TAKEN", "There is an account with this address already.")
        }
        _ => error,
    }
}
