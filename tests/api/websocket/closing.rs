//! Each code that ends a connection, and what brings it about.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{Heard, Socket, VERSION, start, start_with};

#[tokio::test]
async fn with_4400_after_what_is_no_message() {
    let server = start().await;
    for text in [
        "",
        "ping",
        "null",
        "[]",
        r#"[{"type":"ping"}]"#,
        r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"1","payload":[{"query":"{a}"},{"query":"{a}"}]}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
        r#"{"type":"complete"}"#,
    ] {
        let mut socket = Socket::open(&server, None).await;
        socket.send(Message::text(text)).await;
        assert_eq!(socket.hear().await, Heard::Closed(4400), "{text}");
    }
    let mut socket = Socket::open(&server, None).await;
    socket.send(Message::binary(br#"{"type":"ping"}"#.to_vec())).await;
    assert_eq!(socket.hear().await, Heard::Closed(4400));
    let mut socket = Socket::connect(&server).await;
    socket.say(json!({ "type": "connection_init", "payload": { "authorization": 5 } })).await;
    assert_eq!(socket.hear().await, Heard::Closed(4400));
}

#[tokio::test]
async fn with_4401_after_asking_too_early() {
    let server = start().await;
    let mut socket = Socket::connect(&server).await;
    socket.subscribe("1", VERSION).await;
    assert_eq!(socket.hear().await, Heard::Closed(4401));
}

#[tokio::test]
async fn with_4403_after_a_wrong_token() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    server.api.sql("UPDATE user_sessions SET access_expires_at = now() - interval '1 second'").await;
    for token in [
        "Bearer nobody's".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
        format!("Basic {}", ada.token),
        ada.token.clone(),
        format!("Bearer {}", ada.token),
        "Bearer \n".to_owned(),
    ] {
        for name in ["authorization", "Authorization"] {
            let mut socket = Socket::connect(&server).await;
            socket.say(json!({ "type": "connection_init", "payload": { name: token } })).await;
            assert_eq!(socket.hear().await, Heard::Closed(4403), "{name}: {token:?}");
        }
    }
}

#[tokio::test]
async fn with_4408_when_nobody_opens_the_conversation() {
    let server = start_with(|limits| limits.init_time = Duration::from_millis(200)).await;
    let mut socket = Socket::connect(&server).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
    assert_eq!(socket.hear().await, Heard::Closed(4408));
    // The time is ten seconds unless a test says otherwise.
    assert_eq!(start().await.api.app.websocket.init_time, Duration::from_secs(10));
}

#[tokio::test]
async fn with_4409_after_an_id_that_is_in_use() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let mut blocker = server.api.admin().await;
    block(&mut blocker).await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    socket.subscribe("1", "{ viewer { portfolios { totalCount } } }").await;
    socket.subscribe("1", VERSION).await;
    assert_eq!(socket.hear().await, Heard::Closed(4409));
}

#[tokio::test]
async fn with_4429_after_a_second_opening() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    socket.init(None).await;
    assert_eq!(socket.hear().await, Heard::Closed(4429));
}

#[tokio::test]
async fn with_1000_when_nothing_is_asked() {
    let server = start_with(|limits| limits.idle_time = Duration::from_millis(300)).await;
    let mut socket = Socket::open(&server, None).await;
    assert_eq!(socket.hear().await, Heard::Closed(1000));
}

#[tokio::test]
async fn with_1001_when_the_server_stops_and_after_what_is_under_way() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let mut blocker = server.api.admin().await;
    block(&mut blocker).await;
    let mut idle = Socket::open(&server, None).await;
    let mut unopened = Socket::connect(&server).await;
    let mut busy = Socket::open(&server, Some(&ada)).await;
    busy.subscribe("1", "{ viewer { portfolios { totalCount } } }").await;
    // Read before the server stops, as its answer tells; the other one still waits for its table.
    assert_eq!(busy.ask("2", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
    let stopping = tokio::spawn(server.drain());
    assert_eq!(idle.hear().await, Heard::Closed(1001));
    assert_eq!(unopened.hear().await, Heard::Closed(1001));
    drop(blocker);
    let answer = busy.message().await;
    assert_eq!(answer["payload"]["data"], json!({ "viewer": { "portfolios": { "totalCount": 0 } } }));
    assert_eq!(busy.message().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(busy.hear().await, Heard::Closed(1001));
    assert_eq!(stopping.await.unwrap(), 0, "connections that had to be cut off");
}

#[tokio::test]
async fn with_1008_when_messages_come_too_fast_or_not_at_all() {
    let server = start_with(|limits| (limits.messages_burst, limits.messages_per_second) = (20, 1)).await;
    let mut socket = Socket::open(&server, None).await;
    for _ in 0..30 {
        socket.say(json!({ "type": "pong" })).await;
    }
    assert_eq!(socket.hear().await, Heard::Closed(1008));

    let silence = |limits: &mut stackmotive::http::websocket::Limits| {
        (limits.ping_time, limits.silence_time) = (Duration::from_millis(100), Duration::from_millis(400));
    };
    let server = start_with(silence).await;
    // The client's library answers pings by itself, when somebody listens.
    let mut alive = Socket::open(&server, None).await;
    let mut pings = 0;
    while pings < 10 {
        match alive.0.next().await.unwrap().unwrap() {
            Message::Ping(_) => pings += 1,
            other => panic!("{other:?}"),
        }
    }
    let mut dead = Socket::open(&server, None).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(dead.hear().await, Heard::Closed(1008));
}

#[tokio::test]
async fn with_1009_after_a_message_that_is_too_large() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    let ping = |size: usize| {
        let text = json!({ "type": "ping", "payload": { "fill": "" } }).to_string();
        text.replace("\"fill\":\"\"", &format!("\"fill\":\"{}\"", "x".repeat(size - text.len())))
    };
    assert_eq!(ping(131_072).len(), 131_072);
    socket.send(Message::text(ping(131_072))).await;
    assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
    socket.send(Message::text(ping(131_073))).await;
    assert_eq!(socket.hear().await, Heard::Closed(1009));
    // One that is far too large isn't even read to its end.
    let mut socket = Socket::open(&server, None).await;
    socket.send(Message::text(ping(20_000_000))).await;
    assert!(matches!(socket.hear().await, Heard::Closed(1002) | Heard::Gone));
}

/// Keeps everybody from reading portfolios, until the connection is dropped.
async fn block(connection: &mut sea_orm::sqlx::PgConnection) {
    let lock = "BEGIN; LOCK TABLE portfolio_summary IN ACCESS EXCLUSIVE MODE";
    sea_orm::sqlx::raw_sql(lock).execute(connection).await.unwrap();
}
