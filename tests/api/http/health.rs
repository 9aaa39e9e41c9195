//! Whether the server lives and can work, asked by whatever keeps it running.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use secrecy::SecretString;
use stackmotive::{
    config::{Limits, Settings},
    database::Database,
};

use super::send;
use crate::support::Api;

async fn ask(api: &Api, path: &str) -> (u16, String) {
    let reply = send(api, Request::get(path), Body::empty()).await;
    (reply.status, reply.text())
}

#[tokio::test]
async fn tells_that_all_is_well() {
    let api = Api::start().await;
    assert_eq!(ask(&api, "/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(ask(&api, "/readyz").await, (200, "ready\n".to_owned()));
    let nothing = "There is nothing here: the API is at /graphql, the playground at /.\n".to_owned();
    for path in ["/nowhere", "/graphql/", "/healthz/x", "/Healthz"] {
        assert_eq!(ask(&api, path).await, (404, nothing.clone()), "{path}");
    }
}

#[tokio::test]
async fn tells_that_the_pool_is_closed() {
    let api = Api::start().await;
    api.app.database.pool.close().await;
    assert_eq!(ask(&api, "/readyz").await, (503, "the database does not answer\n".to_owned()));
    assert_eq!(ask(&api, "/healthz").await, (200, "alive\n".to_owned()));
}

#[tokio::test]
async fn tells_within_seconds_that_the_database_is_silent() {
    // Something that takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://nobody@{}/nothing?sslmode=disable", silent.local_addr().unwrap());
    let mut settings = Settings::for_tests();
    settings.limits.database_silence = Limits::default().database_silence;
    let database = Database::open(&SecretString::from(address), &settings).unwrap();
    let api = Api::start_with(|app| app.database = database).await;
    let begun = Instant::now();
    while ask(&api, "/readyz").await != (503, "the database does not answer\n".to_owned()) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the silence is noticed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ask(&api, "/healthz").await, (200, "alive\n".to_owned()));
}
