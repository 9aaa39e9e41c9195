//! `updateWatchlistShare`: whether somebody may change a list that is shared with them.

use async_graphql::{InputObject, SimpleObject};
use entity::watchlist_shares;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
    },
    watchlists::types::WatchlistShare,
};

/// What is to change of a share.
#[derive(InputObject)]
pub struct UpdateWatchlistShareInput {
    /// A share of one of the viewer's own lists.
    pub id: Id<WatchlistShare>,
    /// False lets the person change the list's name, description and items too.
    pub is_read_only: bool,
}

/// A share that was changed.
#[derive(SimpleObject)]
pub struct UpdateWatchlistSharePayload {
    /// The share as it is now.
    share: WatchlistShare,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    share: Uuid,
}

impl Mutation for UpdateWatchlistShareInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateWatchlistSharePayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let share = match write.row(self.id, None).await {
            Err(error) if error.code == ErrorCode::NotFound && is_writers(write.call(), self.id).await? => {
                return Err(Error::forbidden("Only the list's owner changes a share; you can leave the list."));
            }
            found => found?,
        };
        let row = watchlist_shares::ActiveModel { is_read_only: Set(self.is_read_only), ..Default::default() };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "watchlist_share_updated", "What somebody may do with a shared list was changed.")
            .updated::<WatchlistShare>(share.id)
            .seen_by([share.shared_with_id]);
        Ok((Changed { share: share.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateWatchlistSharePayload> {
        Ok(UpdateWatchlistSharePayload { share: call.fetch(changed.share).await? })
    }
}

/// Whether it is the viewer's own share, with which they may write: those who only read hear of no share at all.
async fn is_writers(call: &Call, share: Id<WatchlistShare>) -> Result<bool> {
    Ok(call.find::<WatchlistShare>(share.0).await?.is_some_and(|share| !share.is_read_only))
}
