//! Somebody asks for a message that confirms their address.

use serde_json::json;

use super::{line, lines, rows, tokens};
use crate::support::{Api, MailServer, Manner, hash};

const REQUEST: &str = "mutation { requestEmailVerification { email } }";

#[tokio::test]
async fn registering_sends_the_first_one() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let input =
        json!({ "email": "Ada@Example.com", "password": "longenough", "displayName": "Ada\r\nBcc: eve@example.com" });
    tokens(&api, "register", input).await.data();
    let message = mail.next().await;
    assert_eq!(
        (message.from.as_str(), message.to.as_slice()),
        ("no-reply@stackmotive.example", &["Ada@Example.com".to_owned()][..])
    );
    assert_eq!(message.header("From"), "StackMotive <no-reply@stackmotive.example>");
    assert_eq!(message.header("To"), "Ada@Example.com");
    assert_eq!(message.header("Subject"), "Confirm your e-mail address");
    assert_eq!(message.header("Auto-Submitted"), "auto-generated");
    assert_eq!(message.header("Content-Type"), "text/plain; charset=utf-8");
    assert!(message.header("Message-ID").ends_with("@stackmotive.example>"));
    let names: Vec<_> = message.headers.iter().map(|line| line.split(':').next().unwrap()).collect();
    let known =
        ["From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "Date"];
    assert_eq!(names, known);

    let token = message.token();
    assert_eq!(token.len(), 43);
    let link = format!("\nhttps://app.stackmotive.example/verify-email#token={token}\n");
    assert!(message.text.contains(&link) && !message.text.contains("Bcc"), "{}", message.text);
    let stored = "SELECT concat_ws('|', token_hash, purpose, email, expires_at - created_at, ended_at IS NULL) FROM one_time_tokens";
    assert_eq!(line(&api, stored).await, format!("{}|verify_email|Ada@Example.com|00:30:00|t", hash(&token)));
    let done = "SELECT concat_ws('|', block_id, coalesce(user_input, '-'), session_id) FROM agent_memory
                WHERE action = 'email_verification_requested'";
    assert_eq!(line(&api, done).await, "authentication|-|system:mail");
    assert_eq!(line(&api, "SELECT (email_verified_at IS NULL)::text FROM users").await, "true");
}

#[tokio::test]
async fn each_takes_the_place_of_the_one_before_and_three_an_hour_are_enough() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let mut last = String::new();
    for _ in 0..3 {
        assert_eq!(
            api.ask(Some(&ada), REQUEST).await.data(),
            &json!({ "requestEmailVerification": { "email": ada.email } })
        );
        last = mail.next().await.token();
    }
    let live = "SELECT token_hash::text FROM one_time_tokens WHERE ended_at IS NULL";
    assert_eq!(line(&api, live).await, hash(&last));
    assert_eq!(lines(&api, "SELECT token_hash::text FROM one_time_tokens").await.len(), 3);

    let before = rows(&api).await;
    assert_eq!(api.ask(Some(&ada), REQUEST).await.code(), "RATE_LIMITED");
    assert_eq!(api.ask(None, REQUEST).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
    api.ask(Some(&bob), REQUEST).await.data();
    assert_eq!(mail.next().await.to, [bob.email]);

    // The oldest leaves the hour, and makes room for one.
    api.sql(
        "UPDATE one_time_tokens SET created_at = created_at - interval '1 hour' WHERE token_hash IN
             (SELECT token_hash FROM one_time_tokens ORDER BY created_at LIMIT 1)",
    )
    .await;
    api.ask(Some(&ada), REQUEST).await.data();
    assert_eq!(mail.next().await.to, [ada.email.as_str()]);
    assert_eq!(api.ask(Some(&ada), REQUEST).await.code(), "RATE_LIMITED");
    assert!(mail.is_empty());
}

#[tokio::test]
async fn a_day_later_nothing_is_left_of_a_token() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    for who in [&ada, &ada, &bob] {
        api.ask(Some(who), REQUEST).await.data();
        mail.next().await;
    }
    api.sql("UPDATE one_time_tokens SET created_at = created_at - interval '25 hours'").await;
    api.ask(Some(&bob), REQUEST).await.data();
    let kept = mail.next().await.token();
    assert_eq!(line(&api, "SELECT token_hash::text FROM one_time_tokens").await, hash(&kept));
}

#[tokio::test]
async fn the_table_takes_no_token_in_the_clear_and_no_two_that_live() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut admin = api.admin().await;
    let mut insert = async |token: &str, purpose: &str| {
        let sql = format!(
            "INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, expires_at)
             VALUES ('{token}', '{}', '{purpose}', 'ada@example.com', now())",
            ada.id
        );
        let done = sea_orm::sqlx::raw_sql(sea_orm::sqlx::AssertSqlSafe(sql)).execute(&mut admin).await;
        done.err().and_then(|error| error.as_database_error()?.constraint().map(ToOwned::to_owned))
    };
    let (one, other) = (hash("one"), hash("other"));
    assert_eq!(
        insert("a token as it was sent", "verify_email").await.as_deref(),
        Some("one_time_tokens_token_hash_check")
    );
    assert_eq!(insert(&one, "anything").await.as_deref(), Some("one_time_tokens_purpose_check"));
    assert_eq!(insert(&one, "verify_email").await, None);
    assert_eq!(insert(&other, "verify_email").await.as_deref(), Some("idx_one_time_tokens_user_id_purpose"));
    assert_eq!(insert(&other, "reset_password").await, None);
}
