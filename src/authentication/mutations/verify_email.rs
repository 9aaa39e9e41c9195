//! Confirming an address with the token that was sent to it.

use async_graphql::{InputObject, SimpleObject};
use chrono::SubsecRound;
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Scope,
    authentication::store::{
        self,
        one_time::{self, Purpose},
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write},
        scalars::DateTime,
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// The proof that somebody reads what is sent to their address.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// The token of the message, good for one use within 30 minutes.
    #[graphql(secret)]
    pub token: String,
}

/// An address that is confirmed.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    /// When it was confirmed: now.
    email_verified_at: DateTime,
}

pub(super) async fn run(call: &Call, input: VerifyEmailInput) -> Result<VerifyEmailPayload> {
    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?.by_system("mail");
    let user_id = one_time::spend(write.transaction(), &input.token, Purpose::VerifyEmail).await?;
    let user_id = user_id.ok_or_else(ended)?;
    let write = write.on_behalf_of(user_id).await?;
    // To the microsecond, as the table holds it.
    let now = clock::now().trunc_subsecs(6);
    let row = users::ActiveModel { email_verified_at: Set(Some(now.into())), ..Default::default() };
    if !store::update_holder(write.transaction(), &call.app.keys, user_id, row).await? {
        return Err(ended());
    }
    let event = Event::of(call, AuditOperation::EmailVerified).about(user_id);
    audit::record_in(write.transaction(), &event).await?;
    write.commit(Deed::new(MODULE, "email_verified", "The address was confirmed.")).await?;
    Ok(VerifyEmailPayload { email_verified_at: DateTime(now) })
}

/// One answer for every token that is good for nothing, whatever the reason.
pub(super) fn ended() -> Error {
    Error::invalid(&["input", "token"], "ENDED", "This token is unknown, was used or has ended; ask for a new message.")
}
