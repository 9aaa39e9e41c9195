//! A client that asks and doesn't listen.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::{Socket, VERSION, start_with};

const LARGE: &str = "{ __schema { types { name description fields { name description type { name description } \
                     args { name description } } inputFields { name description } enumValues { name description } } } }";

#[tokio::test]
async fn is_dropped_and_nothing_waits_for_it() {
    let server = start_with(|limits| {
        (limits.send_time, limits.send_rate_min) = (Duration::from_millis(300), u64::MAX);
        (limits.messages_burst, limits.operations_max) = (10_000, 1000);
    })
    .await;
    let mut socket = Socket::open(&server, None).await;
    // More than all buffers on the way can hold.
    let asked = 200;
    for id in 0..asked {
        socket.subscribe(&id.to_string(), LARGE).await;
    }
    // Writing fails once the other end is gone.
    while socket.0.send(Message::text(r#"{"type":"pong"}"#)).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (mut answers, mut is_told) = (0, false);
    while let Some(Ok(message)) = socket.0.next().await {
        match message {
            Message::Text(text) if text.contains("\"next\"") => answers += 1,
            Message::Close(_) => is_told = true,
            _ => {}
        }
    }
    assert!(answers < asked, "{answers} answers were kept for somebody who did not listen");
    assert!(!is_told, "there was no room for a farewell");
    let mut other = Socket::open(&server, None).await;
    assert_eq!(other.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}
