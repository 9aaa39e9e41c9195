//! `closeAccount`: the end of an account, with everything in it.

use async_graphql::{InputObject, SimpleObject};

use super::super::{MODULE, confirmed};
use crate::{
    authentication::{messages, second_factor::Code, store::closing, types::User},
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        mutation::{Deed, deed::Change},
    },
    logging::{audit::Event, types::AuditOperation},
    watchlists::types::{Watchlist, WatchlistShare},
};

/// Who closes the account: somebody with its password, and with a code where the second factor is on.
#[derive(InputObject)]
pub struct CloseAccountInput {
    /// The account's password.
    #[graphql(secret)]
    pub password: String,
    /// The 6 digits that the app shows now; needed when the second factor is on.
    #[graphql(secret)]
    pub totp_code: Option<String>,
    /// One of the recovery codes, in place of the app's; a dry run leaves it good.
    #[graphql(secret)]
    pub recovery_code: Option<String>,
    /// Only tells what would go, and leaves everything as it is.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Rows that go with an account.
#[derive(SimpleObject)]
pub struct DeletedRows {
    /// Their type, such as `Portfolio`.
    #[graphql(name = "type")]
    kind: String,
    /// How many there are.
    count: i64,
}

/// An account that is gone, or would be.
#[derive(SimpleObject)]
pub struct CloseAccountPayload {
    /// False after a dry run.
    closed: bool,
    /// What goes with it, by type; shares of others with the account too. Types without a row are left out.
    deleted: Vec<DeletedRows>,
}

pub(super) async fn run(call: &Call, input: CloseAccountInput) -> Result<CloseAccountPayload> {
    let viewer = call.viewer()?;
    let session_id = viewer.session_id()?;
    let code = Code::of(input.totp_code, input.recovery_code)?;
    let (attempt, write, found) = confirmed::all(call, &input.password, code).await?;
    if viewer.user.is_admin && !closing::another_admin(write.transaction()).await? {
        drop(write);
        attempt.take_back(call).await?;
        return Err(Error::conflict("Nobody else is an administrator: make somebody one before this account goes."));
    }
    let counted = closing::counts(write.transaction(), found.id).await?;
    let deleted = counted.into_iter().map(|(kind, count)| DeletedRows { kind: kind.to_owned(), count }).collect();
    if input.dry_run {
        drop(write);
        attempt.take_back(call).await?;
        let event = Event::of(call, AuditOperation::DryRun).about(found.id).with("field", "closeAccount");
        call.app.audit.record(event);
        return Ok(CloseAccountPayload { closed: false, deleted });
    }
    attempt.succeeded(write.transaction()).await?;
    let shared = closing::shared(write.transaction(), found.id).await?;
    if !closing::delete(write.transaction(), &call.app.keys, &found).await? {
        return Err(Error::conflict("The password was changed meanwhile; nothing was deleted."));
    }
    // The account's own activity goes with it; the audit keeps that it is gone. Its connections end at once.
    let mut deed = Deed::new(MODULE, "account_closed", "The account was closed.").deleted::<User>(found.id);
    for (guest, list) in shared.lists {
        deed = deed.told_to::<Watchlist>(guest, Change::Deleted, list);
    }
    for (owner, share) in shared.shares {
        deed = deed.told_to::<WatchlistShare>(owner, Change::Deleted, share);
    }
    write.commit_without_activity(deed).await?;
    call.session_ended(session_id);
    call.cookies.forget();
    let notice = messages::account_closed(viewer.user.email.clone(), clock::now());
    call.app.mailer.post(async { Ok(Some(notice)) });
    Ok(CloseAccountPayload { closed: true, deleted })
}
