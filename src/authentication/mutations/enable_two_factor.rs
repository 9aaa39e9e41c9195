//! Switching the second factor on, with a code that shows that the app has its secret.

use async_graphql::{InputObject, SimpleObject};

use super::{MODULE, renew_recovery_codes::new_codes};
use crate::{
    authentication::{
        attempts::{self, Action},
        second_factor::{self as factor, Checked},
        store::{self, Ending, second_factor},
        types::Session,
    },
    graphql::{
        call::Call,
        error::Result,
        mutation::{Deed, Write, deed::Change},
    },
};

/// A code of the app.
#[derive(InputObject)]
pub struct EnableTwoFactorInput {
    /// The 6 digits that the app shows now.
    #[graphql(secret)]
    pub code: String,
}

/// A second factor that is on.
#[derive(SimpleObject)]
pub struct EnableTwoFactorPayload {
    /// Ten codes for when the app is lost, each good once; shown this once.
    recovery_codes: Vec<String>,
    /// How many other sessions ended: they were opened without the second factor.
    sessions_ended: u64,
}

pub(super) async fn run(call: &Call, input: EnableTwoFactorInput) -> Result<EnableTwoFactorPayload> {
    let viewer = call.viewer()?;
    let (user, session) = (viewer.user.id, viewer.session_id()?);
    let attempt = attempts::reserve(call, Action::Password, &viewer.user.email).await?;
    let write = Write::of_viewer(call, MODULE).await?;
    match factor::check_first(&call.app.keys, write.transaction(), user, &input.code).await {
        Ok(Checked::Passed(_)) => {}
        Ok(Checked::Wrong(error)) => {
            // The row that the failure is counted on is locked until then.
            drop(write);
            attempt.failed(call).await?;
            return Err(error);
        }
        Ok(Checked::Missing) => return Err(factor::missing()),
        Err(error) => {
            drop(write);
            attempt.take_back(call).await?;
            return Err(error);
        }
    }
    second_factor::enable(write.transaction(), user).await?;
    let (recovery_codes, stored) = new_codes()?;
    second_factor::replace_recovery_codes(write.transaction(), user, stored).await?;
    attempt.take_back_in(write.transaction()).await?;
    let sessions = store::end_sessions(write.transaction(), user, Ending::AllBut(session)).await?;
    let sessions_ended = sessions.len() as u64;
    let deed = Deed::new(MODULE, "two_factor_enabled", "The second factor was switched on.");
    write.commit(deed.each::<Session>(Change::Deleted, sessions)).await?;
    Ok(EnableTwoFactorPayload { recovery_codes, sessions_ended })
}
