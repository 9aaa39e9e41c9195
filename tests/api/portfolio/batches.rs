//! Holdings and positions in batches, each with a result of its own.

use serde_json::{Value, json};

use super::{checker, document, done, overview, portfolio, refused};
use crate::support::Api;

const RESULTS: &str = "results { index problems { path code } }";

fn codes(payload: &Value) -> Vec<Value> {
    let results = payload["results"].as_array().unwrap().iter();
    results
        .map(|result| result["problems"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect())
        .collect()
}

#[tokio::test]
async fn holdings_are_entered_all_or_those_that_can_be() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let item = |symbol: &str, quantity: &str| json!({ "symbol": symbol, "quantity": quantity, "avgCost": "2", "currentPrice": "3" });
    let items = json!([item("A", "1"), item(" ", "0"), item("a", "2"), item("B", "4")]);
    let input = |changes: Value| {
        let mut input = json!({ "portfolioId": growth, "items": items });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        input
    };
    assert_eq!(
        refused(&api, &ada, "createHoldings", input(json!({}))).await,
        "INVALID, input.items.1.symbol BLANK, input.items.1.quantity OUT_OF_RANGE, input.items.2.symbol TAKEN"
    );
    for wrong in
        [(json!([]), "INVALID, input.items EMPTY"), (json!(vec![item("A", "1"); 101]), "INVALID, input.items TOO_MANY")]
    {
        assert_eq!(refused(&api, &ada, "createHoldings", input(json!({ "items": wrong.0 }))).await, wrong.1);
    }

    let selection = "portfolios { vaultId portfolioValue numberOfHoldings } results { index holding { symbol marketValue } problems { path code } }";
    let wanted = json!({
        "portfolios": [{ "vaultId": "Growth", "portfolioValue": "15.00", "numberOfHoldings": 2 }],
        "results": [
            { "index": 0, "holding": { "symbol": "A", "marketValue": "3.00" }, "problems": [] },
            { "index": 1, "holding": null, "problems": [
                { "path": ["input", "items", "1", "symbol"], "code": "BLANK" },
                { "path": ["input", "items", "1", "quantity"], "code": "OUT_OF_RANGE" }
            ] },
            { "index": 2, "holding": null, "problems": [{ "path": ["input", "items", "2", "symbol"], "code": "TAKEN" }] },
            { "index": 3, "holding": { "symbol": "B", "marketValue": "12.00" }, "problems": [] }
        ]
    });
    let before = api.picture().await;
    let tried =
        done(&api, &ada, ("createHoldings", selection), input(json!({ "errorPolicy": "APPLY_VALID", "dryRun": true })))
            .await;
    assert_eq!(tried, wanted);
    assert_eq!(api.picture().await, before);
    let made = done(&api, &ada, ("createHoldings", selection), input(json!({ "errorPolicy": "APPLY_VALID" }))).await;
    assert_eq!(made, wanted);
    assert_eq!(overview(&api, &ada).await, ["Growth USD 15.00: A! 1@2@3 B! 4@2@3"]);
}

#[tokio::test]
async fn holdings_are_deleted_all_or_those_that_can_be() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let items: Vec<Value> =
        ["A", "B", "C"].map(|symbol| json!({ "symbol": symbol, "quantity": "1", "currentPrice": "5" })).into();
    let input = json!({ "portfolioId": growth, "items": items });
    let made = done(&api, &ada, ("createHoldings", "results { holding { id } }"), input).await;
    let mut ids: Vec<Value> =
        made["results"].as_array().unwrap().iter().map(|one| one["holding"]["id"].clone()).collect();
    let foreign = json!({ "symbol": "A", "quantity": "1" });
    let foreign = done(&api, &eve, ("createHolding", "holding { id }"), foreign).await["holding"]["id"].clone();
    let position = json!({ "symbol": "D", "account": "Growth", "quantity": "1", "currency": "USD" });
    done(&api, &ada, ("createPosition", "position { id }"), position).await;
    let derived =
        api.ask(Some(&ada), "{ viewer { holdings(filter: { isDerived: { eq: true } }) { nodes { id } } } }").await;
    let derived = derived.data()["viewer"]["holdings"]["nodes"][0]["id"].clone();
    ids.extend([foreign, derived, ids[0].clone()]);
    let wanted = "INVALID, input.ids.3 NOT_FOUND, input.ids.4 DERIVED, input.ids.5 NOT_FOUND";
    assert_eq!(refused(&api, &ada, "deleteHoldings", json!({ "ids": ids })).await, wanted);
    let delete = ("deleteHoldings", "portfolios { portfolioValue } results { holdingId problems { path code } }");
    let before = api.picture().await;
    let input = |dry: bool| json!({ "ids": ids, "errorPolicy": "APPLY_VALID", "dryRun": dry });
    let tried = done(&api, &ada, delete, input(true)).await;
    assert_eq!(api.picture().await, before);
    let gone = done(&api, &ada, delete, input(false)).await;
    assert_eq!(tried, gone);
    assert_eq!(
        codes(&gone),
        [json!([]), json!([]), json!([]), json!(["NOT_FOUND"]), json!(["DERIVED"]), json!(["NOT_FOUND"])]
    );
    assert_eq!(gone["portfolios"], json!([{ "portfolioValue": "0.00" }]));
    assert_eq!(overview(&api, &ada).await, ["Growth USD 0.00: D 1@0@0"]);
}

