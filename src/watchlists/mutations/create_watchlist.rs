//! `createWatchlist`: a list with its items.

use async_graphql::{InputObject, SimpleObject};
use entity::watchlists;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewWatchlistItemInput,
    add_watchlist_items::{Listed, hold_prices, items_to_add},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, ITEMS_MAX},
            deed::Change,
        },
    },
    watchlists::types::{Watchlist, WatchlistItem},
};

/// How long a description may be, in characters.
pub(super) const DESCRIPTION_MAX: usize = 5_000;
/// How long a name may be, in characters.
pub(super) const NAME_MAX: usize = 255;

/// A new watchlist.
#[derive(InputObject)]
pub struct CreateWatchlistInput {
    /// An id of the client's choice, `watchlist_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<Watchlist>>,
    /// What it is called, not blank, at most 255 characters.
    pub name: String,
    /// What it is about, at most 5,000 characters.
    pub description: Option<String>,
    /// Whether everybody signed in may read it.
    #[graphql(default)]
    pub is_public: bool,
    /// What is watched, in the order shown; at most 100 now, more can be added later.
    #[graphql(default)]
    pub items: Vec<NewWatchlistItemInput>,
}

/// A watchlist that was made.
#[derive(SimpleObject)]
pub struct CreateWatchlistPayload {
    /// The new watchlist.
    watchlist: Watchlist,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    watchlist: Uuid,
}

impl Mutation for CreateWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateWatchlistPayload;

    fn check(&self, check: &mut Check) {
        check.text("name", &self.name, NAME_MAX);
        check.optional_text("description", self.description.as_ref(), DESCRIPTION_MAX);
        if self.items.len() > ITEMS_MAX {
            check.problem("items", "TOO_MANY", format!("items has at most {ITEMS_MAX} items."));
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        hold_prices(write, &self.items).await?;
        let watchlist = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let row = watchlists::ActiveModel {
            id: Set(watchlist),
            owner_id: Set(write.user_id()),
            name: Set(self.name),
            description: Set(self.description),
            is_public: Set(self.is_public),
            ..Default::default()
        };
        write.insert(row).await?;
        let preferred = write.call().viewer()?.currency();
        let items = items_to_add((watchlist, Some(&preferred)), 0, self.items);
        let outcomes = batch::each(write, "items", items, ErrorPolicy::RejectAll).await?;
        let items = outcomes.iter().filter_map(|outcome| outcome.done()).map(|Listed { item }| *item);
        let deed = Deed::new(MODULE, "watchlist_created", "A watchlist was made.")
            .created::<Watchlist>(watchlist)
            .each::<WatchlistItem>(Change::Created, items);
        Ok((Made { watchlist }, deed))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateWatchlistPayload> {
        Ok(CreateWatchlistPayload { watchlist: call.fetch(made.watchlist).await? })
    }
}
