//! What people show in public: watchlists and journal entries to browse.

use serde_json::{Value, json};

use super::{list, mutate};
use crate::support::Api;

#[tokio::test]
async fn public_lists_are_browsed_with_filters_and_private_ones_are_not_there() {
    let api = Api::start().await;
    let (ada, bob, eve) = (api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await);
    for (who, name, symbols, is_public) in [
        (&ada, "Banks", vec!["ANZ", "WBC"], true),
        (&ada, "Secret banks", vec!["NAB"], false),
        (&bob, "Miners", vec!["BHP"], true),
        (&eve, "Energy", vec!["MEL"], true),
    ] {
        let (id, _) = list(&api, who, name, &symbols).await;
        let publish = json!({ "id": id, "isPublic": is_public });
        mutate(&api, who, ("updateWatchlist", "watchlist { id }"), publish).await.data();
    }
    let browse = async |filter: Value| {
        let query = "query ($filter: WatchlistFilter) { publicWatchlists(filter: $filter, orderBy: [{ field: NAME }]) {
            totalCount nodes { name owner { displayName } items { nodes { symbol } } } } }";
        let answer = api.ask_with(Some(&eve), query, json!({ "filter": filter })).await;
        let page = answer.data()["publicWatchlists"].clone();
        let names: Vec<String> =
            page["nodes"].as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(page["totalCount"], names.len());
        (names.join(", "), page["nodes"].clone())
    };
    let (names, nodes) = browse(Value::Null).await;
    assert_eq!(names, "Banks, Energy, Miners");
    let expected = json!({ "name": "Banks", "owner": { "displayName": "ada" },
        "items": { "nodes": [{ "symbol": "ANZ" }, { "symbol": "WBC" }] } });
    assert_eq!(nodes[0], expected);
    assert_eq!(browse(json!({ "name": { "contains": "bank" } })).await.0, "Banks");
    assert_eq!(browse(json!({ "items": { "some": { "symbol": { "eq": "BHP" } } } })).await.0, "Miners");
    assert_eq!(browse(json!({ "items": { "some": { "symbol": { "eq": "NAB" } } } })).await.0, "");

    let hide = json!({ "id": nodes_id(&api, "Miners").await, "isPublic": false });
    mutate(&api, &bob, ("updateWatchlist", "watchlist { id }"), hide).await.data();
    assert_eq!(browse(Value::Null).await.0, "Banks, Energy", "what is no longer shown is gone at once");
}

async fn nodes_id(api: &Api, name: &str) -> String {
    crate::authentication::line(api, &format!("SELECT 'watchlist_' || id FROM watchlists WHERE name = '{name}'")).await
}

#[tokio::test]
async fn public_entries_are_browsed_without_the_trades_behind_them() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let create = ("createJournalEntry", "journalEntry { id }");
    for (title, is_public) in [("Shown", true), ("Hidden", false)] {
        let log = json!({ "symbol": "FPH", "tradeType": "BUY", "entryPrice": "20", "quantity": "3",
            "analysis": { "keyLearnings": "Wait." } });
        let input = json!({ "title": title, "content": "x", "isPublic": is_public, "tradeLog": log });
        mutate(&api, &ada, create, input).await.data();
    }
    let query = r#"{ publicJournalEntries { totalCount nodes { title author { displayName } tradeLog { id } aboutTrade { id } } }
        none: publicJournalEntries(filter: { title: { eq: "Hidden" } }) { totalCount }
        behind: publicJournalEntries(filter: { tradeLog: { some: { symbol: { eq: "FPH" } } } }) { totalCount } }"#;
    let shown = |log: Value| json!([{ "title": "Shown", "author": { "displayName": "ada" }, "tradeLog": log, "aboutTrade": null }]);
    let answer = api.ask(Some(&eve), query).await;
    assert_eq!(answer.data()["publicJournalEntries"], json!({ "totalCount": 1, "nodes": shown(Value::Null) }));
    assert_eq!(answer.data()["none"]["totalCount"], 0);
    assert_eq!(answer.data()["behind"]["totalCount"], 0, "no filter finds the trade of somebody else");
    let own = api.ask(Some(&ada), query).await;
    assert_eq!(own.data()["behind"]["totalCount"], 1);
    let ids = crate::authentication::lines(
        &api,
        "SELECT 'trade_log_' || id FROM manual_trade_logs \
                UNION ALL SELECT 'trade_analysis_' || id FROM trade_analysis",
    )
    .await;
    assert_eq!(ids.len(), 4);
    for id in ids {
        let answer = api.ask_with(Some(&eve), "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(answer.code(), "NOT_FOUND");
    }
}
