//! `addWatchlistItems`: symbols onto a list, in a batch.

use async_graphql::{InputObject, SimpleObject};
use entity::watchlist_items;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, create_watchlist::NAME_MAX, touch};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
        scalars::Currency,
    },
    prices::{self, Hold, last_price},
    watchlists::{
        store,
        types::{Watchlist, WatchlistItem},
    },
};

/// How long a symbol may be, in characters.
const SYMBOL_MAX: usize = 20;
/// How long notes may be, in characters.
pub(super) const NOTES_MAX: usize = 5_000;

/// A symbol to watch.
#[derive(InputObject)]
pub struct NewWatchlistItemInput {
    /// What is watched, at most 20 characters; stored in capitals, once for each list.
    pub symbol: String,
    /// The asset's full name, at most 255 characters.
    pub name: Option<String>,
    /// What is to be remembered about it, at most 5,000 characters.
    pub notes: Option<String>,
    /// The currency in which its price is wanted; when left out the owner's preferred one, if a feed has brought a price in
    /// it, or else that of the first price that comes.
    pub currency: Option<Currency>,
}

/// Symbols to put on a watchlist.
#[derive(InputObject)]
pub struct AddWatchlistItemsInput {
    /// The list: one's own, or one that is shared for writing.
    pub watchlist_id: Id<Watchlist>,
    /// The symbols, at least one and at most 100; they come behind those that are there.
    pub items: Vec<NewWatchlistItemInput>,
    /// What happens when some of them cannot be added.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each symbol.
#[derive(SimpleObject)]
pub struct AddWatchlistItemsPayload {
    /// The list as it is now.
    watchlist: Watchlist,
    /// One result for each symbol, in the order of the input.
    results: Vec<AddedWatchlistItem>,
}

/// What came of one symbol.
#[derive(SimpleObject)]
pub struct AddedWatchlistItem {
    /// Its place in the input, from 0.
    index: usize,
    /// The new item, null when it was not added.
    item: Option<WatchlistItem>,
    /// Why it was not added, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct Added {
    watchlist: Uuid,
    items: Vec<Outcome<Listed>>,
}

/// An item that was put on a list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Listed {
    pub item: Uuid,
}

/// One symbol, with the place where it goes.
pub(super) struct ToAdd {
    watchlist: Uuid,
    position: i32,
    /// The currency in which a price is looked for when none is given: the owner's preferred one, where that is known.
    preferred: Option<String>,
    given: NewWatchlistItemInput,
}

/// The symbols of an input, behind `position` others.
pub(super) fn items_to_add(
    (watchlist, preferred): (Uuid, Option<&str>),
    position: i32,
    items: Vec<NewWatchlistItemInput>,
) -> Vec<ToAdd> {
    let preferred = preferred.map(str::to_owned);
    let item = |(position, given)| ToAdd { watchlist, position, preferred: preferred.clone(), given };
    (position..).zip(items).map(item).collect()
}

/// Holds the last prices of what is to be watched; before everything else, see [`prices::hold`].
pub(super) async fn hold_prices(write: &Write<'_>, items: &[NewWatchlistItemInput]) -> Result<()> {
    let symbols = items.iter().map(|item| item.symbol.trim().to_uppercase()).collect();
    prices::hold(write.transaction(), symbols, Hold::Shared).await
}

impl Item for ToAdd {
    type Done = Listed;

    fn check(&self, check: &mut Check) {
        check.text("symbol", &self.given.symbol, SYMBOL_MAX);
        check.optional_text("name", self.given.name.as_ref(), NAME_MAX);
        check.optional_text("notes", self.given.notes.as_ref(), NOTES_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<Listed> {
        let item = Uuid::now_v7();
        let symbol = self.given.symbol.trim().to_uppercase();
        let given = self.given.currency.map(|currency| currency.0);
        let last = match given.as_ref().or(self.preferred.as_ref()) {
            Some(currency) => last_price(write.transaction(), &symbol, currency).await?,
            None => None,
        };
        let row = watchlist_items::ActiveModel {
            id: Set(item),
            watchlist_id: Set(self.watchlist),
            symbol: Set(symbol),
            position: Set(self.position),
            name: Set(self.given.name),
            notes: Set(self.given.notes),
            currency: Set(given.or(self.preferred.filter(|_| last.is_some()))),
            price: Set(last.as_ref().map(|last| last.price)),
            change_24h: Set(last.as_ref().and_then(|last| last.change)),
            price_as_of: Set(last.map(|last| last.time.into())),
            ..Default::default()
        };
        write.insert(row).await.map_err(|error| error.renaming("watchlistIdSymbol", "symbol"))?;
        Ok(Listed { item })
    }
}

impl Mutation for AddWatchlistItemsInput {
    const MODULE: Module = MODULE;
    type Done = Added;
    type Payload = AddWatchlistItemsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "items", &self.items);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Added, Deed)> {
        hold_prices(write, &self.items).await?;
        // The list's row is the lock: of two who add at once the second comes behind the first.
        let list = write.row(self.watchlist_id, None).await?;
        let position = store::next_position(write.transaction(), list.id).await?;
        let viewer = write.call().viewer()?;
        let preferred = (viewer.user.id == list.owner_id).then(|| viewer.currency());
        let items = items_to_add((list.id, preferred.as_deref()), position, self.items);
        let items = batch::each(write, "items", items, self.error_policy).await?;
        let added: Vec<Uuid> = items.iter().filter_map(Outcome::done).map(|Listed { item }| *item).collect();
        let mut deed = Deed::new(MODULE, "watchlist_items_added", "Symbols were put on a watchlist.")
            .seen_by(store::readers(write.transaction(), list.id, list.owner_id).await?);
        if !added.is_empty() {
            touch(write, &list).await?;
            deed = deed.each::<WatchlistItem>(Change::Created, added).updated::<Watchlist>(list.id);
        }
        Ok((Added { watchlist: list.id, items }, deed))
    }

    async fn payload(call: &Call, added: Added) -> Result<AddWatchlistItemsPayload> {
        let shown = batch::shown(call, added.items, |listed| listed.item).await?.into_iter().enumerate();
        let results = shown.map(|(index, (item, problems))| AddedWatchlistItem { index, item, problems }).collect();
        Ok(AddWatchlistItemsPayload { watchlist: call.fetch(added.watchlist).await?, results })
    }
}
