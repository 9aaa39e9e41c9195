//! Choosing a new password with the token that was sent to the account's address.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{MODULE, verify_email::ended};
use crate::{
    access::Scope,
    authentication::{
        attempts, messages, password,
        store::{
            self, Ending,
            one_time::{self, Purpose},
        },
        types::{PersonalToken, Session},
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write, deed::Change},
    },
    logging::{
        audit::{self, Event},
        types::AuditOperation,
    },
};

/// A new password in place of a forgotten one.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// The token of the message, good for one use within 30 minutes.
    #[graphql(secret)]
    pub token: String,
    /// The password from now on, 8 to 128 characters; none of the most common ones, and not the account's own address or
    /// name. One that is refused leaves the token good.
    #[graphql(secret)]
    pub new_password: String,
    /// False lets programs go on with their personal API tokens. They are revoked otherwise: whoever has forgotten a
    /// password and whoever fears that somebody else knows it look the same.
    #[graphql(default = true)]
    pub revoke_personal_tokens: bool,
}

/// A password that was reset. Signing in is up to its owner, with the second factor where there is one.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// How many sessions ended with the old password.
    sessions_ended: u64,
    /// How many personal API tokens were revoked.
    tokens_revoked: u64,
    /// How many personal API tokens still work.
    tokens_live: u64,
}

pub(super) async fn run(call: &Call, input: ResetPasswordInput) -> Result<ResetPasswordPayload> {
    let purpose = Purpose::ResetPassword;
    // Looked at first, so that a weak password costs no token and a wrong token no hash.
    let holder = one_time::holder(&call.app.database.pool, &input.token, purpose).await?.ok_or_else(ended)?;
    let names = [holder.email.as_str(), holder.display_name.as_deref().unwrap_or_default()];
    if let Some(issue) = password::problem(&input.new_password, &names, &["input", "newPassword"]) {
        return Err(Error::issues(vec![issue]));
    }
    let hashed_password = call.app.hashing.hash(&input.new_password).await?;

    let write = Write::begin(call, Scope::nobody(), Uuid::nil()).await?.by_system("mail");
    let user_id = one_time::spend(write.transaction(), &input.token, purpose).await?.ok_or_else(ended)?;
    let write = write.on_behalf_of(user_id).await?;
    let now = clock::now();
    let row = users::ActiveModel {
        hashed_password: Set(hashed_password),
        password_changed_at: Set(now.into()),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_holder(write.transaction(), &call.app.keys, user_id, row).await? {
        return Err(ended());
    }
    attempts::forgive(call, write.transaction(), &holder.email).await?;
    let event = Event::of(call, AuditOperation::PasswordReset).about(user_id);
    audit::record_in(write.transaction(), &event).await?;
    let sessions = store::end_sessions(write.transaction(), user_id, Ending::All).await?;
    let sessions_ended = sessions.len() as u64;
    let tokens = store::personal_tokens::settle(write.transaction(), user_id, input.revoke_personal_tokens).await?;
    let (tokens_revoked, tokens_live) = (tokens.revoked.len() as u64, tokens.live);
    let deed = Deed::new(MODULE, "password_reset", "The password was reset with a message.")
        .each::<Session>(Change::Deleted, sessions)
        .each::<PersonalToken>(Change::Updated, tokens.revoked);
    write.commit(deed).await?;
    if let Ok(viewer) = call.viewer()
        && viewer.user.id == user_id
        && let Ok(session_id) = viewer.session_id()
    {
        call.session_ended(session_id);
    }
    let notice = messages::password_changed(holder.email, now, (tokens_revoked, tokens_live));
    call.app.mailer.post(async { Ok(Some(notice)) });
    Ok(ResetPasswordPayload { sessions_ended, tokens_revoked, tokens_live })
}
