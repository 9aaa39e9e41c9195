//! `updateWatchlistItem`: what is written beside a symbol.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::watchlist_items;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, add_watchlist_items::NOTES_MAX, create_watchlist::NAME_MAX, touch};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    watchlists::{
        store,
        types::{Watchlist, WatchlistItem},
    },
};

/// What is to change of an item. A field that is left out stays as it is; another symbol is another item.
#[derive(InputObject)]
pub struct UpdateWatchlistItemInput {
    /// An item of one's own list, or of one that is shared for writing.
    pub id: Id<WatchlistItem>,
    /// The asset's full name, at most 255 characters; null clears it.
    pub name: MaybeUndefined<String>,
    /// What is to be remembered about it, at most 5,000 characters; null clears it.
    pub notes: MaybeUndefined<String>,
    /// The `updatedAt` of the item's list as it was last seen. The list or an item of it changed since, the answer is
    /// CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An item that was changed.
#[derive(SimpleObject)]
pub struct UpdateWatchlistItemPayload {
    /// The item as it is now.
    item: WatchlistItem,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    item: Uuid,
}

impl Mutation for UpdateWatchlistItemInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateWatchlistItemPayload;

    fn check(&self, check: &mut Check) {
        check.new_text("name", &self.name, NAME_MAX);
        check.new_text("notes", &self.notes, NOTES_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let gone = || Error::not_found("watchlist item");
        // The list's row is locked before its items, as everywhere; an item never moves to another list.
        let list = store::list_of(write.transaction(), self.id.0).await?.ok_or_else(gone)?;
        let list = write.row(Id::<Watchlist>::new(list), self.expected_updated_at).await;
        let list = list.map_err(|error| if error.code == ErrorCode::NotFound { gone() } else { error })?;
        let row = watchlist_items::ActiveModel {
            name: change(self.name, |name| name),
            notes: change(self.notes, |notes| notes),
            ..Default::default()
        };
        write.update(self.id, row).await?;
        touch(write, &list).await?;
        let deed = Deed::new(MODULE, "watchlist_item_updated", "An item of a watchlist was changed.")
            .updated::<WatchlistItem>(self.id.0)
            .updated::<Watchlist>(list.id)
            .seen_by(store::readers(write.transaction(), list.id, list.owner_id).await?);
        Ok((Changed { item: self.id.0 }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateWatchlistItemPayload> {
        Ok(UpdateWatchlistItemPayload { item: call.fetch(changed.item).await? })
    }
}
