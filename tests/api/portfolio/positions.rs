//! Positions by hand, and the holdings and portfolios that follow from them.

use serde_json::{Value, json};

use super::{done, overview, refused};
use crate::support::{Api, Somebody};

const CREATE: (&str, &str) = ("createPosition", "position { id }");
const UPDATE: (&str, &str) =
    ("updatePosition", "position { account symbol name quantity avgPrice currentPrice priceAsOf currency }");

async fn position(api: &Api, who: &Somebody, input: Value) -> Value {
    done(api, who, CREATE, input).await["position"]["id"].clone()
}

fn with(id: &Value, changes: &Value) -> Value {
    let mut input = json!({ "id": id });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_position_makes_its_portfolio_and_its_holding() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!("UPDATE users SET preferred_currency = 'NZD' WHERE id = '{}'", ada.id)).await;
    let input = json!({
        "symbol": " fph ", "account": " Sharesies ", "name": "Fisher & Paykel", "quantity": "10", "avgPrice": "20",
        "currentPrice": "25"
    });
    let selection =
        "position { symbol name account quantity avgPrice currentPrice priceAsOf assetClass currency syncSource }
        portfolios { vaultId currency portfolioValue totalGainLoss totalGainLossPercent }";
    let made = done(&api, &ada, ("createPosition", selection), input).await;
    assert_eq!(
        made,
        json!({
            "position": {
                "symbol": "FPH", "name": "Fisher & Paykel", "account": "Sharesies", "quantity": "10.00000000",
                "avgPrice": "20.0000", "currentPrice": "25.0000", "priceAsOf": null, "assetClass": "EQUITY", "currency": "NZD",
                "syncSource": "MANUAL"
            },
            "portfolios": [{
                "vaultId": "Sharesies", "currency": "NZD", "portfolioValue": "250.00", "totalGainLoss": "50.00",
                "totalGainLossPercent": "25.0000"
            }]
        })
    );
    let answer = api
        .ask(Some(&ada), "{ viewer { holdings { nodes { assetName isDerived } } activities { nodes { metadata } } } }")
        .await;
    assert_eq!(
        answer.data()["viewer"]["holdings"]["nodes"],
        json!([{ "assetName": "Fisher & Paykel", "isDerived": true }])
    );
    let metadata = &answer.data()["viewer"]["activities"]["nodes"][0]["metadata"];
    let mut made: Vec<&str> = metadata["created"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    made.sort_unstable();
    let prefixes: Vec<&str> = made.iter().map(|id| id.rsplit_once('_').unwrap().0).collect();
    assert_eq!((prefixes, &metadata["updated"]), (vec!["holding", "portfolio", "position"], &Value::Null));
    // New rows have ids that say when they were made.
    assert!(made.iter().all(|id| id.rsplit_once('_').unwrap().1.as_bytes()[14] == b'7'), "{made:?}");
}

#[tokio::test]
async fn an_account_in_several_currencies_feeds_several_portfolios() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!("UPDATE users SET preferred_currency = 'NZD' WHERE id = '{}'", ada.id)).await;
    let input = |symbol: &str, currency: Option<&str>| json!({ "symbol": symbol, "account": "IBKR", "quantity": "1", "avgPrice": "100", "currency": currency });
    position(&api, &ada, input("VTI", Some("USD"))).await;
    position(&api, &ada, input("CBA", Some("AUD"))).await;
    // Left out, the currency is that of the portfolio which the account feeds.
    position(&api, &ada, input("VOO", None)).await;
    let all = ["IBKR USD 200.00: VOO 1@100@100 VTI 1@100@100", "IBKR AUD AUD 100.00: CBA 1@100@100"];
    assert_eq!(overview(&api, &ada).await, all);
    // The other portfolio's name is taken by one in a third currency.
    let third = json!({ "vaultId": "IBKR GBP", "currency": "EUR" });
    done(&api, &ada, ("createPortfolio", "portfolio { id }"), third).await;
    assert_eq!(
        refused(&api, &ada, CREATE.0, input("HSBA", Some("GBP"))).await,
        "CONFLICT, input.symbol OTHER_CURRENCY"
    );
}

