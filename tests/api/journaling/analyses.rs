//! Analyses of trades.

use serde_json::{Value, json};

use super::{document, done, fph, last_activity, node, opened, with};
use crate::support::Api;

const CREATE: &str = "createTradeAnalysis";
const UPDATE: &str = "updateTradeAnalysis";
const DELETE: &str = "deleteTradeAnalysis";

#[tokio::test]
async fn a_trade_is_analysed_once() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (trade, other) = (opened(&api, &ada, fph()).await, opened(&api, &ada, fph()).await);
    let words = json!({
        "preTradeAnalysis": "a", "entryCriteria": "b", "riskAssessment": "c", "expectedDuration": "d",
        "midTradeNotes": [{ "at": "10:00", "note": "Up." }], "adjustmentReasons": ["e"], "emotionalState": [1],
        "postTradeAnalysis": "f", "whatWentRight": "g", "whatWentWrong": "h", "keyLearnings": "i",
        "wouldDoDifferently": "j", "executionQuality": 1, "timingQuality": 10, "riskManagementQuality": 3,
        "preTradeEmotion": "k", "duringTradeEmotion": "l", "postTradeEmotion": "m", "emotionalDisciplineRating": 4
    });
    let fields: Vec<&str> = words.as_object().unwrap().keys().map(String::as_str).collect();
    let selection = format!("tradeAnalysis {{ {} }}", fields.join(" "));
    let made = done(&api, &ada, (CREATE, selection.as_str()), with(&words, json!({ "tradeLogId": trade }))).await;
    assert_eq!(made["tradeAnalysis"], words);
    let id = node(&api, &ada, &trade, "TradeLog", "analysis { id }").await["analysis"]["id"].clone();
    assert_eq!(last_activity(&api, &ada).await, json!(["trade_analysis_created", { "created": [id] }]));

    let create = document(CREATE, "tradeAnalysis { id }");
    for (changes, refusal) in [
        (json!({ "tradeLogId": trade }), "CONFLICT, input.tradeLogId TAKEN"),
        (json!({ "id": id }), "CONFLICT, input.id TAKEN"),
        (
            json!({ "tradeLogId": "trade_log_018f3c1e-0000-7000-8000-000000000000" }),
            "INVALID, input.tradeLogId NOT_FOUND",
        ),
        (
            json!({ "midTradeNotes": {}, "adjustmentReasons": "no", "emotionalState": 3 }),
            "INVALID, input.midTradeNotes FORMAT, input.adjustmentReasons FORMAT, input.emotionalState FORMAT",
        ),
        (
            json!({ "timingQuality": 11, "keyLearnings": " " }),
            "INVALID, input.keyLearnings BLANK, input.timingQuality OUT_OF_RANGE",
        ),
    ] {
        let input = with(&json!({ "tradeLogId": other }), changes.clone());
        assert_eq!(api.refused(&ada, &create, input).await.refusal(), refusal, "{changes}");
    }
    let foreign = api.refused(&eve, &create, json!({ "tradeLogId": other })).await;
    assert_eq!(foreign.refusal(), "INVALID, input.tradeLogId NOT_FOUND");

    let kept = done(&api, &ada, (UPDATE, selection.as_str()), json!({ "id": id })).await;
    assert_eq!(kept["tradeAnalysis"], words, "left out keeps, also everything");
    let nulls: Value = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    let cleared = done(&api, &ada, (UPDATE, selection.as_str()), with(&nulls, json!({ "id": id }))).await;
    assert_eq!(cleared["tradeAnalysis"], nulls);
    let changed = json!({ "midTradeNotes": ["x"], "executionQuality": 10, "preTradeEmotion": "calm" });
    let replaced = done(&api, &ada, (UPDATE, selection.as_str()), with(&changed, json!({ "id": id }))).await;
    assert_eq!(replaced["tradeAnalysis"], with(&nulls, changed));

    let update = document(UPDATE, "tradeAnalysis { id }");
    for (changes, refusal) in [
        (
            json!({ "midTradeNotes": {}, "adjustmentReasons": "no", "emotionalState": 3 }),
            "INVALID, input.midTradeNotes FORMAT, input.adjustmentReasons FORMAT, input.emotionalState FORMAT",
        ),
        (
            json!({ "preTradeEmotion": "x".repeat(51), "executionQuality": 0 }),
            "INVALID, input.preTradeEmotion TOO_LONG, input.executionQuality OUT_OF_RANGE",
        ),
        (json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z", "keyLearnings": "x" }), "CONFLICT"),
    ] {
        let input = with(&changes, json!({ "id": id }));
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal, "{changes}");
    }
    let delete = document(DELETE, "tradeAnalysisId");
    for document in [&update, &delete] {
        assert_eq!(api.refused(&eve, document, json!({ "id": id })).await.refusal(), "NOT_FOUND");
    }
    let stale = json!({ "id": id, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(api.refused(&ada, &delete, stale).await.refusal(), "CONFLICT");
    let gone = done(&api, &ada, (DELETE, "tradeAnalysisId"), json!({ "id": id })).await;
    assert_eq!(gone, json!({ "tradeAnalysisId": id }));
    assert_eq!(last_activity(&api, &ada).await, json!(["trade_analysis_deleted", { "deleted": [id] }]));
    let left = node(&api, &ada, &trade, "TradeLog", "id analysis { id }").await;
    assert_eq!(left, json!({ "id": trade, "analysis": null }));
    assert_eq!(api.refused(&ada, &delete, json!({ "id": id })).await.refusal(), "NOT_FOUND");
}
