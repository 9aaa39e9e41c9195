//! Changing what was noted of a trade.

use serde_json::{Value, json};

use super::{FIGURES, document, done, fph, last_activity, node, opened, with, written};
use crate::{sequences::assert_all_holds, support::Api};

const UPDATE: &str = "updateTradeLog";

#[tokio::test]
async fn every_figure_of_an_open_trade_follows() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, portfolio_value, cash_balance) VALUES \
         ('{0}', 'a', 'NZD', 8000, 8000), ('{0}', 'b', 'USD', 500, 500)",
        ada.id
    ))
    .await;
    let id = opened(&api, &ada, fph()).await;
    api.sql(
        "SET stackmotive.system = 'on'; UPDATE manual_trade_logs SET current_price = 22, unrealized_pnl = 20, \
         unrealized_pnl_percent = 10, max_profit = 30, max_loss = -10",
    )
    .await;
    let selection = "tradeLog { totalValue riskRewardRatio positionSizePercent unrealizedPnl unrealizedPnlPercent \
                     maxProfit maxLoss fees targetPrice }";
    for (changes, expected) in [
        // 23 and 19 were seen.
        (
            json!({ "entryPrice": "19", "quantity": "20" }),
            ["380.00", "7.00", "4.7500", "60.00", "15.7895", "80.00", "0.00", "4.00", "26.0000"].map(Value::from),
        ),
        (
            json!({ "currency": "USD", "stopLossPrice": "12" }),
            ["380.00", "1.00", "76.0000", "60.00", "15.7895", "80.00", "0.00", "4.00", "26.0000"].map(Value::from),
        ),
        // Another direction turns the price's meaning around: 22 and 23 are losses now, and 19 was not kept.
        (
            json!({ "tradeType": "SHORT", "fees": null, "targetPrice": null }),
            [
                json!("380.00"),
                Value::Null,
                json!("76.0000"),
                json!("-60.00"),
                json!("-15.7895"),
                json!("0.00"),
                json!("-80.00"),
                Value::Null,
                Value::Null,
            ],
        ),
        (
            json!({ "tradeType": "SELL" }),
            [
                json!("380.00"),
                Value::Null,
                json!("76.0000"),
                json!("0.00"),
                json!("0.0000"),
                json!("0.00"),
                json!("0.00"),
                Value::Null,
                Value::Null,
            ],
        ),
    ] {
        let log = done(&api, &ada, (UPDATE, selection), with(&changes, json!({ "id": id }))).await["tradeLog"].clone();
        let fields = [
            "totalValue",
            "riskRewardRatio",
            "positionSizePercent",
            "unrealizedPnl",
            "unrealizedPnlPercent",
            "maxProfit",
            "maxLoss",
            "fees",
            "targetPrice",
        ];
        assert_eq!(fields.map(|field| log[field].clone()), expected, "{changes}");
        assert_eq!(last_activity(&api, &ada).await, json!(["trade_log_updated", { "updated": [id] }]));
        assert_all_holds(&api, &changes.to_string()).await;
    }
}

#[tokio::test]
async fn a_closed_trade_is_corrected_and_nothing_else() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, portfolio_value) VALUES ('{0}', 'a', 'NZD', 2000)",
        ada.id
    ))
    .await;
    let id = opened(&api, &ada, fph()).await;
    let close = json!({ "id": id, "exitPrice": "25", "exitDate": "2026-03-09T10:00:00Z" });
    done(&api, &ada, ("closeTradeLog", "tradeLog { id }"), close).await;
    // The portfolio of today has nothing to do with the trade's size then.
    api.sql("SET stackmotive.system = 'on'; UPDATE portfolio_summary SET portfolio_value = 1").await;
    let input = json!({
        "id": id, "quantity": "20", "exitPrice": "26", "fees": "5", "exitReason": "Target.",
        "executionTime": "2026-03-09T10:00:00Z"
    });
    let log = done(&api, &ada, (UPDATE, FIGURES), input).await["tradeLog"].clone();
    let expected = json!({
        "totalValue": "400.00", "fees": "5.00", "riskRewardRatio": "3.00", "positionSizePercent": "20.0000",
        "currentPrice": null, "unrealizedPnl": "0.00", "unrealizedPnlPercent": "0.0000", "maxProfit": "120.00",
        "maxLoss": "0.00", "exitPrice": "26.0000", "exitDate": "2026-03-09T10:00:00Z", "exitReason": "Target.",
        "realizedPnl": "115.00", "realizedPnlPercent": "28.7500", "status": "CLOSED", "isActive": false
    });
    assert_eq!(log, expected);
    let update = document(UPDATE, "tradeLog { id }");
    for (changes, refusal) in [
        (json!({ "tradeType": "SHORT" }), "CONFLICT"),
        (json!({ "currency": "USD" }), "CONFLICT"),
        (json!({ "exitDate": "2026-03-09T09:59:59Z" }), "INVALID, input.exitDate OUT_OF_RANGE"),
        (json!({ "executionTime": "2026-03-09T10:00:01Z" }), "INVALID, input.executionTime OUT_OF_RANGE"),
        (
            json!({ "quantity": "999999999999", "exitPrice": "9999999999999999", "entryPrice": "1" }),
            "INVALID, input.quantity OUT_OF_RANGE",
        ),
    ] {
        let input = with(&changes, json!({ "id": id }));
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal, "{changes}");
    }
    // What stands there already may be sent back.
    let same = json!({ "id": id, "tradeType": "BUY", "currency": "NZD", "symbol": "fphx", "exitReason": null });
    let log = done(&api, &ada, (UPDATE, "tradeLog { symbol exitReason realizedPnl }"), same).await["tradeLog"].clone();
    assert_eq!(log, json!({ "symbol": "FPHX", "exitReason": null, "realizedPnl": "115.00" }));
}

