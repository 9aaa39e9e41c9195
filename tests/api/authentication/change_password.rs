//! Somebody changes their password.

use std::time::Duration;

use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::json;

use super::{PASSWORD, assert_limited, issues, line, lines, member, owner, rows, session, sign_in, wait};
use crate::support::{Answer, Api, Somebody};

async fn change(api: &Api, who: Option<&Somebody>, current: &str, new: &str) -> Answer {
    let query = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { sessionsEnded } }";
    api.ask_with(who, query, json!({ "i": { "currentPassword": current, "newPassword": new } })).await
}

#[tokio::test]
async fn ends_all_other_sessions_and_keeps_the_one_that_asks() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let others = [session(&api, &ada).await, session(&api, &ada).await];
    let ended = session(&api, &ada).await;
    api.sql(&format!("UPDATE user_sessions SET is_active = false WHERE id = '{}'", ended.session)).await;
    let bob = api.somebody("bob").await;
    api.sql("UPDATE users SET password_changed_at = now() - interval '1 year'").await;

    let answer = change(&api, Some(&ada), PASSWORD, "another horse battery").await;
    assert_eq!(answer.data(), &json!({ "changePassword": { "sessionsEnded": 2 } }));
    for tokens in &others {
        assert_eq!(owner(&api, &tokens.access).await, None);
    }
    assert_eq!(owner(&api, &ada.token).await.as_deref(), Some("ada@example.com"));
    assert_eq!(owner(&api, &bob.token).await.as_deref(), Some("bob@example.com"));
    let changed = "SELECT email::text FROM users WHERE password_changed_at > now() - interval '1 minute'";
    assert_eq!(line(&api, changed).await, "ada@example.com");
    let activity = "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-')) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|password_changed|-", ada.id));

    assert_eq!(sign_in(&api, &ada.email, PASSWORD).await.code(), "UNAUTHENTICATED");
    sign_in(&api, &ada.email, "another horse battery").await.data();
}

#[tokio::test]
async fn refuses_a_wrong_password_and_a_weak_one_both_at_once() {
    let api = Api::start().await;
    let ada = member(&api, "lovelace").await;
    session(&api, &ada).await;
    let before = rows(&api).await;
    let (current, new) = (json!(["input", "currentPassword"]), json!(["input", "newPassword"]));
    for (given, next, expected) in [
        ("wrong horse battery", "another horse battery", json!([[current, "WRONG"]])),
        (PASSWORD, "1234567", json!([[new, "TOO_SHORT"]])),
        (PASSWORD, "Sunshine1", json!([[new, "COMMON"]])),
        (PASSWORD, "my lovelace", json!([[new, "COMMON"]])),
        ("", &*"x".repeat(129), json!([[current, "WRONG"], [new, "TOO_LONG"]])),
    ] {
        let answer = change(&api, Some(&ada), given, next).await;
        assert_eq!(issues(&answer), expected);
        assert_eq!(answer.body["data"], json!({ "changePassword": null }));
    }
    assert_eq!(change(&api, None, PASSWORD, "another horse battery").await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn refuses_when_somebody_else_changed_it_meanwhile() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let other = format!("$2b$12${}", "b".repeat(53));
    let mut change_under_way = api.admin().await;
    let sql = format!("BEGIN; UPDATE users SET hashed_password = '{other}'");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut change_under_way).await.unwrap();
    let waiting = async {
        let waits =
            "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while lines(&api, waits).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sqlx::raw_sql("COMMIT").execute(&mut change_under_way).await.unwrap();
    };
    let (answer, ()) = tokio::join!(change(&api, Some(&ada), PASSWORD, "another horse battery"), waiting);
    assert_eq!(issues(&answer), json!([[["input", "currentPassword"], "WRONG"]]));
    assert_eq!(line(&api, "SELECT hashed_password::text FROM users").await, other);
}

#[tokio::test]
async fn counts_wrong_passwords_as_signing_in_does_and_begins_anew_with_a_right_one() {
    let api = Api::start().await.at("203.0.113.9");
    let ada = member(&api, "ada").await;
    for _ in 0..5 {
        let answer = change(&api, Some(&ada), "wrong horse battery", "another horse battery").await;
        assert_eq!(issues(&answer), json!([[["input", "currentPassword"], "WRONG"]]));
    }
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "5");
    api.sql("UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + interval '5 seconds'").await;
    let before = rows(&api).await;
    assert_limited(&change(&api, Some(&ada), PASSWORD, "another horse battery").await, 5);
    assert_limited(&sign_in(&api, &ada.email, PASSWORD).await, 5);
    assert_eq!(rows(&api).await, before);
    wait(&api, "5 seconds").await;
    change(&api, Some(&ada), PASSWORD, "another horse battery").await.data();
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "0");
    let counted = "SELECT attempts::text FROM sign_in_attempts WHERE counter = 'account_at_address'";
    assert_eq!(line(&api, counted).await, "0");
}
