//! Switching the second factor off.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;

use super::{MODULE, change_password::wrong_password, confirmed};
use crate::{
    authentication::{
        second_factor::Code,
        store::{self, Ending, second_factor},
        types::{Session, User},
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, deed::Change},
        table::{BY_ID, Record},
    },
};

/// Who switches it off: somebody with the password, and with a code of the app or a recovery code.
#[derive(InputObject)]
pub struct DisableTwoFactorInput {
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
    /// The 6 digits that the app shows now.
    #[graphql(secret)]
    pub totp_code: Option<String>,
    /// One of the recovery codes, in place of the app's.
    #[graphql(secret)]
    pub recovery_code: Option<String>,
}

/// A second factor that is off.
#[derive(SimpleObject)]
pub struct DisableTwoFactorPayload {
    /// Whose it was.
    user: User,
    /// How many other sessions ended.
    sessions_ended: u64,
}

pub(super) async fn run(call: &Call, input: DisableTwoFactorInput) -> Result<DisableTwoFactorPayload> {
    let session_id = call.viewer()?.session_id()?;
    let code = Code::of(input.totp_code, input.recovery_code)?;
    let (write, found) = confirmed::both(call, &input.password, code).await?;
    let row = users::ActiveModel {
        totp_secret: Set(None),
        totp_enabled_at: Set(None),
        failed_login_attempts: Set(0),
        ..Default::default()
    };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        return Err(Error::issues(vec![wrong_password("password")]));
    }
    second_factor::forget(write.transaction(), found.id).await?;
    let sessions = store::end_sessions(write.transaction(), found.id, Ending::AllBut(session_id)).await?;
    let sessions_ended = sessions.len() as u64;
    let deed = Deed::new(MODULE, "two_factor_disabled", "The second factor was switched off.");
    write.commit(deed.each::<Session>(Change::Deleted, sessions)).await?;
    let user = call.one::<User>(BY_ID, vec![found.id.into()]).await?.ok_or_else(|| Error::not_found("account"))?;
    Ok(DisableTwoFactorPayload { user: User::from_row(user)?, sessions_ended })
}
