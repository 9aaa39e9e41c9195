//! What the server itself tells the audit.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use sea_orm::sqlx;
use serde_json::json;
use stackmotive::{
    access::{Mode, Scope},
    database::transaction::Transaction,
    logging::{
        audit::{Event, record_in},
        types::AuditOperation,
    },
};
use uuid::Uuid;

use super::{count, entries};
use crate::support::{Api, Log, Somebody};

const REQUEST: &str = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";

fn sign_in(email: &str, password: &str) -> String {
    format!("mutation {{ signIn(input: {{ email: \"{email}\", password: \"{password}\" }}) {{ sessionId }} }}")
}

#[tokio::test]
async fn a_failed_sign_in_is_recorded_without_the_password_and_the_address() {
    let api = Api::start().await;
    let ada = crate::authentication::member(&api, "ada").await;
    for (email, password) in [
        ("ADA@example.com", "typed by ada"),
        ("stranger@example.net", "typed by him"),
        ("Stranger@example.net", "again"),
    ] {
        assert_eq!(api.ask(None, &sign_in(email, password)).await.code(), "UNAUTHENTICATED");
    }
    let found = entries(&api, "operation = 'SIGN_IN_FAILED'", &[("ada", ada.id)]).await;
    assert_eq!(found[0], r#"SIGN_IN_FAILED|nobody|-|ada|-|-|{"reason": "wrong_password"}"#);
    assert_eq!(found.len(), 3);
    assert!(found[1].contains(r#""reason": "unknown_address""#), "{}", found[1]);
    assert_eq!(found[1], found[2], "the same address, whatever its case, is recognised");
    let all = found.join("\n");
    for word in ["typed", "again", "stranger", "example"] {
        assert!(!all.contains(word), "{word} in {all}");
    }
}

#[tokio::test]
async fn a_sign_in_that_comes_too_soon_is_recorded_as_such() {
    let api = Api::start().await;
    let mut throttled = 0;
    for _ in 0..20 {
        let answer = api.ask(None, &sign_in("stranger@example.net", "typed by him")).await;
        throttled += usize::from(answer.code() == "RATE_LIMITED");
    }
    assert_ne!(throttled, 0);
    let told = r#"SIGN_IN_THROTTLED|nobody|-|-|-|-|{"code": "RATE_LIMITED", "field": "signIn"}"#;
    assert_eq!(entries(&api, "operation = 'SIGN_IN_THROTTLED'", &[]).await, vec![told; throttled]);
}

#[tokio::test]
async fn accounts_that_may_not_sign_in_are_told_apart() {
    let api = Api::start().await;
    let ada = crate::authentication::member(&api, "ada").await;
    let password = crate::authentication::PASSWORD;
    api.sql("UPDATE users SET is_active = false").await;
    assert_eq!(api.ask(None, &sign_in("ada@example.com", password)).await.code(), "FORBIDDEN");
    api.sql("UPDATE users SET is_active = true, locked_until = now() + interval '1 hour'").await;
    assert_eq!(api.ask(None, &sign_in("ada@example.com", password)).await.code(), "FORBIDDEN");
    let failed = "operation IN ('SIGN_IN_FAILED', 'REFUSED')";
    assert_eq!(
        entries(&api, failed, &[("ada", ada.id)]).await,
        [
            r#"SIGN_IN_FAILED|nobody|-|ada|-|-|{"reason": "closed"}"#,
            r#"SIGN_IN_FAILED|nobody|-|ada|-|-|{"reason": "locked"}"#
        ]
    );
}

#[tokio::test]
async fn refusals_are_recorded_with_their_field_and_code_and_nothing_that_was_sent() {
    let api = Api::start().await;
    let eve = api.somebody("eve").await;
    let refused = [
        "{ a: admin { scope } b: viewer { id } }",
        "{ node(id: \"portfolio_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e\") { id } }",
        "mutation { mine: createJournalEntry(input: { content: \" \", assetSymbol: \"SECRETSECRETSECRETSECRET\" }) \
         { journalEntry { id } } }",
        "mutation { revokeSession(input: { id: \"session_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e\" }) { sessionId } }",
    ];
    for document in refused {
        assert!(!api.ask(Some(&eve), document).await.code().is_empty());
    }
    // Slips of a query, faults before execution and what succeeds leave no trace.
    let slips = [
        "{ node(id: \"what\") { id } }",
        "{ viewer { nothing } }",
        "{ viewer { portfolios(first: -1) { totalCount } } }",
        "{ viewer { id } }",
    ];
    for document in slips {
        api.ask(Some(&eve), document).await;
    }
    assert_eq!(api.ask(None, "{ viewer { id } }").await.code(), "UNAUTHENTICATED");
    let found = entries(&api, "true", &[("eve", eve.id)]).await;
    assert_eq!(
        found,
        [
            r#"REFUSED|user|eve|-|-|-|{"code": "FORBIDDEN", "field": "admin"}"#,
            r#"REFUSED|user|eve|-|-|-|{"code": "NOT_FOUND", "field": "node"}"#,
            r#"REFUSED|user|eve|-|-|-|{"code": "INVALID", "field": "createJournalEntry", "issues": ["input.content BLANK", "input.assetSymbol TOO_LONG"]}"#,
            r#"REFUSED|user|eve|-|-|-|{"code": "NOT_FOUND", "field": "revokeSession"}"#
        ]
    );
}

#[tokio::test]
async fn a_bad_token_is_recorded_with_the_request_and_its_address() {
    let api = Api::start().await;
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", "Bearer secret but wrong")
        .header("x-request-id", REQUEST)
        .extension(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))))
        .body(Body::from(json!({ "query": "{ serverInfo { version } }" }).to_string()));
    api.send(request.unwrap()).await;
    api.app.audit.flush().await;
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT concat_ws('|', operation, scope, request_id, host(address), at > now() - interval '1 minute') FROM audit_log",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    assert_eq!(found, [format!("TOKEN_REFUSED|nobody|{REQUEST}|203.0.113.9|t")]);
}

