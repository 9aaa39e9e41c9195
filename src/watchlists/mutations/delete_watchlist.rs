//! `deleteWatchlist`: a list with everything on it.

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
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    watchlists::{store, types::Watchlist},
};

/// A watchlist to delete.
#[derive(InputObject)]
pub struct DeleteWatchlistInput {
    /// One of the viewer's own lists.
    pub id: Id<Watchlist>,
    /// The list's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A watchlist that is gone.
#[derive(SimpleObject)]
pub struct DeleteWatchlistPayload {
    /// The list that there was.
    watchlist_id: Id<Watchlist>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    watchlist: Uuid,
}

impl Mutation for DeleteWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteWatchlistPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let list = write.row(self.id, self.expected_updated_at).await?;
        if list.owner_id != write.user_id() {
            return Err(Error::forbidden("Only its owner may delete a watchlist; you can leave it."));
        }
        let readers = store::readers(write.transaction(), list.id, list.owner_id).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "watchlist_deleted", "A watchlist was deleted.")
            .deleted::<Watchlist>(list.id)
            .seen_by(readers);
        Ok((Gone { watchlist: list.id }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteWatchlistPayload> {
        Ok(DeleteWatchlistPayload { watchlist_id: Id::new(gone.watchlist) })
    }
}
