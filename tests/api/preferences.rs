//! Changing how the application behaves and looks, and the targets and limits for trading.

use serde_json::{Map, Value, json};

use crate::{
    authentication::{issues, line, lines},
    support::{Api, Somebody},
    watchlists::{mutate, rows},
};

const TABLES: [&str; 4] = ["user_preferences", "user_theme_preferences", "user_trading_preferences", "agent_memory"];

/// One kind of preferences: the noun of its mutations, the payload's field, its table, what each field may be given and
/// holds then, and what each field holds at first.
struct Kind {
    noun: &'static str,
    field: &'static str,
    table: &'static str,
    given: Value,
    default: Value,
}

fn kinds() -> [Kind; 3] {
    [
        Kind {
            noun: "Preferences",
            field: "preferences",
            table: "user_preferences",
            given: json!({
                "theme": "DARK", "language": "mi", "timezone": "Pacific/Auckland", "dateFormat": "DD/MM/YYYY",
                "timeFormat": "HOURS_12", "numberFormat": "en-NZ", "chartType": "OHLC", "chartTimeframe": "1W",
                "defaultView": "journal", "defaultVaultId": "Growth", "dataRefreshInterval": 5, "realTimeData": false,
                "historicalDataRange": "5Y", "priceDisplayMode": "close", "emailNotifications": false,
                "pushNotifications": false, "smsNotifications": true, "alertThreshold": "100.0000",
                "defaultOrderType": "STOP_LIMIT", "confirmOrders": false, "showRiskWarnings": false,
                "apiAccessEnabled": true, "webhookUrl": "https://example.com/hook?key=s3cr3t", "customCssEnabled": true,
                "betaFeatures": true, "developerMode": true
            }),
            default: json!({
                "theme": "SYSTEM", "language": "en", "timezone": "UTC", "dateFormat": "YYYY-MM-DD",
                "timeFormat": "HOURS_24", "numberFormat": "en-US", "chartType": "CANDLESTICK", "chartTimeframe": "1D",
                "defaultView": "overview", "defaultVaultId": null, "dataRefreshInterval": 30, "realTimeData": true,
                "historicalDataRange": "1Y", "priceDisplayMode": "live", "emailNotifications": true,
                "pushNotifications": true, "smsNotifications": false, "alertThreshold": "5.0000",
                "defaultOrderType": "MARKET", "confirmOrders": true, "showRiskWarnings": true,
                "apiAccessEnabled": false, "webhookUrl": null, "customCssEnabled": false, "betaFeatures": false,
                "developerMode": false
            }),
        },
        Kind {
            noun: "ThemePreferences",
            field: "themePreferences",
            table: "user_theme_preferences",
            given: json!({
                "themeMode": "LIGHT", "colorScheme": "kōwhai", "primaryColor": "#0Aa0Ff", "accentColor": "#000000",
                "fontFamily": "Source Sans 3", "fontSize": "EXTRA_LARGE", "chartTheme": "plain",
                "sidebarPosition": "RIGHT", "compactMode": true, "animationsEnabled": false, "borderRadius": "NONE",
                "customCss": "body { color: red; }"
            }),
            default: json!({
                "themeMode": "SYSTEM", "colorScheme": "default", "primaryColor": "#3B82F6", "accentColor": "#10B981",
                "fontFamily": "Inter", "fontSize": "MEDIUM", "chartTheme": "default", "sidebarPosition": "LEFT",
                "compactMode": false, "animationsEnabled": true, "borderRadius": "MEDIUM", "customCss": null
            }),
        },
        Kind {
            noun: "TradingPreferences",
            field: "tradingPreferences",
            table: "user_trading_preferences",
            given: json!({
                "tradingStyle": "CUSTOM", "strategyPreference": "DIVIDEND", "positionSizingMethod": "KELLY",
                "defaultPositionSize": "2.5000", "maxPositionSize": "2.5000", "stopLossPercentage": "100.0000",
                "takeProfitPercentage": "1000.0000", "maxDailyTrades": 0, "maxWeeklyTrades": 7,
                "cashAllocationTarget": "0.0000", "equityAllocationTarget": "60.5000", "bondAllocationTarget": "39.4999",
                "alternativeAllocationTarget": "0.0001", "autoRebalanceEnabled": false, "rebalanceThreshold": "0.0000",
                "rebalanceFrequency": "ANNUALLY", "baseCurrency": "EUR", "currencyHedgingPreference": "FULL",
                "taxLossHarvestingEnabled": false, "frankingCreditsConsideration": false, "nzTaxOptimization": false,
                "priceAlertThreshold": "7.2500", "portfolioAlertThreshold": "1.0000", "newsAlertEnabled": false,
                "signalAlertEnabled": false, "autoSaveEnabled": false, "advancedModeEnabled": true,
                "paperTradingEnabled": false, "realTradingEnabled": true
            }),
            default: json!({
                "tradingStyle": "BALANCED", "strategyPreference": "MIXED", "positionSizingMethod": "PERCENTAGE",
                "defaultPositionSize": "5.0000", "maxPositionSize": "20.0000", "stopLossPercentage": "10.0000",
                "takeProfitPercentage": "20.0000", "maxDailyTrades": 10, "maxWeeklyTrades": 50,
                "cashAllocationTarget": "10.0000", "equityAllocationTarget": "70.0000",
                "bondAllocationTarget": "15.0000", "alternativeAllocationTarget": "5.0000",
                "autoRebalanceEnabled": true, "rebalanceThreshold": "5.0000", "rebalanceFrequency": "MONTHLY",
                "baseCurrency": "NZD", "currencyHedgingPreference": "AUTO", "taxLossHarvestingEnabled": true,
                "frankingCreditsConsideration": true, "nzTaxOptimization": true, "priceAlertThreshold": "5.0000",
                "portfolioAlertThreshold": "10.0000", "newsAlertEnabled": true, "signalAlertEnabled": true,
                "autoSaveEnabled": true, "advancedModeEnabled": false, "paperTradingEnabled": true,
                "realTradingEnabled": false
            }),
        },
    ]
}

