//! The root fields of watchlists, preferences and onboarding.

use super::ForNobody;

pub const FIELDS: &[(&str, &str, ForNobody)] = &[
    (
        "updateWatchlistItem",
        r#"mutation { updateWatchlistItem(input: { id: "watchlist_item_018f3c1e-0000-7000-8000-000000000000" }) { item { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "removeWatchlistItems",
        r#"mutation { removeWatchlistItems(input: { watchlistId: "watchlist_018f3c1e-0000-7000-8000-000000000000", itemIds: ["watchlist_item_018f3c1e-0000-7000-8000-000000000000"] }) { watchlist { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "orderWatchlistItems",
        r#"mutation { orderWatchlistItems(input: { watchlistId: "watchlist_018f3c1e-0000-7000-8000-000000000000", itemIds: ["watchlist_item_018f3c1e-0000-7000-8000-000000000000"] }) { watchlist { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "shareWatchlist",
        r#"mutation { shareWatchlist(input: { watchlistId: "watchlist_018f3c1e-0000-7000-8000-000000000000", email: "bob@example.com" }) { share { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateWatchlistShare",
        r#"mutation { updateWatchlistShare(input: { id: "watchlist_share_018f3c1e-0000-7000-8000-000000000000", isReadOnly: true }) { share { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "unshareWatchlist",
        r#"mutation { unshareWatchlist(input: { watchlistId: "watchlist_018f3c1e-0000-7000-8000-000000000000", shareId: "watchlist_share_018f3c1e-0000-7000-8000-000000000000" }) { shareId } }"#,
        ForNobody::Refused,
    ),
    (
        "leaveWatchlist",
        r#"mutation { leaveWatchlist(input: { id: "watchlist_018f3c1e-0000-7000-8000-000000000000" }) { watchlistId } }"#,
        ForNobody::Refused,
    ),
    (
        "updatePreferences",
        r#"mutation { updatePreferences(input: { developerMode: true }) { preferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "resetPreferences",
        r#"mutation { resetPreferences(input: { dryRun: true }) { preferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateThemePreferences",
        r#"mutation { updateThemePreferences(input: { compactMode: true }) { themePreferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "resetThemePreferences",
        r#"mutation { resetThemePreferences(input: { dryRun: true }) { themePreferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateTradingPreferences",
        r#"mutation { updateTradingPreferences(input: { autoSaveEnabled: true }) { tradingPreferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "resetTradingPreferences",
        r#"mutation { resetTradingPreferences(input: { dryRun: true }) { tradingPreferences { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateOnboarding",
        r#"mutation { updateOnboarding(input: { completeStep: 1 }) { onboarding { id } } }"#,
        ForNobody::Refused,
    ),
    ("completeOnboarding", r#"mutation { completeOnboarding(input: {  }) { onboarding { id } } }"#, ForNobody::Refused),
    (
        "resetOnboarding",
        r#"mutation { resetOnboarding(input: { dryRun: true }) { onboarding { id } } }"#,
        ForNobody::Refused,
    ),
];