#[tokio::test]
async fn several_positions_become_one_holding() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = super::portfolio(&api, &ada, "Growth", "USD").await;
    for account in ["one", "two"] {
        let input = json!({ "account": account, "portfolioId": growth });
        done(&api, &ada, ("setAccountPortfolio", "accountPortfolio { account vaultId }"), input).await;
    }
    let input = |account: &str, quantity: &str, price: Option<&str>| json!({ "symbol": "BTC", "account": account, "assetClass": "CRYPTO", "quantity": quantity, "avgPrice": price });
    let first = position(&api, &ada, input("one", "3", Some("10.0001"))).await;
    let second = position(&api, &ada, input("two", "1.5", Some("20"))).await;
    // Without a price of any position they are worth what they cost.
    assert_eq!(overview(&api, &ada).await, ["Growth USD 60.00: BTC 4.5@13.3334@13.3334"]);
    let price = |id: &Value, price: Value| json!({ "id": id, "currentPrice": price });
    done(&api, &ada, UPDATE, price(&first, json!("30"))).await;
    assert_eq!(overview(&api, &ada).await, ["Growth USD 135.00: BTC 4.5@13.3334@30"]);
    // The latest price counts, whichever position has it.
    api.sql("UPDATE portfolio_position SET current_price = 40, price_as_of = '2026-03-02' WHERE account = 'two'").await;
    done(&api, &ada, UPDATE, json!({ "id": first, "name": "Bitcoin" })).await;
    assert_eq!(overview(&api, &ada).await, ["Growth USD 180.00: BTC 4.5@13.3334@40"]);
    // Once the cost of a part is unknown, that of the whole is.
    done(&api, &ada, UPDATE, json!({ "id": second, "avgPrice": "0" })).await;
    assert_eq!(overview(&api, &ada).await, ["Growth USD 180.00: BTC 4.5@0@40"]);
    done(&api, &ada, UPDATE, json!({ "id": second, "avgPrice": "20", "quantity": "3", "currentPrice": null })).await;
    assert_eq!(overview(&api, &ada).await, ["Growth USD 180.00: BTC 6@15.0001@30"]);

    done(&api, &ada, ("deletePosition", "positionId"), json!({ "id": first })).await;
    let document = "{ viewer { holdings { nodes { assetName priceAsOf } } } }";
    let answer = api.ask(Some(&ada), document).await;
    assert_eq!(answer.data()["viewer"]["holdings"]["nodes"], json!([{ "assetName": null, "priceAsOf": null }]));
    assert_eq!(overview(&api, &ada).await, ["Growth USD 60.00: BTC 3@20@20"]);
    done(&api, &ada, ("deletePosition", "positionId portfolios { vaultId }"), json!({ "id": second })).await;
    assert_eq!(overview(&api, &ada).await, ["Growth USD 0.00:"]);
}

#[tokio::test]
async fn a_position_may_change_everything_by_hand() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input =
        json!({ "symbol": "VTI", "account": "one", "name": "x", "quantity": "1", "avgPrice": "5", "currency": "USD" });
    let id = position(&api, &ada, input).await;
    api.sql("UPDATE portfolio_position SET current_price = 7, price_as_of = '2026-03-02T10:00:00Z'").await;
    let kept = done(&api, &ada, UPDATE, json!({ "id": id })).await;
    let mut wanted = json!({
        "account": "one", "symbol": "VTI", "name": "x", "quantity": "1.00000000", "avgPrice": "5.0000", "currentPrice": "7.0000",
        "priceAsOf": "2026-03-02T10:00:00Z", "currency": "USD"
    });
    assert_eq!(kept["position"], wanted);
    (wanted["account"], wanted["symbol"], wanted["currency"]) = (json!("two"), json!("VOO"), json!("NZD"));
    (wanted["name"], wanted["quantity"], wanted["priceAsOf"]) = (Value::Null, json!("0.50000000"), Value::Null);
    // The price was that of another symbol in another currency.
    wanted["currentPrice"] = Value::Null;
    let changes = json!({
        "id": id, "account": "two", "symbol": "voo", "currency": "NZD", "name": null, "quantity": "0.5"
    });
    assert_eq!(done(&api, &ada, UPDATE, changes).await["position"], wanted);
    assert_eq!(overview(&api, &ada).await, ["one USD 0.00:", "two NZD 2.50: VOO 0.5@5@5"]);
}

