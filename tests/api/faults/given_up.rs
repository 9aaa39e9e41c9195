//! Requests that nobody waits for any more: the client has gone, or the server's own patience is at its end.
//!
//! Either way the statement ends in the database, and nothing of it stands.

use std::time::Duration;

use sea_orm::sqlx;
use stackmotive::config::Settings;
use tokio::io::AsyncWriteExt;

use super::{
    client::{Client, request},
    outages::{entries, lock_the_journal, waits_for_a_lock},
};
use crate::support::Server;

const WRITE: &str = "mutation { createJournalEntry(input: { content: \"for nobody\" }) { journalEntry { id } } }";

/// A server on whose statements nobody else puts an end.
fn patient() -> Settings {
    let mut settings = Settings::for_tests();
    settings.statement_timeout_ms = 120_000;
    settings.limits.lock_timeout = Duration::from_secs(120);
    settings
}

#[tokio::test]
async fn what_a_client_asked_who_vanished_is_taken_back() {
    let server = Server::start_as(patient()).await;
    let ada = server.api.somebody("ada").await;
    // One closes the connection, the other only says that it will send no more, which looks the same from here.
    for half in [false, true] {
        let mut other = lock_the_journal(&server.api).await;
        let mut client = Client::connect(server.address).await;
        client.send(&request(WRITE, &ada.token)).await;
        waits_for_a_lock(&server.api, true).await;
        if half {
            client.stream.shutdown().await.unwrap();
            assert!(client.answer().await.is_none());
        } else {
            drop(client);
        }
        waits_for_a_lock(&server.api, false).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
        assert_eq!(entries(&server.api).await, 0);
    }
    let mut client = Client::connect(server.address).await;
    client.send(&request("{ viewer { email } }", &ada.token)).await;
    let reply = client.answer().await.expect("an answer");
    assert_eq!(reply.json()["data"]["viewer"]["email"], "ada@example.com");
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_and_taken_back() {
    let mut settings = patient();
    settings.limits.request_timeout = Duration::from_secs(1);
    let server = Server::start_as(settings).await;
    let ada = server.api.somebody("ada").await;
    let mut other = lock_the_journal(&server.api).await;
    let answer = server.api.ask(Some(&ada), WRITE).await;
    assert_eq!((answer.code(), answer.message()), ("UNAVAILABLE", "This took too long and was stopped."));
    waits_for_a_lock(&server.api, false).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(entries(&server.api).await, 0);
}
