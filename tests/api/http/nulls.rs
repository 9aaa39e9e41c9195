//! What stands in an answer where a field failed.

use serde_json::{Value, json};

use crate::support::{Api, Somebody};

const VERSION: &str = "serverInfo { version }";

async fn data(api: &Api, who: Option<&Somebody>, query: &str) -> Value {
    let answer = api.ask(who, query).await;
    assert!(answer.body["errors"].is_array(), "{:#}", answer.body);
    answer.body["data"].clone()
}

#[tokio::test]
async fn is_null_beside_what_succeeded() {
    let api = Api::start().await;
    let stranger = Somebody { token: "unknown".to_owned(), ..api.somebody("ada").await };
    let version = json!({ "version": "0.1.0" });
    for who in [None, Some(&stranger)] {
        let query = format!("{{ viewer {{ id }} {VERSION} again: viewer {{ email }} }}");
        let answer = api.ask(who, &query).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
        assert_eq!(answer.body["data"], json!({ "viewer": null, "serverInfo": version, "again": null }));
    }
}

#[tokio::test]
async fn is_the_nearest_object_that_may_be_null() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let wrong = "portfolios(first: 1000) { totalCount }";
    let id = format!("user_{}", ada.id);
    // `portfolios` is never null, so its user is; `viewer` may be.
    let query = format!("{{ viewer {{ id {wrong} sessions {{ totalCount }} }} {VERSION} }}");
    assert_eq!(data(&api, Some(&ada), &query).await, json!({ "viewer": null, "serverInfo": { "version": "0.1.0" } }));
    // Through fragments and aliases, and beside the same object under another key.
    let query = format!(
        "{{ a: node(id: \"{id}\") {{ ...F }} b: node(id: \"{id}\") {{ id }} }} fragment F on User {{ id x: {wrong} }}"
    );
    assert_eq!(data(&api, Some(&ada), &query).await, json!({ "a": null, "b": { "id": id } }));
    // In a list whose items may be null, the item is.
    let query = format!("{{ nodes(ids: [\"{id}\", \"{id}\"]) {{ id ... on User {{ {wrong} }} }} }}");
    assert_eq!(data(&api, Some(&ada), &query).await, json!({ "nodes": [null, null] }));
    // A list that failed as a whole is null as a whole.
    let query = format!("{{ nodes(ids: [\"{id}\", \"zzz\"]) {{ id }} {VERSION} }}");
    assert_eq!(data(&api, Some(&ada), &query).await, json!({ "nodes": null, "serverInfo": { "version": "0.1.0" } }));
}

#[tokio::test]
async fn keeps_what_may_be_null_further_in() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{}', 'one'), ('{0}', 'two')", ada.id))
        .await;
    let query = "{ viewer { portfolios { nodes { vaultId holdings(last: 1000) { totalCount } } } } }";
    // Holdings, portfolios and their pages are never null, so it is the viewer again.
    assert_eq!(data(&api, Some(&ada), query).await, json!({ "viewer": null }));
    let query = "{ viewer { email portfolios { nodes { vaultId } } } admin { scope } }";
    let portfolios = json!({ "nodes": [{ "vaultId": "one" }, { "vaultId": "two" }] });
    let expected = json!({ "viewer": { "email": "ada@example.com", "portfolios": portfolios }, "admin": null });
    assert_eq!(data(&api, Some(&ada), query).await, expected);
}
