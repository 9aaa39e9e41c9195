//! Changing a password.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;

use super::MODULE;
use crate::{
    access::Viewer,
    authentication::{
        attempts::{self, Tried},
        messages, password,
        store::{self, Ending},
        types::{PersonalToken, Session},
    },
    clock,
    graphql::{
        call::Call,
        error::{Error, Issue, Result},
        mutation::{Deed, Write, deed::Change},
    },
};

/// A new password.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password until now.
    #[graphql(secret)]
    pub current_password: String,
    /// The password from now on, 8 to 128 characters; none of the most common ones, and not the account's own address or
    /// name.
    #[graphql(secret)]
    pub new_password: String,
    /// True revokes all personal API tokens too; otherwise programs go on with theirs.
    #[graphql(default)]
    pub revoke_personal_tokens: bool,
}

/// A password that was changed.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// How many other sessions ended with the old password.
    sessions_ended: u64,
    /// How many personal API tokens were revoked.
    tokens_revoked: u64,
    /// How many personal API tokens still work.
    tokens_live: u64,
}

pub(super) async fn run(call: &Call, input: ChangePasswordInput) -> Result<ChangePasswordPayload> {
    let viewer: &Viewer = call.viewer()?;
    let session_id = viewer.session_id()?;
    let problem = password::problem(&input.new_password, &viewer.names(), &["input", "newPassword"]);
    let (attempt, found) = match attempts::try_password(call, &viewer.user.email, &input.current_password).await? {
        Tried::Right(attempt, found) => (attempt, found),
        Tried::Wrong(_) => {
            return Err(Error::issues([wrong_password("currentPassword")].into_iter().chain(problem).collect()));
        }
    };
    if let Some(problem) = problem {
        attempt.take_back(call).await?;
        return Err(Error::issues(vec![problem]));
    }
    let hashed_password = call.app.hashing.hash(&input.new_password).await?;
    let write = Write::of_viewer(call, MODULE).await?;
    let now = clock::now();
    let row = users::ActiveModel {
        hashed_password: Set(hashed_password),
        password_changed_at: Set(now.into()),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        return Err(Error::issues(vec![wrong_password("currentPassword")]));
    }
    attempt.succeeded(write.transaction()).await?;
    let others = Ending::AllBut(session_id);
    let sessions = store::end_sessions(write.transaction(), viewer.user.id, others).await?;
    let sessions_ended = sessions.len() as u64;
    let tokens =
        store::personal_tokens::settle(write.transaction(), viewer.user.id, input.revoke_personal_tokens).await?;
    let (tokens_revoked, tokens_live) = (tokens.revoked.len() as u64, tokens.live);
    let deed = Deed::new(MODULE, "password_changed", "The password was changed.")
        .each::<Session>(Change::Deleted, sessions)
        .each::<PersonalToken>(Change::Updated, tokens.revoked);
    write.commit(deed).await?;
    let notice = messages::password_changed(viewer.user.email.clone(), now, (tokens_revoked, tokens_live));
    call.app.mailer.post(async { Ok(Some(notice)) });
    Ok(ChangePasswordPayload { sessions_ended, tokens_revoked, tokens_live })
}

/// That a password which was asked for again is wrong.
pub(super) fn wrong_password(field: &str) -> Issue {
    Issue::new(&["input", field], "WRONG", "This is not the account's password.")
}
