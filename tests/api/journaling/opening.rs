//! Opening trades, alone, for an entry, and several at once; cancelling and deleting them.

use serde_json::{Value, json};

use super::{FIGURES, OMIT, document, done, fph, last_activity, node, opened, with, written};
use crate::support::Api;

#[tokio::test]
async fn a_trade_stands_alone_or_is_an_entrys_only_one() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, portfolio_value) VALUES ('{0}', 'a', 'NZD', 8000)",
        ada.id
    ))
    .await;
    let selection = "tradeLog { symbol totalValue riskRewardRatio positionSizePercent status tradeDate journalEntry { id } \
                     analysis { keyLearnings } }";
    let open = ("openTradeLog", selection);
    let input = with(&fph(), json!({ "analysis": { "keyLearnings": "Wait." } }));
    let expected = json!({
        "symbol": "FPH", "totalValue": "200.00", "riskRewardRatio": "3.00", "positionSizePercent": "2.5000",
        "status": "OPEN", "tradeDate": "2026-03-02", "journalEntry": null, "analysis": { "keyLearnings": "Wait." }
    });
    assert_eq!(done(&api, &ada, open, input).await["tradeLog"], expected);
    let activity = last_activity(&api, &ada).await;
    assert_eq!(activity[0], "trade_log_opened");
    assert_eq!(activity[1]["created"].as_array().unwrap().len(), 2);

    let entry = written(&api, &ada, json!({ "content": "x", "entryDate": "2026-02-01" })).await;
    let input = with(&fph(), json!({ "journalEntryId": entry, "tradeDate": OMIT, "tradeType": "SELL" }));
    let log = done(&api, &ada, open, input.clone()).await["tradeLog"].clone();
    assert_eq!((&log["tradeDate"], &log["journalEntry"]["id"]), (&json!("2026-02-01"), &json!(entry)));
    assert_eq!(log["riskRewardRatio"], Value::Null, "a sale has no side");

    let document = document(open.0, "tradeLog { id }");
    let id = opened(&api, &ada, fph()).await;
    for (changes, refusal) in [
        (json!({ "journalEntryId": entry }), "CONFLICT, input.journalEntryId TAKEN"),
        (json!({ "id": id }), "CONFLICT, input.id TAKEN"),
        (json!({ "entryPrice": "0" }), "INVALID, input.entryPrice OUT_OF_RANGE"),
        (json!({ "quantity": "0.123456789" }), "INVALID, input.quantity TOO_PRECISE"),
        (json!({ "symbol": " ", "fees": "-1" }), "INVALID, input.symbol BLANK, input.fees OUT_OF_RANGE"),
        (json!({ "technicalIndicators": [] }), "INVALID, input.technicalIndicators FORMAT"),
        (json!({ "economicEvents": {} }), "INVALID, input.economicEvents FORMAT"),
        (
            json!({ "entryPrice": "9999999999999999", "quantity": "999999999999" }),
            "INVALID, input.quantity OUT_OF_RANGE",
        ),
        (json!({ "analysis": { "timingQuality": 0 } }), "INVALID, input.analysis.timingQuality OUT_OF_RANGE"),
        (json!({ "executionTime": "1666-09-02T00:00:00Z" }), "INVALID, input.executionTime FORMAT"),
        (json!({ "id": entry }), "INVALID, input.id FORMAT"),
    ] {
        assert_eq!(api.refused(&ada, &document, with(&fph(), changes.clone())).await.refusal(), refusal, "{changes}");
    }
    let foreign = with(&fph(), json!({ "journalEntryId": entry }));
    assert_eq!(api.refused(&eve, &document, foreign).await.refusal(), "INVALID, input.journalEntryId NOT_FOUND");
}

