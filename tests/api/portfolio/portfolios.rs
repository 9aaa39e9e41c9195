//! Making, changing and deleting portfolios.

use serde_json::{Value, json};

use super::{done, overview, portfolio, refused};
use crate::support::Api;

const FIELDS: &str = "portfolio { vaultId currency portfolioValue totalGainLoss totalGainLossPercent dayGainLoss
    dayGainLossPercent cashBalance investedAmount numberOfHoldings }";

#[tokio::test]
async fn a_portfolio_is_made_with_its_holdings() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!("UPDATE users SET preferred_currency = 'NZD' WHERE id = '{}'", ada.id)).await;
    let input = json!({
        "vaultId": " Whānau 🏡 ", "cashBalance": "-50.25",
        "holdings": [
            { "symbol": "fph", "quantity": "3.5", "avgCost": "10.01", "currentPrice": "12.345", "assetName": "Fisher & Paykel" },
            // Its cost is unknown, so that it has no gain; without a price it is worth what it cost.
            { "symbol": "BTC", "quantity": "0.00000001", "assetClass": "CRYPTO", "currentPrice": "60000" },
            { "symbol": "BND", "quantity": "2", "avgCost": "100", "assetClass": "BOND", "allocationType": "core" }
        ]
    });
    let made = done(&api, &ada, ("createPortfolio", FIELDS), input).await;
    assert_eq!(
        made["portfolio"],
        json!({
            "vaultId": "Whānau 🏡", "currency": "NZD", "portfolioValue": "192.96", "totalGainLoss": "8.17",
            "totalGainLossPercent": "3.4760", "dayGainLoss": "0.00", "dayGainLossPercent": "0.0000",
            "cashBalance": "-50.25", "investedAmount": "235.04", "numberOfHoldings": 3
        })
    );
    let document = "{ viewer { holdings { nodes { symbol assetName assetClass allocationType isDerived marketValue
        totalGainLoss totalGainLossPercent priceAsOf } } activities { nodes { action metadata } } } }";
    let answer = api.ask(Some(&ada), document).await;
    let holding =
        |symbol, name: Option<&str>, class, label: Option<&str>, value, gain: Option<&str>, percent: Option<&str>| {
            json!({
                "symbol": symbol, "assetName": name, "assetClass": class, "allocationType": label, "isDerived": false,
                "marketValue": value, "totalGainLoss": gain, "totalGainLossPercent": percent, "priceAsOf": null
            })
        };
    assert_eq!(
        answer.data()["viewer"]["holdings"]["nodes"],
        json!([
            holding("BND", None, "BOND", Some("core"), "200.00", Some("0.00"), Some("0.0000")),
            holding("BTC", None, "CRYPTO", None, "0.00", None, None),
            holding("FPH", Some("Fisher & Paykel"), "EQUITY", None, "43.21", Some("8.17"), Some("23.3162")),
        ])
    );
    let activity = &answer.data()["viewer"]["activities"]["nodes"][0];
    assert_eq!(activity["action"], "portfolio_created");
    assert_eq!(activity["metadata"]["created"].as_array().unwrap().len(), 4);
    assert_eq!(activity["metadata"]["updated"], Value::Null, "what is made is not told twice");
}

#[tokio::test]
async fn a_wrong_portfolio_is_refused_and_leaves_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let id = portfolio(&api, &ada, "Growth", "USD").await;
    let holding = |quantity: &str, price: &str| json!({ "symbol": "A", "quantity": quantity, "currentPrice": price });
    let large = "999999999999";
    let wrong = [
        (
            json!({ "vaultId": " \u{a0} ", "cashBalance": "0.001" }),
            "INVALID, input.vaultId BLANK, input.cashBalance TOO_PRECISE",
        ),
        (json!({ "vaultId": "é".repeat(101) }), "INVALID, input.vaultId TOO_LONG"),
        (json!({ "vaultId": "Growth" }), "CONFLICT, input.vaultId TAKEN"),
        (json!({ "vaultId": "New", "id": id }), "CONFLICT, input.id TAKEN"),
        (json!({ "vaultId": "New", "currency": "XYZ" }), "INVALID, input.currency FORMAT"),
        (json!({ "vaultId": "New", "cashBalance": "1000000000000000000" }), "INVALID, input.cashBalance OUT_OF_RANGE"),
        (json!({ "vaultId": "New", "cashBalance": "-0.01" }), "INVALID, input.cashBalance OUT_OF_RANGE"),
        (
            json!({ "vaultId": "New", "holdings": [holding("1", "1"), holding("0", "-1"), holding("0.000000001", "1")] }),
            "INVALID, input.holdings.1.quantity OUT_OF_RANGE, input.holdings.1.currentPrice OUT_OF_RANGE, \
             input.holdings.2.quantity TOO_PRECISE",
        ),
        (
            json!({ "vaultId": "New", "holdings": [holding("1", "1"), holding("2", "2")] }),
            "INVALID, input.holdings.1.symbol TAKEN",
        ),
        (json!({ "vaultId": "New", "holdings": vec![holding("1", "1"); 101] }), "INVALID, input.holdings TOO_MANY"),
        (
            json!({ "vaultId": "New", "holdings": [holding(large, "1000001")] }),
            "INVALID, input.holdings.0.currentPrice OUT_OF_RANGE",
        ),
        // Each fits its column, and their sum does not.
        (
            json!({ "vaultId": "New", "cashBalance": "900000000000000000", "holdings": [holding(large, "999999")] }),
            "INVALID, input.holdings OUT_OF_RANGE",
        ),
    ];
    for (input, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "createPortfolio", input.clone()).await, refusal, "{input}");
    }
    // The name is taken for Ada alone.
    portfolio(&api, &eve, "Growth", "USD").await;
    for name in ["updatePortfolio", "deletePortfolio"] {
        assert_eq!(refused(&api, &eve, name, json!({ "id": id })).await, "NOT_FOUND", "{name}");
    }
}

