//! A session ends itself.

use serde_json::json;

use super::{line, owner, refresh, rows, session};
use crate::support::Api;

const SIGN_OUT: &str = "mutation { signOut { sessionId } }";

#[tokio::test]
async fn ends_the_session_that_asks_and_no_other() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let tokens = session(&api, &ada).await;
    let answer = api.ask(Some(&tokens.with(&ada)), SIGN_OUT).await;
    assert_eq!(answer.data(), &json!({ "signOut": { "sessionId": format!("session_{}", tokens.session) } }));
    assert_eq!(owner(&api, &tokens.access).await, None);
    assert_eq!(refresh(&api, &tokens.refresh).await.code(), "UNAUTHENTICATED");
    assert_eq!(owner(&api, &ada.token).await, Some(ada.email.clone()));
    let ended = "SELECT concat_ws('|', id, revoked_at IS NOT NULL) FROM user_sessions WHERE NOT is_active";
    assert_eq!(line(&api, ended).await, format!("{}|t", tokens.session));
    let activity =
        "SELECT concat_ws('|', user_id, block_id, action, session_id, metadata->'deleted'->>0) FROM agent_memory";
    let expected = format!("{}|authentication|signed_out|{1}|session_{1}", ada.id, tokens.session);
    assert_eq!(line(&api, activity).await, expected);
}

#[tokio::test]
async fn refuses_nobody_and_a_session_that_has_ended() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), SIGN_OUT).await.data();
    let before = rows(&api).await;
    for who in [None, Some(&ada)] {
        let answer = api.ask(who, SIGN_OUT).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
        assert_eq!(answer.body["data"], json!({ "signOut": null }));
    }
    assert_eq!(rows(&api).await, before);
}