#[tokio::test]
async fn several_trades_have_results_of_their_own() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let entry = written(&api, &ada, json!({ "content": "x" })).await;
    let log = |changes| with(&fph(), changes);
    let items = json!([
        log(json!({ "journalEntryId": entry })),
        log(json!({ "journalEntryId": entry })),
        log(json!({ "entryPrice": "0" })),
        log(json!({ "symbol": "vti" }))
    ]);
    let selection = "results { index tradeLog { symbol } problems { path code } }";
    let document = document("openTradeLogs", selection);
    let refused = api.refused(&ada, &document, json!({ "items": items })).await;
    assert_eq!(refused.refusal(), "INVALID, input.items.1.journalEntryId TAKEN, input.items.2.entryPrice OUT_OF_RANGE");
    for (items, refusal) in
        [(json!([]), "INVALID, input.items EMPTY"), (json!(vec![fph(); 101]), "INVALID, input.items TOO_MANY")]
    {
        assert_eq!(api.refused(&ada, &document, json!({ "items": items })).await.refusal(), refusal);
    }
    let input = json!({ "items": items, "errorPolicy": "APPLY_VALID" });
    let results = done(&api, &ada, ("openTradeLogs", selection), input).await["results"].clone();
    assert_eq!(
        results,
        json!([
            { "index": 0, "tradeLog": { "symbol": "FPH" }, "problems": [] },
            {
                "index": 1, "tradeLog": null,
                "problems": [{ "path": ["input", "items", "1", "journalEntryId"], "code": "TAKEN" }]
            },
            {
                "index": 2, "tradeLog": null,
                "problems": [{ "path": ["input", "items", "2", "entryPrice"], "code": "OUT_OF_RANGE" }]
            },
            { "index": 3, "tradeLog": { "symbol": "VTI" }, "problems": [] }
        ])
    );
    let activity = last_activity(&api, &ada).await;
    assert_eq!(activity[1]["created"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_never_came_about_is_cancelled() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let id = opened(&api, &ada, fph()).await;
    let cancel = document("cancelTradeLog", "tradeLog { id }");
    assert_eq!(api.refused(&eve, &cancel, json!({ "id": id })).await.code(), "NOT_FOUND");
    let blank = api.refused(&ada, &cancel, json!({ "id": id, "reason": " " })).await;
    assert_eq!(blank.refusal(), "INVALID, input.reason BLANK");
    let stale = json!({ "id": id, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(api.refused(&ada, &cancel, stale).await.code(), "CONFLICT");
    let input = json!({ "id": id, "reason": "Never filled." });
    let log = done(&api, &ada, ("cancelTradeLog", FIGURES), input).await["tradeLog"].clone();
    for (field, value) in [
        ("status", json!("CANCELLED")),
        ("isActive", json!(false)),
        ("exitReason", json!("Never filled.")),
        ("exitPrice", Value::Null),
        ("realizedPnl", Value::Null),
        ("totalValue", json!("200.00")),
    ] {
        assert_eq!(log[field], value, "{field}");
    }
    let again = api.refused(&ada, &cancel, json!({ "id": id })).await;
    assert_eq!(again.code(), "CONFLICT");
    assert_eq!(again.body["errors"][0]["extensions"]["current"]["status"], "CANCELLED");
    assert_eq!(again.message(), "This trade is cancelled, not open; nothing was changed.");
}

#[tokio::test]
async fn a_deleted_trade_takes_its_analysis_and_leaves_what_was_written() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let entry = written(&api, &ada, json!({ "content": "its own" })).await;
    let input = with(&fph(), json!({ "journalEntryId": entry, "analysis": {} }));
    let selection = "tradeLog { id analysis { id } }";
    let log = done(&api, &ada, ("openTradeLog", selection), input).await["tradeLog"].clone();
    let (id, analysis) = (log["id"].as_str().unwrap(), &log["analysis"]["id"]);
    let about = written(&api, &ada, json!({ "content": "about it", "aboutTradeId": id })).await;

    let selection = "tradeLogId tradeAnalysisId mentionedBy";
    let delete = document("deleteTradeLog", selection);
    assert_eq!(api.refused(&eve, &delete, json!({ "id": id })).await.code(), "NOT_FOUND");
    let stale = json!({ "id": id, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(api.refused(&ada, &delete, stale).await.code(), "CONFLICT");
    let expected = json!({ "tradeLogId": id, "tradeAnalysisId": analysis, "mentionedBy": [about] });
    let before = api.picture().await;
    let shown = done(&api, &ada, ("deleteTradeLog", selection), json!({ "id": id, "dryRun": true })).await;
    assert_eq!((shown, api.picture().await), (expected.clone(), before));

    assert_eq!(done(&api, &ada, ("deleteTradeLog", selection), json!({ "id": id })).await, expected);
    let told = json!(["trade_log_deleted", { "deleted": [id, analysis], "updated": [about] }]);
    assert_eq!(last_activity(&api, &ada).await, told);
    assert_eq!(node(&api, &ada, id, "TradeLog", "id").await, Value::Null);
    for (entry, relation) in [(&entry, "tradeLog { id }"), (&about, "aboutTrade { id }")] {
        let left = node(&api, &ada, entry, "JournalEntry", &format!("id it: {relation}")).await;
        assert_eq!(left, json!({ "id": entry, "it": null }));
    }
    assert_eq!(api.refused(&ada, &delete, json!({ "id": id })).await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn what_has_not_come_to_pass_is_no_trade() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let late = json!({ "tradeDate": "2100-01-01", "executionTime": "2100-01-01T00:00:00Z" });
    let told = "INVALID, input.tradeDate OUT_OF_RANGE, input.executionTime OUT_OF_RANGE";
    let opening = document("openTradeLog", "tradeLog { id }");
    assert_eq!(api.refused(&ada, &opening, with(&fph(), late.clone())).await.refusal(), told);
    let id = opened(&api, &ada, fph()).await;
    let update = document("updateTradeLog", "tradeLog { id }");
    assert_eq!(api.refused(&ada, &update, with(&late, json!({ "id": id }))).await.refusal(), told);
    // Where the day has begun already it is a day.
    let tomorrow = (chrono::Utc::now() + chrono::TimeDelta::hours(13)).date_naive().to_string();
    done(&api, &ada, ("openTradeLog", "tradeLog { id }"), with(&fph(), json!({ "tradeDate": tomorrow }))).await;
}

#[tokio::test]
async fn a_symbol_is_written_one_way() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let opening = document("openTradeLog", "tradeLog { symbol }");
    for symbol in ["\u{c9}", "E\u{301}", "A\u{200b}B", "\u{ff21}\u{ff22}", "😀"] {
        let refused = api.refused(&ada, &opening, with(&fph(), json!({ "symbol": symbol }))).await;
        assert_eq!(refused.refusal(), "INVALID, input.symbol FORMAT", "{symbol}");
    }
    let refused = api.refused(&ada, &opening, with(&fph(), json!({ "symbol": "\u{200b} \u{feff}" }))).await;
    assert_eq!(refused.refusal(), "INVALID, input.symbol BLANK");
    let made =
        done(&api, &ada, ("openTradeLog", "tradeLog { symbol }"), with(&fph(), json!({ "symbol": " brk.b " }))).await;
    assert_eq!(made["tradeLog"]["symbol"], "BRK.B");
}
