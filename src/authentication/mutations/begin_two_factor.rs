//! Beginning a second factor: a secret for an authenticator app, which is asked for a code before anything depends on it.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use zeroize::Zeroizing;

use super::{MODULE, change_password::wrong_password, confirmed};
use crate::{
    authentication::{
        second_factor::is_on,
        store::{self, second_factor},
        totp,
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, Write},
    },
    sealing::columns::TOTP_SECRET,
};

/// Who begins.
#[derive(InputObject)]
pub struct BeginTwoFactorInput {
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
}

/// A secret for an authenticator app, shown this once.
#[derive(SimpleObject)]
pub struct BeginTwoFactorPayload {
    /// The secret in base32, for an app that takes it by hand.
    secret: String,
    /// The same as an otpauth:// address, for a picture that an app reads.
    otpauth_uri: String,
}

pub(super) async fn run(call: &Call, input: BeginTwoFactorInput) -> Result<BeginTwoFactorPayload> {
    let (attempt, found) = confirmed::password(call, &input.password, "password").await?;
    let mut random = Zeroizing::new([0_u8; totp::SECRET_BYTES]);
    getrandom::fill(random.as_mut_slice()).map_err(Error::internal)?;
    let secret = totp::text(random.as_slice());
    let write = Write::of_viewer(call, MODULE).await?;
    let factor = second_factor::lock(write.transaction(), found.id).await?;
    if factor.is_none_or(|factor| factor.totp_enabled_at.is_some()) {
        drop(write);
        attempt.take_back(call).await?;
        return Err(is_on());
    }
    let sealed = call.app.keys.seal(TOTP_SECRET, found.id, &secret)?;
    let row =
        users::ActiveModel { totp_secret: Set(Some(sealed)), failed_login_attempts: Set(0), ..Default::default() };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        return Err(Error::issues(vec![wrong_password("password")]));
    }
    attempt.succeeded(write.transaction()).await?;
    write.commit(Deed::new(MODULE, "two_factor_begun", "A second factor was begun.")).await?;
    let otpauth_uri = totp::address(&secret, &call.viewer()?.user.email);
    Ok(BeginTwoFactorPayload { secret: secret.to_string(), otpauth_uri })
}