impl Kind {
    fn names(&self) -> Vec<&str> {
        self.given.as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// The answer of `update…` or `reset…`: the fields that can be given, and apart `id`, `createdAt` and `updatedAt`.
    async fn run(&self, api: &Api, who: &Somebody, verb: &str, input: Value) -> (Value, Value) {
        let selection = format!("{} {{ id createdAt updatedAt {} }}", self.field, self.names().join(" "));
        let name = format!("{verb}{}", self.noun);
        let answer = mutate(api, who, (&name, &selection), input).await;
        let mut row = answer.data()[&name][self.field].clone();
        let fields = row.as_object_mut().unwrap();
        let apart: Map<String, Value> = ["id", "createdAt", "updatedAt"]
            .iter()
            .map(|name| ((*name).to_owned(), fields.remove(*name).unwrap()))
            .collect();
        (row, Value::Object(apart))
    }
}

#[tokio::test]
async fn preferences_are_made_changed_cleared_and_put_back() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{}', 'Growth')", ada.id)).await;
    for kind in kinds() {
        let (made, first) = kind.run(&api, &ada, "update", json!({})).await;
        assert_eq!(made, kind.default, "{}: made with the table's defaults", kind.noun);
        let (changed, second) = kind.run(&api, &ada, "update", kind.given.clone()).await;
        assert_eq!(changed, kind.given);
        assert_eq!((&second["id"], &second["createdAt"]), (&first["id"], &first["createdAt"]));
        assert_eq!(kind.run(&api, &ada, "update", json!({})).await.0, kind.given, "left out stays");

        let nulls: Map<String, Value> = kind.names().iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        let (cleared, third) = kind.run(&api, &ada, "update", Value::Object(nulls.clone())).await;
        assert_eq!(cleared, Value::Object(nulls), "null clears");

        let before = rows(&api, &TABLES).await;
        let (shown, _) = kind.run(&api, &ada, "reset", json!({ "dryRun": true })).await;
        assert_eq!(shown, kind.default);
        assert_eq!(rows(&api, &TABLES).await, before, "a look changes nothing");
        for verb in ["update", "reset"] {
            let name = format!("{verb}{}", kind.noun);
            let selection = format!("{} {{ id }}", kind.field);
            let late = json!({ "expectedUpdatedAt": first["updatedAt"] });
            let late = mutate(&api, &ada, (&name, &selection), late).await;
            assert_eq!(late.code(), "CONFLICT");
            assert_eq!(late.body["errors"][0]["extensions"]["current"]["updatedAt"], third["updatedAt"]);
        }
        assert_eq!(rows(&api, &TABLES).await, before);
        let reset = json!({ "expectedUpdatedAt": third["updatedAt"] });
        let (reset, fourth) = kind.run(&api, &ada, "reset", reset).await;
        assert_eq!(reset, kind.default);
        assert_eq!((&fourth["id"], &fourth["createdAt"]), (&first["id"], &first["createdAt"]));

        assert_eq!(kind.run(&api, &eve, "reset", json!({})).await.0, kind.default, "made where there was none");
        assert_eq!(line(&api, &format!("SELECT count(*)::text FROM {}", kind.table)).await, "2");
    }
    let told = lines(&api, "SELECT action || ' ' || coalesce(user_input, '') FROM agent_memory").await.join("\n");
    assert!(told.contains("preferences_reset") && told.contains("\"webhookUrl\":\"[withheld]\""), "{told}");
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[tokio::test]
async fn wrong_preferences_are_told_all_at_once_and_change_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{}', 'Theirs')", eve.id)).await;
    let kinds = kinds();
    kinds[2].run(&api, &ada, "update", json!({})).await;
    let before = rows(&api, &TABLES).await;
    let table = [
        (
            0,
            json!({
                "language": "en_NZ", "dateFormat": " ", "numberFormat": "en-NZ-x-long", "chartTimeframe": "x".repeat(11),
                "defaultView": "x".repeat(51), "dataRefreshInterval": 4, "priceDisplayMode": "", "alertThreshold": "100.0001"
            }),
            json!([
                ["language", "FORMAT"],
                ["dateFormat", "BLANK"],
                ["numberFormat", "TOO_LONG"],
                ["chartTimeframe", "TOO_LONG"],
                ["defaultView", "TOO_LONG"],
                ["dataRefreshInterval", "OUT_OF_RANGE"],
                ["priceDisplayMode", "BLANK"],
                ["alertThreshold", "OUT_OF_RANGE"]
            ]),
        ),
        (0, json!({ "defaultVaultId": "Theirs" }), json!([["defaultVaultId", "NOT_FOUND"]])),
        (
            1,
            json!({ "colorScheme": "", "fontFamily": "é".repeat(101), "customCss": "x".repeat(50_001) }),
            json!([["colorScheme", "BLANK"], ["fontFamily", "TOO_LONG"], ["customCss", "TOO_LONG"]]),
        ),
        (
            2,
            json!({
                "defaultPositionSize": "0", "maxPositionSize": "-1", "stopLossPercentage": "100.1", "takeProfitPercentage": "0",
                "maxDailyTrades": -1, "cashAllocationTarget": "-0.1", "bondAllocationTarget": "101",
                "rebalanceThreshold": "0.00001", "priceAlertThreshold": "-5"
            }),
            json!([
                ["defaultPositionSize", "OUT_OF_RANGE"],
                ["maxPositionSize", "OUT_OF_RANGE"],
                ["stopLossPercentage", "OUT_OF_RANGE"],
                ["takeProfitPercentage", "OUT_OF_RANGE"],
                ["maxDailyTrades", "OUT_OF_RANGE"],
                ["cashAllocationTarget", "OUT_OF_RANGE"],
                ["bondAllocationTarget", "OUT_OF_RANGE"],
                ["rebalanceThreshold", "TOO_PRECISE"],
                ["priceAlertThreshold", "OUT_OF_RANGE"]
            ]),
        ),
        // At first they are 10, 70, 15 and 5 per cent.
        (
            2,
            json!({ "cashAllocationTarget": "20", "equityAllocationTarget": null }),
            json!([["cashAllocationTarget", "SUM"], ["equityAllocationTarget", "SUM"]]),
        ),
        (
            2,
            json!({ "alternativeAllocationTarget": "5.0001", "maxPositionSize": "4" }),
            json!([["alternativeAllocationTarget", "SUM"], ["maxPositionSize", "OUT_OF_RANGE"]]),
        ),
        (2, json!({ "defaultPositionSize": "20.5" }), json!([["defaultPositionSize", "OUT_OF_RANGE"]])),
    ];
    for (kind, input, expected) in table {
        let kind = &kinds[kind];
        let name = format!("update{}", kind.noun);
        let answer = mutate(&api, &ada, (&name, &format!("{} {{ id }}", kind.field)), input.clone()).await;
        let told: Vec<Value> =
            issues(&answer).as_array().unwrap().iter().map(|issue| json!([issue[0][1], issue[1]])).collect();
        assert_eq!(json!(told), expected, "{input}");
        if answer.text.contains("SUM") {
            assert!(
                answer.text.contains("add up to 40 ") || answer.text.contains("add up to 100.0001 "),
                "{}",
                answer.text
            );
        }
    }
    // What has another type is refused before anything is looked at, with its place.
    for (kind, field, value) in [
        (0, "timezone", json!("Mars/Olympus")),
        (0, "theme", json!("PINK")),
        (0, "webhookUrl", json!("http://example.com")),
        (1, "primaryColor", json!("#12345")),
        (2, "baseCurrency", json!("XYZ")),
        (2, "cashAllocationTarget", json!(10.5)),
    ] {
        let kind = &kinds[kind];
        let name = format!("update{}", kind.noun);
        let answer = mutate(&api, &ada, (&name, &format!("{} {{ id }}", kind.field)), json!({ field: value })).await;
        assert_eq!(answer.code(), "INVALID", "{field}");
    }
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn targets_add_up_to_a_hundred_or_there_are_none() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let update = (
        "updateTradingPreferences",
        "tradingPreferences { cashAllocationTarget equityAllocationTarget
        bondAllocationTarget alternativeAllocationTarget }",
    );
    for (input, expected) in [
        (
            json!({ "cashAllocationTarget": "5", "equityAllocationTarget": 75 }),
            ["5.0000", "75.0000", "15.0000", "5.0000"],
        ),
        (
            json!({ "alternativeAllocationTarget": null, "bondAllocationTarget": "20" }),
            ["5.0000", "75.0000", "20.0000", ""],
        ),
        (
            json!({ "cashAllocationTarget": null, "equityAllocationTarget": null, "bondAllocationTarget": null }),
            ["", "", "", ""],
        ),
        (json!({ "equityAllocationTarget": "100" }), ["", "100.0000", "", ""]),
    ] {
        let answer = mutate(&api, &ada, update, input.clone()).await;
        let row = &answer.data()["updateTradingPreferences"]["tradingPreferences"];
        let found = ["cash", "equity", "bond", "alternative"]
            .map(|class| row[format!("{class}AllocationTarget")].as_str().unwrap_or_default());
        assert_eq!(found, expected, "{input}");
    }
}
