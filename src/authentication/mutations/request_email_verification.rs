//! Asking for a message that confirms the account's address.

use std::time::Duration;

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::MODULE;
use crate::{
    authentication::{
        messages::{self, VERIFY_PAGE},
        store::one_time::{self, Issued, Purpose},
        tokens::Token,
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write},
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
    mail::Message,
};

/// A message that is on its way.
#[derive(SimpleObject)]
pub struct RequestEmailVerificationPayload {
    /// The address that it goes to.
    email: String,
}

pub(super) async fn run(call: &Call) -> Result<RequestEmailVerificationPayload> {
    let viewer = call.viewer()?;
    viewer.session_id()?;
    if viewer.user.email_verified_at.is_some() {
        return Err(Error::conflict("This address is confirmed already."));
    }
    let message = issue(call, Write::of_viewer(call, MODULE).await?, viewer.user.id).await?;
    let email = message.to.clone();
    call.app.mailer.post(async { Ok(Some(message)) });
    Ok(RequestEmailVerificationPayload { email })
}

/// Sends the first such message, to somebody who has just made an account. Nobody waits for it.
pub(super) fn welcome(call: &Call, user_id: Uuid) {
    let job = call.for_later();
    call.app.mailer.post(async move {
        let write = Write::begin(&job, crate::access::Scope::user(user_id), user_id).await?.by_system("mail");
        issue(&job, write, user_id).await.map(Some)
    });
}

/// Stores a token and makes its message.
async fn issue(call: &Call, write: Write<'_>, user_id: Uuid) -> Result<Message> {
    let token = Token::new()?;
    let from = call.origin.address;
    match one_time::issue(write.transaction(), user_id, Purpose::VerifyEmail, &token, from).await? {
        Issued::To(email) => {
            let deed = Deed::new(MODULE, "email_verification_requested", "A message to confirm the address was sent.");
            let asked = Event::of(call, AuditOperation::MailRequested).about(user_id).with("purpose", "verify_email");
            audit::record_in(write.transaction(), &asked.with("outcome", "sent")).await?;
            write.commit(deed).await?;
            Ok(messages::verification(email, &call.app.mailer.link(VERIFY_PAGE, &token.reveal())))
        }
        Issued::TooMany(retry_at) => Err(too_many_messages(retry_at)),
        Issued::ToNobody => Err(Error::not_found("account")),
    }
}

/// That an account got as many messages of a kind as it gets within the hour.
pub(super) fn too_many_messages(retry_at: DateTime<Utc>) -> Error {
    let wait = (retry_at - clock::now()).to_std().unwrap_or_default().max(Duration::from_secs(1));
    let message = "Several messages were sent within the hour: look for the newest one, or ask again later.";
    Error::rate_limited(message, wait)
}
