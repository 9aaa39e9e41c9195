//! Every mutation with an input that is right.
//!
//! If you are here because a mutation is missing: give it a line. Words in braces stand for rows of `world.rs`; what else
//! somebody needs to do it is named behind, as `World::new` knows it.

/// A mutation's name, an input that is right, and what it needs.
pub type Good = (&'static str, &'static str, &'static [&'static str]);

pub fn good() -> impl Iterator<Item = &'static Good> {
    [ACCOUNT, PORTFOLIO, WATCHLISTS, SETTINGS, JOURNAL].into_iter().flatten()
}

const ACCOUNT: &[Good] = &[
    ("register", r#"{ "email": "first-{name}@example.com", "password": "long enough to be good" }"#, &[]),
    ("signIn", r#"{ "email": "{email}", "password": "{password}" }"#, &[]),
    ("refreshSession", r#"{ "refreshToken": "{refresh}" }"#, &[]),
    ("signOut", "null", &[]),
    ("revokeSession", r#"{ "id": "{session}" }"#, &[]),
    ("changePassword", r#"{ "currentPassword": "{password}", "newPassword": "another horse battery" }"#, &[]),
    ("requestEmailVerification", "null", &[]),
    ("verifyEmail", r#"{ "token": "{token}" }"#, &["verify_email"]),
    ("requestPasswordReset", r#"{ "email": "{email}" }"#, &[]),
    ("resetPassword", r#"{ "token": "{token}", "newPassword": "another horse battery" }"#, &["reset_password"]),
    ("beginTwoFactor", r#"{ "password": "{password}" }"#, &[]),
    ("enableTwoFactor", r#"{ "code": "{code}" }"#, &["begun"]),
    ("disableTwoFactor", r#"{ "password": "{password}", "totpCode": "{code}" }"#, &["guarded"]),
    ("renewRecoveryCodes", r#"{ "password": "{password}", "totpCode": "{code}" }"#, &["guarded"]),
    ("createPersonalToken", r#"{ "name": "Import", "scopes": ["PORTFOLIO_READ"] }"#, &[]),
    ("renamePersonalToken", r#"{ "id": "{personal_token}", "name": "Screen" }"#, &[]),
    ("revokePersonalToken", r#"{ "id": "{personal_token}" }"#, &[]),
    ("updateProfile", r#"{ "displayName": "Ada L." }"#, &[]),
    ("changeEmail", r#"{ "email": "new-{name}@example.com", "password": "{password}" }"#, &[]),
    ("confirmEmailChange", r#"{ "token": "{token}" }"#, &["change_email"]),
    ("closeAccount", r#"{ "password": "{password}" }"#, &[]),
    ("setUserTier", r#"{ "userId": "{friend}", "tier": "TRADER" }"#, &["admin"]),
    ("setUserActive", r#"{ "userId": "{friend}", "isActive": false }"#, &["admin"]),
    ("setUserAdmin", r#"{ "userId": "{friend}", "isAdmin": true }"#, &["admin"]),
    ("resetUserOnboarding", r#"{ "userId": "{friend}" }"#, &["admin"]),
    ("unlockUser", r#"{ "userId": "{friend}" }"#, &["admin"]),
    ("endUserSessions", r#"{ "userId": "{friend}" }"#, &["admin"]),
];

const PORTFOLIO: &[Good] = &[
    ("createPortfolio", r#"{ "vaultId": "Income", "holdings": [{ "symbol": "VTI", "quantity": "2" }] }"#, &[]),
    ("updatePortfolio", r#"{ "id": "{portfolio}", "vaultId": "Income", "cashBalance": "5" }"#, &[]),
    ("deletePortfolio", r#"{ "id": "{spare}" }"#, &[]),
    ("createHolding", r#"{ "portfolioId": "{portfolio}", "symbol": "VTI", "quantity": "2", "avgCost": "5" }"#, &[]),
    ("createHoldings", r#"{ "portfolioId": "{portfolio}", "items": [{ "symbol": "VTI", "quantity": "2" }] }"#, &[]),
    ("updateHolding", r#"{ "id": "{holding}", "quantity": "3" }"#, &[]),
    ("deleteHolding", r#"{ "id": "{holding}" }"#, &[]),
    ("deleteHoldings", r#"{ "ids": ["{holding}"] }"#, &[]),
    ("createPosition", r#"{ "symbol": "VTI", "account": "By hand", "quantity": "2", "avgPrice": "5" }"#, &[]),
    ("createPositions", r#"{ "items": [{ "symbol": "VTI", "account": "By hand", "quantity": "2" }] }"#, &[]),
    ("updatePosition", r#"{ "id": "{position}", "quantity": "3" }"#, &[]),
    ("deletePosition", r#"{ "id": "{position}" }"#, &[]),
    ("deletePositions", r#"{ "ids": ["{position}"] }"#, &[]),
    ("importPositions", r#"{ "content": "Symbol,Quantity\nVTI,2", "account": "Broker", "filename": "a.csv" }"#, &[]),
    ("setAccountPortfolio", r#"{ "account": "Sharesies", "portfolioId": "{spare}" }"#, &[]),
    ("createTradeRule", r#"{ "symbol": "VTI", "ruleType": "STOP_LOSS", "threshold": "5" }"#, &[]),
    ("updateTradeRule", r#"{ "id": "{trade_rule}", "threshold": "7" }"#, &[]),
    ("deleteTradeRule", r#"{ "id": "{trade_rule}" }"#, &[]),
    ("recordTradeRuleTrigger", r#"{ "id": "{trade_rule}" }"#, &[]),
    ("setRebalanceSchedule", r#"{ "frequency": "WEEKLY", "dayOfWeek": 2 }"#, &[]),
    ("deleteRebalanceSchedule", r#"{ "id": "{rebalance_schedule}" }"#, &[]),
    ("executeRebalancePlan", r#"{ "portfolioId": "{spare}", "digest": "{digest}" }"#, &["plan"]),
    (
        "updatePrices",
        r#"{ "prices": [{ "symbol": "AIR", "currency": "USD", "price": "5", "time": "{now}" }], "source": "Feed",
            "errorPolicy": "REJECT_ALL" }"#,
        &["admin", "feed"],
    ),
];

const WATCHLISTS: &[Good] = &[
    ("createWatchlist", r#"{ "name": "Miners", "items": [{ "symbol": "BHP" }] }"#, &[]),
    ("updateWatchlist", r#"{ "id": "{watchlist}", "name": "Big banks" }"#, &[]),
    ("deleteWatchlist", r#"{ "id": "{watchlist}" }"#, &[]),
    ("addWatchlistItems", r#"{ "watchlistId": "{watchlist}", "items": [{ "symbol": "BHP" }] }"#, &[]),
    ("updateWatchlistItem", r#"{ "id": "{watchlist_item}", "notes": "Dear." }"#, &[]),
    ("removeWatchlistItems", r#"{ "watchlistId": "{watchlist}", "itemIds": ["{watchlist_item}"] }"#, &[]),
    (
        "orderWatchlistItems",
        r#"{ "watchlistId": "{watchlist}", "itemIds": ["{second_item}", "{watchlist_item}"] }"#,
        &[],
    ),
    ("shareWatchlist", r#"{ "watchlistId": "{watchlist}", "email": "{friend_email}", "isReadOnly": false }"#, &[]),
    ("updateWatchlistShare", r#"{ "id": "{watchlist_share}", "isReadOnly": false }"#, &[]),
    ("unshareWatchlist", r#"{ "watchlistId": "{watchlist}", "shareId": "{watchlist_share}" }"#, &[]),
    ("leaveWatchlist", r#"{ "id": "{lent}" }"#, &[]),
];

const SETTINGS: &[Good] = &[
    ("updatePreferences", r#"{ "theme": "DARK" }"#, &[]),
    ("resetPreferences", "{}", &[]),
    ("updateThemePreferences", r#"{ "compactMode": true }"#, &[]),
    ("resetThemePreferences", "{}", &[]),
    ("updateTradingPreferences", r#"{ "maxDailyTrades": 3 }"#, &[]),
    ("resetTradingPreferences", "{}", &[]),
    ("updateOnboarding", r#"{ "personal": { "fullName": "Ada Lovelace" } }"#, &[]),
    ("completeOnboarding", "{}", &[]),
    ("resetOnboarding", "{}", &[]),
    ("updatePersonalData", r#"{ "phoneNumber": "+64 21 555 0143" }"#, &[]),
    ("revealPersonalData", r#"{ "password": "{password}" }"#, &[]),
    (
        "createVaultCategory",
        r#"{ "categoryName": "Gold", "categoryCode": "GOLD", "categoryType": "CUSTOM", "riskLevel": "LOW" }"#,
        &[],
    ),
    ("updateVaultCategory", r#"{ "id": "{vault_category}", "categoryName": "Equities" }"#, &[]),
    ("deleteVaultCategory", r#"{ "id": "{vault_category}" }"#, &[]),
    ("orderVaultCategories", r#"{ "categoryIds": ["{second_category}", "{vault_category}"] }"#, &[]),
    ("createCategoryAssignments", r#"{ "categoryId": "{second_category}", "items": [{ "symbol": "VTI" }] }"#, &[]),
    ("updateCategoryAssignment", r#"{ "id": "{category_assignment}", "sector": "Health" }"#, &[]),
    ("removeCategoryAssignments", r#"{ "ids": ["{category_assignment}"] }"#, &[]),
];

const JOURNAL: &[Good] = &[
    (
        "createJournalEntry",
        r#"{ "content": "Bought.", "tags": ["long"], "tradeLog": { "symbol": "VTI", "tradeType": "BUY", "entryPrice": "5",
            "quantity": "2", "analysis": { "entryCriteria": "Cheap." } } }"#,
        &[],
    ),
    ("updateJournalEntry", r#"{ "id": "{journal_entry}", "title": "Cheap" }"#, &[]),
    ("deleteJournalEntry", r#"{ "id": "{journal_entry}" }"#, &[]),
    (
        "openTradeLog",
        r#"{ "symbol": "VTI", "tradeType": "BUY", "entryPrice": "5", "quantity": "2",
            "analysis": { "entryCriteria": "Cheap." } }"#,
        &[],
    ),
    (
        "openTradeLogs",
        r#"{ "items": [{ "symbol": "VTI", "tradeType": "BUY", "entryPrice": "5", "quantity": "2" }] }"#,
        &[],
    ),
    ("updateTradeLog", r#"{ "id": "{second_log}", "fees": "1" }"#, &[]),
    ("closeTradeLog", r#"{ "id": "{trade_log}", "exitPrice": "25" }"#, &[]),
    ("closeTradeLogPart", r#"{ "id": "{trade_log}", "quantity": "20", "exitPrice": "25" }"#, &[]),
    ("cancelTradeLog", r#"{ "id": "{second_log}", "reason": "Never filled." }"#, &[]),
    ("deleteTradeLog", r#"{ "id": "{trade_log}" }"#, &[]),
    ("createTradeAnalysis", r#"{ "tradeLogId": "{second_log}", "entryCriteria": "Cheap." }"#, &[]),
    ("updateTradeAnalysis", r#"{ "id": "{trade_analysis}", "keyLearnings": "Wait." }"#, &[]),
    ("deleteTradeAnalysis", r#"{ "id": "{trade_analysis}" }"#, &[]),
];
