//! `unshareWatchlist`: a list that somebody is no longer to see.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::EmailAddress,
    },
    watchlists::{
        store,
        types::{Watchlist, WatchlistShare},
    },
};

/// Whose share of a watchlist is to end: by the share or by the address, one of the two.
#[derive(InputObject)]
pub struct UnshareWatchlistInput {
    /// One of the viewer's own lists.
    pub watchlist_id: Id<Watchlist>,
    /// A share of that list; left out when `email` is given.
    pub share_id: Option<Id<WatchlistShare>>,
    /// The address of the person, whatever its case; left out when `shareId` is given.
    pub email: Option<EmailAddress>,
}

/// A share that is gone.
#[derive(SimpleObject)]
pub struct UnshareWatchlistPayload {
    /// The share that there was.
    share_id: Id<WatchlistShare>,
    /// The list as it is now.
    watchlist: Watchlist,
}

#[derive(Serialize, Deserialize)]
pub struct Unshared {
    share: Uuid,
    watchlist: Uuid,
}

impl Mutation for UnshareWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Unshared;
    type Payload = UnshareWatchlistPayload;

    fn check(&self, check: &mut Check) {
        if self.share_id.is_some() == self.email.is_some() {
            for field in ["shareId", "email"] {
                check.problem(field, "ONE_OF", "Give either shareId or email.");
            }
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Unshared, Deed)> {
        let list = write.row(self.watchlist_id, None).await?;
        if list.owner_id != write.user_id() {
            return Err(Error::forbidden("Only its owner may end the sharing of a watchlist; you can leave it."));
        }
        let share = match (self.share_id, self.email) {
            (Some(id), _) => Some(write.row(id, None).await?).filter(|share| share.watchlist_id == list.id),
            (_, Some(email)) => match store::account_with(write.transaction(), &email.0).await? {
                Some(person) => store::share_with(write.transaction(), list.id, person).await?,
                None => None,
            },
            _ => None,
        };
        // Somebody without an account and somebody without a share are answered the same.
        let share = share.ok_or_else(|| Error::not_found("watchlist share"))?;
        store::end_share(write.transaction(), &share).await?;
        let deed = Deed::new(MODULE, "watchlist_unshared", "The sharing of a watchlist with somebody was ended.")
            .deleted::<WatchlistShare>(share.id)
            .seen_by([share.shared_with_id])
            .told_to::<Watchlist>(share.shared_with_id, Change::Deleted, list.id);
        Ok((Unshared { share: share.id, watchlist: list.id }, deed))
    }

    async fn payload(call: &Call, unshared: Unshared) -> Result<UnshareWatchlistPayload> {
        let watchlist = call.fetch(unshared.watchlist).await?;
        Ok(UnshareWatchlistPayload { share_id: Id::new(unshared.share), watchlist })
    }
}
