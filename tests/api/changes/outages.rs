//! The connection to the database is lost, or the database goes away, and a subscriber is slower than its changes.

use std::time::Duration;

use sea_orm::sqlx;
use serde_json::json;
use stackmotive::config::{Limits, Settings};

use super::{EVERYTHING, create, error, follow, notify, resync, told};
use crate::{
    faults::middleman::{Middleman, Mode},
    support::{Api, Server},
    websocket::Socket,
};

#[tokio::test]
async fn whoever_listened_through_a_lost_connection_is_told_to_fetch_again() {
    let server = Server::two().await;
    let ada = server.api.somebody("ada").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    follow(&mut socket, "1", EVERYTHING).await;
    for _ in 0..2 {
        // As a restart of PostgreSQL does to it.
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE application_name = 'stackmotive_changes' AND datname = current_database()";
        let ended: i64 = sqlx::query_scalar(end).fetch_one(&mut server.api.admin().await).await.unwrap();
        assert_eq!(ended, 1, "one connection a server");
        assert_eq!(told(&mut socket, "1").await, resync());
        let (list, _) = create(&server.api, &ada).await;
        assert_eq!(told(&mut socket, "1").await["id"], json!(list));
        assert_eq!(told(&mut socket, "1").await["type"], "WATCHLIST_ITEM");
    }
}

#[tokio::test]
async fn a_database_that_vanished_without_a_word_is_listened_to_again_when_it_is_back() {
    for mode in [Mode::Frozen, Mode::Gone] {
        let mut settings = Settings::for_tests();
        settings.limits.database_silence = Limits::default().database_silence;
        let mut middleman = None;
        let api = Api::start_by_way_of(settings, |url| middleman.insert(Middleman::before(url)).url.clone()).await;
        let middleman = middleman.unwrap();
        let server = Server::beside_another(api).await;
        let ada = server.api.somebody("ada").await;
        let mut socket = Socket::open(&server, Some(&ada)).await;
        follow(&mut socket, "1", EVERYTHING).await;
        middleman.set(mode);
        while server.api.send_get("/readyz").await == 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // What happens now can't be heard, and nothing new can begin.
        socket.subscribe("2", EVERYTHING).await;
        assert_eq!(error(&mut socket, "2").await.0, "UNAVAILABLE", "{mode:?}");
        middleman.set(Mode::Passing);
        assert_eq!(told(&mut socket, "1").await, resync(), "{mode:?}");
        let (list, _) = create(&server.api, &ada).await;
        // A connection that was being made meanwhile may have been lost again.
        let mut next = told(&mut socket, "1").await;
        while next["kind"] == "RESYNC" {
            next = told(&mut socket, "1").await;
        }
        assert_eq!(next["id"], json!(list), "{mode:?}");
    }
}

#[tokio::test]
async fn who_takes_changes_slower_than_they_come_is_dropped_and_told() {
    let server = Server::beside_another(Api::start_with(|app| app.changes.limits.waiting_max = 5).await).await;
    let ada = server.api.somebody("ada").await;
    let (mut slow, mut other) = (Socket::open(&server, Some(&ada)).await, Socket::open(&server, Some(&ada)).await);
    follow(&mut slow, "1", "subscription { viewerChanges(types: HOLDING) { kind } }").await;
    follow(&mut other, "1", "subscription { viewerChanges(types: WATCHLIST) { type } }").await;
    let changes: Vec<_> = (0..100).map(|_| json!(["created", "holding"])).collect();
    notify(&server.api, &json!({ "user": ada.id, "changes": changes }).to_string()).await;
    let mut heard = 0;
    let last = loop {
        let message = slow.message().await;
        if message["type"] == "error" {
            break message;
        }
        heard += 1;
    };
    assert!((5..=6).contains(&heard), "{heard} changes were kept");
    assert_eq!(last["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    let sentence = "Changes came faster than they were taken: subscribe again, and fetch again what is shown.";
    assert_eq!(last["payload"][0]["message"], sentence);
    create(&server.api, &ada).await;
    assert_eq!(told(&mut other, "1").await, json!({ "type": "WATCHLIST" }));
    follow(&mut slow, "1", EVERYTHING).await;
    assert_eq!(Api::start().await.app.changes.limits.waiting_max, 256);
}
