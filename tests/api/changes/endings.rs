//! A subscription ends with its session, and with the server; and a connection at once when its session does.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{EVERYTHING, create, follow, told};
use crate::{
    support::{Server, Somebody, hash},
    websocket::{Heard, Socket},
};

/// Far less than the time after which a connection looks for itself.
const AT_ONCE: Duration = Duration::from_secs(15);

/// A second session of the same user.
async fn elsewhere(server: &Server, who: &Somebody) -> Somebody {
    let token = format!("another token of {}", who.email);
    let sql = format!(
        "INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at) VALUES \
         (gen_random_uuid(), '{}', '{}', now() + interval '30 days', now() + interval '15 minutes')",
        who.id,
        hash(&token)
    );
    server.api.sql(&sql).await;
    Somebody { token, ..who.clone() }
}

#[tokio::test]
async fn with_4403_at_once_when_a_session_ends_through_any_server() {
    let server = Server::two().await;
    let other = server.api.beside().await;
    let ada = server.api.somebody("ada").await;
    let elsewhere = elsewhere(&server, &ada).await;
    let mut following = Socket::open(&server, Some(&ada)).await;
    follow(&mut following, "1", EVERYTHING).await;
    let mut waiting = Socket::open(&server, Some(&ada)).await;
    let mut of_elsewhere = Socket::open(&server, Some(&elsewhere)).await;
    follow(&mut of_elsewhere, "1", "subscription { viewerChanges(types: SESSION) { kind type } }").await;
    let begun = Instant::now();
    other.ask(Some(&ada), "mutation { signOut { sessionId } }").await.data();
    assert_eq!(following.hear().await, Heard::Closed(4403));
    assert_eq!(waiting.hear().await, Heard::Closed(4403));
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert_eq!(told(&mut of_elsewhere, "1").await, json!({ "kind": "DELETED", "type": "SESSION" }));
    assert_eq!(of_elsewhere.ask("2", "{ viewer { email } }").await["data"]["viewer"]["email"], ada.email);
}

#[tokio::test]
async fn with_4403_when_nobody_told_that_the_session_ended() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    follow(&mut socket, "1", "subscription { viewerChanges(types: WATCHLIST) { kind } }").await;
    let elsewhere = elsewhere(&server, &ada).await;
    server
        .api
        .sql(&format!("UPDATE user_sessions SET is_active = false WHERE session_token = '{}'", hash(&ada.token)))
        .await;
    // The next change looks its viewer up, and tells nothing.
    create(&server.api, &elsewhere).await;
    assert_eq!(socket.hear().await, Heard::Closed(4403));
}

#[tokio::test]
async fn with_1001_and_without_complete_when_the_server_stops() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    follow(&mut socket, "1", EVERYTHING).await;
    let begun = Instant::now();
    let stopping = tokio::spawn(server.drain());
    assert_eq!(socket.hear().await, Heard::Closed(1001));
    assert_eq!(stopping.await.unwrap(), 0, "connections that had to be cut off");
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
}
