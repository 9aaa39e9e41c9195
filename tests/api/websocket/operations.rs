//! Queries and mutations over a connection, under the guard that HTTP has.

use sea_orm::sqlx::{self, Connection};
use serde_json::{Value, json};

use super::{Heard, Socket, VERSION, start, start_slow, start_with};
use crate::support::{Log, Server, Somebody};

const WRITE: &str = "mutation { createJournalEntry(input: { title: \"Live\", content: \"Over a socket.\", \
                     entryType: REFLECTION }) { journalEntry { title } } }";

async fn entries(server: &Server) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM journal_entries").fetch_one(&mut server.api.admin().await).await.unwrap()
}

/// What HTTP answers to the same document.
async fn over_http(server: &Server, who: Option<&Somebody>, query: &str) -> Value {
    without_cost(server.api.ask(who, query).await.body)
}

/// What is left of the budget differs from one answer to the next.
fn without_cost(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("extensions");
    }
    answer
}

#[tokio::test]
async fn answer_as_over_http() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    for query in [
        VERSION,
        "{ viewer { email portfolios { nodes { id } } } }",
        "{ serverInfo { version } node(id: \"not-an-id\") { id } }",
        "query A { viewer { tier email } }",
    ] {
        let answer = socket.ask("same id", query).await;
        assert!(answer["extensions"]["cost"]["remaining"].is_number(), "{answer}");
        assert_eq!(without_cost(answer), over_http(&server, Some(&ada), query).await, "{query}");
    }
    let written = socket.ask("1", WRITE).await;
    assert_eq!(
        without_cost(written),
        json!({ "data": { "createJournalEntry": { "journalEntry": { "title": "Live" } } } })
    );
    assert_eq!(entries(&server).await, 1);
    let payload = json!({ "query": "query A($id: ID!) { node(id: $id) { id } }",
                          "operationName": "A", "variables": { "id": format!("user_{}", ada.id) }, "extensions": {} });
    socket.say(json!({ "type": "subscribe", "id": "2", "payload": payload })).await;
    let id = format!("user_{}", ada.id);
    let next = socket.message().await;
    assert_eq!((&next["type"], &next["payload"]["data"]), (&json!("next"), &json!({ "node": { "id": id } })));
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "2" }));
}

#[tokio::test]
async fn that_cannot_run_end_with_their_errors() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    for query in [
        "",
        "{",
        "{ nope }",
        "query A { serverInfo { version } } query B { serverInfo { version } }",
        "query($id: ID!) { node(id: $id) { id } }",
    ] {
        socket.subscribe("1", query).await;
        let expected = over_http(&server, None, query).await;
        assert!(expected["errors"].is_array(), "{expected}");
        let error = json!({ "type": "error", "id": "1", "payload": expected["errors"] });
        assert_eq!(socket.message().await, error, "{query}");
    }
    assert_eq!(socket.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0", "the connection lives on");
}

#[tokio::test]
async fn run_beside_each_other_up_to_ten() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let mut blocker = block(&server).await;
    for id in 1..=10 {
        socket.subscribe(&id.to_string(), "{ viewer { journalEntries { totalCount } } }").await;
    }
    socket.subscribe("11", VERSION).await;
    let refused = socket.message().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("11")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    sqlx::raw_sql("COMMIT").execute(&mut blocker).await.unwrap();
    let mut ended = Vec::new();
    while ended.len() < 10 {
        let message = socket.message().await;
        match message["type"].as_str().unwrap() {
            "next" => assert_eq!(message["payload"]["data"]["viewer"]["journalEntries"]["totalCount"], 0),
            "complete" => ended.push(message["id"].as_str().unwrap().parse::<u8>().unwrap()),
            _ => panic!("{message}"),
        }
    }
    ended.sort_unstable();
    assert_eq!(ended, (1..=10).collect::<Vec<_>>());
    assert_eq!(socket.ask("11", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}

#[tokio::test]
async fn stop_when_the_client_no_longer_listens() {
    let server = start_with(|limits| limits.operations_max = 1).await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let mut blocker = block(&server).await;
    socket.subscribe("1", WRITE).await;
    waits_for_lock(&server).await;
    socket.say(json!({ "type": "complete", "id": "1" })).await;
    // Its place is free at once, and so is its id.
    assert_eq!(socket.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
    sqlx::raw_sql("COMMIT").execute(&mut blocker).await.unwrap();
    assert_eq!(socket.ask("2", WRITE).await["data"]["createJournalEntry"]["journalEntry"]["title"], "Live");
    assert_eq!(entries(&server).await, 1, "the one that was stopped wrote nothing");
    // To stop what isn't there is no fault.
    socket.say(json!({ "type": "complete", "id": "unknown" })).await;
    assert_eq!(socket.ask("3", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}

#[tokio::test]
async fn stop_when_the_client_goes_away() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let blocker = block(&server).await;
    socket.subscribe("1", WRITE).await;
    waits_for_lock(&server).await;
    drop(socket);
    until_nobody_waits(&server).await;
    blocker.close().await.unwrap();
    assert_eq!(entries(&server).await, 0);
}

#[tokio::test]
async fn are_logged_under_their_id_when_it_is_a_uuid() {
    let server = start_slow().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let own = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    for (id, kept) in [(own, true), ("1", false)] {
        let log = Log::listen("warn,stackmotive=info");
        socket.ask(id, "query Dashboard { viewer { portfolios { totalCount } } }").await;
        let lines = log.take();
        let spans: Vec<&Vec<Value>> = lines.iter().filter_map(|line| line["spans"].as_array()).collect();
        let found = spans.iter().find(|spans| spans.iter().any(|span| span["operation_name"] == "Dashboard")).unwrap();
        let request = found.iter().find(|span| span["name"] == "request").unwrap();
        let logged: uuid::Uuid = request["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(logged.to_string() == own, kept, "{id}");
        assert!(!log_text(&lines).contains(&ada.token));
    }
}

#[tokio::test]
async fn are_none_to_a_ping() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    for payload in [Value::Null, json!({ "at": 1 })] {
        socket.say(json!({ "type": "ping", "payload": payload })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
        socket.say(json!({ "type": "pong", "payload": payload })).await;
    }
    assert_eq!(socket.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}

fn log_text(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect()
}

/// Keeps everybody from the journal until it commits.
async fn block(server: &Server) -> sqlx::PgConnection {
    let mut connection = server.api.admin().await;
    let lock = "BEGIN; LOCK TABLE journal_entries IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
    connection
}

async fn waiting(server: &Server) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).fetch_one(&mut server.api.admin().await).await.unwrap()
}

async fn waits_for_lock(server: &Server) {
    while waiting(server).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn until_nobody_waits(server: &Server) {
    while waiting(server).await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
