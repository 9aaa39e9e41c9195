//! `removeWatchlistItems`: symbols off a list, in a batch.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, touch};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
        scalars::DateTime,
    },
    watchlists::{
        store,
        types::{Watchlist, WatchlistItem},
    },
};

/// Items to take off a watchlist.
#[derive(InputObject)]
pub struct RemoveWatchlistItemsInput {
    /// The list: one's own, or one that is shared for writing.
    pub watchlist_id: Id<Watchlist>,
    /// Items of that list, at least one and at most 100; those that stay keep their order.
    pub item_ids: Vec<Id<WatchlistItem>>,
    /// What happens when some of them cannot be removed.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// The list's `updatedAt` as it was last seen. The list or an item of it changed since, the answer is CONFLICT and
    /// nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// What came of each item.
#[derive(SimpleObject)]
pub struct RemoveWatchlistItemsPayload {
    /// The list as it is now.
    watchlist: Watchlist,
    /// One result for each id, in the order of the input.
    results: Vec<RemovedWatchlistItem>,
}

/// What came of one item.
#[derive(SimpleObject)]
pub struct RemovedWatchlistItem {
    /// Its place in the input, from 0.
    index: usize,
    /// The item that there was, null when it was not removed.
    item_id: Option<Id<WatchlistItem>>,
    /// Why it was not removed, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct Removed {
    watchlist: Uuid,
    items: Vec<Outcome<Gone>>,
}

/// An item that was taken off a list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Gone {
    item: Uuid,
}

/// One item, with the list that it has to stand on.
struct ToRemove {
    watchlist: Uuid,
    item: Uuid,
}

impl Item for ToRemove {
    type Done = Gone;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<Gone> {
        if store::remove_item(write.transaction(), self.watchlist, self.item).await? {
            Ok(Gone { item: self.item })
        } else {
            Err(Error::not_found("item on this watchlist"))
        }
    }
}

impl Mutation for RemoveWatchlistItemsInput {
    const MODULE: Module = MODULE;
    type Done = Removed;
    type Payload = RemoveWatchlistItemsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "itemIds", &self.item_ids);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Removed, Deed)> {
        let list = write.row(self.watchlist_id, self.expected_updated_at).await?;
        let items = self.item_ids.iter().map(|id| ToRemove { watchlist: list.id, item: id.0 }).collect();
        let items = batch::each(write, "itemIds", items, self.error_policy).await?;
        let removed: Vec<Uuid> = items.iter().filter_map(Outcome::done).map(|Gone { item }| *item).collect();
        let mut deed = Deed::new(MODULE, "watchlist_items_removed", "Symbols were taken off a watchlist.")
            .seen_by(store::readers(write.transaction(), list.id, list.owner_id).await?);
        if !removed.is_empty() {
            touch(write, &list).await?;
            deed = deed.each::<WatchlistItem>(Change::Deleted, removed).updated::<Watchlist>(list.id);
        }
        Ok((Removed { watchlist: list.id, items }, deed))
    }

    async fn payload(call: &Call, removed: Removed) -> Result<RemoveWatchlistItemsPayload> {
        let result = |(index, outcome): (usize, Outcome<Gone>)| {
            let (done, problems) = outcome.parts();
            RemovedWatchlistItem { index, item_id: done.map(|Gone { item }| Id::new(item)), problems }
        };
        let results = removed.items.into_iter().enumerate().map(result).collect();
        Ok(RemoveWatchlistItemsPayload { watchlist: call.fetch(removed.watchlist).await?, results })
    }
}
