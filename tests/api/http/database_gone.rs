//! What clients are told while the database is away.

use std::time::Duration;

use sea_orm::sqlx;
use secrecy::SecretString;
use serde_json::json;
use stackmotive::{
    access::{Mode, Scope},
    config::Settings,
    database::{Database, transaction::Transaction},
};
use tokio::time::timeout;

use super::assert_discreet;
use crate::{
    faults::middleman::{self, Middleman},
    support::{Answer, Api},
};

const SIGN_IN: &str = "mutation { signIn(input: { email: \"ada@example.com\", password: \"x\" }) { accessToken } }";

fn codes(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().unwrap().iter();
    errors.map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everything_that_needs_it_is_unavailable_and_the_rest_answers() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let address = api.admin_url.clone();
    api.app.database.pool.close().await;
    let query =
        "{ viewer { id } node(id: \"user_0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e\") { id } serverInfo { version } }";
    let answer = api.ask(Some(&ada), query).await;
    assert_eq!(codes(&answer), ["UNAVAILABLE", "UNAVAILABLE"]);
    assert_eq!(answer.body["data"], json!({ "viewer": null, "node": null, "serverInfo": { "version": "0.1.0" } }));
    for mutation in [
        SIGN_IN,
        "mutation { register(input: { email: \"bob@example.com\", password: \"longenough\" }) { accessToken } }",
        "mutation { refreshSession(input: { refreshToken: \"x\" }) { accessToken } }",
        "mutation { signOut { sessionId } }",
    ] {
        let answer = api.ask(Some(&ada), mutation).await;
        assert_eq!(codes(&answer), ["UNAVAILABLE"], "{mutation}");
        assert_eq!(answer.message(), "The database cannot be reached now; try again shortly.");
        assert!(!answer.body.to_string().contains(&address));
        assert_discreet(&api, &answer.body.to_string()).await;
    }
    // Nobody is still nobody: that needs no database.
    assert_eq!(codes(&api.ask(None, "{ viewer { id } }").await), ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let mut settings = Settings::for_tests();
    settings.limits.acquire_timeout = Duration::from_millis(100);
    let nowhere = SecretString::from("postgres://nobody@127.0.0.1:1/nothing");
    let database = Database::open(&nowhere, &settings).unwrap();
    let api = Api::start_with(|app| app.database = database).await;
    let answer = api.ask(None, SIGN_IN).await;
    assert_eq!(codes(&answer), ["UNAVAILABLE"]);
    assert!(!answer.body.to_string().contains("127.0.0.1"), "{}", answer.body);
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced_unnoticed() {
    let mut settings = Settings::for_tests();
    settings.pool_size = 1;
    let api = Api::start_as(settings, |_| ()).await;
    let ada = api.somebody("ada").await;
    let query = "{ viewer { email portfolios { totalCount } } }";
    let expected = json!({ "viewer": { "email": "ada@example.com", "portfolios": { "totalCount": 0 } } });
    assert_eq!(api.ask(Some(&ada), query).await.data(), &expected);
    let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'stackmotive'";
    api.sql(cut).await;
    assert_eq!(api.ask(Some(&ada), query).await.data(), &expected);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable_and_changes_nothing() {
    let mut settings = Settings::for_tests();
    settings.statement_timeout_ms = 300;
    let api = Api::start_as(settings, |_| ()).await;
    let ada = api.somebody("ada").await;
    let mut other = api.admin().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE user_sessions").execute(&mut other).await.unwrap();
    let answer = api.ask(Some(&ada), "{ viewer { id } }").await;
    assert_eq!(codes(&answer), ["UNAVAILABLE"]);
    assert_eq!(answer.message(), "This took too long and was stopped.");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(api.ask(Some(&ada), "{ viewer { email } }").await.data()["viewer"]["email"], "ada@example.com");
}

/// A request that is given up while its transaction begins leaves a connection on which PostgreSQL begins it after all.
#[tokio::test]
async fn a_transaction_that_nobody_waited_for_is_nobody_elses() {
    let mut settings = Settings::for_tests();
    settings.pool_size = 1;
    let mut middleman = None;
    let api = Api::start_by_way_of(settings, |url| middleman.insert(Middleman::before(url)).url.clone()).await;
    let middleman = middleman.unwrap();
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let read = "{ viewer { email journalEntries { totalCount } } }";
    let write = "mutation { createJournalEntry(input: { content: \"mine\" }) { journalEntry { content } } }";
    let expected =
        |count| json!({ "viewer": { "email": "bob@example.com", "journalEntries": { "totalCount": count } } });
    assert_eq!(api.ask(Some(&bob), read).await.data(), &expected(0));
    for (count, mode) in [(1, Mode::Read), (2, Mode::Write)] {
        middleman.set(middleman::Mode::Frozen);
        let scope = Scope::user(ada.id);
        let begin = Transaction::begin(&api.app.database.pool, &scope, mode);
        assert!(timeout(Duration::from_millis(100), begin).await.is_err(), "it waits");
        middleman.set(middleman::Mode::Passing);
        let answer = api.ask(Some(&bob), write).await;
        assert_eq!(answer.data()["createJournalEntry"]["journalEntry"]["content"], "mine");
        assert_eq!(api.ask(Some(&bob), read).await.data(), &expected(count));
        // On another connection it is seen as well, so it has been committed.
        let entries = format!("SELECT count(*) FROM journal_entries WHERE user_id = '{}'", bob.id);
        let stored: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(entries)).fetch_one(&mut api.admin().await).await.unwrap();
        assert_eq!(stored, count);
    }
}
