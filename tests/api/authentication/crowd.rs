//! More sign-ins at once than the processors can check.

use std::time::Duration;

use axum::{body::Body, http::Request};
use futures_util::future::join_all;
use stackmotive::authentication::hashing::Hashing;

use super::{PASSWORD, count, line, member, outcome, sign_in};
use crate::support::Api;

#[tokio::test]
async fn stands_in_a_line_of_bounded_length_and_the_rest_comes_back_later() {
    let api = Api::start_with(|app| app.hashing = Hashing::new(1, 2, Duration::from_secs(60))).await;
    let ada = member(&api, "ada").await;
    let emails: Vec<_> = (0..20).map(|n| format!("nobody{n}@example.com")).collect();
    let answers = join_all(emails.iter().map(|email| sign_in(&api, email, "x"))).await;
    let mut outcomes: Vec<_> = answers.iter().map(outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [vec![("UNAUTHENTICATED", None); 3], vec![("UNAVAILABLE", Some(5)); 17]].concat());
    // Who was sent away has not been counted.
    let counted = "SELECT attempts::text FROM sign_in_attempts WHERE counter = 'address'";
    assert_eq!(line(&api, counted).await, "3");
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn who_waits_too_long_is_sent_away_uncounted() {
    let api = Api::start_with(|app| app.hashing = Hashing::new(1, 1, Duration::from_millis(1))).await;
    let ada = member(&api, "ada").await;
    // Another one computes all the while.
    let turn = api.app.hashing.join().map_err(|error| error.message).unwrap();
    let place = turn.place().await.map_err(|error| error.message).unwrap();
    assert_eq!(outcome(&sign_in(&api, &ada.email, PASSWORD).await), ("UNAVAILABLE", Some(5)));
    let counted = "SELECT string_agg(counter || ' ' || attempts, ', ' ORDER BY counter) FROM sign_in_attempts";
    assert_eq!(line(&api, counted).await, "account 0, account_at_address 0, address 0");
    drop((place, turn));
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn leaves_room_when_its_clients_go_away() {
    let api = Api::start_with(|app| app.hashing = Hashing::new(1, 1, Duration::from_secs(60))).await;
    let ada = member(&api, "ada").await;
    // Another one stands in the line all the while, so there is room for one more.
    let _other = api.app.hashing.join().map_err(|error| error.message).unwrap();
    let client = tokio::spawn({
        let api = api.clone();
        async move { sign_in(&api, "nobody@example.com", "x").await }
    });
    while api.app.hashing.join().is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(outcome(&sign_in(&api, &ada.email, PASSWORD).await), ("UNAVAILABLE", Some(5)));
    client.abort();
    assert!(client.await.is_err());
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn keeps_nobody_else_waiting() {
    let api = Api::start().await;
    count(&api, "password", "x@example.com", "(VALUES ('192.0.2.1'::inet))", 1).await;
    let emails: Vec<_> = (0..40).map(|n| format!("nobody{n}@example.com")).collect();
    let flood = emails.iter().enumerate().map(|(n, email)| {
        let api = api.at(&format!("198.51.100.{n}"));
        async move { sign_in(&api, email, "x").await }
    });
    let others = async {
        for _ in 0..5 {
            let alive = api.send(Request::get("/healthz").body(Body::empty()).unwrap()).await;
            assert_eq!((alive.status, alive.text.as_str()), (200, "alive\n"));
            api.ask(None, "{ serverInfo { version } onboardingSteps { name } }").await.data();
        }
    };
    tokio::select! {
        _ = join_all(flood) => panic!("the flood was over before the others were answered"),
        () = others => {}
    }
}
