//! The same over SSE: events of an answer that goes on.

use std::time::Duration;

use axum::{body::Body, http::Request};
use futures_util::StreamExt;
use serde_json::{Value, json};
use stackmotive::{app::App, config::Settings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{Instant, sleep, timeout},
};
use tower::ServiceExt;

use super::{EVERYTHING, create, notify, resync};
use crate::support::{Api, Server, Somebody};

const PATIENCE: Duration = Duration::from_secs(60);
const ACCEPT: &str = "text/event-stream";

/// An answer that goes on.
struct Events {
    status: u16,
    kind: String,
    body: axum::body::BodyDataStream,
    rest: String,
}

/// One event: its name, and its data.
type Event = (String, Value);

impl Events {
    async fn of(api: &Api, who: Option<&Somebody>, accept: &str, query: &str) -> Self {
        let mut request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", accept)
            .header("accept-encoding", "gzip, br");
        if let Some(who) = who {
            request = request.header("authorization", format!("Bearer {}", who.token));
        }
        let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
        let response = api.router.clone().oneshot(request).await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        if kind.starts_with(ACCEPT) {
            assert_eq!(response.headers().get("content-encoding"), None, "what is compressed waits for more");
        }
        let status = response.status().as_u16();
        Self { status, kind, body: response.into_body().into_data_stream(), rest: String::new() }
    }

    /// The next event, past comments; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.rest = rest;
                if event == ":" {
                    continue;
                }
                let (name, data) = event.split_once('\n').unwrap();
                let data = data.strip_prefix("data:").unwrap().trim();
                let data = if data.is_empty() { Value::Null } else { serde_json::from_str(data).unwrap() };
                return Some((name.strip_prefix("event: ").unwrap().to_owned(), data));
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("something is told")?;
            self.rest += std::str::from_utf8(&chunk.unwrap()).unwrap();
        }
    }

    async fn told(&mut self) -> Value {
        let (name, data) = self.next().await.expect("an event");
        assert_eq!((name.as_str(), data.get("errors")), ("next", None), "{data:#}");
        data["data"]["viewerChanges"].clone()
    }

    /// That it says this refusal and completes; answers the code.
    async fn fails(&mut self) -> String {
        let (name, data) = self.next().await.expect("an event");
        assert_eq!((name.as_str(), data.get("data")), ("next", None), "{data:#}");
        assert_eq!(self.next().await, Some(("complete".to_owned(), Value::Null)));
        assert_eq!(self.next().await, None);
        data["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn changes_come_as_events_from_every_server() {
    let api = Api::start().await;
    let other = api.beside().await;
    let ada = api.somebody("ada").await;
    // Whoever takes JSON too gets events where one answer is not enough.
    for accept in [ACCEPT, "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"] {
        let mut events = Events::of(&api, Some(&ada), accept, EVERYTHING).await;
        assert_eq!((events.status, events.kind.as_str()), (200, "text/event-stream; charset=utf-8"));
        assert_eq!(events.told().await, resync());
        let (list, _) = create(&other, &ada).await;
        let node = json!({ "id": list, "name": "Banks" });
        assert_eq!(events.told().await, json!({ "kind": "CREATED", "type": "WATCHLIST", "id": list, "node": node }));
    }
}

#[tokio::test]
async fn one_answer_is_one_event_and_its_end() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut events = Events::of(&api, Some(&ada), ACCEPT, "{ viewer { email } }").await;
    let (name, data) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &data["data"]), ("next", &json!({ "viewer": { "email": ada.email } })));
    assert_eq!(events.next().await, Some(("complete".to_owned(), Value::Null)));
    assert_eq!(events.next().await, None);
    for accept in ["application/json, text/event-stream", "text/event-stream;q=0.5, */*"] {
        let plain = Events::of(&api, Some(&ada), accept, "{ viewer { email } }").await;
        assert_eq!(plain.kind, "application/json; charset=utf-8", "{accept}");
    }
}

#[tokio::test]
async fn a_refusal_is_an_event_and_too_much_is_a_status() {
    let api = Api::start_with(|app| app.changes.limits.subscriptions_per_user_max = 1).await;
    let ada = api.somebody("ada").await;
    for (who, document, code) in [
        (None, EVERYTHING, "UNAUTHENTICATED"),
        (Some(&ada), "subscription { nothing }", "INVALID"),
        (Some(&ada), "subscription {", "INVALID"),
        (Some(&ada), "{ nothing }", "INVALID"),
    ] {
        let mut events = Events::of(&api, who, ACCEPT, document).await;
        assert_eq!((events.status, events.fails().await.as_str()), (200, code), "{document}");
    }
    let _one = Events::of(&api, Some(&ada), ACCEPT, EVERYTHING).await;
    let second = Events::of(&api, Some(&ada), ACCEPT, EVERYTHING).await;
    assert_eq!((second.status, second.kind.as_str()), (429, "application/json; charset=utf-8"));
}

