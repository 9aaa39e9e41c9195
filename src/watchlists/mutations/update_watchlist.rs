//! `updateWatchlist`: its name, its description, whether everybody may read it.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::watchlists;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    create_watchlist::{DESCRIPTION_MAX, NAME_MAX},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::{Check, change, keep_or_set},
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    watchlists::{store, types::Watchlist},
};

/// What is to change of a watchlist. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateWatchlistInput {
    /// The list: one's own, or one that is shared for writing.
    pub id: Id<Watchlist>,
    /// What it is called, not blank, at most 255 characters.
    pub name: MaybeUndefined<String>,
    /// What it is about, at most 5,000 characters; null clears it.
    pub description: MaybeUndefined<String>,
    /// Whether everybody signed in may read it; the owner alone may change that.
    pub is_public: MaybeUndefined<bool>,
    /// The list's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A watchlist that was changed.
#[derive(SimpleObject)]
pub struct UpdateWatchlistPayload {
    /// The list as it is now.
    watchlist: Watchlist,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    watchlist: Uuid,
}

impl Mutation for UpdateWatchlistInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateWatchlistPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("name", &self.name);
        check.never_null("isPublic", &self.is_public);
        check.new_text("name", &self.name, NAME_MAX);
        check.new_text("description", &self.description, DESCRIPTION_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let list = write.row(self.id, self.expected_updated_at).await?;
        if list.owner_id != write.user_id() && self.is_public.value().is_some() {
            return Err(Error::forbidden("Only its owner may show a watchlist to everybody, or no longer."));
        }
        let row = watchlists::ActiveModel {
            name: keep_or_set(self.name, |name| name),
            description: change(self.description, |text| text),
            is_public: keep_or_set(self.is_public, |flag| flag),
            ..Default::default()
        };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "watchlist_updated", "A watchlist was changed.")
            .updated::<Watchlist>(list.id)
            .seen_by(store::readers(write.transaction(), list.id, list.owner_id).await?);
        Ok((Changed { watchlist: list.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateWatchlistPayload> {
        Ok(UpdateWatchlistPayload { watchlist: call.fetch(changed.watchlist).await? })
    }
}
