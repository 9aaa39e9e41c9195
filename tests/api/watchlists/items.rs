//! Changing, removing and ordering what stands on a list.

use serde_json::{Value, json};

use super::{TABLES, list, mutate, rows, seen, symbols};
use crate::{authentication::issues, support::Api};

const UPDATE: (&str, &str) = ("updateWatchlistItem", "item { symbol name notes watchlist { updatedAt } }");
const REMOVE: (&str, &str) =
    ("removeWatchlistItems", "watchlist { updatedAt } results { index itemId problems { path code } }");
const ORDER: (&str, &str) = ("orderWatchlistItems", "watchlist { updatedAt items { nodes { symbol position } } }");
const NOBODYS: &str = "watchlist_item_018f3c1e-0000-7000-8000-000000000000";

#[tokio::test]
async fn what_is_written_beside_a_symbol_changes_and_moves_its_list() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (banks, items) = list(&api, &ada, "Banks", &["ANZ", "WBC"]).await;
    let mut before = seen(&api, &ada, &banks).await["updatedAt"].clone();
    for (change, expected) in [
        (json!({ "name": "ANZ Group", "notes": "Wait." }), json!(["ANZ Group", "Wait."])),
        (json!({ "notes": "Buy." }), json!(["ANZ Group", "Buy."])),
        (json!({ "name": null }), json!([null, "Buy."])),
        (json!({}), json!([null, "Buy."])),
    ] {
        let mut input = change.clone();
        (input["id"], input["expectedUpdatedAt"]) = (items[0].clone(), before.clone());
        let answer = mutate(&api, &ada, UPDATE, input).await;
        let item = &answer.data()["updateWatchlistItem"]["item"];
        assert_eq!(json!([item["name"], item["notes"]]), expected, "{change}");
        assert_ne!(item["watchlist"]["updatedAt"], before, "{change}");
        before = item["watchlist"]["updatedAt"].clone();
    }

    let (miners, _) = list(&api, &ada, "Miners", &[]).await;
    let old = seen(&api, &ada, &miners).await["updatedAt"].clone();
    let rows_before = rows(&api, &TABLES).await;
    let wrong = json!({ "id": items[0], "name": "", "notes": "é".repeat(5_001) });
    let told = json!([[["input", "name"], "BLANK"], [["input", "notes"], "TOO_LONG"]]);
    assert_eq!(issues(&mutate(&api, &ada, UPDATE, wrong).await), told);
    let late = mutate(&api, &ada, UPDATE, json!({ "id": items[0], "name": "x", "expectedUpdatedAt": old })).await;
    assert_eq!(late.code(), "CONFLICT");
    assert_eq!(late.body["errors"][0]["extensions"]["current"]["updatedAt"], before);
    for (who, id) in [(&eve, &items[0]), (&ada, &json!(NOBODYS))] {
        let answer = mutate(&api, who, UPDATE, json!({ "id": id, "name": "x" })).await;
        assert_eq!((answer.code(), answer.message()), ("NOT_FOUND", "There is no such watchlist item."));
    }
    assert_eq!(rows(&api, &TABLES).await, rows_before);
}

#[tokio::test]
async fn symbols_are_taken_off_each_with_its_own_result() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (banks, items) = list(&api, &ada, "Banks", &["ANZ", "WBC", "NAB", "CBA"]).await;
    let (_, miners) = list(&api, &ada, "Miners", &["BHP"]).await;
    let seen_first = seen(&api, &ada, &banks).await["updatedAt"].clone();
    let some = json!([items[2], miners[0], items[0], items[2], NOBODYS]);
    let remove = |ids: &Value, policy: &str, expected: &Value| json!({ "watchlistId": banks, "itemIds": ids, "errorPolicy": policy, "expectedUpdatedAt": expected });
    let before = rows(&api, &TABLES).await;
    let refused = mutate(&api, &ada, REMOVE, remove(&some, "REJECT_ALL", &Value::Null)).await;
    let told = ["1", "3", "4"].map(|place| json!([["input", "itemIds", place], "NOT_FOUND"]));
    assert_eq!(issues(&refused), json!(told));
    for (ids, code) in [(json!([]), "EMPTY"), (json!(vec![NOBODYS; 101]), "TOO_MANY")] {
        let answer = mutate(&api, &ada, REMOVE, remove(&ids, "APPLY_VALID", &Value::Null)).await;
        assert_eq!(issues(&answer), json!([[["input", "itemIds"], code]]));
    }
    let late = json!("2020-01-01T00:00:00Z");
    assert_eq!(mutate(&api, &ada, REMOVE, remove(&some, "APPLY_VALID", &late)).await.code(), "CONFLICT");
    let theirs = mutate(&api, &eve, REMOVE, remove(&some, "APPLY_VALID", &Value::Null)).await;
    assert_eq!(theirs.code(), "NOT_FOUND");
    assert_eq!(rows(&api, &TABLES).await, before);

    let removed = mutate(&api, &ada, REMOVE, remove(&some, "APPLY_VALID", &seen_first)).await;
    let results = removed.data()["removeWatchlistItems"]["results"].as_array().unwrap().clone();
    let ids: Vec<&Value> = results.iter().map(|result| &result["itemId"]).collect();
    assert_eq!(ids, [&items[2], &Value::Null, &items[0], &Value::Null, &Value::Null]);
    assert_eq!(results[1]["problems"], json!([{ "path": ["input", "itemIds", "1"], "code": "NOT_FOUND" }]));
    assert_eq!(symbols(&api, &ada, &banks).await, "WBC CBA");
    let moved = &removed.data()["removeWatchlistItems"]["watchlist"]["updatedAt"];
    assert_ne!(*moved, seen_first);
    let add = json!({ "watchlistId": banks, "items": [{ "symbol": "MQG" }] });
    mutate(&api, &ada, ("addWatchlistItems", "watchlist { id }"), add).await.data();
    assert_eq!(symbols(&api, &ada, &banks).await, "WBC CBA MQG", "what is added comes behind");
    assert_ne!(seen(&api, &ada, &banks).await["updatedAt"], *moved);
}

