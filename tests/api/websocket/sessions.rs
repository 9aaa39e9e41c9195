//! Who asks over a connection, and what becomes of it when their session ends.

use std::time::Duration;

use serde_json::json;

use super::{Heard, Socket, VERSION, start, start_with};

const VIEWER: &str = "{ viewer { email } }";

#[tokio::test]
async fn a_connection_asks_as_the_one_whose_token_opened_it() {
    let server = start().await;
    let (ada, bob) = (server.api.somebody("ada").await, server.api.somebody("bob").await);
    let mut of_ada = Socket::open(&server, Some(&ada)).await;
    let mut of_bob = Socket::open(&server, Some(&bob)).await;
    let mut of_nobody = Socket::open(&server, None).await;
    assert_eq!(of_ada.ask("1", VIEWER).await["data"], json!({ "viewer": { "email": "ada@example.com" } }));
    assert_eq!(of_bob.ask("1", VIEWER).await["data"], json!({ "viewer": { "email": "bob@example.com" } }));
    let nobody = of_nobody.ask("1", VIEWER).await;
    assert_eq!(nobody["data"], json!({ "viewer": null }));
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn every_operation_looks_its_session_up_anew() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    for ending in [
        "UPDATE user_sessions SET access_expires_at = now() - interval '1 second'",
        "UPDATE user_sessions SET access_expires_at = now() + interval '1 hour', is_active = false, revoked_at = now()",
    ] {
        let restore = "UPDATE user_sessions SET access_expires_at = now() + interval '1 hour', is_active = true, \
                       revoked_at = NULL";
        server.api.sql(restore).await;
        let mut socket = Socket::open(&server, Some(&ada)).await;
        assert_eq!(socket.ask("1", VIEWER).await["data"]["viewer"]["email"], "ada@example.com");
        server.api.sql(ending).await;
        let answer = socket.ask("2", VIEWER).await;
        assert_eq!(answer["data"], json!({ "viewer": null }), "{ending}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{ending}");
        assert_eq!(socket.ask("3", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
    }
}

#[tokio::test]
async fn a_connection_ends_with_its_session() {
    let server = start_with(|limits| limits.session_time = Duration::from_millis(100)).await;
    let (ada, bob) = (server.api.somebody("ada").await, server.api.somebody("bob").await);
    let mut of_ada = Socket::open(&server, Some(&ada)).await;
    let mut of_bob = Socket::open(&server, Some(&bob)).await;
    let mut of_nobody = Socket::open(&server, None).await;
    let sign_out = "mutation { signOut { sessionId } }";
    assert_eq!(server.api.ask(Some(&ada), sign_out).await.body.get("errors"), None);
    assert_eq!(of_ada.hear().await, Heard::Closed(4403));
    assert_eq!(of_bob.ask("1", VIEWER).await["data"]["viewer"]["email"], "bob@example.com");
    assert_eq!(of_nobody.ask("1", VERSION).await["data"]["serverInfo"]["version"], "0.1.0");
}

#[tokio::test]
async fn a_database_that_is_gone_ends_no_session() {
    let server = start_with(|limits| limits.session_time = Duration::from_millis(50)).await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    server.api.app.database.pool.close().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let answer = socket.ask("1", VIEWER).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    // Nobody can tell whose token this is: that is no reason to call it wrong.
    let mut other = Socket::connect(&server).await;
    other.init(Some(&ada)).await;
    assert_eq!(other.hear().await, Heard::Closed(1013));
}

#[tokio::test]
async fn somebody_can_sign_in_and_out_over_a_connection() {
    let server = start().await;
    let mut socket = Socket::open(&server, None).await;
    let register = "mutation { register(input: { email: \"eve@example.com\", password: \"a long enough phrase\" }) \
                    { accessToken user { email } } }";
    let registered = socket.ask("1", register).await;
    assert_eq!(registered["data"]["register"]["user"]["email"], "eve@example.com", "{registered}");
    // The connection itself stays nobody's.
    assert_eq!(socket.ask("2", VIEWER).await["data"], json!({ "viewer": null }));
}

#[tokio::test]
async fn a_personal_token_opens_a_connection_and_only_operations_are_calls() {
    let server = start_with(|limits| limits.session_time = Duration::from_millis(100)).await;
    let ada = server.api.somebody("ada").await;
    let token = stackmotive::authentication::personal_token::whole(&"a".repeat(43));
    server
        .api
        .sql(&format!(
            "INSERT INTO user_preferences (user_id, api_access_enabled) VALUES ('{0}', true);
             INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
             VALUES ('{0}', 'x', '{1}', 'abcd', '{{portfolio:read}}', now() + interval '1 day')",
            ada.id,
            crate::support::hash(&token)
        ))
        .await;
    let mut socket = Socket::open(&server, Some(&crate::support::Somebody { token, ..ada })).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    for used in 1..=2 {
        let answer = socket.ask(&used.to_string(), "{ viewer { email } rateLimit { tokenCalls { used } } }").await;
        assert_eq!(answer["data"]["rateLimit"]["tokenCalls"]["used"], used);
    }
    server.api.sql("UPDATE personal_tokens SET revoked_at = now()").await;
    assert_eq!(socket.hear().await, Heard::Closed(4403));
}
