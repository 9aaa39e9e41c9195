//! Asking for a message that lets somebody choose a new password.

use async_graphql::{InputObject, SimpleObject};

use super::MODULE;
use crate::{
    access::Scope,
    authentication::{
        messages::{self, RESET_PAGE},
        store::{
            self,
            one_time::{self, Issued, Purpose},
        },
        tokens::Token,
    },
    graphql::{
        call::Call,
        error::Result,
        mutation::{Deed, Write},
        scalars::EmailAddress,
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
    mail::Message,
};

/// Whose password is forgotten.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The account's address, whatever its case.
    pub email: EmailAddress,
}

/// What happens next.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// The address that was asked for. A message goes to it if it is an account's; whether it is isn't told.
    email: EmailAddress,
}

/// Whatever depends on the account is done after the answer, which so takes the same time for every address.
pub(super) fn run(call: &Call, input: RequestPasswordResetInput) -> RequestPasswordResetPayload {
    let (job, email) = (call.for_later(), input.email.0.clone());
    call.app.mailer.post(async move { issue(&job, &email).await });
    RequestPasswordResetPayload { email: input.email }
}

/// Stores a token and makes its message; nothing where there is no such account, or too many were asked for.
async fn issue(call: &Call, email: &str) -> Result<Option<Message>> {
    let asked = Event::of(call, AuditOperation::MailRequested).with("purpose", "reset_password");
    let Some(found) = store::credentials(&call.app, email).await? else {
        let asked = asked.with("outcome", "unknown_address");
        call.app.audit.record(asked.with_digest("address_digest", email));
        return Ok(None);
    };
    let asked = asked.about(found.id);
    let token = Token::new()?;
    let write = Write::begin(call, Scope::user(found.id), found.id).await?.by_system("mail");
    let from = call.origin.address;
    match one_time::issue(write.transaction(), found.id, Purpose::ResetPassword, &token, from).await? {
        Issued::To(email) => {
            let deed = Deed::new(MODULE, "password_reset_requested", "A message to choose a new password was sent.");
            audit::record_in(write.transaction(), &asked.with("outcome", "sent")).await?;
            write.commit(deed).await?;
            Ok(Some(messages::reset(email, &call.app.mailer.link(RESET_PAGE, &token.reveal()))))
        }
        Issued::TooMany(_) => {
            call.app.audit.record(asked.with("outcome", "too_many"));
            Ok(None)
        }
        Issued::ToNobody => {
            call.app.audit.record(asked.with("outcome", "closed"));
            Ok(None)
        }
    }
}
