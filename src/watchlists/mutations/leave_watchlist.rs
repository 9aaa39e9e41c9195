//! `leaveWatchlist`: somebody no longer wants what is shared with them.

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
    },
    watchlists::{
        store,
        types::{Watchlist, WatchlistShare},
    },
};

/// A watchlist to leave.
#[derive(InputObject)]
pub struct LeaveWatchlistInput {
    /// A list that somebody shares with the viewer.
    pub id: Id<Watchlist>,
}

/// A watchlist that is no longer shared with the viewer.
#[derive(SimpleObject)]
pub struct LeaveWatchlistPayload {
    /// The list; when it is public it can still be read.
    watchlist_id: Id<Watchlist>,
}

#[derive(Serialize, Deserialize)]
pub struct Left {
    watchlist: Uuid,
}

impl Mutation for LeaveWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Left;
    type Payload = LeaveWatchlistPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Left, Deed)> {
        let share = store::share_with(write.transaction(), self.id.0, write.user_id()).await?;
        let share = share.ok_or_else(|| Error::not_found("watchlist shared with you"))?;
        store::end_share(write.transaction(), &share).await?;
        let deed = Deed::new(MODULE, "watchlist_left", "A shared watchlist was left.")
            .deleted::<WatchlistShare>(share.id)
            .seen_by([share.owner_id])
            .told_to::<Watchlist>(write.user_id(), Change::Deleted, self.id.0);
        Ok((Left { watchlist: self.id.0 }, deed))
    }

    async fn payload(_: &Call, left: Left) -> Result<LeaveWatchlistPayload> {
        Ok(LeaveWatchlistPayload { watchlist_id: Id::new(left.watchlist) })
    }
}
