//! Asking the one who is signed in once more, before what a stolen token must not do: for the password, and for a code
//! where the account has a second factor.

use super::{MODULE, change_password::wrong_password};
use crate::{
    authentication::{
        attempts::{self, Attempt, Tried},
        second_factor::{self, Checked, Code, Proof},
        store::Credentials,
    },
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::Write,
    },
};

/// The password of the one who is signed in.
pub(super) async fn password(call: &Call, password: &str, field: &str) -> Result<(Attempt, Credentials)> {
    let viewer = call.viewer()?;
    viewer.session_id()?;
    match attempts::try_password(call, &viewer.user.email, password).await? {
        Tried::Right(attempt, found) => Ok((attempt, found)),
        Tried::Wrong(_) => Err(Error::issues(vec![wrong_password(field)])),
    }
}

/// The password and a code of the one who is signed in and has a second factor; both are settled in the write.
pub(super) async fn both<'a>(call: &'a Call, given: &str, code: Option<Code>) -> Result<(Write<'a>, Credentials)> {
    let (attempt, found) = password(call, given, "password").await?;
    let write = Write::of_viewer(call, MODULE).await?;
    match second_factor::check(&call.app.keys, write.transaction(), found.id, code.as_ref()).await? {
        Checked::Passed(Proof::NotNeeded) => {
            drop(write);
            attempt.take_back(call).await?;
            Err(Error::conflict("The second factor is off."))
        }
        Checked::Passed(_) => {
            attempt.succeeded(write.transaction()).await?;
            Ok((write, found))
        }
        Checked::Missing => {
            drop(write);
            attempt.take_back(call).await?;
            Err(second_factor::missing())
        }
        Checked::Wrong(error) => {
            // The row that the failure is counted on is locked until then.
            drop(write);
            attempt.failed(call).await?;
            Err(error)
        }
    }
}
