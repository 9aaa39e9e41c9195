//! Making, changing and deleting lists.

use serde_json::{Value, json};

use super::{TABLES, list, mutate, rows, seen, share};
use crate::{authentication::issues, support::Api};

const CREATE: (&str, &str) = (
    "createWatchlist",
    "watchlist { id name description isPublic owner { displayName }
    items { nodes { symbol position name notes price change24h } } }",
);
const UPDATE: (&str, &str) = ("updateWatchlist", "watchlist { name isPublic }");
const DELETE: (&str, &str) = ("deleteWatchlist", "watchlistId");

#[tokio::test]
async fn a_list_is_made_with_its_items_or_not_at_all() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let id = "watchlist_019b1f4e-5d7c-7c3a-9d2f-3f1a5b6c7d8e";
    let input = json!({ "id": id, "name": "Kaitiakitanga 🌿", "description": "Of Oceania.", "isPublic": true,
        "items": [{ "symbol": " fph ", "name": "Fisher & Paykel Healthcare" }, { "symbol": "ANZ", "notes": "Wait." }] });
    let made = mutate(&api, &ada, CREATE, input.clone()).await;
    let item = |symbol: &str, position: i32, name: Value, notes: Value| json!({ "symbol": symbol, "position": position, "name": name, "notes": notes, "price": null, "change24h": null });
    let expected = json!({
        "id": id, "name": "Kaitiakitanga 🌿", "description": "Of Oceania.", "isPublic": true,
        "owner": { "displayName": "ada" },
        "items": { "nodes": [
            item("FPH", 0, json!("Fisher & Paykel Healthcare"), Value::Null),
            item("ANZ", 1, Value::Null, json!("Wait."))
        ] }
    });
    assert_eq!(made.data()["createWatchlist"]["watchlist"], expected);

    let before = rows(&api, &TABLES).await;
    let again = mutate(&api, &ada, CREATE, input).await;
    assert_eq!(again.code(), "CONFLICT");
    assert_eq!(again.body["errors"][0]["extensions"]["issues"][0]["path"], json!(["input", "id"]));
    let wrong = json!({ "name": " ", "description": "é".repeat(5_001), "items": [{ "symbol": "A" }] });
    let told = json!([[["input", "name"], "BLANK"], [["input", "description"], "TOO_LONG"]]);
    assert_eq!(issues(&mutate(&api, &ada, CREATE, wrong).await), told);
    let wrong = json!({ "name": "x", "items": [{ "symbol": "A" }, { "symbol": "a" }, { "symbol": "B".repeat(21) }] });
    let told = json!([[["input", "items", "1", "symbol"], "TAKEN"], [["input", "items", "2", "symbol"], "TOO_LONG"]]);
    assert_eq!(issues(&mutate(&api, &ada, CREATE, wrong).await), told);
    let wrong = json!({ "name": "x", "items": vec![json!({ "symbol": "A" }); 101] });
    assert_eq!(issues(&mutate(&api, &ada, CREATE, wrong).await), json!([[["input", "items"], "TOO_MANY"]]));
    for id in ["portfolio_019b1f4e-5d7c-7c3a-9d2f-3f1a5b6c7d8f", "019b1f4e-5d7c-7c3a-9d2f-3f1a5b6c7d8f"] {
        assert_eq!(mutate(&api, &ada, CREATE, json!({ "id": id, "name": "x" })).await.code(), "INVALID");
    }
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn a_list_of_somebody_else_does_not_exist() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let (id, _) = list(&api, &ada, "Banks", &["ANZ"]).await;
    let before = rows(&api, &TABLES).await;
    assert_eq!(mutate(&api, &eve, UPDATE, json!({ "id": id, "name": "Mine" })).await.code(), "NOT_FOUND");
    assert_eq!(mutate(&api, &eve, DELETE, json!({ "id": id })).await.code(), "NOT_FOUND");
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn a_list_goes_with_its_items_and_shares() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let (banks, _) = list(&api, &ada, "Banks", &["ANZ", "WBC"]).await;
    let (miners, _) = list(&api, &ada, "Miners", &["BHP"]).await;
    share(&api, &ada, &banks, &bob.email, false).await;
    share(&api, &ada, &miners, &bob.email, true).await;
    let gone = mutate(&api, &ada, DELETE, json!({ "id": banks })).await;
    assert_eq!(gone.data()["deleteWatchlist"]["watchlistId"], banks);
    assert_eq!(seen(&api, &bob, &banks).await, Value::Null);
    assert_eq!(seen(&api, &bob, &miners).await["items"]["nodes"][0]["symbol"], "BHP");
    assert_eq!(rows(&api, &["watchlists", "watchlist_items", "watchlist_shares"]).await.len(), 3);
}
