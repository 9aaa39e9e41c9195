//! `resetPreferences`: how the application behaves as at first.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::Result,
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
    },
    preferences::types::Preferences,
    rebalancing::{self, types::RebalanceSchedule},
};

/// What to put back.
#[derive(InputObject)]
pub struct ResetPreferencesInput {
    /// The preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to only look at what would come of it.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Preferences that are as at first.
#[derive(SimpleObject)]
pub struct ResetPreferencesPayload {
    /// The preferences, with every field at its default.
    preferences: Preferences,
}

#[derive(Serialize, Deserialize)]
pub struct WasReset {
    preferences: Uuid,
}

impl Mutation for ResetPreferencesInput {
    const MODULE: Module = MODULE;
    type Done = WasReset;
    type Payload = ResetPreferencesPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(WasReset, Deed)> {
        let (row, what) = write.own_row::<Preferences>(self.expected_updated_at).await?;
        write.reset_own::<Preferences>().await?;
        // Schedules run on the clock of the time zone.
        let moved = rebalancing::reschedule(write.transaction(), write.user_id(), clock::now()).await?;
        let deed = Deed::new(MODULE, "preferences_reset", "Preferences were put back to their defaults.")
            .each::<Preferences>(what, [row.id])
            .each::<RebalanceSchedule>(Change::Updated, moved);
        Ok((WasReset { preferences: row.id }, deed))
    }

    async fn payload(call: &Call, done: WasReset) -> Result<ResetPreferencesPayload> {
        Ok(ResetPreferencesPayload { preferences: call.fetch(done.preferences).await? })
    }
}
