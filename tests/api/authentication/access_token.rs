//! What an access token opens, and for how long.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::{line, owner, refresh, rows, session};
use crate::support::Api;

#[tokio::test]
async fn ends_after_its_15_minutes_while_the_session_lives_on() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let tokens = session(&api, &ada).await;
    api.sql("UPDATE user_sessions SET access_expires_at = now() + interval '1 minute'").await;
    assert_eq!(owner(&api, &tokens.access).await, Some(ada.email));
    api.sql("UPDATE user_sessions SET access_expires_at = now()").await;
    assert_eq!(owner(&api, &tokens.access).await, None);
    refresh(&api, &tokens.refresh).await.data();
}

#[tokio::test]
async fn ends_with_its_session_and_with_its_account() {
    let api = Api::start().await;
    for (name, end) in [
        ("expired", "UPDATE user_sessions SET expires_at = now() WHERE user_id = $"),
        ("revoked", "UPDATE user_sessions SET revoked_at = now(), is_active = false WHERE user_id = $"),
        ("inactive", "UPDATE user_sessions SET is_active = false WHERE user_id = $"),
        ("closed", "UPDATE users SET is_active = false WHERE id = $"),
        ("deleted", "DELETE FROM users WHERE id = $"),
    ] {
        let somebody = api.somebody(name).await;
        assert_eq!(owner(&api, &somebody.token).await, Some(somebody.email.clone()), "{name}");
        api.sql(&end.replace('$', &format!("'{}'", somebody.id))).await;
        let answer = api.ask(Some(&somebody), "{ viewer { id } }").await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{name}");
        assert_eq!(answer.body["data"], json!({ "viewer": null }), "{name}");
    }
}

#[tokio::test]
async fn is_seen_to_the_minute() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let before = rows(&api).await;
    assert_eq!(owner(&api, &ada.token).await, Some(ada.email.clone()));
    assert_eq!(rows(&api).await, before, "within the minute nothing is written");
    api.sql("UPDATE user_sessions SET last_activity_at = now() - interval '61 seconds'").await;
    assert_eq!(owner(&api, &ada.token).await, Some(ada.email));
    let seen = "SELECT (last_activity_at > now() - interval '30 seconds')::text FROM user_sessions";
    assert_eq!(line(&api, seen).await, "true");
}

#[tokio::test]
async fn is_taken_from_a_bearer_header_alone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let tokens = session(&api, &ada).await;
    let (access, living) = (&tokens.access, json!({ "email": "ada@example.com" }));
    for (header, viewer) in [
        (format!("Bearer {access}"), living.clone()),
        (format!("bEARER {access}"), living.clone()),
        (format!("Bearer   {access} "), living),
        (access.clone(), json!(null)),
        (format!("Basic {access}"), json!(null)),
        (format!("Bearer{access}"), json!(null)),
        ("Bearer".to_owned(), json!(null)),
        ("Bearer ".to_owned(), json!(null)),
        (format!("Bearer {}", tokens.refresh), json!(null)),
        (format!("Bearer {access}x"), json!(null)),
    ] {
        let request = Request::post("/graphql").header("content-type", "application/json");
        let body = Body::from(json!({ "query": "{ viewer { email } }" }).to_string());
        let answer = api.send(request.header("authorization", &header).body(body).unwrap()).await;
        assert_eq!(answer.body["data"]["viewer"], viewer, "{header}");
        assert_eq!(answer.body["errors"].is_array(), viewer.is_null(), "{header}");
    }
}
