//! Following what happens to one's rows: what is told, to whom, and when it ends. Who follows does so on one server,
//! and who writes does so on another.

mod endings;
mod event_stream;
mod outages;
mod refusals;
mod sharing;

use std::time::Duration;

use sea_orm::sqlx;
use serde_json::{Value, json};

use crate::{
    support::{Api, Server, Somebody},
    websocket::Socket,
};

pub const EVERYTHING: &str = "subscription { viewerChanges { kind type id node { id ... on Watchlist { name } ... on WatchlistItem { symbol } } } }";
pub const CREATE: &str = "mutation { createWatchlist(input: { name: \"Banks\", items: [{ symbol: \"ANZ\" }] }) \
                          { watchlist { id items { nodes { id } } } } }";
/// What comes first.
pub fn resync() -> Value {
    json!({ "kind": "RESYNC", "type": null, "id": null, "node": null })
}

/// A subscription of this socket's, which has begun.
pub async fn follow(socket: &mut Socket, id: &str, document: &str) {
    socket.subscribe(id, document).await;
    // The word to fetch, whatever of it is selected.
    told(socket, id).await;
}

/// The next change that is told under this id.
pub async fn told(socket: &mut Socket, id: &str) -> Value {
    let message = socket.message().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message:#}");
    assert_eq!(message["payload"].get("errors"), None, "{message:#}");
    message["payload"]["data"]["viewerChanges"].clone()
}

