//! What documents cost, who pays for them, and what happens when nothing is left.

mod budgets;
mod proxies;
mod requests;
mod servers;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, request::Builder},
};
use serde_json::{Value, json};
use stackmotive::{app::App, budget::Budgets};
use tower::ServiceExt;

use crate::support::{Api, Somebody};

/// Ten points, whoever asks: introspection has a fixed price.
const TEN: &str = "{ __schema { queryType { name } } }";

/// The time of budgets, which stands still unless a test moves it on.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_nanos()).unwrap(), Ordering::SeqCst);
    }

    /// Gives an app budgets of so many percent on this clock.
    fn set(&self, app: &mut App, percent: u32) {
        let time = self.0.clone();
        app.budgets = Budgets::on_clock(percent, move || Duration::from_nanos(time.load(Ordering::SeqCst)));
    }
}

async fn start(percent: u32) -> (Api, Clock) {
    let clock = Clock::default();
    let api = Api::start_with(|app| clock.set(app, percent)).await;
    (api, clock)
}

/// An answer with its headers.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the one error; empty when there is none.
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    /// What was requested, what it cost, and what is left.
    fn cost(&self) -> (u64, u64, u64) {
        let number = |name: &str| self.body["extensions"]["cost"][name].as_u64();
        let numbers = (number("requested"), number("actual"), number("remaining"));
        let (Some(requested), Some(actual), Some(remaining)) = numbers else { panic!("no cost in {:#}", self.body) };
        (requested, actual, remaining)
    }

    fn remaining(&self) -> u64 {
        self.cost().2
    }
}

async fn send(api: &Api, request: Builder, document: &str, variables: Value) -> Reply {
    let body = json!({ "query": document, "variables": variables }).to_string();
    let request = request.header("content-type", "application/json").body(Body::from(body)).unwrap();
    let response = api.router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Reply { status, headers, body: serde_json::from_slice(&bytes).unwrap() }
}

fn post() -> Builder {
    Request::post("/graphql").header("accept", "application/graphql-response+json")
}

async fn ask(api: &Api, who: &Somebody, document: &str) -> Reply {
    send(api, post().header("authorization", format!("Bearer {}", who.token)), document, json!({})).await
}

/// Asks without a token, from an address.
async fn ask_from(api: &Api, address: &str, document: &str) -> Reply {
    send(api, from(post(), address), document, json!({})).await
}

fn from(request: Builder, address: &str) -> Builder {
    let address: IpAddr = address.parse().unwrap();
    request.extension(ConnectInfo(SocketAddr::new(address, 4711)))
}

/// Asks until nothing is left; how often it was let through.
async fn exhaust(api: &Api, who: &Somebody) -> u32 {
    for count in 0.. {
        let reply = ask(api, who, TEN).await;
        if reply.status == 429 {
            return count;
        }
        assert_eq!((reply.status, reply.body["data"]["__schema"]["queryType"]["name"].as_str()), (200, Some("Query")));
    }
    unreachable!("a budget ends")
}
