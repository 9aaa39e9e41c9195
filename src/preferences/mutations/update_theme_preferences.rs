//! `updateThemePreferences`: how the application looks.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::user_theme_preferences;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, HexColor},
    },
    preferences::types::{BorderRadius, FontSize, SidebarPosition, ThemeMode, ThemePreferences},
};

/// How long a style sheet may be, in characters.
const CSS_MAX: usize = 50_000;

/// What is to change of how the application looks for the viewer. A field that is left out stays as it is, null leaves
/// it to the application.
#[derive(InputObject)]
pub struct UpdateThemePreferencesInput {
    /// Light, dark, or as the system has it.
    pub theme_mode: MaybeUndefined<ThemeMode>,
    /// Name of the set of colours, at most 50 characters.
    pub color_scheme: MaybeUndefined<String>,
    /// Main colour as #RRGGBB.
    pub primary_color: MaybeUndefined<HexColor>,
    /// Second colour as #RRGGBB.
    pub accent_color: MaybeUndefined<HexColor>,
    /// Name of the typeface, at most 100 characters.
    pub font_family: MaybeUndefined<String>,
    /// Size of the text.
    pub font_size: MaybeUndefined<FontSize>,
    /// Name of the charts' set of colours, at most 50 characters.
    pub chart_theme: MaybeUndefined<String>,
    /// The side that the navigation stands on.
    pub sidebar_position: MaybeUndefined<SidebarPosition>,
    /// True to show more on less room.
    pub compact_mode: MaybeUndefined<bool>,
    /// True to move things on the page.
    pub animations_enabled: MaybeUndefined<bool>,
    /// How round corners are.
    pub border_radius: MaybeUndefined<BorderRadius>,
    /// The viewer's own style sheet, at most 50,000 characters; null for none.
    pub custom_css: MaybeUndefined<String>,
    /// The theme preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// Looks that were changed.
#[derive(SimpleObject)]
pub struct UpdateThemePreferencesPayload {
    /// The theme preferences as they are now; made with their defaults when there were none.
    theme_preferences: ThemePreferences,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    theme_preferences: Uuid,
}

impl Mutation for UpdateThemePreferencesInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateThemePreferencesPayload;

    fn check(&self, check: &mut Check) {
        check.new_text("colorScheme", &self.color_scheme, 50);
        check.new_text("fontFamily", &self.font_family, 100);
        check.new_text("chartTheme", &self.chart_theme, 50);
        check.new_text("customCss", &self.custom_css, CSS_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let (row, what) = write.own_row::<ThemePreferences>(self.expected_updated_at).await?;
        write.update(Id::<ThemePreferences>::new(row.id), self.columns()).await?;
        let deed = Deed::new(MODULE, "theme_preferences_updated", "Theme preferences were changed.");
        Ok((Changed { theme_preferences: row.id }, deed.each::<ThemePreferences>(what, [row.id])))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateThemePreferencesPayload> {
        Ok(UpdateThemePreferencesPayload { theme_preferences: call.fetch(changed.theme_preferences).await? })
    }
}

impl UpdateThemePreferencesInput {
    fn columns(self) -> user_theme_preferences::ActiveModel {
        let same = |text: String| text;
        user_theme_preferences::ActiveModel {
            theme_mode: change(self.theme_mode, |mode| mode.stored().to_owned()),
            color_scheme: change(self.color_scheme, same),
            primary_color: change(self.primary_color, |color| color.0),
            accent_color: change(self.accent_color, |color| color.0),
            font_family: change(self.font_family, same),
            font_size: change(self.font_size, |size| size.stored().to_owned()),
            chart_theme: change(self.chart_theme, same),
            sidebar_position: change(self.sidebar_position, |side| side.stored().to_owned()),
            compact_mode: change(self.compact_mode, |flag| flag),
            animations_enabled: change(self.animations_enabled, |flag| flag),
            border_radius: change(self.border_radius, |radius| radius.stored().to_owned()),
            custom_css: change(self.custom_css, same),
            ..Default::default()
        }
    }
}
