//! What groups refuse: each with INVALID and the place of what is wrong.

use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test]
async fn groups_refuse_what_means_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for (arguments, path) in [
        ("by: []", json!(["by"])),
        ("by: [SYMBOL, SYMBOL]", json!(["by", "1"])),
        ("by: [SYMBOL, VAULT_ID, ASSET_CLASS, ALLOCATION_TYPE, IS_DERIVED, CURRENCY]", json!(["by"])),
        ("by: [SYMBOL], first: 101", json!(["first"])),
        ("by: [SYMBOL], first: -1", json!(["first"])),
        ("by: [SYMBOL], offset: 10001", json!(["offset"])),
        ("by: [SYMBOL], timeZone: \"Nowhere\"", json!(["timeZone"])),
        ("by: [SYMBOL], orderBy: [{ field: SUM_MARKET_VALUE }]", json!(["orderBy", "0", "field"])),
        ("by: [SYMBOL], orderBy: [{ field: COUNT }, { field: VAULT_ID }]", json!(["orderBy", "1", "field"])),
        (
            "by: [SYMBOL], orderBy: [{ field: COUNT }, { field: COUNT }, { field: COUNT }, { field: COUNT }, \
             { field: COUNT }, { field: COUNT }]",
            json!(["orderBy"]),
        ),
        ("by: [SYMBOL], having: { sum: { marketValue: { gt: \"1\" } } }", json!(["having", "sum", "marketValue"])),
        ("by: [SYMBOL], having: { avg: { quantity: { gt: 1.5 } } }", json!(["having", "avg", "quantity", "gt"])),
        ("by: [SYMBOL], having: { count: { gt: null } }", json!(["having", "count", "gt"])),
    ] {
        let document = format!("{{ viewer {{ holdings {{ groups({arguments}) {{ count }} }} }} }}");
        let answer = api.ask(Some(&ada), &document).await;
        assert_eq!(answer.code(), "INVALID", "{arguments}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["path"], path, "{arguments}: {}", answer.body);
    }
    // In one currency amounts can be compared.
    let document = "{ viewer { holdings { groups(by: [CURRENCY], orderBy: [{ field: SUM_MARKET_VALUE, direction: DESC }], \
                    having: { sum: { marketValue: { gt: \"1\" } } }) { count } } } }";
    assert_eq!(api.ask(Some(&ada), document).await.data()["viewer"]["holdings"]["groups"], json!([]));
}

#[tokio::test]
async fn nobody_learns_of_rows_that_are_not_theirs() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    for (who, vault, currency) in [(&ada, "main", "NZD"), (&bob, "main", "USD")] {
        let id = who.id;
        api.sql(&format!(
            "INSERT INTO portfolio_summary (user_id, vault_id, currency) VALUES ('{id}', '{vault}', '{currency}'); \
             INSERT INTO portfolio_holdings (user_id, vault_id, symbol, asset_class, quantity, avg_cost, current_price, market_value) \
             VALUES ('{id}', '{vault}', 'AAA', 'equity', 1, 1, 1000000000000000, 1000000000000000), \
             ('{id}', NULL, 'BBB', 'equity', 2, 0, 5, 10)"
        ))
        .await;
    }
    let figures = "{ viewer { holdings { aggregate { count sum { quantity { value } marketValue { currency value sampleSize unknown reason } } \
                   avg { avgCost { currency value unknown } } } groups(by: [SYMBOL]) { key { symbol } count } } } }";
    let found = api.ask(Some(&ada), figures).await.data()["viewer"]["holdings"].clone();
    assert_eq!(found["aggregate"]["count"], 2);
    assert_eq!(found["aggregate"]["sum"]["quantity"]["value"], "3.00000000");
    let amounts = json!([
        { "currency": "NZD", "value": "1000000000000000.00", "sampleSize": 1, "unknown": 0, "reason": null },
        { "currency": null, "value": null, "sampleSize": 0, "unknown": 1, "reason": "NO_CURRENCY" }
    ]);
    assert_eq!(found["aggregate"]["sum"]["marketValue"], amounts);
    let costs = json!([
        { "currency": "NZD", "value": "1.00000000", "unknown": 0 },
        { "currency": null, "value": null, "unknown": 1 }
    ]);
    assert_eq!(found["aggregate"]["avg"]["avgCost"], costs);
    let groups = json!([{ "key": { "symbol": "AAA" }, "count": 1 }, { "key": { "symbol": "BBB" }, "count": 1 }]);
    assert_eq!(found["groups"], groups);
    assert_eq!(api.ask(None, figures).await.code(), "UNAUTHENTICATED");
    // Nothing of somebody without rows is nothing, and no sum of it is a number.
    let eve = api.somebody("eve").await;
    let none = api.ask(Some(&eve), figures).await.data()["viewer"]["holdings"].clone();
    assert_eq!(none["aggregate"]["count"], 0);
    assert_eq!(none["aggregate"]["sum"], json!({ "quantity": { "value": null }, "marketValue": [] }));
    assert_eq!(none["groups"], Value::Array(Vec::new()));
}
