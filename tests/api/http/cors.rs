//! Pages of other origins: those that the settings name may call, all others are told nothing.

use axum::{
    body::Body,
    http::{Request, request::Builder},
};
use serde_json::json;

use super::{Reply, VERSION, post, send};
use crate::support::Api;

const KNOWN: &str = "https://app.example.com";
const FOREIGN: [&str; 7] = [
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "https://app.example.com.evil.example",
    "*",
    "null",
];

async fn start() -> Api {
    Api::start_with(|app| app.settings.cors_origins = vec![KNOWN.to_owned(), "http://localhost:5173".to_owned()]).await
}

fn preflight(path: &str, origin: &str) -> Builder {
    let request = Request::builder().method("OPTIONS").uri(path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "authorization,content-type,idempotency-key")
}

/// What an answer tells of other origins, `name: value`, in the order of the names.
fn told(reply: &Reply) -> Vec<String> {
    let lines = reply.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    let mut lines: Vec<_> = lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn a_named_origin_is_told_what_it_may_send() {
    let api = start().await;
    for origin in [KNOWN, "http://localhost:5173"] {
        let reply = send(&api, preflight("/graphql", origin), Body::empty()).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, ""));
        let sent = "authorization,content-type,x-request-id,idempotency-key,graphql-require-preflight,\
                    apollo-require-preflight,x-requested-with";
        assert_eq!(
            told(&reply),
            [
                "access-control-allow-credentials: true".to_owned(),
                format!("access-control-allow-headers: {sent}"),
                "access-control-allow-methods: GET,POST".to_owned(),
                format!("access-control-allow-origin: {origin}"),
                "access-control-max-age: 3600".to_owned(),
            ]
        );
    }
}

#[tokio::test]
async fn a_named_origin_may_read_answers_and_these_headers() {
    let api = start().await;
    let ask = || json!({ "query": VERSION }).to_string();
    let reply = send(&api, post().header("origin", KNOWN), ask()).await;
    assert_eq!(reply.status, 200);
    let seen =
        "x-request-id,retry-after,ratelimit,ratelimit-policy,ratelimit-limit,ratelimit-remaining,ratelimit-reset";
    let expected = [
        "access-control-allow-credentials: true".to_owned(),
        format!("access-control-allow-origin: {KNOWN}"),
        format!("access-control-expose-headers: {seen}"),
    ];
    assert_eq!(told(&reply), expected);
    // Refusals too, so that a client sees why.
    let reply = send(&api, post().header("origin", KNOWN), "{").await;
    assert_eq!((reply.status, told(&reply)), (400, expected.to_vec()));
}

#[tokio::test]
async fn any_other_origin_is_told_nothing() {
    let api = start().await;
    for foreign in FOREIGN {
        for path in ["/graphql", "/healthz", "/", "/nowhere"] {
            let reply = send(&api, preflight(path, foreign), Body::empty()).await;
            assert_eq!(told(&reply), Vec::<String>::new(), "{foreign} {path}");
            let reply = send(&api, Request::get(path).header("origin", foreign), Body::empty()).await;
            assert_eq!(told(&reply), Vec::<String>::new(), "{foreign} {path}");
        }
        let body = json!({ "query": VERSION }).to_string();
        let reply = send(&api, post().header("origin", foreign), body).await;
        assert_eq!((reply.status, told(&reply)), (403, Vec::new()), "{foreign}");
    }
    let reply = send(&api, post(), json!({ "query": VERSION }).to_string()).await;
    assert_eq!((reply.status, told(&reply)), (200, Vec::new()), "no origin");
}

#[tokio::test]
async fn without_settings_nobody_else_may() {
    let api = Api::start().await;
    for origin in FOREIGN.into_iter().chain([KNOWN]) {
        let reply = send(&api, preflight("/graphql", origin), Body::empty()).await;
        assert_eq!(told(&reply), Vec::<String>::new(), "{origin}");
    }
}

#[tokio::test]
async fn no_cache_takes_one_origins_answer_for_anothers() {
    for api in [start().await, Api::start().await] {
        for request in [
            preflight("/graphql", KNOWN),
            preflight("/graphql", "https://evil.example"),
            post().header("origin", KNOWN),
            post(),
            Request::get("/healthz"),
        ] {
            let reply = send(&api, request, json!({ "query": VERSION }).to_string()).await;
            let vary = reply.headers.get_all("vary").iter().map(|value| value.to_str().unwrap());
            let vary: Vec<_> = vary.flat_map(|value| value.split(", ")).collect();
            for name in ["origin", "access-control-request-method", "access-control-request-headers"] {
                assert!(vary.contains(&name), "{vary:?}");
            }
        }
    }
}
