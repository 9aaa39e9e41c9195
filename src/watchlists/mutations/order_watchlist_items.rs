//! `orderWatchlistItems`: the order in which a list is shown.

use std::collections::HashSet;

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, touch};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::{Id, text},
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
        table::Record,
    },
    watchlists::{
        store,
        types::{Watchlist, WatchlistItem},
    },
};

/// How many items a list may have that is ordered in one request.
const ITEMS_MAX: usize = 1_000;

/// A new order of a watchlist.
#[derive(InputObject)]
pub struct OrderWatchlistItemsInput {
    /// The list: one's own, or one that is shared for writing.
    pub watchlist_id: Id<Watchlist>,
    /// Every item of the list once, in the order wanted; at most 1,000.
    pub item_ids: Vec<Id<WatchlistItem>>,
    /// The list's `updatedAt` as it was last seen. The list or an item of it changed since, the answer is CONFLICT and
    /// nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A watchlist in its new order.
#[derive(SimpleObject)]
pub struct OrderWatchlistItemsPayload {
    /// The list as it is now.
    watchlist: Watchlist,
}

#[derive(Serialize, Deserialize)]
pub struct Ordered {
    watchlist: Uuid,
}

impl Mutation for OrderWatchlistItemsInput {
    const MODULE: Module = MODULE;
    type Done = Ordered;
    type Payload = OrderWatchlistItemsPayload;

    fn check(&self, check: &mut Check) {
        if self.item_ids.len() > ITEMS_MAX {
            check.problem("itemIds", "TOO_MANY", format!("itemIds has at most {ITEMS_MAX} items."));
            return;
        }
        let mut seen = HashSet::new();
        check.within("itemIds", |check| {
            for (place, id) in self.item_ids.iter().enumerate() {
                if !seen.insert(id.0) {
                    check.problem(&place.to_string(), "REPEATED", "This item stands further up already.");
                }
            }
        });
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Ordered, Deed)> {
        let list = write.row(self.watchlist_id, self.expected_updated_at).await?;
        let wanted: Vec<Uuid> = self.item_ids.iter().map(|id| id.0).collect();
        let standing = store::items_of(write.transaction(), list.id).await?;
        same_items(&wanted, &standing)?;
        let moved = store::place_items(write.transaction(), list.id, wanted).await?;
        let mut deed = Deed::new(MODULE, "watchlist_items_ordered", "A watchlist was put into another order.")
            .seen_by(store::readers(write.transaction(), list.id, list.owner_id).await?);
        if !moved.is_empty() {
            touch(write, &list).await?;
            deed = deed.each::<WatchlistItem>(Change::Updated, moved).updated::<Watchlist>(list.id);
        }
        Ok((Ordered { watchlist: list.id }, deed))
    }

    async fn payload(call: &Call, ordered: Ordered) -> Result<OrderWatchlistItemsPayload> {
        Ok(OrderWatchlistItemsPayload { watchlist: call.fetch(ordered.watchlist).await? })
    }
}

/// Tells each id that is not on the list, and each item of the list that is left out.
fn same_items(wanted: &[Uuid], standing: &[Uuid]) -> Result<()> {
    let mut check = Check::new("input");
    let known: HashSet<&Uuid> = standing.iter().collect();
    check.within("itemIds", |check| {
        for (place, _) in wanted.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
            check.problem(&place.to_string(), "NOT_FOUND", "There is no such item on this watchlist.");
        }
    });
    let named: HashSet<&Uuid> = wanted.iter().collect();
    for id in standing.iter().filter(|id| !named.contains(id)) {
        let id = text(WatchlistItem::TABLE.prefix, *id);
        check.problem("itemIds", "MISSING", format!("The list also has the item {id}."));
    }
    check.finish()
}
