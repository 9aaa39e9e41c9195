//! The root fields of the journal and of categories; each refuses nobody.

use super::ForNobody;

pub const FIELDS: &[(&str, &str, ForNobody)] = &[
    (
        "updateJournalEntry",
        r#"mutation { updateJournalEntry(input: { id: "journal_entry_018f3c1e-0000-7000-8000-000000000000" }) { journalEntry { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteJournalEntry",
        r#"mutation { deleteJournalEntry(input: { id: "journal_entry_018f3c1e-0000-7000-8000-000000000000" }) { journalEntryId } }"#,
        ForNobody::Refused,
    ),
    (
        "openTradeLog",
        r#"mutation { openTradeLog(input: { symbol: "X", tradeType: BUY, entryPrice: "1", quantity: "1" }) { tradeLog { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "openTradeLogs",
        r#"mutation { openTradeLogs(input: { items: [{ symbol: "X", tradeType: BUY, entryPrice: "1", quantity: "1" }] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateTradeLog",
        r#"mutation { updateTradeLog(input: { id: "trade_log_018f3c1e-0000-7000-8000-000000000000" }) { tradeLog { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "closeTradeLog",
        r#"mutation { closeTradeLog(input: { id: "trade_log_018f3c1e-0000-7000-8000-000000000000", exitPrice: "1" }) { tradeLog { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "closeTradeLogPart",
        r#"mutation { closeTradeLogPart(input: { id: "trade_log_018f3c1e-0000-7000-8000-000000000000", quantity: "1", exitPrice: "1" }) { tradeLog { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "cancelTradeLog",
        r#"mutation { cancelTradeLog(input: { id: "trade_log_018f3c1e-0000-7000-8000-000000000000" }) { tradeLog { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteTradeLog",
        r#"mutation { deleteTradeLog(input: { id: "trade_log_018f3c1e-0000-7000-8000-000000000000" }) { tradeLogId } }"#,
        ForNobody::Refused,
    ),
    (
        "createTradeAnalysis",
        r#"mutation { createTradeAnalysis(input: { tradeLogId: "trade_log_018f3c1e-0000-7000-8000-000000000000" }) { tradeAnalysis { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateTradeAnalysis",
        r#"mutation { updateTradeAnalysis(input: { id: "trade_analysis_018f3c1e-0000-7000-8000-000000000000" }) { tradeAnalysis { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteTradeAnalysis",
        r#"mutation { deleteTradeAnalysis(input: { id: "trade_analysis_018f3c1e-0000-7000-8000-000000000000" }) { tradeAnalysisId } }"#,
        ForNobody::Refused,
    ),
    (
        "createVaultCategory",
        r#"mutation { createVaultCategory(input: { categoryName: "x", categoryCode: "x", categoryType: CUSTOM }) { vaultCategory { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateVaultCategory",
        r#"mutation { updateVaultCategory(input: { id: "vault_category_018f3c1e-0000-7000-8000-000000000000" }) { vaultCategory { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteVaultCategory",
        r#"mutation { deleteVaultCategory(input: { id: "vault_category_018f3c1e-0000-7000-8000-000000000000" }) { vaultCategoryId } }"#,
        ForNobody::Refused,
    ),
    (
        "orderVaultCategories",
        r#"mutation { orderVaultCategories(input: { categoryIds: [] }) { vaultCategories { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createCategoryAssignments",
        r#"mutation { createCategoryAssignments(input: { categoryId: "vault_category_018f3c1e-0000-7000-8000-000000000000", items: [{ symbol: "X" }] }) { vaultCategory { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateCategoryAssignment",
        r#"mutation { updateCategoryAssignment(input: { id: "category_assignment_018f3c1e-0000-7000-8000-000000000000" }) { categoryAssignment { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "removeCategoryAssignments",
        r#"mutation { removeCategoryAssignments(input: { ids: ["category_assignment_018f3c1e-0000-7000-8000-000000000000"] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
];
