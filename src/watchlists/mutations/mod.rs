//! Making, changing and sharing watchlists.

mod add_watchlist_items;
mod create_watchlist;
mod delete_watchlist;
mod update_watchlist;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{error::Result, mutation::perform},
};
pub use add_watchlist_items::{AddWatchlistItemsInput, AddWatchlistItemsPayload, NewWatchlistItemInput};
pub use create_watchlist::{CreateWatchlistInput, CreateWatchlistPayload};
pub use delete_watchlist::{DeleteWatchlistInput, DeleteWatchlistPayload};
pub use update_watchlist::{UpdateWatchlistInput, UpdateWatchlistPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Watchlists;

#[derive(Default)]
pub struct WatchlistMutations;

/// Making, changing and sharing watchlists.
#[Object]
impl WatchlistMutations {
    /// Makes a watchlist, with its items when they are given: all of it or nothing.
    async fn create_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The watchlist.")] input: CreateWatchlistInput,
    ) -> Result<Option<CreateWatchlistPayload>> {
        perform(ctx, input).await
    }

    /// Changes a watchlist: its owner everything, whom it is shared with for writing its name and description.
    async fn update_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateWatchlistInput,
    ) -> Result<Option<UpdateWatchlistPayload>> {
        perform(ctx, input).await
    }

    /// Deletes a watchlist with its items and shares; its owner alone may.
    async fn delete_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The watchlist.")] input: DeleteWatchlistInput,
    ) -> Result<Option<DeleteWatchlistPayload>> {
        perform(ctx, input).await
    }

    /// Puts symbols on a watchlist, each with a result of its own.
    async fn add_watchlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The symbols.")] input: AddWatchlistItemsInput,
    ) -> Result<Option<AddWatchlistItemsPayload>> {
        perform(ctx, input).await
    }
}