#[tokio::test]
async fn the_end_of_the_session_is_told_at_once_and_completes() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut events = Events::of(&api, Some(&ada), ACCEPT, EVERYTHING).await;
    assert_eq!(events.told().await, resync());
    api.beside().await.ask(Some(&ada), "mutation { signOut { sessionId } }").await.data();
    assert_eq!(events.fails().await, "UNAUTHENTICATED");
}

/// A subscription on a connection of its own, which has begun.
async fn connect(server: &Server, who: &Somebody, query: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // Little waits unread at the client's end.
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {ACCEPT}\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        who.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads until one of these texts has come, or the end; answers all that was read.
async fn read_until(stream: &mut TcpStream, wanted: &[&str]) -> String {
    let (mut read, mut bytes) = (String::new(), [0; 4096]);
    while !wanted.iter().any(|text| read.contains(text)) {
        match timeout(PATIENCE, stream.read(&mut bytes)).await.expect("something is told") {
            Ok(0) | Err(_) => break,
            Ok(count) => read += &String::from_utf8_lossy(&bytes[..count]),
        }
    }
    read
}

#[tokio::test]
async fn the_server_stops_without_waiting_and_completes_nothing() {
    let server = Server::start().await;
    let ada = server.api.somebody("ada").await;
    let mut stream = connect(&server, &ada, EVERYTHING).await;
    assert!(read_until(&mut stream, &["RESYNC"]).await.starts_with("HTTP/1.1 200"));
    let begun = Instant::now();
    assert_eq!(server.drain().await, 0, "connections that had to be cut off");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(!read_until(&mut stream, &[]).await.contains("complete"));
}

#[tokio::test]
async fn a_quiet_line_is_kept_open_and_one_that_nobody_reads_is_cut() {
    let mut settings = Settings::for_tests();
    let short = Duration::from_millis(500);
    let limits = &mut settings.limits;
    (limits.transfer_timeout, limits.idle_timeout, limits.head_timeout) = (short, short, short);
    let change = |app: &mut App| {
        (app.changes.limits.subscriptions_per_user_max, app.changes.limits.waiting_max) = (2, 100_000);
    };
    let server = Server::beside_another(Api::start_as(settings, change).await).await;
    let ada = server.api.somebody("ada").await;
    let mut quiet = connect(&server, &ada, "subscription { viewerChanges(types: HOLDING) { kind } }").await;
    read_until(&mut quiet, &["RESYNC"]).await;
    // Each event is large, so that the buffers on the way are full before long.
    let fields: String = (0..28).map(|n| format!("a{n}{}: kind ", "x".repeat(250))).collect();
    let mut stuck =
        connect(&server, &ada, &format!("subscription {{ viewerChanges(types: POSITION) {{ {fields} }} }}")).await;
    read_until(&mut stuck, &["RESYNC"]).await;
    let taken = connect(&server, &ada, EVERYTHING).await;
    assert!(read_until(&mut { taken }, &["\r\n\r\n"]).await.starts_with("HTTP/1.1 429"));

    let changes: Vec<_> = (0..100).map(|_| json!(["created", "position"])).collect();
    let many = json!({ "user": ada.id, "changes": changes }).to_string();
    // Somebody else finds room once the stuck one is cut, whose own end never noticed.
    let begun = Instant::now();
    loop {
        notify(&server.api, &many).await;
        let mut third = connect(&server, &ada, EVERYTHING).await;
        if read_until(&mut third, &["RESYNC", "429"]).await.starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "a client who reads nothing is cut");
        sleep(Duration::from_millis(100)).await;
    }
    notify(&server.api, &json!({ "user": ada.id, "changes": [["deleted", "holding"]] }).to_string()).await;
    assert!(read_until(&mut quiet, &["DELETED"]).await.contains("DELETED"), "the quiet one was never cut");
    drop(stuck);
}

#[tokio::test]
async fn somebody_who_goes_is_forgotten_at_once() {
    let server = Server::of(Api::start_with(|app| app.changes.limits.subscriptions_per_user_max = 1).await).await;
    let ada = server.api.somebody("ada").await;
    for _ in 0..3 {
        let begun = Instant::now();
        loop {
            let mut stream = connect(&server, &ada, EVERYTHING).await;
            if read_until(&mut stream, &["RESYNC", "429"]).await.starts_with("HTTP/1.1 200") {
                break;
            }
            // Well before the next comment would find out.
            assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
            sleep(Duration::from_millis(20)).await;
        }
    }
}