/// The code and the sentence of the error that ends a subscription.
pub async fn error(socket: &mut Socket, id: &str) -> (String, String) {
    let message = socket.message().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message:#}");
    let error = &message["payload"][0];
    (error["extensions"]["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

/// Nothing but signs of life comes: what is asked now is answered next.
pub async fn hears_nothing(socket: &mut Socket) {
    assert_eq!(socket.ask("between", "{ __typename }").await["data"]["__typename"], "Query");
}

/// Makes a list with one item; answers their ids.
pub async fn create(api: &Api, who: &Somebody) -> (String, String) {
    let answer = api.ask(Some(who), CREATE).await;
    let list = &answer.data()["createWatchlist"]["watchlist"];
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    (id(&list["id"]), id(&list["items"]["nodes"][0]["id"]))
}

/// Says something where servers talk to each other.
pub async fn notify(api: &Api, text: &str) {
    let sql = "SELECT pg_notify('stackmotive_changes', $1)";
    sqlx::query(sql).bind(text).execute(&mut api.admin().await).await.unwrap();
}

#[tokio::test]
async fn what_happened_is_told_with_the_row_as_it_stands() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    socket.subscribe("all", EVERYTHING).await;
    assert_eq!(told(&mut socket, "all").await, resync());
    let (list, item) = create(&server.api, &ada).await;
    let change =
        |kind: &str, of: &str, id: &str, node: Value| json!({ "kind": kind, "type": of, "id": id, "node": node });
    let banks = json!({ "id": list, "name": "Banks" });
    assert_eq!(told(&mut socket, "all").await, change("CREATED", "WATCHLIST", &list, banks));
    let anz = json!({ "id": item, "symbol": "ANZ" });
    assert_eq!(told(&mut socket, "all").await, change("CREATED", "WATCHLIST_ITEM", &item, anz));

    let rename = format!(
        "mutation {{ updateWatchlist(input: {{ id: \"{list}\", name: \"Big banks\" }}) {{ watchlist {{ id }} }} }}"
    );
    server.api.ask(Some(&ada), &rename).await.data();
    let renamed = json!({ "id": list, "name": "Big banks" });
    assert_eq!(told(&mut socket, "all").await, change("UPDATED", "WATCHLIST", &list, renamed));
    let refused =
        format!("mutation {{ updateWatchlist(input: {{ id: \"{list}\", name: \"\" }}) {{ watchlist {{ id }} }} }}");
    assert_eq!(server.api.ask(Some(&ada), &refused).await.code(), "INVALID");

    let delete = format!("mutation {{ deleteWatchlist(input: {{ id: \"{list}\" }}) {{ watchlistId }} }}");
    server.api.ask(Some(&ada), &delete).await.data();
    assert_eq!(told(&mut socket, "all").await, change("DELETED", "WATCHLIST", &list, Value::Null));
}

#[tokio::test]
async fn each_subscription_hears_its_own_types_until_it_completes() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    follow(&mut socket, "items", "subscription { viewerChanges(types: [WATCHLIST_ITEM, HOLDING]) { kind id } }").await;
    let query = "subscription Lists($types: [NodeType!]) { mine: viewerChanges(types: $types) { kind type } }";
    let payload = json!({ "query": query, "variables": { "types": ["WATCHLIST"] }, "operationName": "Lists" });
    socket.say(json!({ "type": "subscribe", "id": "lists", "payload": payload })).await;
    let first = socket.message().await;
    assert_eq!(first["payload"]["data"], json!({ "mine": { "kind": "RESYNC", "type": null } }), "{first:#}");
    let (_, item) = create(&server.api, &ada).await;
    let mut heard = [socket.message().await, socket.message().await];
    heard.sort_by_key(|message| message["id"].to_string());
    assert_eq!(heard[0]["payload"]["data"], json!({ "viewerChanges": { "kind": "CREATED", "id": item } }));
    assert_eq!(heard[1]["payload"]["data"], json!({ "mine": { "kind": "CREATED", "type": "WATCHLIST" } }));
    socket.say(json!({ "type": "complete", "id": "items" })).await;
    hears_nothing(&mut socket).await;
    create(&server.api, &ada).await;
    assert_eq!(socket.message().await["id"], "lists");
    hears_nothing(&mut socket).await;
    // Its id is free again.
    follow(&mut socket, "items", EVERYTHING).await;
}

#[tokio::test]
async fn nobody_hears_of_the_rows_of_others_but_those_they_see() {
    let server = Server::two().await;
    let (ada, bob, eve) =
        (server.api.somebody("ada").await, server.api.somebody("bob").await, server.api.somebody("eve").await);
    let (list, _) = create(&server.api, &ada).await;
    let share = "INSERT INTO watchlist_shares (id, watchlist_id, owner_id, shared_with_id) VALUES (gen_random_uuid(), ";
    let uuid = list.trim_start_matches("watchlist_");
    server.api.sql(&format!("{share} '{uuid}', '{}', '{}')", ada.id, bob.id)).await;
    let (mut of_bob, mut of_eve) = (Socket::open(&server, Some(&bob)).await, Socket::open(&server, Some(&eve)).await);
    follow(&mut of_bob, "1", EVERYTHING).await;
    follow(&mut of_eve, "1", EVERYTHING).await;
    let rename =
        format!("mutation {{ updateWatchlist(input: {{ id: \"{list}\", name: \"Ours\" }}) {{ watchlist {{ id }} }} }}");
    server.api.ask(Some(&ada), &rename).await.data();
    assert_eq!(told(&mut of_bob, "1").await["node"], json!({ "id": list, "name": "Ours" }));
    hears_nothing(&mut of_eve).await;
    // Even if she were told of it, she would see no more of it than its id.
    notify(&server.api, &json!({ "user": eve.id, "changes": [["updated", list]] }).to_string()).await;
    let foreign = json!({ "kind": "UPDATED", "type": "WATCHLIST", "id": list, "node": null });
    assert_eq!(told(&mut of_eve, "1").await, foreign);
}

#[tokio::test]
async fn a_change_through_one_server_reaches_a_client_of_another() {
    let first = Server::start().await;
    let second = Server::of(first.api.beside().await).await;
    let ada = first.api.somebody("ada").await;
    let mut sockets = [Socket::open(&first, Some(&ada)).await, Socket::open(&second, Some(&ada)).await];
    for socket in &mut sockets {
        follow(socket, "1", "subscription { viewerChanges(types: WATCHLIST) { id node { id } } }").await;
    }
    for api in [&first.api, &second.api] {
        let (list, _) = create(api, &ada).await;
        for socket in &mut sockets {
            assert_eq!(told(socket, "1").await, json!({ "id": list, "node": { "id": list } }));
        }
    }
}

#[tokio::test]
async fn so_many_rows_that_nobody_names_them_are_told_by_their_type() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    follow(&mut socket, "1", EVERYTHING).await;
    for other in ["no notice", "{}", r#"{"user":"x","changes":[]}"#] {
        notify(&server.api, other).await;
    }
    let changes = json!([["created", "holding"], ["created", "thing_of_a_newer_server"], ["deleted", "position"]]);
    notify(&server.api, &json!({ "user": ada.id, "changes": changes }).to_string()).await;
    let by_type = |kind: &str, of: &str| json!({ "kind": kind, "type": of, "id": null, "node": null });
    assert_eq!(told(&mut socket, "1").await, by_type("CREATED", "HOLDING"));
    assert_eq!(told(&mut socket, "1").await, by_type("DELETED", "POSITION"));
}

#[tokio::test]
async fn every_change_is_read_in_a_picture_of_its_own_and_paid() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let document =
        "subscription { viewerChanges(types: WATCHLIST) { node { ... on Watchlist { name items { totalCount } } } } }";
    follow(&mut socket, "1", document).await;
    create(&server.api, &ada).await;
    let message = socket.message().await;
    assert_eq!(
        message["payload"]["data"]["viewerChanges"]["node"],
        json!({ "name": "Banks", "items": { "totalCount": 1 } })
    );
    let cost = &message["payload"]["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["actual"]), (&json!(2), &json!(2)), "{cost}");

    // The same row again, as it stands then: nothing is remembered from one change to the next.
    tokio::time::sleep(Duration::from_millis(20)).await;
    server.api.sql("DELETE FROM watchlist_items").await;
    let list: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM watchlists").fetch_one(&mut server.api.admin().await).await.unwrap();
    notify(&server.api, &json!({ "user": ada.id, "changes": [["updated", format!("watchlist_{list}")]] }).to_string())
        .await;
    let told = told(&mut socket, "1").await;
    assert_eq!(told["node"], json!({ "name": "Banks", "items": { "totalCount": 0 } }));
}
