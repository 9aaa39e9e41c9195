//! Carrying a plan out on paper: what is done, what is kept of it, and what is refused.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{EXECUTE, aims, executed, number, plan, portfolio, request};
use crate::{portfolio::checker, support::Api};

/// The example of the README: shares stand at 70 %, 60 are wanted.
const HOLDINGS: [(&str, &str, &str, &str, &str); 3] =
    [("VTI", "FUND", "20", "150", "200"), ("AAPL", "EQUITY", "20", "100", "150"), ("BND", "BOND", "25", "90", "80")];
const AIMS: [&str; 4] = ["10", "60", "30", "0"];

#[tokio::test]
async fn a_plan_is_carried_out_as_it_was_seen() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, AIMS).await;
    let id = portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let seen = plan(&api, &ada, "").await;
    assert_eq!(seen["trades"].as_array().unwrap().len(), 2, "{seen:#}");

    let payload = executed(&api, &ada, request(&id, &seen, json!({}))).await;
    let expected = json!({
        "executionType": "MANUAL", "vaultId": "main", "portfolioValueBefore": "10000.00", "totalDriftPercent": "10.0000",
        "cashBefore": "1000.00", "newCash": "0", "cashAfter": "1000.00", "tradesExecuted": 2,
        "completedSuccessfully": true, "errorMessage": null, "schedule": null,
        "trades": [
            { "symbol": "VTI", "side": "SELL", "quantity": "5.00000000", "price": "200.0000", "amount": "1000.00" },
            { "symbol": "BND", "side": "BUY", "quantity": "12.50000000", "price": "80.0000", "amount": "1000.00" }
        ]
    });
    let mut record = payload["rebalanceExecution"].clone();
    for money in ["portfolioValueBefore", "cashBefore", "newCash", "cashAfter"] {
        let shown = number(&record[money]);
        let wanted = number(&expected[money]);
        assert_eq!(shown, wanted, "{money}");
        record[money] = expected[money].clone();
    }
    assert_eq!(record, expected);
    assert_eq!(payload["rebalanceSchedule"], Value::Null);
    let held = payload["portfolio"]["holdings"]["nodes"].as_array().unwrap().iter().map(|holding| {
        let [quantity, cost, value] = ["quantity", "avgCost", "marketValue"].map(|field| number(&holding[field]));
        format!("{} {quantity} at {cost} is {value}", holding["symbol"].as_str().unwrap())
    });
    // (25 × 90 + 1000) / 37.5 = 86.6667.
    assert_eq!(
        held.collect::<Vec<_>>(),
        ["AAPL 20 at 100 is 3000", "BND 37.5 at 86.6667 is 3000", "VTI 15 at 150 is 3000"]
    );
    assert_eq!(number(&payload["portfolio"]["portfolioValue"]), Decimal::from(10_000));
    assert_eq!(payload["portfolio"]["drift"]["isDue"], false);

    // What is on target needs no trade; carrying that out is on record too.
    let again = plan(&api, &ada, "").await;
    assert_eq!(again["trades"], json!([]));
    let nothing = executed(&api, &ada, request(&id, &again, json!({}))).await;
    assert_eq!(nothing["rebalanceExecution"]["tradesExecuted"], 0);

    let answer = api.ask(Some(&ada), "{ viewer { activities(first: 2) { nodes { action context metadata } } } }").await;
    let activity = &answer.data()["viewer"]["activities"]["nodes"][1];
    assert_eq!(activity["action"], "rebalance_plan_executed");
    let updated = activity["metadata"]["updated"].as_array().unwrap();
    assert_eq!(updated.iter().filter(|id| id.as_str().unwrap().starts_with("holding_")).count(), 2, "{activity:#}");
}

