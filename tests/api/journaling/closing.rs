//! Closing trades.

use serde_json::{Value, json};

use super::{FIGURES, document, done, fph, last_activity, opened, with};
use crate::support::Api;

const CLOSE: &str = "closeTradeLog";

#[tokio::test]
async fn what_a_trade_brought_is_net_of_fees() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let exit = json!({ "exitDate": "2026-03-09T10:00:00Z", "exitReason": "Target." });
    for (trade, close, pnl, percent, fees, (profit, loss)) in [
        (json!({}), json!({ "exitPrice": "25", "fees": "2.50" }), "43.50", "21.7500", "6.50", ("50.00", "0.00")),
        (json!({}), json!({ "exitPrice": "19.5" }), "-9.00", "-4.5000", "4.00", ("0.00", "-5.00")),
        (
            json!({ "tradeType": "SHORT", "targetPrice": null, "stopLossPrice": null }),
            json!({ "exitPrice": "25" }),
            "-54.00",
            "-27.0000",
            "4.00",
            ("0.00", "-50.00"),
        ),
        (
            json!({ "tradeType": "SHORT", "fees": null }),
            json!({ "exitPrice": "15", "fees": "1" }),
            "49.00",
            "24.5000",
            "1.00",
            ("50.00", "0.00"),
        ),
    ] {
        let id = opened(&api, &ada, with(&fph(), trade.clone())).await;
        let input = with(&with(&exit, close), json!({ "id": id }));
        let before = api.picture().await;
        let dry = with(&input, json!({ "dryRun": true }));
        let shown = done(&api, &ada, (CLOSE, FIGURES), dry).await;
        assert_eq!(api.picture().await, before);
        let log = done(&api, &ada, (CLOSE, FIGURES), input.clone()).await;
        assert_eq!(shown, log, "a dry run shows what would be");
        assert_eq!(last_activity(&api, &ada).await, json!(["trade_log_closed", { "updated": [id] }]));
        let ratio = if trade["tradeType"] == "SHORT" { Value::Null } else { json!("3.00") };
        let expected = json!({
            "totalValue": "200.00", "fees": fees, "riskRewardRatio": ratio, "positionSizePercent": null,
            "currentPrice": null, "unrealizedPnl": "0.00", "unrealizedPnlPercent": "0.0000", "maxProfit": profit,
            "maxLoss": loss, "exitPrice": format!("{:.4}", input["exitPrice"].as_str().unwrap().parse::<f64>().unwrap()),
            "exitDate": "2026-03-09T10:00:00Z", "exitReason": "Target.", "realizedPnl": pnl,
            "realizedPnlPercent": percent, "status": "CLOSED", "isActive": false
        });
        assert_eq!(log["tradeLog"], expected, "{trade}");
    }
}

#[tokio::test]
async fn what_a_price_showed_on_the_way_stays() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = opened(&api, &ada, fph()).await;
    api.sql(
        "SET stackmotive.system = 'on'; UPDATE manual_trade_logs SET current_price = 22, price_as_of = '2026-03-05', \
         unrealized_pnl = 20, unrealized_pnl_percent = 10, max_profit = 70, max_loss = -15",
    )
    .await;
    let selection = "tradeLog { currentPrice priceAsOf unrealizedPnl maxProfit maxLoss realizedPnl exitDate }";
    let input = json!({ "id": id, "exitPrice": "18" });
    let log = done(&api, &ada, (CLOSE, selection), input).await["tradeLog"].clone();
    for (field, value) in [
        ("currentPrice", "22.0000"),
        ("priceAsOf", "2026-03-05T00:00:00Z"),
        ("unrealizedPnl", "0.00"),
        ("maxProfit", "70.00"),
        ("maxLoss", "-20.00"),
        ("realizedPnl", "-24.00"),
    ] {
        assert_eq!(log[field], value, "{field}");
    }
    let left_at = log["exitDate"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((chrono::Utc::now() - left_at).num_seconds().abs() < 60, "now when it was left out");
}

