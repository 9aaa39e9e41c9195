//! Whether the server lives and can work, asked by whatever keeps it running.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use sea_orm::sqlx::postgres::PgPoolOptions;
use stackmotive::database::Database;

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
    // Something that takes connections and never says a word, behind a pool that would wait for a minute.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://nobody@{}/nothing?sslmode=disable", silent.local_addr().unwrap());
    let pool = PgPoolOptions::new().acquire_timeout(Duration::from_secs(60)).connect_lazy(&address).unwrap();
    let api = Api::start_with(|app| app.database = Database { pool }).await;
    let begun = Instant::now();
    assert_eq!(ask(&api, "/readyz").await, (503, "the database does not answer\n".to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(30), "half the pool's own patience: {:?}", begun.elapsed());
    assert_eq!(ask(&api, "/healthz").await, (200, "alive\n".to_owned()));
}
