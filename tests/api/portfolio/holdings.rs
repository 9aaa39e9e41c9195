//! Changing, moving and deleting holdings, one at a time.

use serde_json::{Value, json};

use super::{done, overview, portfolio, refused};
use crate::support::{Api, Somebody};

const FIELDS: &str =
    "holding { vaultId symbol assetName assetClass allocationType quantity avgCost currentPrice priceAsOf
    marketValue totalGainLoss totalGainLossPercent dayGainLoss }";

/// Enters a holding and answers its id.
async fn holding(api: &Api, who: &Somebody, input: Value) -> Value {
    done(api, who, ("createHolding", "holding { id }"), input).await["holding"]["id"].clone()
}

fn with(id: &Value, changes: &Value) -> Value {
    let mut input = json!({ "id": id });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_holding_keeps_what_is_left_out_and_forgets_what_is_null() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let input = json!({
        "portfolioId": growth, "symbol": " vti ", "assetName": "Total market", "allocationType": "core", "quantity": "10",
        "avgCost": "200", "currentPrice": "250"
    });
    let id = holding(&api, &ada, input).await;
    let fed = "UPDATE portfolio_holdings SET price_as_of = '2026-03-02T10:00:00Z', day_gain_loss = 12.5; \
               UPDATE portfolio_summary SET day_gain_loss = 12.5, day_gain_loss_percent = round(12.5 * 100 / 2487.5, 4)";
    api.sql(fed).await;
    let mut wanted = json!({
        "vaultId": "Growth", "symbol": "VTI", "assetName": "Total market", "assetClass": "EQUITY", "allocationType": "core",
        "quantity": "4.00000000", "avgCost": "200.0000", "currentPrice": "250.0000", "priceAsOf": "2026-03-02T10:00:00Z",
        "marketValue": "1000.00", "totalGainLoss": "200.00", "totalGainLossPercent": "25.0000", "dayGainLoss": "12.50"
    });
    let change = async |changes: Value, wanted: &Value| {
        let payload = done(&api, &ada, ("updateHolding", FIELDS), with(&id, &changes)).await;
        assert_eq!(payload["holding"], *wanted, "{changes}");
    };
    change(json!({ "quantity": "4" }), &wanted).await;
    change(json!({}), &wanted).await;
    (wanted["assetName"], wanted["allocationType"], wanted["assetClass"]) = (Value::Null, Value::Null, json!("FUND"));
    change(json!({ "assetName": null, "allocationType": null, "assetClass": "FUND" }), &wanted).await;
    // A price by hand says nothing of when it was true, and an average cost of 0 that it is unknown.
    (wanted["currentPrice"], wanted["marketValue"], wanted["priceAsOf"]) =
        (json!("260.5000"), json!("1042.00"), Value::Null);
    (wanted["avgCost"], wanted["totalGainLoss"], wanted["totalGainLossPercent"]) =
        (json!("0.0000"), Value::Null, Value::Null);
    change(json!({ "currentPrice": "260.5", "avgCost": "0" }), &wanted).await;
    // The day's gain was another symbol's.
    (wanted["symbol"], wanted["dayGainLoss"]) = (json!("VOO"), json!("0.00"));
    change(json!({ "symbol": "voo" }), &wanted).await;
}

#[tokio::test]
async fn a_holding_moves_between_portfolios_and_both_follow() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let income = portfolio(&api, &ada, "Income", "USD").await;
    let euros = portfolio(&api, &ada, "Euros", "EUR").await;
    let input =
        json!({ "portfolioId": growth, "symbol": "VTI", "quantity": "10", "avgCost": "200", "currentPrice": "250" });
    let id = holding(&api, &ada, input.clone()).await;
    let update = ("updateHolding", "holding { vaultId } portfolios { vaultId portfolioValue }");
    let moved = done(&api, &ada, update, json!({ "id": id, "portfolioId": income })).await;
    assert_eq!(moved["holding"]["vaultId"], "Income");
    let mut values: Vec<String> = moved["portfolios"].as_array().unwrap().iter().map(Value::to_string).collect();
    values.sort();
    assert_eq!(
        values,
        [r#"{"portfolioValue":"0.00","vaultId":"Growth"}"#, r#"{"portfolioValue":"2500.00","vaultId":"Income"}"#]
    );
    let abroad = json!({ "id": id, "portfolioId": euros });
    assert_eq!(
        refused(&api, &ada, "updateHolding", abroad.clone()).await,
        "CONFLICT, input.portfolioId OTHER_CURRENCY"
    );
    let priced = json!({ "id": id, "portfolioId": euros, "avgCost": "180", "currentPrice": "220" });
    done(&api, &ada, update, priced).await;
    assert_eq!(
        overview(&api, &ada).await,
        ["Euros EUR 2200.00: VTI! 10@180@220", "Growth USD 0.00:", "Income USD 0.00:"]
    );
    // Out of every portfolio, where it is in the preferred currency, and back into one in that.
    let out = json!({ "id": id, "portfolioId": null });
    assert_eq!(refused(&api, &ada, "updateHolding", out).await, "CONFLICT, input.portfolioId OTHER_CURRENCY");
    let out = with(&id, &json!({ "portfolioId": null, "avgCost": "180", "currentPrice": "220" }));
    done(&api, &ada, update, out).await;
    let abroad = json!({ "id": id, "portfolioId": euros });
    assert_eq!(refused(&api, &ada, "updateHolding", abroad).await, "CONFLICT, input.portfolioId OTHER_CURRENCY");
    done(&api, &ada, update, json!({ "id": id, "portfolioId": growth, "quantity": "1" })).await;
    assert_eq!(overview(&api, &ada).await[1], "Growth USD 220.00: VTI! 1@180@220");
    // Where the symbol is held already, it does not go.
    let other = holding(&api, &ada, json!({ "portfolioId": income, "symbol": "VTI", "quantity": "1" })).await;
    let loose = holding(&api, &ada, json!({ "symbol": "VTI", "quantity": "1" })).await;
    for (id, place) in [(&other, &growth), (&loose, &income), (&other, &Value::Null)] {
        let input = json!({ "id": id, "portfolioId": place });
        assert_eq!(refused(&api, &ada, "updateHolding", input).await, "CONFLICT, input.symbol TAKEN");
    }
}

