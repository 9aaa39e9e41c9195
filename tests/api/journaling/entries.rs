//! Changing and deleting entries.

use serde_json::{Value, json};

use super::{document, done, fph, last_activity, node, opened, with, written};
use crate::support::Api;

const UPDATE: &str = "updateJournalEntry";

#[tokio::test]
async fn an_entry_is_kept_cleared_and_replaced() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (trade, foreign) = (opened(&api, &ada, fph()).await, opened(&api, &eve, fph()).await);
    let cleared_fields = json!({
        "title": "T", "entryType": "TRADE", "assetSymbol": "FPH", "tradeType": "BUY", "entryPrice": "20.0000",
        "exitPrice": "21.0000", "quantity": "3.00000000", "strategyUsed": "Dip", "reasoning": "R",
        "marketConditions": "M", "confidenceLevel": 7, "expectedOutcome": "E", "actualOutcome": "A", "successRating": 8,
        "lessonsLearned": "L", "tags": ["a", "b"], "mood": "calm", "marketPhase": "bull", "isPublic": true
    });
    let id = written(&api, &ada, with(&cleared_fields, json!({ "content": "C", "entryDate": "2026-03-02" }))).await;
    let fields: Vec<&str> = cleared_fields.as_object().unwrap().keys().map(String::as_str).collect();
    let selection = format!("journalEntry {{ {} content entryDate }}", fields.join(" "));
    let whole = with(&cleared_fields, json!({ "content": "C", "entryDate": "2026-03-02" }));
    let kept = done(&api, &ada, (UPDATE, selection.as_str()), json!({ "id": id })).await["journalEntry"].clone();
    assert_eq!(kept, whole, "left out keeps, also everything");
    assert_eq!(last_activity(&api, &ada).await, json!(["journal_entry_updated", { "updated": [id] }]));

    let replaced = json!({
        "title": "Ō", "content": "Anew", "assetSymbol": " vti ", "tags": ["c"], "isPublic": false,
        "entryDate": "2026-01-31"
    });
    let input = with(&replaced, json!({ "id": id }));
    let entry = done(&api, &ada, (UPDATE, selection.as_str()), input).await["journalEntry"].clone();
    assert_eq!(entry, with(&whole, with(&replaced, json!({ "assetSymbol": "VTI" }))));
    let nulls: Value = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    let entry =
        done(&api, &ada, (UPDATE, selection.as_str()), with(&nulls, json!({ "id": id }))).await["journalEntry"].clone();
    assert_eq!(entry, with(&nulls, json!({ "content": "Anew", "entryDate": "2026-01-31" })));

    let about = ("updateJournalEntry", "journalEntry { aboutTrade { id } }");
    let entry = done(&api, &ada, about, json!({ "id": id, "aboutTradeId": trade })).await;
    assert_eq!(entry["journalEntry"]["aboutTrade"]["id"], json!(trade));
    let update = document(UPDATE, "journalEntry { id }");
    let fifty_one = vec!["x"; 51];
    for (changes, refusal) in [
        (json!({ "content": null, "entryDate": null }), "INVALID, input.content REQUIRED, input.entryDate REQUIRED"),
        (json!({ "content": "\n", "title": "é".repeat(501) }), "INVALID, input.title TOO_LONG, input.content BLANK"),
        (json!({ "tags": ["ok", ""] }), "INVALID, input.tags.1 BLANK"),
        (json!({ "tags": fifty_one }), "INVALID, input.tags TOO_LONG"),
        (json!({ "tags": [["a"]] }), "INVALID, input.tags.0 FORMAT"),
        (
            json!({ "confidenceLevel": 0, "successRating": 11, "quantity": "0" }),
            "INVALID, input.quantity OUT_OF_RANGE, input.confidenceLevel OUT_OF_RANGE, input.successRating OUT_OF_RANGE",
        ),
        (json!({ "assetSymbol": "ß".repeat(11) }), "INVALID, input.assetSymbol TOO_LONG"),
        (json!({ "aboutTradeId": foreign }), "INVALID, input.aboutTradeId NOT_FOUND"),
        (json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z", "title": "x" }), "CONFLICT"),
    ] {
        let input = with(&changes, json!({ "id": id }));
        assert_eq!(api.refused(&ada, &update, input).await.refusal(), refusal, "{changes}");
    }
    // Public is for reading.
    done(&api, &ada, (UPDATE, "journalEntry { id }"), json!({ "id": id, "isPublic": true })).await;
    assert_eq!(node(&api, &eve, &id, "JournalEntry", "content").await["content"], "Anew");
    for (name, selection) in [(UPDATE, "journalEntry { id }"), ("deleteJournalEntry", "journalEntryId")] {
        let answer = api.refused(&eve, &document(name, selection), json!({ "id": id })).await;
        assert_eq!(answer.refusal(), "NOT_FOUND", "{name}");
    }
}

#[tokio::test]
async fn a_deleted_entry_leaves_its_trade() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let trade = with(&fph(), json!({ "analysis": { "keyLearnings": "Wait." } }));
    let id = written(&api, &ada, json!({ "content": "x", "tradeLog": trade })).await;
    let delete = "deleteJournalEntry";
    let selection = "journalEntryId tradeLog { id symbol journalEntry { id } analysis { keyLearnings } }";
    let stale = json!({ "id": id, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(api.refused(&ada, &document(delete, selection), stale).await.refusal(), "CONFLICT");
    let before = api.picture().await;
    let shown = done(&api, &ada, (delete, selection), json!({ "id": id, "dryRun": true })).await;
    assert_eq!(api.picture().await, before);
    let gone = done(&api, &ada, (delete, selection), json!({ "id": id })).await;
    assert_eq!(shown, gone, "a dry run shows what would be");
    let log = gone["tradeLog"]["id"].clone();
    let expected = json!({
        "journalEntryId": id,
        "tradeLog": { "id": log, "symbol": "FPH", "journalEntry": null, "analysis": { "keyLearnings": "Wait." } }
    });
    assert_eq!(gone, expected);
    assert_eq!(
        last_activity(&api, &ada).await,
        json!(["journal_entry_deleted", { "deleted": [id], "updated": [log] }])
    );
    assert_eq!(node(&api, &ada, &id, "JournalEntry", "id").await, Value::Null);

    let alone = written(&api, &ada, json!({ "content": "y" })).await;
    let gone = done(&api, &ada, (delete, selection), json!({ "id": alone })).await;
    assert_eq!(gone, json!({ "journalEntryId": alone, "tradeLog": null }));
    assert_eq!(api.refused(&ada, &document(delete, selection), json!({ "id": alone })).await.refusal(), "NOT_FOUND");
}