#[tokio::test]
async fn positions_are_entered_and_deleted_in_batches() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Kraken", "USD").await;
    let by_hand = json!({ "portfolioId": growth, "symbol": "ADA", "quantity": "7", "currentPrice": "1" });
    done(&api, &ada, ("createHolding", "holding { id }"), by_hand).await;
    let item = |symbol: &str, currency: &str, account: &str| json!({ "symbol": symbol, "account": account, "quantity": "2", "avgPrice": "10", "currency": currency });
    let items = json!([
        item("BTC", "USD", "Kraken"),
        item("ADA", "USD", "Kraken"),
        item("ETH", "EUR", "Kraken"),
        item("BTC", "USD", "Kraken"),
        item("SOL", "USD", &"x".repeat(101)),
        item("DOT", "GBP", &"y".repeat(98)),
        item("LTC", "GBP", "Ledger"),
        item("XRP", "AUD", &"y".repeat(98)),
    ]);
    // The first of that account opens its portfolio; in another currency its name would be too long.
    let wanted = "INVALID, input.items.1.symbol HELD_BY_HAND, input.items.3.symbol TAKEN, \
                  input.items.4.account TOO_LONG, input.items.7.symbol TOO_LONG";
    assert_eq!(refused(&api, &ada, "createPositions", json!({ "items": items })).await, wanted);
    let before = api.picture().await;
    let input = |dry: bool| json!({ "items": items, "errorPolicy": "APPLY_VALID", "dryRun": dry });
    let tried = done(&api, &ada, ("createPositions", RESULTS), input(true)).await;
    assert_eq!(api.picture().await, before);
    let made = done(&api, &ada, ("createPositions", RESULTS), input(false)).await;
    assert_eq!(tried, made);
    assert_eq!(
        codes(&made),
        [
            json!([]),
            json!(["HELD_BY_HAND"]),
            json!([]),
            json!(["TAKEN"]),
            json!(["TOO_LONG"]),
            json!([]),
            json!([]),
            json!(["TOO_LONG"])
        ]
    );
    assert_eq!(
        overview(&api, &ada).await,
        [
            "Kraken USD 27.00: ADA! 7@0@1 BTC 2@10@10".to_owned(),
            "Kraken EUR EUR 20.00: ETH 2@10@10".to_owned(),
            "Ledger GBP 20.00: LTC 2@10@10".to_owned(),
            format!("{} GBP 20.00: DOT 2@10@10", "y".repeat(98)),
        ]
    );
    let ids = api.ask(Some(&ada), "{ viewer { positions { nodes { id } } } }").await;
    let ids: Vec<Value> =
        ids.data()["viewer"]["positions"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    let delete = ("deletePositions", "portfolios { portfolioValue } results { positionId problems { code } }");
    let gone = done(&api, &ada, delete, json!({ "ids": ids })).await;
    assert_eq!(gone["results"].as_array().unwrap().len(), 4);
    assert_eq!(gone["portfolios"].as_array().unwrap().len(), 4);
    let left: Vec<String> =
        overview(&api, &ada).await.into_iter().map(|line| line.split_once(':').unwrap().1.to_owned()).collect();
    assert_eq!(left, [" ADA! 7@0@1", "", "", ""]);
    assert_eq!(
        refused(&api, &ada, "deletePositions", json!({ "ids": [ids[0]] })).await,
        "INVALID, input.ids.0 NOT_FOUND"
    );
}

/// Figures that fit alone may not fit together; then nothing is written, whatever the policy.
#[tokio::test]
async fn sums_that_do_not_fit_are_refused() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let holding = |symbol: &str| json!({ "symbol": symbol, "quantity": "999999999999", "currentPrice": "999999" });
    let items = json!([holding("A"), holding("B")]);
    let input = json!({ "portfolioId": growth, "items": items, "errorPolicy": "APPLY_VALID" });
    assert_eq!(refused(&api, &ada, "createHoldings", input).await, "INVALID, input.items OUT_OF_RANGE");
    let position = |account: &str, currency: &str| {
        json!({
            "symbol": "A", "account": account, "quantity": "999999999999", "avgPrice": "1", "currency": currency
        })
    };
    // Two accounts feed one portfolio, and together hold more units than a column does.
    let mapped = json!({ "account": "second", "portfolioId": growth });
    done(&api, &ada, ("setAccountPortfolio", "accountPortfolio { id }"), mapped).await;
    done(&api, &ada, ("createPosition", "position { id }"), position("Growth", "USD")).await;
    assert_eq!(
        refused(&api, &ada, "createPosition", position("second", "USD")).await,
        "INVALID, input.quantity OUT_OF_RANGE"
    );
    let answer = api
        .ask_with(
            Some(&ada),
            &document("createPosition", "position { id }"),
            json!({ "input": position("second", "NZD") }),
        )
        .await;
    answer.data();
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}
