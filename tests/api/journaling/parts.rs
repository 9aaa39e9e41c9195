//! Closing parts of trades.

use serde_json::{Value, json};

use super::{document, done, fph, last_activity, node, opened, with, written};
use crate::{sequences::assert_all_holds, support::Api};

const PART: &str = "closeTradeLogPart";
const BOTH: &str = "tradeLog { id ...f } closedPart { ...f }";

/// The document with the figures of both as a fragment.
fn both() -> String {
    format!("{} {FRAGMENT}", document(PART, BOTH))
}

const FRAGMENT: &str = "fragment f on TradeLog { symbol entryPrice quantity totalValue fees positionSizePercent \
                        riskRewardRatio unrealizedPnl unrealizedPnlPercent maxProfit maxLoss exitPrice realizedPnl \
                        realizedPnlPercent status isActive strategy journalEntry { id } analysis { keyLearnings } }";

#[tokio::test]
async fn a_part_becomes_a_closed_trade_and_the_rest_stays_open() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, portfolio_value, cash_balance) \
         VALUES ('{0}', 'a', 'NZD', 2010, 2010)",
        ada.id
    ))
    .await;
    let entry = written(&api, &ada, json!({ "content": "x" })).await;
    let input = json!({
        "journalEntryId": entry, "entryPrice": "0.335", "quantity": "3", "fees": "1.00", "targetPrice": "0.4",
        "stopLossPrice": "0.3", "strategy": "Dip", "analysis": { "keyLearnings": "Wait." }
    });
    let id = opened(&api, &ada, with(&fph(), input)).await;
    let about = written(&api, &ada, json!({ "content": "about", "aboutTradeId": id })).await;
    api.sql(
        "SET stackmotive.system = 'on'; UPDATE manual_trade_logs SET current_price = 0.5, max_profit = 1, max_loss = -0.5",
    )
    .await;
    let input = json!({ "id": id, "quantity": "1", "exitPrice": "1.335", "fees": "0.50" });
    let before = api.picture().await;
    let dry = json!({ "input": with(&input, json!({ "dryRun": true })) });
    let shown = api.ask_with(Some(&ada), &both(), dry).await.data()[PART].clone();
    assert_eq!(api.picture().await, before);
    let answer = api.ask_with(Some(&ada), &both(), json!({ "input": input })).await.data()[PART].clone();
    assert_eq!(shown, answer, "a dry run shows what would be");
    let rest = json!({
        "id": id, "symbol": "FPH", "entryPrice": "0.3350", "quantity": "2.00000000", "totalValue": "0.67", "fees": "0.67",
        "positionSizePercent": "0.0335", "riskRewardRatio": "1.86", "unrealizedPnl": "0.33",
        "unrealizedPnlPercent": "49.2537", "maxProfit": "0.67", "maxLoss": "-0.33", "exitPrice": null,
        "realizedPnl": null, "realizedPnlPercent": null, "status": "OPEN", "isActive": true, "strategy": "Dip",
        "journalEntry": { "id": entry }, "analysis": { "keyLearnings": "Wait." }
    });
    assert_eq!(answer["tradeLog"], rest);
    // 1.01 and 1.00 and 0.0502 are what there was of total value, fees and size: the part takes the remainders.
    let part = json!({
        "symbol": "FPH", "entryPrice": "0.3350", "quantity": "1.00000000", "totalValue": "0.34", "fees": "0.83",
        "positionSizePercent": "0.0167", "riskRewardRatio": "1.86", "unrealizedPnl": "0.00",
        "unrealizedPnlPercent": "0.0000", "maxProfit": "1.00", "maxLoss": "-0.17", "exitPrice": "1.3350",
        "realizedPnl": "0.17", "realizedPnlPercent": "50.0000", "status": "CLOSED", "isActive": false, "strategy": "Dip",
        "journalEntry": null, "analysis": null
    });
    assert_eq!(answer["closedPart"], part);
    let mentioned = node(&api, &ada, &about, "JournalEntry", "aboutTrade { id }").await;
    assert_eq!(mentioned["aboutTrade"]["id"], json!(id), "what writes about it writes about the rest");
    let told = last_activity(&api, &ada).await;
    assert_eq!((&told[0], &told[1]["updated"]), (&json!("trade_log_part_closed"), &json!([id])));
    assert_eq!(told[1]["created"].as_array().unwrap().len(), 1);
    assert_all_holds(&api, "after a part was closed").await;
}

#[tokio::test]
async fn all_parts_bring_what_the_whole_brings() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = with(&fph(), json!({ "entryPrice": "3.3333", "quantity": "7.77777777", "fees": "10.01" }));
    let (whole, id) = (opened(&api, &ada, input.clone()).await, opened(&api, &ada, input).await);
    let close = ("closeTradeLog", "tradeLog { realizedPnl totalValue fees }");
    let at_once = done(&api, &ada, close, json!({ "id": whole, "exitPrice": "4.4444" })).await["tradeLog"].clone();
    let selection = "closedPart { realizedPnl totalValue fees }";
    let mut parts = Vec::new();
    for quantity in ["1.11111111", "0.00000001", "3.5"] {
        let input = json!({ "id": id, "quantity": quantity, "exitPrice": "4.4444" });
        parts.push(done(&api, &ada, (PART, selection), input).await["closedPart"].clone());
    }
    parts.push(done(&api, &ada, close, json!({ "id": id, "exitPrice": "4.4444" })).await["tradeLog"].clone());
    let number = |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    let sum = |field: &str| parts.iter().map(|part| number(&part[field])).sum::<rust_decimal::Decimal>();
    assert_eq!(sum("totalValue"), number(&at_once["totalValue"]));
    assert_eq!(sum("fees"), number(&at_once["fees"]));
    let difference = (sum("realizedPnl") - number(&at_once["realizedPnl"])).abs();
    assert!(difference <= rust_decimal::Decimal::new(4, 2), "{difference}");
    assert_all_holds(&api, "after all parts were closed").await;
}

#[tokio::test]
async fn nothing_everything_and_more_are_no_parts() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let id = opened(&api, &ada, fph()).await;
    let cover = opened(&api, &ada, with(&fph(), json!({ "tradeType": "COVER" }))).await;
    let part = document(PART, "tradeLog { id }");
    let input = json!({ "id": id, "quantity": "1", "exitPrice": "25" });
    for (changes, refusal) in [
        (json!({ "quantity": "0" }), "INVALID, input.quantity OUT_OF_RANGE"),
        (json!({ "quantity": "10" }), "INVALID, input.quantity OUT_OF_RANGE"),
        (json!({ "quantity": "10.00000001" }), "INVALID, input.quantity OUT_OF_RANGE"),
        (
            json!({ "quantity": "0.000000001", "exitPrice": "-1" }),
            "INVALID, input.quantity TOO_PRECISE, input.exitPrice OUT_OF_RANGE",
        ),
        (json!({ "exitDate": "2026-03-01T00:00:00Z" }), "INVALID, input.exitDate OUT_OF_RANGE"),
        (json!({ "partId": id }), "CONFLICT, input.partId TAKEN"),
        (json!({ "id": cover }), "INVALID, input.id NOT_CLOSABLE"),
        (json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z" }), "CONFLICT"),
    ] {
        assert_eq!(api.refused(&ada, &part, with(&input, changes.clone())).await.refusal(), refusal, "{changes}");
    }
    assert_eq!(api.refused(&eve, &part, input).await.refusal(), "NOT_FOUND");
}
