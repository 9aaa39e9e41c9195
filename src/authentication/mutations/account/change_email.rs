//! `changeEmail`: another address for the account, which has to be proved first.

use async_graphql::{InputObject, SimpleObject};

use super::{
    super::{confirmed, request_email_verification::too_many_messages},
    MODULE,
};
use crate::{
    authentication::{
        messages::{self, CHANGE_PAGE},
        store::one_time::{self, Issued, Purpose},
        tokens::Token,
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write},
        scalars::EmailAddress,
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// Another address.
#[derive(InputObject)]
pub struct ChangeEmailInput {
    /// The address that the account is to get.
    pub email: EmailAddress,
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
}

/// A message that is on its way.
#[derive(SimpleObject)]
pub struct ChangeEmailPayload {
    /// The address that it goes to. Whether another account has it is only told to whoever reads the message.
    email: EmailAddress,
}

pub(super) async fn run(call: &Call, input: ChangeEmailInput) -> Result<ChangeEmailPayload> {
    let viewer = call.viewer()?;
    let user_id = viewer.user.id;
    viewer.session_id()?;
    if input.email.0 == viewer.user.email {
        return Err(Error::invalid(&["input", "email"], "SAME", "This is the account's address already."));
    }
    let (attempt, _) = confirmed::password(call, &input.password, "password").await?;
    let write = Write::of_viewer(call, MODULE).await?;
    let token = Token::new()?;
    let from = call.origin.address;
    let until_now = match one_time::issue(write.transaction(), user_id, Purpose::ChangeEmail, &token, from).await? {
        Issued::To(until_now) => until_now,
        Issued::TooMany(retry_at) => {
            drop(write);
            attempt.take_back(call).await?;
            return Err(too_many_messages(retry_at));
        }
        Issued::ToNobody => return Err(Error::not_found("account")),
    };
    one_time::direct(write.transaction(), &token, &input.email.0).await?;
    attempt.succeeded(write.transaction()).await?;
    let asked = Event::of(call, AuditOperation::MailRequested).about(user_id).with("purpose", "change_email");
    audit::record_in(write.transaction(), &asked.with("outcome", "sent")).await?;
    write.commit(Deed::new(MODULE, "email_change_requested", "A message to confirm another address was sent.")).await?;
    let link = call.app.mailer.link(CHANGE_PAGE, &token.reveal());
    let message = messages::email_change(input.email.0.clone(), &link);
    call.app.mailer.post(async { Ok(Some(message)) });
    call.app.mailer.post(async { Ok(Some(messages::email_change_asked(until_now))) });
    Ok(ChangeEmailPayload { email: input.email })
}
