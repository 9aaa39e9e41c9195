//! Somebody looks at their sign-ins.

use serde_json::json;

use super::session;
use crate::support::Api;

#[tokio::test]
async fn are_listed_newest_first_and_by_whether_they_live() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let [first, second] = [session(&api, &ada).await, session(&api, &ada).await];
    session(&api, &bob).await;
    api.sql(&format!(
        "UPDATE user_sessions SET created_at = '2026-01-01T00:00:00Z';
         UPDATE user_sessions SET created_at = '2026-01-02T00:00:00Z', ip_address = '192.0.2.7', user_agent = 'Browser'
         WHERE id = '{}';
         UPDATE user_sessions SET created_at = '2026-01-03T00:00:00Z', is_active = false, revoked_at = '2026-01-04T00:00:00Z'
         WHERE id = '{}'",
        first.session, second.session,
    ))
    .await;
    let list = |filter: &str| {
        format!(
            "{{ viewer {{ sessions{filter} {{ totalCount nodes {{ id ipAddress userAgent isActive revokedAt }} }} }} }}"
        )
    };
    let dead = json!({
        "id": format!("session_{}", second.session), "ipAddress": null, "userAgent": null, "isActive": false,
        "revokedAt": "2026-01-04T00:00:00Z",
    });
    let living = json!({
        "id": format!("session_{}", first.session), "ipAddress": "192.0.2.7", "userAgent": "Browser", "isActive": true,
        "revokedAt": null,
    });
    let all = api.ask(Some(&ada), &list("")).await;
    let sessions = &all.data()["viewer"]["sessions"];
    assert_eq!(sessions["totalCount"], 3);
    assert_eq!(sessions["nodes"][0], dead);
    assert_eq!(sessions["nodes"][1], living);
    let ended = api.ask(Some(&ada), &list("(filter: { isActive: { eq: false } })")).await;
    assert_eq!(ended.data()["viewer"]["sessions"], json!({ "totalCount": 1, "nodes": [dead] }));
    let active = api.ask(Some(&ada), &list("(filter: { isActive: { eq: true } }, first: 1)")).await;
    assert_eq!(active.data()["viewer"]["sessions"], json!({ "totalCount": 2, "nodes": [living] }));
}
