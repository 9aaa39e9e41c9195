//! Making, changing and sharing watchlists.

mod add_watchlist_items;
mod create_watchlist;
mod delete_watchlist;
mod leave_watchlist;
mod order_watchlist_items;
mod remove_watchlist_items;
mod share_watchlist;
mod unshare_watchlist;
mod update_watchlist;
mod update_watchlist_item;
mod update_watchlist_share;

use async_graphql::{Context, Object};
use entity::watchlists;
use sea_orm::ActiveValue::Set;

use crate::{
    access::Module,
    clock,
    graphql::{
        error::Result,
        id::Id,
        mutation::{Answered, Write, perform},
    },
    watchlists::types::Watchlist,
};
pub use add_watchlist_items::{AddWatchlistItemsInput, AddWatchlistItemsPayload, NewWatchlistItemInput};
pub use create_watchlist::{CreateWatchlistInput, CreateWatchlistPayload};
pub use delete_watchlist::{DeleteWatchlistInput, DeleteWatchlistPayload};
pub use leave_watchlist::{LeaveWatchlistInput, LeaveWatchlistPayload};
pub use order_watchlist_items::{OrderWatchlistItemsInput, OrderWatchlistItemsPayload};
pub use remove_watchlist_items::{RemoveWatchlistItemsInput, RemoveWatchlistItemsPayload};
pub use share_watchlist::{ShareWatchlistInput, ShareWatchlistPayload};
pub use unshare_watchlist::{UnshareWatchlistInput, UnshareWatchlistPayload};
pub use update_watchlist::{UpdateWatchlistInput, UpdateWatchlistPayload};
pub use update_watchlist_item::{UpdateWatchlistItemInput, UpdateWatchlistItemPayload};
pub use update_watchlist_share::{UpdateWatchlistShareInput, UpdateWatchlistSharePayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Watchlists;

/// Moves a list's `updatedAt`: a list with its items is one thing, and who orders it wants to hear of what was added.
async fn touch(write: &Write<'_>, list: &watchlists::Model) -> Result<()> {
    // The table's trigger has the last word on the time.
    let row = watchlists::ActiveModel { updated_at: Set(clock::now().into()), ..Default::default() };
    write.update(Id::<Watchlist>::new(list.id), row).await
}

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
    ) -> Result<Option<Answered<CreateWatchlistPayload>>> {
        perform(ctx, input).await
    }

    /// Changes a watchlist: its owner everything, whom it is shared with for writing its name and description.
    async fn update_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateWatchlistInput,
    ) -> Result<Option<Answered<UpdateWatchlistPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a watchlist with its items and shares; its owner alone may.
    async fn delete_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The watchlist.")] input: DeleteWatchlistInput,
    ) -> Result<Option<Answered<DeleteWatchlistPayload>>> {
        perform(ctx, input).await
    }

    /// Puts symbols on a watchlist, each with a result of its own.
    async fn add_watchlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The symbols.")] input: AddWatchlistItemsInput,
    ) -> Result<Option<Answered<AddWatchlistItemsPayload>>> {
        perform(ctx, input).await
    }

    /// Changes what is written beside a symbol of a watchlist.
    async fn update_watchlist_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateWatchlistItemInput,
    ) -> Result<Option<Answered<UpdateWatchlistItemPayload>>> {
        perform(ctx, input).await
    }

    /// Takes symbols off a watchlist, each with a result of its own.
    async fn remove_watchlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The items.")] input: RemoveWatchlistItemsInput,
    ) -> Result<Option<Answered<RemoveWatchlistItemsPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the items of a watchlist into another order.
    async fn order_watchlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: OrderWatchlistItemsInput,
    ) -> Result<Option<Answered<OrderWatchlistItemsPayload>>> {
        perform(ctx, input).await
    }

    /// Shares a watchlist with somebody by their address, or changes how it is shared with them; its owner alone may.
    /// Answers INVALID for an address that nobody has, so only so many are let through: see RATE_LIMITED.
    async fn share_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom.")] input: ShareWatchlistInput,
    ) -> Result<Option<Answered<ShareWatchlistPayload>>> {
        perform(ctx, input).await
    }

    /// Changes whether somebody may write on a shared watchlist; its owner alone may.
    async fn update_watchlist_share(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateWatchlistShareInput,
    ) -> Result<Option<Answered<UpdateWatchlistSharePayload>>> {
        perform(ctx, input).await
    }

    /// Ends the sharing of a watchlist with somebody, at once; its owner alone may.
    async fn unshare_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom.")] input: UnshareWatchlistInput,
    ) -> Result<Option<Answered<UnshareWatchlistPayload>>> {
        perform(ctx, input).await
    }

    /// Ends the sharing of somebody else's watchlist with the viewer.
    async fn leave_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The watchlist.")] input: LeaveWatchlistInput,
    ) -> Result<Option<Answered<LeaveWatchlistPayload>>> {
        perform(ctx, input).await
    }
}