#[tokio::test]
async fn what_was_seen_is_what_is_done() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, AIMS).await;
    let id = portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let seen = plan(&api, &ada, "").await;
    for (what, change, back) in [
        (
            "a price",
            "UPDATE portfolio_holdings SET current_price = 151, market_value = 3020 WHERE symbol = 'AAPL'",
            "UPDATE portfolio_holdings SET current_price = 150, market_value = 3000 WHERE symbol = 'AAPL'",
        ),
        (
            "cash",
            "UPDATE portfolio_summary SET cash_balance = 999.99",
            "UPDATE portfolio_summary SET cash_balance = 1000",
        ),
        (
            "a target",
            "UPDATE user_trading_preferences SET equity_allocation_target = 59, bond_allocation_target = 31",
            "UPDATE user_trading_preferences SET equity_allocation_target = 60, bond_allocation_target = 30",
        ),
    ] {
        api.sql(change).await;
        let refused = api.refused(&ada, EXECUTE, request(&id, &seen, json!({}))).await;
        assert_eq!(refused.code(), "CONFLICT", "{what}");
        let current = &refused.body["errors"][0]["extensions"]["current"];
        // The new plan is told, and can be sent at once.
        let now = plan(&api, &ada, "").await;
        assert_eq!(current["digest"], now["digest"], "{what}");
        assert_eq!(current["trades"].as_array().unwrap().len(), now["trades"].as_array().unwrap().len());
        api.sql(back).await;
    }
    // Other arguments are another plan.
    let more = request(&id, &seen, json!({ "newCash": "500" }));
    assert_eq!(api.refused(&ada, EXECUTE, more).await.code(), "CONFLICT");
    let fed = plan(&api, &ada, r#"(newCash: "500")"#).await;
    let payload = executed(&api, &ada, request(&id, &fed, json!({ "newCash": "500.00" }))).await;
    assert_eq!(number(&payload["rebalanceExecution"]["newCash"]), Decimal::from(500));
    assert_eq!(number(&payload["portfolio"]["portfolioValue"]), Decimal::from(10_500));
    assert_eq!(api.refused(&ada, EXECUTE, request(&id, &fed, json!({ "newCash": "500" }))).await.code(), "CONFLICT");
}

#[tokio::test]
async fn a_dry_run_answers_the_same_and_writes_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, AIMS).await;
    let id = portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let seen = plan(&api, &ada, "").await;
    let before = api.picture().await;
    let tried = executed(&api, &ada, request(&id, &seen, json!({ "dryRun": true }))).await;
    assert_eq!(api.picture().await, before);
    let done = executed(&api, &ada, request(&id, &seen, json!({}))).await;
    assert_eq!(tried, done);
}

#[tokio::test]
async fn a_holding_that_is_sold_whole_is_gone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, ["0", "100", "0", "0"]).await;
    let holdings = [("VTI", "FUND", "3", "0", "33.3333"), ("BTC", "CRYPTO", "0.12345678", "1", "61234.5678")];
    let id = portfolio(&api, &ada, "main", "0", &holdings).await;
    let payload = executed(&api, &ada, request(&id, &plan(&api, &ada, "").await, json!({}))).await;
    let held = payload["portfolio"]["holdings"]["nodes"].as_array().unwrap();
    // Its cost was unknown, and still is.
    assert_eq!((held.len(), &held[0]["symbol"], number(&held[0]["avgCost"])), (1, &json!("VTI"), Decimal::ZERO));
    assert_eq!(payload["rebalanceExecution"]["tradesExecuted"], 2);
}

