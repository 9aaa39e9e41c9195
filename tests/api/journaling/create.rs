//! Writing the journal.

use serde_json::{Value, json};

use crate::support::{Api, Somebody, Statements};

const CREATE: &str = "mutation ($input: CreateJournalEntryInput!) { createJournalEntry(input: $input) { journalEntry {
    id title content entryType entryDate isPublic tags confidenceLevel author { displayName }
    tradeLog {
        symbol currency tradeType entryPrice quantity totalValue fees riskRewardRatio positionSizePercent status isActive
        tradeDate realizedPnl analysis { keyLearnings executionQuality timingQuality }
    }
} } }";

#[tokio::test]
async fn an_entry_is_written_with_its_trade_log_and_analysis() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, portfolio_value) VALUES ('{0}', 'a', 'NZD', 8000), \
         ('{0}', 'b', 'NZD', 2000), ('{0}', 'c', 'USD', 555)",
        ada.id
    ))
    .await;
    let input = json!({ "input": {
        "title": "Pōhutukawa", "content": "Bought the dip.", "entryType": "TRADE", "entryDate": "2026-03-02", "tags": ["dip"],
        "tradeLog": {
            "symbol": "FPH", "currency": "NZD", "tradeType": "BUY", "entryPrice": "20.5", "quantity": "30", "fees": "3.00",
            "targetPrice": "25", "stopLossPrice": "19",
            "analysis": { "keyLearnings": "Wait.", "executionQuality": 8 }
        }
    } });
    let answer = api.ask_with(Some(&ada), CREATE, input).await;
    let mut entry = answer.data()["createJournalEntry"]["journalEntry"].clone();
    let id = entry.as_object_mut().unwrap().remove("id").unwrap();
    assert!(id.as_str().unwrap().starts_with("journal_entry_"));
    assert_eq!(
        entry,
        json!({
            "title": "Pōhutukawa", "content": "Bought the dip.", "entryType": "TRADE", "entryDate": "2026-03-02",
            "isPublic": false, "tags": ["dip"], "confidenceLevel": 5, "author": { "displayName": "ada" },
            "tradeLog": {
                "symbol": "FPH", "currency": "NZD", "tradeType": "BUY", "entryPrice": "20.5000", "quantity": "30.00000000",
                "totalValue": "615.00", "fees": "3.00", "riskRewardRatio": "3.00", "positionSizePercent": "6.1500",
                "status": "OPEN", "isActive": true, "tradeDate": "2026-03-02", "realizedPnl": null,
                "analysis": { "keyLearnings": "Wait.", "executionQuality": 8, "timingQuality": 5 }
            }
        })
    );
    let activity = api
        .ask(Some(&ada), "{ viewer { activities { nodes { blockId action userInput metadata sessionId } } } }")
        .await;
    let activity = &activity.data()["viewer"]["activities"]["nodes"];
    assert_eq!(activity.as_array().unwrap().len(), 1);
    assert_eq!(activity[0]["blockId"], "journaling");
    assert_eq!(activity[0]["action"], "journal_entry_created");
    assert_eq!(activity[0]["metadata"]["created"][0], id);
}

#[tokio::test]
async fn an_entry_may_stand_alone_with_the_tables_defaults() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // It is already tomorrow on Kiritimati for ten hours of every UTC day, and never yesterday.
    api.sql(&format!("INSERT INTO user_preferences (user_id, timezone) VALUES ('{}', 'Pacific/Kiritimati')", ada.id))
        .await;
    let answer = api.ask_with(Some(&ada), CREATE, json!({ "input": { "content": "Nothing happened." } })).await;
    let entry = &answer.data()["createJournalEntry"]["journalEntry"];
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Pacific::Kiritimati).date_naive().to_string();
    assert_eq!(entry["entryDate"], today);
    assert_eq!(entry["entryType"], "GENERAL");
    assert_eq!(entry["tradeLog"], Value::Null);
    assert_eq!(entry["title"], Value::Null);
}

#[tokio::test]
async fn every_problem_is_told_at_once_and_nothing_is_written() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = json!({ "input": {
        "content": " \n ", "title": "é".repeat(501), "confidenceLevel": 11, "tags": ["ok", ""],
        "tradeLog": {
            "symbol": "A SYMBOL THAT IS TOO LONG", "tradeType": "BUY", "entryPrice": "0", "quantity": "0.123456789",
            "economicEvents": {}, "analysis": { "executionQuality": 0 }
        }
    } });
    let answer = api.ask_with(Some(&ada), CREATE, input).await;
    assert_eq!(answer.code(), "INVALID");
    let issues: Vec<(String, &str)> = answer.body["errors"][0]["extensions"]["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| {
            let path: Vec<&str> = issue["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
            (path.join("."), issue["code"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("input.content", "BLANK"),
        ("input.title", "TOO_LONG"),
        ("input.confidenceLevel", "OUT_OF_RANGE"),
        ("input.tags.1", "BLANK"),
        ("input.tradeLog.symbol", "TOO_LONG"),
        ("input.tradeLog.entryPrice", "OUT_OF_RANGE"),
        ("input.tradeLog.quantity", "TOO_PRECISE"),
        ("input.tradeLog.economicEvents", "FORMAT"),
        ("input.tradeLog.analysis.executionQuality", "OUT_OF_RANGE"),
    ];
    assert_eq!(issues, expected.map(|(path, code)| (path.to_owned(), code)));
    assert_eq!(journal(&api, &ada).await, json!({ "entries": 0, "logs": 0, "analyses": 0, "activities": 0 }));
}

#[tokio::test]
async fn what_fails_in_the_middle_leaves_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // Only PostgreSQL knows of this rule, and it is asked after the entry's and the trade log's rows.
    api.sql(
        "ALTER TABLE trade_analysis ADD CONSTRAINT trade_analysis_key_learnings_check CHECK (key_learnings <> 'no')",
    )
    .await;
    let input = json!({ "input": {
        "content": "x",
        "tradeLog": {
            "symbol": "A", "tradeType": "BUY", "entryPrice": "1", "quantity": "1", "analysis": { "keyLearnings": "no" }
        }
    } });
    let answer = api.ask_with(Some(&ada), CREATE, input).await;
    assert_eq!(answer.code(), "INVALID");
    assert_eq!(journal(&api, &ada).await, json!({ "entries": 0, "logs": 0, "analyses": 0, "activities": 0 }));
}

#[tokio::test]
async fn an_id_of_the_clients_choice_writes_once() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = json!({ "input": { "id": "journal_entry_019b1f4e-5d7c-7c3a-9d2f-3f1a5b6c7d8e", "content": "Once." } });
    api.ask_with(Some(&ada), CREATE, input.clone()).await.data();
    let again = api.ask_with(Some(&ada), CREATE, input).await;
    assert_eq!(again.code(), "CONFLICT");
    let issue = json!({ "path": ["input", "id"], "code": "TAKEN", "message": "There is one with this id already." });
    assert_eq!(again.body["errors"][0]["extensions"]["issues"], json!([issue]));
    assert_eq!(journal(&api, &ada).await, json!({ "entries": 1, "logs": 0, "analyses": 0, "activities": 1 }));
}

