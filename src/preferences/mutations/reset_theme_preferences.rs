//! `resetThemePreferences`: how the application looks as at first.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    preferences::types::ThemePreferences,
};

/// What to put back.
#[derive(InputObject)]
pub struct ResetThemePreferencesInput {
    /// The theme preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to only look at what would come of it.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Theme preferences that are as at first.
#[derive(SimpleObject)]
pub struct ResetThemePreferencesPayload {
    /// The theme preferences, with every field at its default.
    theme_preferences: ThemePreferences,
}

#[derive(Serialize, Deserialize)]
pub struct WasReset {
    theme_preferences: Uuid,
}

impl Mutation for ResetThemePreferencesInput {
    const MODULE: Module = MODULE;
    type Done = WasReset;
    type Payload = ResetThemePreferencesPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(WasReset, Deed)> {
        let (row, what) = write.own_row::<ThemePreferences>(self.expected_updated_at).await?;
        write.reset_own::<ThemePreferences>().await?;
        let deed = Deed::new(MODULE, "theme_preferences_reset", "Theme preferences were put back to their defaults.");
        Ok((WasReset { theme_preferences: row.id }, deed.each::<ThemePreferences>(what, [row.id])))
    }

    async fn payload(call: &Call, done: WasReset) -> Result<ResetThemePreferencesPayload> {
        Ok(ResetThemePreferencesPayload { theme_preferences: call.fetch(done.theme_preferences).await? })
    }
}