#[tokio::test]
async fn what_cannot_be_done_says_why_and_changes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let id = portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    let input = |more: Value| {
        let mut input = json!({ "portfolioId": id, "digest": "0" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    assert_eq!(api.refused(&ada, EXECUTE, input(json!({}))).await.refusal(), "CONFLICT, input.portfolioId NO_TARGETS");
    aims(&api, &ada, AIMS).await;
    for (more, refusal) in [
        (json!({ "digest": " " }), "INVALID, input.digest BLANK"),
        (json!({ "digest": "0".repeat(65) }), "INVALID, input.digest TOO_LONG"),
        (
            json!({ "newCash": "0.001", "maxTrades": -1, "threshold": "100.1" }),
            "INVALID, input.newCash TOO_PRECISE, input.maxTrades OUT_OF_RANGE, input.threshold OUT_OF_RANGE",
        ),
        (
            json!({ "newCash": "1000000000000000000", "maxTrades": 1001, "threshold": "0.00001" }),
            "INVALID, input.newCash OUT_OF_RANGE, input.maxTrades OUT_OF_RANGE, input.threshold TOO_PRECISE",
        ),
        // More is taken out than there is.
        (json!({ "newCash": "-10000" }), "CONFLICT, input.portfolioId NO_VALUE"),
        (json!({ "maxTrades": 0, "allowPartial": false }), "CONFLICT, input.portfolioId PARTIAL"),
        (json!({ "expectedUpdatedAt": "2026-03-02T10:00:00Z" }), "CONFLICT"),
        (json!({}), "CONFLICT"),
    ] {
        assert_eq!(api.refused(&ada, EXECUTE, input(more.clone())).await.refusal(), refusal, "{more}");
    }
    assert_eq!(api.refused(&eve, EXECUTE, input(json!({}))).await.refusal(), "NOT_FOUND");
    // What positions feed is the broker's.
    let document = "mutation { createPosition(input: { symbol: \"NVDA\", account: \"main\", quantity: 1, avgPrice: 1, currency: \"USD\" }) { position { id } } }";
    api.ask(Some(&ada), document).await.data();
    let seen = plan(&api, &ada, "").await;
    assert_eq!(
        api.refused(&ada, EXECUTE, request(&id, &seen, json!({}))).await.refusal(),
        "CONFLICT, input.portfolioId FED"
    );
}

#[tokio::test]
async fn targets_that_do_not_add_up_are_no_plan() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = portfolio(&api, &ada, "main", "1000", &HOLDINGS).await;
    for (percent, about) in [("90", "too little"), ("145", "too much")] {
        let half = percent.parse::<Decimal>().unwrap() - Decimal::from(60);
        api.sql(&format!(
            "DELETE FROM vault_categories; INSERT INTO vault_categories (user_id, category_name, category_code, category_type, \
             target_allocation_percent, is_active) VALUES ('{0}', 'Shares', 'equity', 'asset_class', 60, true), \
             ('{0}', 'Bonds', 'bond', 'asset_class', {half}, true)",
            ada.id
        ))
        .await;
        let seen = plan(&api, &ada, "").await;
        assert_eq!((&seen["reason"], &seen["digest"]), (&json!("TARGETS_INCOMPLETE"), &Value::Null), "{about}");
        let refused = api.refused(&ada, EXECUTE, json!({ "portfolioId": id, "digest": "0" })).await;
        assert_eq!(refused.refusal(), "CONFLICT, input.portfolioId TARGETS_INCOMPLETE");
        assert!(refused.message().contains(&format!("add up to {percent}")), "{}", refused.message());
    }
}

#[tokio::test]
async fn prices_of_nothing_and_of_a_quadrillion() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, ["10", "60", "30", "0"]).await;
    // A price of 0 is none: what has it is neither bought nor sold.
    let holdings = [("HUGE", "EQUITY", "0.00000001", "1", "1000000000000000"), ("NONE", "BOND", "5", "10", "0")];
    let id = portfolio(&api, &ada, "main", "100", &holdings).await;
    let seen = plan(&api, &ada, "(allowPartial: true)").await;
    assert_eq!((&seen["reason"], &seen["shortfall"]), (&Value::Null, &json!("UNREACHABLE")), "{seen:#}");
    let bonds = seen["classes"].as_array().unwrap().iter().find(|class| class["key"] == "bond").unwrap();
    assert_eq!(bonds["unreachable"], "NO_PRICE");
    executed(&api, &ada, request(&id, &seen, json!({ "allowPartial": true }))).await;
}

#[tokio::test]
async fn an_empty_portfolio_and_one_of_cash_alone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    aims(&api, &ada, AIMS).await;
    let id = portfolio(&api, &ada, "main", "0", &[]).await;
    assert_eq!(plan(&api, &ada, "").await["reason"], "NO_VALUE");
    let refused = api.refused(&ada, EXECUTE, json!({ "portfolioId": id, "digest": "0" })).await;
    assert_eq!(refused.refusal(), "CONFLICT, input.portfolioId NO_VALUE");
    // Money comes in, and there is nothing to buy with it.
    let seen = plan(&api, &ada, r#"(newCash: "100")"#).await;
    assert_eq!((&seen["shortfall"], &seen["trades"]), (&json!("UNREACHABLE"), &json!([])));
    let payload = executed(&api, &ada, request(&id, &seen, json!({ "newCash": "100" }))).await;
    assert_eq!(number(&payload["rebalanceExecution"]["cashAfter"]), Decimal::from(100));
    assert_eq!(number(&payload["portfolio"]["cashBalance"]), Decimal::from(100));
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}
