//! `resetTradingPreferences`: targets and limits for trading as at first.

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
    onboarding::types::TradingPreferences,
};

/// What to put back.
#[derive(InputObject)]
pub struct ResetTradingPreferencesInput {
    /// The trading preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to only look at what would come of it.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Trading preferences that are as at first.
#[derive(SimpleObject)]
pub struct ResetTradingPreferencesPayload {
    /// The trading preferences, with every field at its default.
    trading_preferences: TradingPreferences,
}

#[derive(Serialize, Deserialize)]
pub struct WasReset {
    trading_preferences: Uuid,
}

impl Mutation for ResetTradingPreferencesInput {
    const MODULE: Module = MODULE;
    type Done = WasReset;
    type Payload = ResetTradingPreferencesPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(WasReset, Deed)> {
        let (row, what) = write.own_row::<TradingPreferences>(self.expected_updated_at).await?;
        write.reset_own::<TradingPreferences>().await?;
        let deed =
            Deed::new(MODULE, "trading_preferences_reset", "Trading preferences were put back to their defaults.");
        Ok((WasReset { trading_preferences: row.id }, deed.each::<TradingPreferences>(what, [row.id])))
    }

    async fn payload(call: &Call, done: WasReset) -> Result<ResetTradingPreferencesPayload> {
        Ok(ResetTradingPreferencesPayload { trading_preferences: call.fetch(done.trading_preferences).await? })
    }
}