#[tokio::test]
async fn a_wrong_holding_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let eves = portfolio(&api, &eve, "Eve's", "USD").await;
    let id =
        holding(&api, &ada, json!({ "portfolioId": growth, "symbol": "VTI", "quantity": "1", "currentPrice": "9" }))
            .await;
    let create = |changes: Value| {
        let mut input = json!({ "portfolioId": growth, "symbol": "VOO", "quantity": "1" });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        input
    };
    let wrong = [
        (create(json!({ "portfolioId": eves })), "INVALID, input.portfolioId NOT_FOUND"),
        (create(json!({ "symbol": "vti" })), "CONFLICT, input.symbol TAKEN"),
        (create(json!({ "id": id })), "CONFLICT, input.id TAKEN"),
        (create(json!({ "quantity": 1.5 })), "INVALID, input.quantity FORMAT"),
        (
            create(json!({ "symbol": "A".repeat(21), "assetName": "", "allocationType": "x".repeat(51) })),
            "INVALID, input.symbol TOO_LONG, input.assetName BLANK, input.allocationType TOO_LONG",
        ),
        (
            create(json!({ "avgCost": "-1", "currentPrice": "0.00001" })),
            "INVALID, input.avgCost OUT_OF_RANGE, input.currentPrice TOO_PRECISE",
        ),
    ];
    for (input, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "createHolding", input.clone()).await, refusal, "{input}");
    }
    let wrong = [
        (json!({ "portfolioId": eves }), "INVALID, input.portfolioId NOT_FOUND"),
        (json!({ "quantity": "0" }), "INVALID, input.quantity OUT_OF_RANGE"),
        // What stands there is looked at too.
        (json!({ "quantity": "999999999999", "currentPrice": "1000001" }), "INVALID, input.currentPrice OUT_OF_RANGE"),
        (
            json!({ "symbol": null, "assetClass": null, "quantity": null, "avgCost": null, "currentPrice": null }),
            "INVALID, input.symbol REQUIRED, input.assetClass REQUIRED, input.quantity REQUIRED, input.avgCost REQUIRED, \
             input.currentPrice REQUIRED",
        ),
        (json!({ "quantity": "2", "expectedUpdatedAt": "2026-03-02T10:00:00Z" }), "CONFLICT"),
    ];
    for (changes, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "updateHolding", with(&id, &changes)).await, refusal, "{changes}");
    }
    for name in ["updateHolding", "deleteHolding"] {
        assert_eq!(refused(&api, &eve, name, json!({ "id": id })).await, "NOT_FOUND", "{name}");
    }
    // What covers borrowed cash stays.
    done(&api, &ada, ("updatePortfolio", "portfolio { id }"), json!({ "id": growth, "cashBalance": "-9" })).await;
    assert_eq!(refused(&api, &ada, "deleteHolding", json!({ "id": id })).await, "INVALID, input.id OUT_OF_RANGE");
    let smaller = json!({ "id": id, "quantity": "0.5" });
    assert_eq!(refused(&api, &ada, "updateHolding", smaller).await, "INVALID, input.quantity OUT_OF_RANGE");
    done(&api, &ada, ("updatePortfolio", "portfolio { id }"), json!({ "id": growth, "cashBalance": "0" })).await;
    let gone = done(&api, &ada, ("deleteHolding", "holdingId portfolio { portfolioValue }"), json!({ "id": id })).await;
    assert_eq!(gone, json!({ "holdingId": id, "portfolio": { "portfolioValue": "0.00" } }));
}