#[tokio::test]
async fn a_portfolio_changes_its_name_its_cash_and_while_empty_its_currency() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "Other", "USD").await;
    let id = portfolio(&api, &ada, "Growth", "USD").await;
    let update = |changes: Value| {
        let mut input = json!({ "id": id });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        input
    };
    let fields = "portfolio { vaultId currency cashBalance portfolioValue lastUpdated } others { id }";
    let changed = |payload: &Value| {
        let portfolio = &payload["portfolio"];
        json!([portfolio["vaultId"], portfolio["currency"], portfolio["cashBalance"], portfolio["portfolioValue"]])
    };
    let payload = done(&api, &ada, ("updatePortfolio", fields), update(json!({ "currency": "AUD" }))).await;
    assert_eq!(changed(&payload), json!(["Growth", "AUD", "0.00", "0.00"]));
    let seen = payload["portfolio"]["lastUpdated"].clone();
    let input = json!({ "portfolioId": id, "symbol": "CBA", "quantity": "10", "avgCost": "90", "currentPrice": "100" });
    done(&api, &ada, ("createHolding", "holding { id }"), input).await;
    let payload = done(&api, &ada, ("updatePortfolio", fields), update(json!({ "cashBalance": "-999.99" }))).await;
    assert_eq!(changed(&payload), json!(["Growth", "AUD", "-999.99", "0.01"]));
    let settings = format!("INSERT INTO user_preferences (user_id, default_vault_id) VALUES ('{}', 'Growth')", ada.id);
    api.sql(&settings).await;
    let payload = done(&api, &ada, ("updatePortfolio", fields), update(json!({ "vaultId": "Long term" }))).await;
    let settings = api.ask(Some(&ada), "{ viewer { preferences { defaultVaultId } } }").await;
    assert_eq!(settings.data()["viewer"]["preferences"]["defaultVaultId"], "Long term");
    assert_eq!(changed(&payload), json!(["Long term", "AUD", "-999.99", "0.01"]));
    let payload = done(&api, &ada, ("updatePortfolio", fields), update(json!({}))).await;
    assert_eq!((changed(&payload), &payload["others"]), (json!(["Long term", "AUD", "-999.99", "0.01"]), &json!([])));
    assert_eq!(overview(&api, &ada).await, ["Long term AUD 0.01: CBA! 10@90@100", "Other USD 0.00:"]);

    let wrong = [
        (json!({ "currency": "USD" }), "CONFLICT, input.currency HAS_HOLDINGS"),
        (json!({ "cashBalance": "-1000.01" }), "INVALID, input.cashBalance OUT_OF_RANGE"),
        (json!({ "cashBalance": "999999999999999999" }), "INVALID, input.cashBalance OUT_OF_RANGE"),
        (json!({ "vaultId": "Other" }), "CONFLICT, input.vaultId TAKEN"),
        (json!({ "vaultId": "" }), "INVALID, input.vaultId BLANK"),
        (
            json!({ "vaultId": null, "currency": null, "cashBalance": null }),
            "INVALID, input.vaultId REQUIRED, input.currency REQUIRED, input.cashBalance REQUIRED",
        ),
        (json!({ "vaultId": "New", "expectedUpdatedAt": seen }), "CONFLICT"),
    ];
    for (changes, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "updatePortfolio", update(changes.clone())).await, refusal, "{changes}");
    }
}

#[tokio::test]
async fn a_portfolio_goes_with_its_holdings_after_a_look() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = portfolio(&api, &ada, "Growth", "USD").await;
    let mut holdings = Vec::new();
    for symbol in ["A", "B"] {
        let input = json!({ "portfolioId": id, "symbol": symbol, "quantity": "1" });
        holdings.push(done(&api, &ada, ("createHolding", "holding { id }"), input).await["holding"]["id"].clone());
    }
    let loose = json!({ "symbol": "A", "quantity": "1" });
    done(&api, &ada, ("createHolding", "holding { id }"), loose).await;
    let settings = format!("INSERT INTO user_preferences (user_id, default_vault_id) VALUES ('{}', 'Growth')", ada.id);
    api.sql(&settings).await;
    let wanted = json!({ "portfolioId": id, "holdingIds": holdings });
    let delete = ("deletePortfolio", "portfolioId holdingIds");
    let before = api.picture().await;
    assert_eq!(done(&api, &ada, delete, json!({ "id": id, "dryRun": true })).await, wanted);
    assert_eq!(api.picture().await, before);
    let stale = json!({ "id": id, "expectedUpdatedAt": "2026-03-02T10:00:00Z" });
    assert_eq!(refused(&api, &ada, "deletePortfolio", stale).await, "CONFLICT");
    assert_eq!(done(&api, &ada, delete, json!({ "id": id })).await, wanted);
    let settings = api.ask(Some(&ada), "{ viewer { preferences { defaultVaultId } } }").await;
    assert_eq!(settings.data()["viewer"]["preferences"]["defaultVaultId"], Value::Null);
    let answer = api.ask(Some(&ada), "{ viewer { portfolios { totalCount } holdings { totalCount } } }").await;
    assert_eq!(answer.data()["viewer"], json!({ "portfolios": { "totalCount": 0 }, "holdings": { "totalCount": 1 } }));
    assert_eq!(refused(&api, &ada, "deletePortfolio", json!({ "id": id })).await, "NOT_FOUND");
}
