//! Somebody with an account signs in.

use std::{net::SocketAddr, time::Duration};

use axum::{body::Body, extract::ConnectInfo, http::Request};
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::json;

use super::{PASSWORD, TOKENS, Tokens, bcrypts, line, lines, member, owner, raw, rows, sign_in};
use crate::support::{Api, Log, hash};

#[tokio::test]
async fn opens_a_session_whatever_the_case_of_the_address_and_however_stale_the_token() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    api.sql("UPDATE users SET failed_login_attempts = 3; DELETE FROM user_sessions").await;
    let query =
        format!("mutation {{ signIn(input: {{ email: \"ADA@example.com\", password: \"{PASSWORD}\" }}) {TOKENS} }}");
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", "Bearer long gone")
        .header("user-agent", "a".repeat(600))
        .extension(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))))
        .body(Body::from(json!({ "query": query }).to_string()));
    let answer = api.send(request.unwrap()).await;
    let made = Tokens::of(&answer.data()["signIn"]);
    assert_eq!(answer.data()["signIn"]["user"]["email"], "ada@example.com");

    let user =
        "SELECT concat_ws('|', failed_login_attempts, last_login_at > now() - interval '1 minute', updated_by = id)
                FROM users";
    assert_eq!(line(&api, user).await, "0|t|t");
    let session = "SELECT concat_ws('|', id, user_id, session_token, refresh_token, user_agent, host(ip_address),
                                    access_expires_at - created_at, expires_at - created_at) FROM user_sessions";
    let (access, refresh) = (hash(&made.access), hash(&made.refresh));
    let agent = "a".repeat(500);
    let expected = format!("{}|{}|{access}|{refresh}|{agent}|203.0.113.9|00:15:00|30 days", made.session, ada.id);
    assert_eq!(line(&api, session).await, expected);
    let activity =
        "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-'), session_id) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|signed_in|-|{}", ada.id, made.session));
    assert_eq!(owner(&api, &made.access).await, Some(ada.email));
}

#[tokio::test]
async fn changes_nothing_that_a_form_has_seen() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let seen = api.ask(Some(&ada), "{ viewer { updatedAt } }").await.data()["viewer"]["updatedAt"].clone();
    sign_in(&api, &ada.email, PASSWORD).await.data();
    let input = json!({ "displayName": "Ada L.", "expectedUpdatedAt": seen });
    let document = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { displayName } } }";
    let answer = api.ask_with(Some(&ada), document, json!({ "input": input })).await;
    assert_eq!(answer.data()["updateProfile"]["user"]["displayName"], "Ada L.");
}

#[tokio::test]
async fn answers_an_unknown_address_and_a_wrong_password_alike() {
    let api = Api::start().await;
    member(&api, "ada").await;
    let closed = member(&api, "closed").await;
    api.sql(&format!("UPDATE users SET is_active = false WHERE id = '{}'", closed.id)).await;
    let before = rows(&api).await;
    let log = Log::listen("trace");
    let mut answers = Vec::new();
    for email in ["nobody@example.com", "ada@example.com", "closed@example.com"] {
        let query = "mutation($i: SignInInput!) { signIn(input: $i) { accessToken } }";
        let input = json!({ "email": email, "password": "wrong horse battery" });
        answers.push(raw(&api, json!({ "query": query, "variables": { "i": input } })).await);
        assert_eq!(bcrypts(&log), 1, "{email}");
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let body = "{\"data\":{\"signIn\":null},\"errors\":[{\"message\":\"The address or the password is wrong.\",\
                \"locations\":[{\"line\":1,\"column\":30}],\"path\":[\"signIn\"],\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}";
    assert_eq!(String::from_utf8_lossy(&answers[0].1), body);
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn refuses_an_account_that_is_closed_or_locked() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    for change in ["is_active = false", "is_active = true, locked_until = now() + interval '1 minute'"] {
        api.sql(&format!("UPDATE users SET {change}")).await;
        let before = rows(&api).await;
        let answer = sign_in(&api, &ada.email, PASSWORD).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{change}");
        assert_eq!(answer.body["data"], json!({ "signIn": null }));
        assert_eq!(rows(&api).await, before, "{change}");
    }
    api.sql("UPDATE users SET locked_until = now() - interval '1 second'").await;
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn refuses_a_password_that_was_changed_while_it_was_checked() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    api.sql("DELETE FROM user_sessions").await;
    // The change is under way, so the old hash is still read, and the sign-in then waits for the row.
    let mut change = api.admin().await;
    let other = format!("$2b$12${}", "b".repeat(53));
    let sql = format!("BEGIN; UPDATE users SET hashed_password = '{other}'");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut change).await.unwrap();
    let waiting = async {
        let waits =
            "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while lines(&api, waits).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sqlx::raw_sql("COMMIT").execute(&mut change).await.unwrap();
    };
    let (answer, ()) = tokio::join!(sign_in(&api, &ada.email, PASSWORD), waiting);
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.message(), "The address or the password is wrong.");
    assert_eq!(lines(&api, "SELECT id::text FROM user_sessions").await, Vec::<String>::new());
    assert_eq!(lines(&api, "SELECT id::text FROM agent_memory").await, Vec::<String>::new());
}
