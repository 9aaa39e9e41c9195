//! Several servers on one database, and none.

use std::time::Duration;

use sea_orm::sqlx::{self, Row};
use stackmotive::budget::exchange::Exchange;

use super::{Clock, TEN, ask, ask_from, exhaust};
use crate::support::{Api, Somebody};

/// Servers of one database, each with a budget of 200 points for an observer; all on one clock.
async fn servers(count: usize) -> (Vec<Api>, Clock) {
    let clock = Clock::default();
    let first = Api::start_with(|app| clock.set(app, 1)).await;
    let mut servers = vec![first];
    while servers.len() < count {
        let next = servers[0].beside_with(|app| clock.set(app, 1)).await;
        servers.push(next);
    }
    (servers, clock)
}

fn exchanges(servers: &[Api]) -> Vec<Exchange> {
    servers.iter().map(|server| Exchange::new(server.app.clone())).collect()
}

/// Each server tells and hears once, and those who told first hear what the later ones told.
async fn exchange(exchanges: &mut [Exchange]) {
    for _ in 0..2 {
        for exchange in exchanges.iter_mut() {
            exchange.once().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_one_server_let_through_the_others_know_after_an_exchange() {
    let (servers, clock) = servers(2).await;
    let mut exchanges = exchanges(&servers);
    let ada = servers[0].somebody("ada").await;
    exchange(&mut exchanges).await;
    assert_eq!(exhaust(&servers[0], &ada).await, 20);
    assert_eq!(ask_from(&servers[0], "192.0.2.1", "{ __typename }").await.remaining(), 49);
    exchange(&mut exchanges).await;
    let reply = ask(&servers[1], &ada, TEN).await;
    assert_eq!((reply.status, reply.code()), (429, "RATE_LIMITED"));
    assert_eq!(ask_from(&servers[1], "192.0.2.1", "{ __typename }").await.remaining(), 48);
    // It drains on both.
    clock.pass(Duration::from_secs(7));
    assert_eq!(ask(&servers[1], &ada, TEN).await.status, 200);
}

#[tokio::test]
async fn together_they_let_through_no_more_than_each_does_between_two_exchanges() {
    let count: u8 = 3;
    let (servers, clock) = servers(count.into()).await;
    let mut exchanges = exchanges(&servers);
    let ada = servers[0].somebody("ada").await;
    exchange(&mut exchanges).await;
    let mut passed: u32 = 0;
    for round in 0..30 {
        for server in &servers {
            passed += 10 * exhaust(server, &ada).await;
        }
        if round == 0 {
            assert_eq!(passed, 3 * 200, "before the first exchange nobody knows of the others");
        }
        exchange(&mut exchanges).await;
        // Twenty seconds pass for the servers, and in the database.
        clock.pass(Duration::from_secs(20));
        servers[0].sql("UPDATE rate_limits SET empty_at = empty_at - interval '20 seconds'").await;
    }
    let minutes = 30.0 * 20.0 / 60.0;
    let (bucket, per_minute, interval) = (200.0, 100.0, 20.0 / 60.0);
    let bound = minutes * per_minute + f64::from(count) * (bucket + per_minute * interval);
    assert!(f64::from(passed) <= bound, "{passed} points passed, and {bound} may");
    let wanted = minutes * per_minute;
    assert!(f64::from(passed) >= wanted, "{passed} points passed of {wanted}");
}

#[tokio::test]
async fn what_is_given_back_is_told_as_well() {
    let (servers, _) = servers(2).await;
    let mut exchanges = exchanges(&servers);
    let ada = servers[0].somebody("ada").await;
    exchange(&mut exchanges).await;
    // 27 points are taken, and 25 given back.
    let reply = ask(&servers[0], &ada, "{ viewer { portfolios { nodes { id } } } }").await;
    assert_eq!(reply.cost(), (27, 2, 198));
    exchange(&mut exchanges).await;
    assert_eq!(ask(&servers[1], &ada, "{ viewer { id } }").await.remaining(), 197);
}

#[tokio::test]
async fn without_the_database_each_server_counts_alone() {
    let (servers, clock) = servers(1).await;
    let ada = servers[0].somebody("ada").await;
    let mut exchange = Exchange::new(servers[0].app.clone());
    exchange.once().await.unwrap();
    servers[0].app.database.pool.close().await;
    // Nobody can say whose token it is, so the address pays, a point for each request.
    let reply = ask(&servers[0], &ada, "{ viewer { id } }").await;
    assert_eq!((reply.code(), reply.cost()), ("UNAVAILABLE", (1, 1, 49)));
    assert!(exchange.once().await.is_err());
    for _ in 0..4 {
        assert_eq!(ask_from(&servers[0], "192.0.2.1", TEN).await.status, 200);
    }
    assert!(exchange.once().await.is_err());
    let refused =
        ask_from(&servers[0], "192.0.2.1", "{ a: __schema { queryType { name } } b: __schema { queryType { name } } }")
            .await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "30"));
    clock.pass(Duration::from_secs(30));
    assert_eq!(ask_from(&servers[0], "192.0.2.1", TEN).await.status, 200);
}

#[tokio::test]
async fn buckets_that_have_drained_are_deleted_and_the_application_alone_sees_none() {
    let (servers, _) = servers(1).await;
    let ada: Somebody = servers[0].somebody("ada").await;
    ask(&servers[0], &ada, TEN).await;
    Exchange::new(servers[0].app.clone()).once().await.unwrap();
    let mut admin = servers[0].admin().await;
    let names = sqlx::query("SELECT bucket FROM rate_limits").fetch_all(&mut admin).await.unwrap();
    let names: Vec<String> = names.iter().map(|row| row.get(0)).collect();
    assert_eq!(names, [format!("user_{}", ada.id)]);
    let seen = sqlx::query("SELECT FROM rate_limits").fetch_all(&*servers[0].app.database.pool).await.unwrap();
    assert_eq!(seen.len(), 0);
    let late =
        "UPDATE rate_limits SET empty_at = now() - interval '2 minutes', changed_at = now() - interval '2 minutes'";
    sqlx::query(late).execute(&mut admin).await.unwrap();
    Exchange::new(servers[0].app.clone()).forget().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM rate_limits").fetch_one(&mut admin).await.unwrap();
    assert_eq!(left, 0);
}