#[tokio::test]
async fn a_wrong_position_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let create = |changes: Value| {
        let mut input = json!({ "symbol": "VTI", "account": "one", "quantity": "1" });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        input
    };
    let id = position(&api, &ada, create(json!({}))).await;
    let wrong = [
        (create(json!({})), "CONFLICT, input.symbol TAKEN"),
        (create(json!({ "id": id, "symbol": "VOO" })), "CONFLICT, input.id TAKEN"),
        (
            create(json!({ "symbol": "", "account": " ", "quantity": "-1" })),
            "INVALID, input.symbol BLANK, input.account BLANK, input.quantity OUT_OF_RANGE",
        ),
        (
            create(
                json!({ "symbol": "B", "name": "n".repeat(256), "avgPrice": "-1", "currentPrice": "10000000000000000" }),
            ),
            "INVALID, input.name TOO_LONG, input.avgPrice OUT_OF_RANGE, input.currentPrice OUT_OF_RANGE",
        ),
        (create(json!({ "symbol": "B", "currency": "usd" })), "INVALID, input.currency FORMAT"),
    ];
    for (input, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "createPosition", input.clone()).await, refusal, "{input}");
    }
    let other = position(&api, &ada, create(json!({ "symbol": "VOO" }))).await;
    let wrong = [
        (&id, json!({ "symbol": "VOO" }), "CONFLICT, input.symbol TAKEN"),
        (&id, json!({ "quantity": "999999999999", "avgPrice": "1000001" }), "INVALID, input.avgPrice OUT_OF_RANGE"),
        (
            &other,
            json!({ "symbol": null, "account": null, "assetClass": null, "quantity": null, "avgPrice": null, "currency": null }),
            "INVALID, input.symbol REQUIRED, input.account REQUIRED, input.assetClass REQUIRED, input.quantity REQUIRED, \
             input.avgPrice REQUIRED, input.currency REQUIRED",
        ),
        (&id, json!({ "quantity": "2", "expectedUpdatedAt": "2026-03-02T10:00:00Z" }), "CONFLICT"),
    ];
    for (id, changes, refusal) in wrong {
        assert_eq!(refused(&api, &ada, "updatePosition", with(id, &changes)).await, refusal, "{changes}");
    }
    for name in ["updatePosition", "deletePosition"] {
        assert_eq!(refused(&api, &eve, name, json!({ "id": id })).await, "NOT_FOUND", "{name}");
    }
    let stale = json!({ "id": id, "expectedUpdatedAt": "2026-03-02T10:00:00Z" });
    assert_eq!(refused(&api, &ada, "deletePosition", stale).await, "CONFLICT");
}

#[tokio::test]
async fn what_a_broker_says_is_held_stays() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = position(&api, &ada, json!({ "symbol": "BTC", "account": "KuCoin", "quantity": "2" })).await;
    api.sql("UPDATE portfolio_position SET sync_source = 'kucoin'").await;
    let changes = json!({ "symbol": "ETH", "account": "x", "currency": "NZD", "quantity": "3", "avgPrice": "1" });
    assert_eq!(
        refused(&api, &ada, "updatePosition", with(&id, &changes)).await,
        "CONFLICT, input.symbol IMPORTED, input.account IMPORTED, input.currency IMPORTED, input.quantity IMPORTED"
    );
    // What the file does not say may be said by hand.
    done(&api, &ada, UPDATE, json!({ "id": id, "avgPrice": "100", "name": "Bitcoin", "assetClass": "CRYPTO" })).await;
    assert_eq!(overview(&api, &ada).await, ["KuCoin USD 200.00: BTC 2@100@100"]);

    let answer = api.ask(Some(&ada), "{ viewer { holdings { nodes { id } } } }").await;
    let holding = answer.data()["viewer"]["holdings"]["nodes"][0]["id"].clone();
    let changes = json!({
        "portfolioId": null, "symbol": "X", "assetName": "x", "assetClass": "CASH", "quantity": "1", "avgCost": "1",
        "currentPrice": "1", "allocationType": "core"
    });
    let fields = ["portfolioId", "symbol", "assetName", "assetClass", "quantity", "avgCost", "currentPrice"];
    let wanted = fields.map(|field| format!("input.{field} DERIVED")).join(", ");
    assert_eq!(refused(&api, &ada, "updateHolding", with(&holding, &changes)).await, format!("CONFLICT, {wanted}"));
    assert_eq!(refused(&api, &ada, "deleteHolding", json!({ "id": holding })).await, "CONFLICT, input.id DERIVED");
    let by_hand = json!({ "symbol": "BTC", "quantity": "1", "portfolioId": null });
    done(&api, &ada, ("createHolding", "holding { id }"), by_hand).await;
    let labelled = json!({ "id": holding, "allocationType": "core" });
    let labelled = done(&api, &ada, ("updateHolding", "holding { allocationType isDerived }"), labelled).await;
    assert_eq!(labelled["holding"], json!({ "allocationType": "core", "isDerived": true }));
    // The label is the user's own, so it stays when the positions change.
    done(&api, &ada, UPDATE, json!({ "id": id, "avgPrice": "101" })).await;
    let answer = api
        .ask(Some(&ada), "{ viewer { holdings(filter: { isDerived: { eq: true } }) { nodes { allocationType } } } }")
        .await;
    assert_eq!(answer.data()["viewer"]["holdings"]["nodes"], json!([{ "allocationType": "core" }]));
}
