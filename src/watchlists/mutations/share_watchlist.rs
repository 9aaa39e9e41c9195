//! `shareWatchlist`: a list for one other person, by their address.

use async_graphql::{InputObject, SimpleObject};
use entity::{watchlist_shares, watchlists};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    authentication::attempts::{self, Action},
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

/// Whom a watchlist is to be shared with.
#[derive(InputObject)]
pub struct ShareWatchlistInput {
    /// One of the viewer's own lists.
    pub watchlist_id: Id<Watchlist>,
    /// The address of somebody's account, whatever its case.
    pub email: EmailAddress,
    /// False lets them change the list's name, description and items too; they never delete, share or publish it.
    #[graphql(default = true)]
    pub is_read_only: bool,
}

/// A watchlist that is shared.
#[derive(SimpleObject)]
pub struct ShareWatchlistPayload {
    /// The share as it is now.
    share: WatchlistShare,
}

#[derive(Serialize, Deserialize)]
pub struct Shared {
    share: Uuid,
}

impl Mutation for ShareWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Shared;
    type Payload = ShareWatchlistPayload;

    fn check(&self, _: &mut Check) {}

    /// The answer tells whether somebody has the address, so only so many are let through, right or wrong.
    async fn before(&self, call: &Call) -> Result<()> {
        let attempt = attempts::reserve(call, Action::Share, &call.viewer()?.user.email).await?;
        // It stays counted, whatever comes of it.
        drop(attempt);
        Ok(())
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Shared, Deed)> {
        let list = write.row(self.watchlist_id, None).await?;
        if list.owner_id != write.user_id() {
            return Err(Error::forbidden("Only its owner may share a watchlist."));
        }
        let path = ["input", "email"];
        let person = store::account_with(write.transaction(), &self.email.0).await?;
        let person = person
            .ok_or_else(|| Error::invalid(&path, "NOT_FOUND", "There is nobody to share with under this address."))?;
        if person == list.owner_id {
            return Err(Error::invalid(&path, "SELF", "This is your own address; share it with somebody else."));
        }
        let (share, change) = put(write, &list, person, self.is_read_only).await?;
        let mut deed = Deed::new(MODULE, "watchlist_shared", "A watchlist was shared with somebody.")
            .each::<WatchlistShare>(change, [share])
            .seen_by([person]);
        if change == Change::Created {
            deed = deed.told_to::<Watchlist>(person, Change::Created, list.id);
        }
        Ok((Shared { share }, deed))
    }

    async fn payload(call: &Call, shared: Shared) -> Result<ShareWatchlistPayload> {
        Ok(ShareWatchlistPayload { share: call.fetch(shared.share).await? })
    }
}

/// Shares a list, or changes how it is shared already.
async fn put(write: &Write<'_>, list: &watchlists::Model, person: Uuid, is_read_only: bool) -> Result<(Uuid, Change)> {
    if let Some(share) = store::share_with(write.transaction(), list.id, person).await? {
        let row = watchlist_shares::ActiveModel { is_read_only: Set(is_read_only), ..Default::default() };
        write.update(Id::<WatchlistShare>::new(share.id), row).await?;
        return Ok((share.id, Change::Updated));
    }
    let id = Uuid::now_v7();
    let row = watchlist_shares::ActiveModel {
        id: Set(id),
        watchlist_id: Set(list.id),
        owner_id: Set(list.owner_id),
        shared_with_id: Set(person),
        is_read_only: Set(is_read_only),
        ..Default::default()
    };
    write.insert(row).await?;
    Ok((id, Change::Created))
}