#[tokio::test]
async fn an_event_of_a_transaction_shares_its_fate_and_its_scope() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let scope = Scope::user(ada.id).for_request(REQUEST.parse().unwrap()).from_address("203.0.113.9".parse().ok());
    // Whatever the event says of who did it, the transaction's scope decides.
    let event = Event::new(AuditOperation::Revealed).about(ada.id).on("users", ada.id).with("field", "totpSecret");
    for commits in [false, true] {
        let transaction = Transaction::begin(&api.app.database.pool, &scope, Mode::Write).await.unwrap();
        record_in(&transaction, &event).await.unwrap();
        if commits {
            transaction.commit().await.unwrap();
        }
    }
    let people = [("ada", ada.id)];
    let told = format!("request_id = '{REQUEST}' AND host(address) = '203.0.113.9'");
    assert_eq!(entries(&api, &told, &people).await, [r#"REVEALED|user|ada|ada|users|-|{"field": "totpSecret"}"#]);
    assert_eq!(count(&api).await, 1);
}

#[tokio::test]
async fn a_flood_is_cut_off_and_counted() {
    let api = Api::start().await;
    let log = Log::listen("warn");
    // Nothing is awaited, so the writer cannot take any of them away.
    for _ in 0..4096 + 17 {
        api.app.audit.record(Event::new(AuditOperation::DryRun));
    }
    api.app.audit.close().await;
    let found: Vec<(String, i64)> =
        sqlx::query_as("SELECT operation, count(*) FROM audit_log GROUP BY operation ORDER BY operation")
            .fetch_all(&mut api.admin().await)
            .await
            .unwrap();
    assert_eq!(found, [("DRY_RUN".to_owned(), 4096), ("EVENTS_DROPPED".to_owned(), 1)]);
    assert_eq!(
        entries(&api, "operation = 'EVENTS_DROPPED'", &[]).await,
        [r#"EVENTS_DROPPED|system|-|-|-|-|{"count": 17}"#]
    );
    assert!(log.text().contains("events of the audit were dropped"), "{}", log.text());
}

#[tokio::test]
async fn nobody_waits_for_the_audit() {
    let api = Api::start().await;
    let nobody = Somebody { id: Uuid::nil(), email: String::new(), token: "wrong".to_owned() };
    // A lock on the table stands for a database that does not answer.
    let mut admin = api.admin().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE audit_log").execute(&mut admin).await.unwrap();
    let waiting = api.ask(Some(&nobody), "{ serverInfo { version } }").await;
    assert_eq!(waiting.data()["serverInfo"]["version"], json!(env!("CARGO_PKG_VERSION")));
    sqlx::raw_sql("COMMIT").execute(&mut admin).await.unwrap();
    assert_eq!(entries(&api, "true", &[]).await, ["TOKEN_REFUSED|nobody|-|-|-|-|-"]);
}