#[tokio::test]
async fn what_cannot_be_closed_is_refused() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let id = opened(&api, &ada, fph()).await;
    let sale = opened(&api, &ada, with(&fph(), json!({ "tradeType": "SELL" }))).await;
    let huge = opened(&api, &ada, with(&fph(), json!({ "entryPrice": "1", "quantity": "999999999999" }))).await;
    let dear = opened(&api, &ada, with(&fph(), json!({ "fees": "999999999999999999.99" }))).await;
    let close = document(CLOSE, "tradeLog { id }");
    let input = json!({ "id": id, "exitPrice": "25" });
    for (changes, refusal) in [
        (json!({ "exitPrice": "0" }), "INVALID, input.exitPrice OUT_OF_RANGE"),
        (json!({ "exitPrice": "1.00001" }), "INVALID, input.exitPrice TOO_PRECISE"),
        (json!({ "exitPrice": 1.5 }), "INVALID, input.exitPrice FORMAT"),
        (json!({ "exitReason": "", "fees": "-0.01" }), "INVALID, input.exitReason BLANK, input.fees OUT_OF_RANGE"),
        (json!({ "exitDate": "2026-03-02T09:59:59Z" }), "INVALID, input.exitDate OUT_OF_RANGE"),
        (json!({ "exitDate": "2190-03-02T09:59:59Z" }), "INVALID, input.exitDate OUT_OF_RANGE"),
        (json!({ "id": sale }), "INVALID, input.id NOT_CLOSABLE"),
        (json!({ "id": huge, "exitPrice": "9999999999999999" }), "INVALID, input.exitPrice OUT_OF_RANGE"),
        (json!({ "id": dear, "fees": "0.01" }), "INVALID, input.fees OUT_OF_RANGE"),
        (json!({ "id": "trade_log_018f3c1e-0000-7000-8000-000000000000" }), "NOT_FOUND"),
        (json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z" }), "CONFLICT"),
    ] {
        assert_eq!(api.refused(&ada, &close, with(&input, changes.clone())).await.refusal(), refusal, "{changes}");
    }
    assert_eq!(api.refused(&eve, &close, input.clone()).await.refusal(), "NOT_FOUND");

    // At the very moment of the entry it can be left.
    let at_once = with(&input, json!({ "exitDate": "2026-03-02T10:00:00Z" }));
    done(&api, &ada, (CLOSE, "tradeLog { id }"), at_once).await;
    for name in [CLOSE, "closeTradeLogPart", "cancelTradeLog"] {
        let mut again = json!({ "id": id });
        if name != "cancelTradeLog" {
            again["exitPrice"] = json!("30");
        }
        if name == "closeTradeLogPart" {
            again["quantity"] = json!("1");
        }
        let answer = api.refused(&ada, &document(name, "tradeLog { id }"), again).await;
        assert_eq!(answer.code(), "CONFLICT", "{name}");
        let current = &answer.body["errors"][0]["extensions"]["current"];
        assert_eq!((&current["status"], &current["exitPrice"]), (&json!("CLOSED"), &json!("25.0000")), "{name}");
    }
}

#[tokio::test]
async fn of_those_who_close_at_once_one_does() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let close = document(CLOSE, "tradeLog { exitPrice realizedPnl }");
    for _ in 0..5 {
        let id = opened(&api, &ada, fph()).await;
        let attempts = (21..=26).map(|price| {
            let input = json!({ "input": { "id": id, "exitPrice": price.to_string() } });
            let (api, ada, close) = (api.clone(), ada.clone(), close.clone());
            tokio::spawn(async move { api.ask_with(Some(&ada), &close, input).await })
        });
        let mut won = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            let answer = attempt.await.unwrap();
            if answer.body["errors"].is_array() {
                assert_eq!(answer.code(), "CONFLICT");
                assert_eq!(answer.body["errors"][0]["extensions"]["current"]["status"], "CLOSED");
            } else {
                won.push(answer.data()["closeTradeLog"]["tradeLog"].clone());
            }
        }
        assert_eq!(won.len(), 1, "{won:?}");
        let stands = super::node(&api, &ada, &id, "TradeLog", "exitPrice realizedPnl").await;
        assert_eq!(stands, won[0]);
    }
}