#[tokio::test]
async fn words_are_kept_cleared_and_replaced() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let words = json!({
        "assetName": "Fisher & Paykel", "broker": "A", "strategy": "Dip", "marketConditions": "Calm", "convictionLevel": 9,
        "orderType": "LIMIT", "accountType": "PAPER", "timeHorizon": "LONG", "economicEvents": ["OCR"],
        "technicalIndicators": { "rsi": 30 }
    });
    let id = opened(&api, &ada, with(&fph(), words.clone())).await;
    let fields: Vec<&String> = words.as_object().unwrap().keys().collect();
    let selection = fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" ");
    let payload = format!("tradeLog {{ {selection} }}");
    let kept = done(&api, &ada, (UPDATE, payload.as_str()), json!({ "id": id })).await["tradeLog"].clone();
    assert_eq!(kept, words, "left out keeps, also everything");
    let nulls: serde_json::Map<String, Value> = fields.iter().map(|field| ((*field).clone(), Value::Null)).collect();
    let input = with(&Value::Object(nulls.clone()), json!({ "id": id }));
    let cleared = done(&api, &ada, (UPDATE, payload.as_str()), input).await["tradeLog"].clone();
    assert_eq!(cleared, Value::Object(nulls));

    let update = document(UPDATE, "tradeLog { id }");
    for (changes, refusal) in [
        (
            json!({ "symbol": null, "currency": null, "tradeType": null, "entryPrice": null, "quantity": null }),
            "INVALID, input.symbol REQUIRED, input.currency REQUIRED, input.tradeType REQUIRED, \
             input.entryPrice REQUIRED, input.quantity REQUIRED",
        ),
        (
            json!({ "tradeDate": null, "executionTime": null, "exitPrice": null, "exitDate": null }),
            "INVALID, input.tradeDate REQUIRED, input.executionTime REQUIRED, input.exitPrice REQUIRED, \
             input.exitDate REQUIRED",
        ),
        (
            json!({ "symbol": "A SYMBOL THAT IS TOO LONG", "broker": " ", "convictionLevel": 11, "fees": "-1" }),
            "INVALID, input.symbol TOO_LONG, input.broker BLANK, input.fees OUT_OF_RANGE, \
             input.convictionLevel OUT_OF_RANGE",
        ),
        (
            json!({ "economicEvents": {}, "technicalIndicators": [] }),
            "INVALID, input.economicEvents FORMAT, input.technicalIndicators FORMAT",
        ),
        (json!({ "exitPrice": "25" }), "CONFLICT"),
        (json!({ "exitReason": "Why not" }), "CONFLICT"),
        (json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z", "broker": "B" }), "CONFLICT"),
    ] {
        let input = with(&changes, json!({ "id": id }));
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal, "{changes}");
    }
    assert_eq!(api.refused(&eve, &update, json!({ "id": id, "broker": "B" })).await.refusal(), "NOT_FOUND");

    done(&api, &ada, ("cancelTradeLog", "tradeLog { id }"), json!({ "id": id })).await;
    for figure in ["entryPrice", "quantity", "fees", "targetPrice", "stopLossPrice"] {
        let answer = api.refused(&ada, &update, json!({ "id": id, figure: "7" })).await;
        assert_eq!(answer.refusal(), "CONFLICT", "{figure} of a cancelled trade");
    }
    let input = json!({ "id": id, "strategy": "Patience", "entryPrice": "20" });
    done(&api, &ada, (UPDATE, "tradeLog { id }"), input).await;
    assert_eq!(node(&api, &ada, &id, "TradeLog", "strategy").await["strategy"], "Patience");
}

#[tokio::test]
async fn a_trade_moves_to_an_entry_and_away() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (id, other) = (opened(&api, &ada, fph()).await, opened(&api, &ada, fph()).await);
    let entry = written(&api, &ada, json!({ "content": "x" })).await;
    let foreign = written(&api, &eve, json!({ "content": "x" })).await;
    let selection = "tradeLog { journalEntry { id } }";
    let moved = json!({ "id": id, "journalEntryId": entry });
    let log = done(&api, &ada, (UPDATE, selection), moved).await;
    assert_eq!(log["tradeLog"]["journalEntry"]["id"], json!(entry));
    let update = document(UPDATE, selection);
    for (input, refusal) in [
        (json!({ "id": other, "journalEntryId": entry }), "CONFLICT, input.journalEntryId TAKEN"),
        (json!({ "id": other, "journalEntryId": foreign }), "INVALID, input.journalEntryId NOT_FOUND"),
    ] {
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal);
    }
    let log = done(&api, &ada, (UPDATE, selection), json!({ "id": id, "journalEntryId": null })).await;
    assert_eq!(log["tradeLog"]["journalEntry"], Value::Null);
}
