//! A client goes on with its session.

use futures_util::future::join_all;
use serde_json::json;

use super::{Tokens, line, lines, owner, refresh, rows, session};
use crate::support::{Api, hash};

const SESSION: &str = "SELECT concat_ws('|', id, session_token, refresh_token, is_active, revoked_at IS NULL,
                           access_expires_at - last_activity_at, expires_at - last_activity_at) FROM user_sessions";

#[tokio::test]
async fn puts_new_tokens_into_the_same_session() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql("DELETE FROM user_sessions").await;
    let old = session(&api, &ada).await;
    let answer = refresh(&api, &old.refresh).await;
    let new = Tokens::of(&answer.data()["refreshSession"]);
    assert_eq!(answer.data()["refreshSession"]["user"]["email"], "ada@example.com");
    assert_eq!(new.session, old.session);

    let expected = format!("{}|{}|{}|t|t|00:15:00|30 days", old.session, hash(&new.access), hash(&new.refresh));
    assert_eq!(line(&api, SESSION).await, expected);
    let used = "SELECT concat_ws('|', refresh_token, session_id, user_id) FROM used_refresh_tokens";
    assert_eq!(line(&api, used).await, format!("{}|{}|{}", hash(&old.refresh), old.session, ada.id));
    assert_eq!(owner(&api, &old.access).await, None);
    assert_eq!(owner(&api, &new.access).await, Some(ada.email));
}

#[tokio::test]
async fn answers_conflict_when_a_token_comes_twice_within_ten_seconds() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let old = session(&api, &ada).await;
    let new = Tokens::of(&refresh(&api, &old.refresh).await.data()["refreshSession"]);
    api.sql("UPDATE used_refresh_tokens SET used_at = now() - interval '8 seconds'").await;
    let before = rows(&api).await;
    let answer = refresh(&api, &old.refresh).await;
    assert_eq!(answer.code(), "CONFLICT");
    assert_eq!(answer.body["data"], json!({ "refreshSession": null }));
    assert_eq!(rows(&api).await, before);
    assert_eq!(owner(&api, &new.access).await, Some(ada.email));
    refresh(&api, &new.refresh).await.data();
}

#[tokio::test]
async fn ends_the_session_when_a_token_comes_again_later() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let old = session(&api, &ada).await;
    let new = Tokens::of(&refresh(&api, &old.refresh).await.data()["refreshSession"]);
    let newest = Tokens::of(&refresh(&api, &new.refresh).await.data()["refreshSession"]);
    // The token before the last one is as much a replay as the last one.
    api.sql("UPDATE used_refresh_tokens SET used_at = used_at - interval '11 seconds'").await;
    let answer = refresh(&api, &old.refresh).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.body["data"], json!({ "refreshSession": null }));
    assert_eq!(owner(&api, &newest.access).await, None);
    assert_eq!(refresh(&api, &newest.refresh).await.code(), "UNAUTHENTICATED");
    let ended =
        "SELECT concat_ws('|', id, revoked_at > now() - interval '1 minute') FROM user_sessions WHERE NOT is_active";
    assert_eq!(line(&api, ended).await, format!("{}|t", old.session));
    assert_eq!(owner(&api, &ada.token).await, Some(ada.email), "another session of theirs lives on");
}

#[tokio::test]
async fn lets_one_of_twelve_at_once_win() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let old = session(&api, &ada).await;
    let answers = join_all((0..12).map(|_| refresh(&api, &old.refresh))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.body.get("errors").is_none());
    assert_eq!((won.len(), lost.len()), (1, 11));
    let codes: Vec<_> = lost.iter().map(|answer| answer.code()).collect();
    assert_eq!(codes, ["CONFLICT"; 11]);
    let new = Tokens::of(&won[0].data()["refreshSession"]);
    assert_eq!(owner(&api, &new.access).await, Some(ada.email));
    assert_eq!(lines(&api, "SELECT refresh_token::text FROM used_refresh_tokens").await, [hash(&old.refresh)]);
}

#[tokio::test]
async fn refuses_what_is_no_living_refresh_token_with_one_and_the_same_answer() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let [expired, revoked, living] = [session(&api, &ada).await, session(&api, &ada).await, session(&api, &ada).await];
    let closed = api.somebody("closed").await;
    let deactivated = session(&api, &closed).await;
    api.sql(&format!(
        "UPDATE user_sessions SET expires_at = now() WHERE id = '{}';
         UPDATE user_sessions SET is_active = false, revoked_at = now() WHERE id = '{}';
         UPDATE users SET is_active = false WHERE id = '{}'",
        expired.session, revoked.session, closed.id
    ))
    .await;
    let before = rows(&api).await;
    let stored = hash(&living.refresh);
    for (what, token) in [
        ("an unknown one", "x"),
        ("none", ""),
        ("one with a character that no text of PostgreSQL holds", "\0"),
        ("an access token", &living.access),
        ("the stored hash", &stored),
        ("that of an expired session", &expired.refresh),
        ("that of a session that was ended", &revoked.refresh),
        ("that of a closed account", &deactivated.refresh),
    ] {
        let answer = refresh(&api, token).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{what}");
        assert_eq!(answer.message(), "This refresh token has ended; sign in again.", "{what}");
    }
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn ends_after_90_days_however_often_it_was_refreshed() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let first = session(&api, &ada).await;
    let age = async |interval: &str| {
        api.sql(&format!(
            "UPDATE user_sessions SET created_at = now() - interval '{interval}' WHERE id = '{}'",
            first.session
        ))
        .await;
    };
    age("80 days").await;
    let second = Tokens::of(&refresh(&api, &first.refresh).await.data()["refreshSession"]);
    let left = format!(
        "SELECT concat_ws('|', expires_at = created_at + interval '90 days', access_expires_at < expires_at) FROM user_sessions WHERE id = '{}'",
        first.session
    );
    assert_eq!(line(&api, &left).await, "t|t");
    age("89 days 23 hours 59 minutes").await;
    let third = Tokens::of(&refresh(&api, &second.refresh).await.data()["refreshSession"]);
    let left = format!(
        "SELECT (access_expires_at = expires_at AND expires_at = created_at + interval '90 days')::text FROM user_sessions WHERE id = '{}'",
        first.session
    );
    assert_eq!(line(&api, &left).await, "true");
    age("90 days").await;
    let before = rows(&api).await;
    assert_eq!(refresh(&api, &third.refresh).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
}
