//! New recovery codes in the place of the old ones.

use async_graphql::{InputObject, SimpleObject};
use entity::users;
use sea_orm::ActiveValue::Set;
use zeroize::Zeroizing;

use super::{MODULE, change_password::wrong_password, confirmed};
use crate::{
    authentication::{
        recovery_codes::{CODE_BYTES, COUNT, stored, text},
        second_factor::Code,
        store::{self, second_factor},
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::Deed,
    },
};

/// Who asks for new codes: somebody with the password, and with a code of the app or a recovery code.
#[derive(InputObject)]
pub struct RenewRecoveryCodesInput {
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
    /// The 6 digits that the app shows now.
    #[graphql(secret)]
    pub totp_code: Option<String>,
    /// One of the recovery codes until now, in place of the app's.
    #[graphql(secret)]
    pub recovery_code: Option<String>,
}

/// New recovery codes.
#[derive(SimpleObject)]
pub struct RenewRecoveryCodesPayload {
    /// Ten codes, each good once; shown this once. All earlier ones are dead.
    recovery_codes: Vec<String>,
}

pub(super) async fn run(call: &Call, input: RenewRecoveryCodesInput) -> Result<RenewRecoveryCodesPayload> {
    let code = Code::of(input.totp_code, input.recovery_code)?;
    let (write, found) = confirmed::both(call, &input.password, code).await?;
    let row = users::ActiveModel { failed_login_attempts: Set(0), ..Default::default() };
    if !store::update_user(write.transaction(), &call.app.keys, &found, row).await? {
        return Err(Error::issues(vec![wrong_password("password")]));
    }
    let (recovery_codes, stored) = new_codes()?;
    second_factor::replace_recovery_codes(write.transaction(), found.id, stored).await?;
    write.commit(Deed::new(MODULE, "recovery_codes_renewed", "The recovery codes were replaced.")).await?;
    Ok(RenewRecoveryCodesPayload { recovery_codes })
}

/// Codes for their owner, and what is stored of each.
pub(super) fn new_codes() -> Result<(Vec<String>, Vec<String>)> {
    let mut random = Zeroizing::new([[0_u8; CODE_BYTES]; COUNT]);
    getrandom::fill(random.as_flattened_mut()).map_err(Error::internal)?;
    Ok(random.iter().map(text).map(|code| (code.to_string(), stored(&code))).unzip())
}
