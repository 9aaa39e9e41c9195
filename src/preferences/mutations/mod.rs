//! Changing how the application behaves and looks.

mod reset_preferences;
mod reset_theme_preferences;
mod update_preferences;
mod update_theme_preferences;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{
        error::Result,
        mutation::{Answered, perform},
    },
};
pub use reset_preferences::{ResetPreferencesInput, ResetPreferencesPayload};
pub use reset_theme_preferences::{ResetThemePreferencesInput, ResetThemePreferencesPayload};
pub use update_preferences::{UpdatePreferencesInput, UpdatePreferencesPayload};
pub use update_theme_preferences::{UpdateThemePreferencesInput, UpdateThemePreferencesPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Preferences;

#[derive(Default)]
pub struct PreferenceMutations;

/// Changing how the application behaves and looks.
#[Object]
impl PreferenceMutations {
    /// Changes the viewer's settings of the application.
    async fn update_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdatePreferencesInput,
    ) -> Result<Option<Answered<UpdatePreferencesPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's settings back to their defaults; personal API tokens stop until `apiAccessEnabled` is true again.
    async fn reset_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to put back.")] input: ResetPreferencesInput,
    ) -> Result<Option<Answered<ResetPreferencesPayload>>> {
        perform(ctx, input).await
    }

    /// Changes how the application looks for the viewer.
    async fn update_theme_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateThemePreferencesInput,
    ) -> Result<Option<Answered<UpdateThemePreferencesPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's looks back to their defaults; the own style sheet goes.
    async fn reset_theme_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to put back.")] input: ResetThemePreferencesInput,
    ) -> Result<Option<Answered<ResetThemePreferencesPayload>>> {
        perform(ctx, input).await
    }
}
