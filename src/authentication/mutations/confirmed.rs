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
    let (attempt, write, found, proof) = checked(call, given, code).await?;
    if proof == Proof::NotNeeded {
        drop(write);
        attempt.take_back(call).await?;
        return Err(Error::conflict("The second factor is off."));
    }
    attempt.succeeded(write.transaction()).await?;
    Ok((write, found))
}

/// The password of the one who is signed in, and a code where they have a second factor. The code is settled in the
/// write, the attempt is left to whoever goes on.
pub(super) async fn all<'a>(
    call: &'a Call,
    given: &str,
    code: Option<Code>,
) -> Result<(Attempt, Write<'a>, Credentials)> {
    let (attempt, write, found, _) = checked(call, given, code).await?;
    Ok((attempt, write, found))
}

async fn checked<'a>(
    call: &'a Call,
    given: &str,
    code: Option<Code>,
) -> Result<(Attempt, Write<'a>, Credentials, Proof)> {
    let (attempt, found) = password(call, given, "password").await?;
    let write = Write::of_viewer(call, MODULE).await?;
    match second_factor::check(&call.app.keys, write.transaction(), found.id, code.as_ref()).await? {
        Checked::Passed(proof) => Ok((attempt, write, found, proof)),
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
