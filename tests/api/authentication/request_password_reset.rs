//! Somebody has forgotten their password.

use std::{net::SocketAddr, time::Duration};

use axum::{body::Body, extract::ConnectInfo, http::Request};
use serde_json::json;

use super::{bcrypts, line, lines, member, raw};
use crate::support::{Api, Log, MailServer, Manner, hash};

const REQUEST: &str = "mutation($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { email } }";

#[tokio::test]
async fn sends_a_link_to_the_accounts_own_address() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = api.somebody("ada").await;
    api.ask_with(None, REQUEST, json!({ "i": { "email": "ADA@example.com" } })).await.data();
    let message = mail.next().await;
    assert_eq!(message.to, [ada.email.as_str()]);
    assert_eq!(message.header("Subject"), "Choose a new password");
    let token = message.token();
    assert!(message.text.contains(&format!("\nhttps://app.stackmotive.example/reset-password#token={token}\n")));
    let stored = "SELECT concat_ws('|', token_hash, user_id, purpose, email, expires_at - created_at, ended_at IS NULL)
                  FROM one_time_tokens";
    let expected = format!("{}|{}|reset_password|ada@example.com|00:30:00|t", hash(&token), ada.id);
    assert_eq!(line(&api, stored).await, expected);
    let activity =
        "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-'), session_id) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|password_reset_requested|-|system:mail", ada.id));
}

#[tokio::test]
async fn answers_every_address_alike_before_anything_of_it_is_done() {
    // A mail server that says nothing, and a table that cannot be read: nothing of either is on the way of the answer.
    let mail = MailServer::start(Manner::IsSilent).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    member(&api, "ada").await;
    let closed = member(&api, "off").await;
    api.sql(&format!("UPDATE users SET is_active = false WHERE id = '{}'", closed.id)).await;
    let mut lock = api.admin().await;
    sea_orm::sqlx::raw_sql("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").execute(&mut lock).await.unwrap();
    let log = Log::listen("trace");
    let mut answers = Vec::new();
    for email in [
        "ada@example.com",
        "off@example.com",
        "eve@example.com",
        "ada@example.com",
        "ada@example.com",
        "ada@example.com",
        "ada@example.com",
    ] {
        let body = json!({ "query": REQUEST, "variables": { "i": { "email": email } } });
        let (headers, body) = tokio::time::timeout(Duration::from_secs(5), raw(&api, body)).await.expect("an answer");
        answers.push((
            headers.into_iter().filter(|(name, _)| name != "content-length").collect::<Vec<_>>(),
            String::from_utf8(body).unwrap().replace(email, "?"),
        ));
    }
    assert_eq!(bcrypts(&log), 0);
    assert_eq!(answers[0].1, "{\"data\":{\"requestPasswordReset\":{\"email\":\"?\"}}}");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn an_account_gets_three_messages_an_hour_and_a_network_address_thirty_for_all() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ask = async |email: &str, from: [u8; 4]| {
        let body = json!({ "query": REQUEST, "variables": { "i": { "email": email } } }).to_string();
        let request = Request::post("/graphql").header("content-type", "application/json");
        let request = request.extension(ConnectInfo(SocketAddr::from((from, 4711)))).body(Body::from(body)).unwrap();
        api.send(request).await.data();
    };
    let here = [203, 0, 113, 9];
    for number in 0..10 {
        let somebody = api.somebody(&format!("somebody{number}")).await;
        for _ in 0..3 {
            ask(&somebody.email, here).await;
            assert_eq!(mail.next().await.to, [somebody.email.as_str()]);
        }
    }
    let ada = api.somebody("ada").await;
    ask("somebody0@example.com", [198, 51, 100, 1]).await;
    ask(&ada.email, here).await;
    ask(&ada.email, [198, 51, 100, 1]).await;
    assert_eq!(mail.next().await.to, [ada.email]);
    api.app.mailer.close(Duration::from_secs(30)).await;
    assert!(mail.is_empty());
    assert_eq!(lines(&api, "SELECT token_hash::text FROM one_time_tokens").await.len(), 31);
}

#[tokio::test]
async fn nothing_goes_to_an_account_that_is_closed_or_unknown() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let closed = api.somebody("closed").await;
    api.sql("UPDATE users SET is_active = false").await;
    for email in [closed.email.as_str(), "nobody@example.com"] {
        api.ask_with(None, REQUEST, json!({ "i": { "email": email } })).await.data();
    }
    api.app.mailer.close(Duration::from_secs(30)).await;
    assert!(mail.is_empty());
    assert_eq!(lines(&api, "SELECT token_hash::text FROM one_time_tokens").await, Vec::<String>::new());
    assert_eq!(lines(&api, "SELECT action::text FROM agent_memory").await, Vec::<String>::new());
}