#[tokio::test]
async fn a_total_beyond_its_column_is_refused() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let log =
        json!({ "symbol": "A", "tradeType": "BUY", "entryPrice": "9999999999999999", "quantity": "999999999999" });
    let answer = api.ask_with(Some(&ada), CREATE, json!({ "input": { "content": "x", "tradeLog": log } })).await;
    assert_eq!(answer.code(), "INVALID");
    assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["path"], json!(["input", "tradeLog", "quantity"]));
}

#[tokio::test]
async fn the_journal_takes_one_statement_and_one_for_the_token() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO journal_entries (user_id, content, entry_date) SELECT '{0}', 'Day ' || n, date '2026-01-01' + n \
         FROM generate_series(1, 30) n; \
         INSERT INTO manual_trade_logs (user_id, journal_entry_id, symbol, trade_type, entry_price, quantity, total_value, \
         trade_date, execution_time) SELECT '{0}', id, 'A', 'buy', 1, 1, 1, entry_date, now() FROM journal_entries; \
         INSERT INTO trade_analysis (user_id, trade_log_id) SELECT '{0}', id FROM manual_trade_logs",
        ada.id
    ))
    .await;
    let statements = Statements::listen();
    let document =
        "{ viewer { journalEntries(first: 20) { nodes { content tradeLog { symbol analysis { timingQuality } } } } } }";
    let answer = api.ask(Some(&ada), document).await;
    let entries = answer.data()["viewer"]["journalEntries"]["nodes"].as_array().unwrap();
    assert_eq!(entries.len(), 20);
    assert_eq!(entries[0]["content"], "Day 30");
    assert!(entries.iter().all(|entry| entry["tradeLog"]["analysis"]["timingQuality"] == 5));
    assert_eq!(statements.take().len(), 2);
}

async fn journal(api: &Api, who: &Somebody) -> Value {
    let document = "{ viewer { journalEntries { totalCount } tradeLogs { totalCount } tradeAnalyses { totalCount }
        activities { totalCount } } }";
    let answer = api.ask(Some(who), document).await;
    let count = |list: &str| answer.data()["viewer"][list]["totalCount"].clone();
    json!({
        "entries": count("journalEntries"), "logs": count("tradeLogs"), "analyses": count("tradeAnalyses"),
        "activities": count("activities")
    })
}

#[tokio::test]
async fn values_are_stored_as_the_market_writes_them_or_refused() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let log = |symbol: &str, currency: &str, events: Value| {
        json!({ "input": { "content": "x", "tradeLog": {
            "symbol": symbol, "currency": currency, "tradeType": "BUY", "entryPrice": "1", "quantity": "1",
            "economicEvents": events
        } } })
    };
    let stored = api.ask_with(Some(&ada), CREATE, log(" vti ", "NZD", json!([]))).await;
    assert_eq!(stored.data()["createJournalEntry"]["journalEntry"]["tradeLog"]["symbol"], "VTI");
    let refused = [
        (log("VTI", "XYZ", json!([])), json!(["input", "tradeLog", "currency"])),
        (log("VTI", "NZD", json!(["\u{0}"])), json!(["input", "tradeLog", "economicEvents"])),
    ];
    for (input, path) in refused {
        let answer = api.ask_with(Some(&ada), CREATE, input).await;
        assert_eq!(answer.code(), "INVALID");
        assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["path"], path);
    }
    assert_eq!(journal(&api, &ada).await, json!({ "entries": 1, "logs": 1, "analyses": 0, "activities": 1 }));
}

#[tokio::test]
async fn the_activity_keeps_no_free_text() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = json!({ "input": { "content": "Call jane@example.com.", "mood": "calm", "entryDate": "2026-03-02" } });
    api.ask_with(Some(&ada), CREATE, input).await.data();
    let answer = api.ask(Some(&ada), "{ viewer { activities { nodes { userInput } } } }").await;
    let text = answer.data()["viewer"]["activities"]["nodes"][0]["userInput"].as_str().unwrap().to_owned();
    let kept: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(kept["content"], "[22 characters]");
    assert_eq!(kept["mood"], "calm");
    assert_eq!(kept["entryDate"], "2026-03-02");
}
