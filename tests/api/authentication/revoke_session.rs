//! Somebody ends one of their sessions from another.

use serde_json::{Value, json};

use super::{issues, line, owner, rows, session};
use crate::support::{Answer, Api, Somebody};

async fn revoke(api: &Api, who: Option<&Somebody>, id: Value) -> Answer {
    let query = "mutation($id: ID!) { revokeSession(input: { id: $id }) { sessionId } }";
    api.ask_with(who, query, json!({ "id": id })).await
}

#[tokio::test]
async fn ends_another_session_of_ones_own() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let other = session(&api, &ada).await;
    let id = format!("session_{}", other.session);
    let answer = revoke(&api, Some(&ada), json!(id)).await;
    assert_eq!(answer.data(), &json!({ "revokeSession": { "sessionId": id } }));
    assert_eq!(owner(&api, &other.access).await, None);
    assert_eq!(owner(&api, &ada.token).await.as_deref(), Some("ada@example.com"));
    let activity =
        "SELECT concat_ws('|', user_id, action, session_id <> '', metadata->'deleted'->>0) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{}|session_revoked|t|{id}", ada.id));

    let before = rows(&api).await;
    let again = revoke(&api, Some(&ada), json!(id)).await;
    assert_eq!(again.code(), "NOT_FOUND");
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn finds_no_session_of_somebody_else() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let foreign = session(&api, &bob).await;
    let before = rows(&api).await;
    for (who, id, code) in [
        (Some(&ada), foreign.session.to_string(), "NOT_FOUND"),
        (Some(&ada), "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e".to_owned(), "NOT_FOUND"),
        (None, foreign.session.to_string(), "UNAUTHENTICATED"),
    ] {
        let answer = revoke(&api, who, json!(format!("session_{id}"))).await;
        assert_eq!(answer.code(), code);
        assert_eq!(answer.body["data"], json!({ "revokeSession": null }));
    }
    assert_eq!(rows(&api).await, before);
    assert_eq!(owner(&api, &foreign.access).await, Some(bob.email));
}

#[tokio::test]
async fn refuses_what_is_no_sessions_id_and_says_where_it_stands() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let own = session(&api, &ada).await.session;
    let before = rows(&api).await;
    for id in [
        json!(format!("user_{own}")),
        json!(own.to_string()),
        json!(format!("session_{}", own.simple())),
        json!(format!("session_{}", own.to_string().to_uppercase())),
        json!(format!("session_{own} ")),
        json!("session_"),
        json!(""),
        json!("session_\0"),
        json!(5),
    ] {
        let answer = revoke(&api, Some(&ada), id.clone()).await;
        assert_eq!(issues(&answer), json!([[["input", "id"], "FORMAT"]]), "{id}");
        assert_eq!(answer.body["data"], json!({ "revokeSession": null }), "{id}");
    }
    assert_eq!(rows(&api).await, before);
}
