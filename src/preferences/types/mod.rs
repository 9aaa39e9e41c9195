//! The types of this part, one file each.

pub mod preferences;
pub mod theme;

pub use preferences::{ChartType, OrderType, Preferences, ThemeMode, TimeFormat};
pub use theme::{BorderRadius, FontSize, SidebarPosition, ThemePreferences};