#[tokio::test]
async fn a_list_is_ordered_by_naming_each_of_its_items_once() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (banks, items) = list(&api, &ada, "Banks", &["ANZ", "WBC", "NAB"]).await;
    let (_, miners) = list(&api, &ada, "Miners", &["BHP"]).await;
    let order = |ids: Value| json!({ "watchlistId": banks, "itemIds": ids });
    let answer = mutate(&api, &ada, ORDER, order(json!([items[2], items[0], items[1]]))).await;
    let expected = ["NAB", "ANZ", "WBC"].iter().enumerate();
    let expected: Vec<_> = expected.map(|(place, symbol)| json!({ "symbol": symbol, "position": place })).collect();
    assert_eq!(answer.data()["orderWatchlistItems"]["watchlist"]["items"]["nodes"], json!(expected));
    let told = "SELECT count(*)::text FROM agent_memory WHERE action = 'watchlist_items_ordered' \
                AND jsonb_array_length(metadata->'updated') = 4";
    assert_eq!(crate::authentication::lines(&api, told).await, ["1"], "three items and their list");

    let at = answer.data()["orderWatchlistItems"]["watchlist"]["updatedAt"].clone();
    let same = mutate(&api, &ada, ORDER, order(json!([items[2], items[0], items[1]]))).await;
    assert_eq!(same.data()["orderWatchlistItems"]["watchlist"]["updatedAt"], at, "nothing moved");

    let before = rows(&api, &TABLES).await;
    let doubled = mutate(&api, &ada, ORDER, order(json!([items[0], items[1], items[0], items[1]]))).await;
    let told = ["2", "3"].map(|place| json!([["input", "itemIds", place], "REPEATED"]));
    assert_eq!(issues(&doubled), json!(told));
    let other = mutate(&api, &ada, ORDER, order(json!([miners[0], items[1], NOBODYS]))).await;
    let told = json!([
        [["input", "itemIds", "0"], "NOT_FOUND"],
        [["input", "itemIds", "2"], "NOT_FOUND"],
        [["input", "itemIds"], "MISSING"],
        [["input", "itemIds"], "MISSING"]
    ]);
    assert_eq!(issues(&other), told);
    assert!(other.text.contains(items[0].as_str().unwrap()) && other.text.contains(items[2].as_str().unwrap()));
    let many = mutate(&api, &ada, ORDER, order(json!(vec![NOBODYS; 1_001]))).await;
    assert_eq!(issues(&many), json!([[["input", "itemIds"], "TOO_MANY"]]));
    assert_eq!(mutate(&api, &eve, ORDER, order(json!(items))).await.code(), "NOT_FOUND");
    let mut late = order(json!(items));
    late["expectedUpdatedAt"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(mutate(&api, &ada, ORDER, late).await.code(), "CONFLICT");
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn who_orders_what_somebody_else_has_added_to_is_told() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let (banks, items) = list(&api, &ada, "Banks", &["ANZ", "WBC"]).await;
    let seen_first = seen(&api, &ada, &banks).await["updatedAt"].clone();
    let add = json!({ "watchlistId": banks, "items": [{ "symbol": "NAB" }] });
    mutate(&api, &ada, ("addWatchlistItems", "watchlist { id }"), add).await.data();
    let late = json!({ "watchlistId": banks, "itemIds": [items[1], items[0]], "expectedUpdatedAt": seen_first });
    assert_eq!(mutate(&api, &ada, ORDER, late).await.code(), "CONFLICT");
    assert_eq!(symbols(&api, &ada, &banks).await, "ANZ WBC NAB");
}
