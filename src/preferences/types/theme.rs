//! ThemePreferences, a row of user_theme_preferences.

use async_graphql::{Enum, SimpleObject};
use entity::user_theme_preferences;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::preferences::ThemeMode;
use crate::{
    authentication::types::User,
    edges,
    graphql::{
        enumeration::{Enumeration, optional},
        error::Result,
        id::Id,
        operators::{BOOLEAN, DATE_TIME, ID, TEXT, one_of},
        scalars::{DateTime, HexColor},
        table::{Column, Edge, Record, Table},
    },
};

/// How large text is.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum FontSize {
    /// Small.
    Small,
    /// Medium.
    Medium,
    /// Large.
    Large,
    /// Very large.
    ExtraLarge,
}

impl Enumeration for FontSize {}

/// On which side the sidebar stands.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum SidebarPosition {
    /// On the left.
    Left,
    /// On the right.
    Right,
}

impl Enumeration for SidebarPosition {}

/// How round corners are.
#[derive(Enum, EnumString, IntoStaticStr, VariantArray, Clone, Copy, Debug, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum BorderRadius {
    /// Square.
    None,
    /// A little.
    Small,
    /// Moderately.
    Medium,
    /// Clearly.
    Large,
    /// Fully.
    Full,
}

impl Enumeration for BorderRadius {}

/// How the app looks for a user.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ThemePreferences {
    /// Its id, unique over all types.
    pub id: Id<Self>,
    #[graphql(skip)]
    pub user_id: Uuid,
    /// Light, dark, or as the system has it; null leaves it open.
    pub theme_mode: Option<ThemeMode>,
    /// Name of the set of colours, null leaves it open.
    pub color_scheme: Option<String>,
    /// Main colour as #RRGGBB, null leaves it open.
    pub primary_color: Option<HexColor>,
    /// Second colour as #RRGGBB, null leaves it open.
    pub accent_color: Option<HexColor>,
    /// Name of the typeface, null leaves it open.
    pub font_family: Option<String>,
    /// Size of the text, null leaves it open.
    pub font_size: Option<FontSize>,
    /// Name of the charts' set of colours, null leaves it open.
    pub chart_theme: Option<String>,
    /// The side that the navigation stands on, null leaves it open.
    pub sidebar_position: Option<SidebarPosition>,
    /// True to show more on less room, null leaves it open.
    pub compact_mode: Option<bool>,
    /// True to move things on the page, null leaves it open.
    pub animations_enabled: Option<bool>,
    /// How round corners are, null leaves it open.
    pub border_radius: Option<BorderRadius>,
    /// The user's own style sheet, null without one.
    pub custom_css: Option<String>,
    /// When the row was made.
    pub created_at: DateTime,
    /// When the row was last changed.
    pub updated_at: DateTime,
}

edges!(ThemePreferences, ThemePreferences::EDGES);

impl Record for ThemePreferences {
    type Entity = user_theme_preferences::Entity;
    type Model = user_theme_preferences::Model;

    const TABLE: &'static Table = &Table {
        name: "ThemePreferences",
        prefix: "theme_preferences",
        sql: "user_theme_preferences",
        columns: &[
            Column::new("id", ID),
            Column::optional("theme_mode", one_of::<ThemeMode>()),
            Column::optional("color_scheme", TEXT),
            Column::optional("primary_color", TEXT),
            Column::optional("accent_color", TEXT),
            Column::optional("font_family", TEXT),
            Column::optional("font_size", one_of::<FontSize>()),
            Column::optional("chart_theme", TEXT),
            Column::optional("sidebar_position", one_of::<SidebarPosition>()),
            Column::optional("compact_mode", BOOLEAN),
            Column::optional("animations_enabled", BOOLEAN),
            Column::optional("border_radius", one_of::<BorderRadius>()),
            Column::optional("custom_css", TEXT),
            Column::new("created_at", DATE_TIME),
            Column::new("updated_at", DATE_TIME),
        ],
        order: &[("created_at", true)],
        links: Self::links,
    };

    const EDGES: &'static [Edge<Self>] =
        &[Edge::one::<User>("user", "Whose it is.", &[("user_id", "id")], |row| Some(vec![row.user_id.into()]))];

    fn from_row(row: user_theme_preferences::Model) -> Result<Self> {
        let user_theme_preferences::Model {
            id,
            user_id,
            theme_mode,
            color_scheme,
            primary_color,
            accent_color,
            font_family,
            font_size,
            chart_theme,
            sidebar_position,
            compact_mode,
            animations_enabled,
            border_radius,
            custom_css,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id: Id::new(id),
            user_id,
            theme_mode: optional(theme_mode)?,
            color_scheme,
            primary_color: primary_color.map(HexColor),
            accent_color: accent_color.map(HexColor),
            font_family,
            font_size: optional(font_size)?,
            chart_theme,
            sidebar_position: optional(sidebar_position)?,
            compact_mode,
            animations_enabled,
            border_radius: optional(border_radius)?,
            custom_css,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        })
    }
}
