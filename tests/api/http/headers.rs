//! Request ids, compression, faults of the server.

use std::panic;

use axum::{
    body::Body,
    http::{HeaderValue, Request},
};
use serde_json::json;
use tracing::{Event, Metadata, Subscriber, span};

use super::{VERSION, post, send};
use crate::support::Api;

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let api = Api::start().await;
    let body = json!({ "query": VERSION }).to_string();
    let own = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    let kept = send(&api, post().header("x-request-id", own), body.clone()).await;
    assert_eq!(kept.header("x-request-id"), own);
    let mut seen = Vec::new();
    for sent in ["", "7", "not a uuid", "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8", "x\u{e4}"] {
        let sent = HeaderValue::from_bytes(sent.as_bytes()).unwrap();
        seen.push(
            send(&api, post().header("x-request-id", sent), body.clone()).await.header("x-request-id").to_owned(),
        );
    }
    for path in ["/healthz", "/nowhere", "/graphql"] {
        seen.push(send(&api, Request::get(path), Body::empty()).await.header("x-request-id").to_owned());
    }
    for id in &seen {
        assert_eq!(uuid::Uuid::try_parse(id).unwrap().get_version_num(), 7, "{id}");
    }
    let mut different = seen.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), seen.len());
}

#[tokio::test]
async fn a_large_answer_is_compressed_when_asked() {
    let api = Api::start().await;
    let body = json!({ "query": "{ __schema { types { name description } } }" }).to_string();
    let plain = send(&api, post(), body.clone()).await;
    assert_eq!(plain.header("content-encoding"), "");
    let gzip = send(&api, post().header("accept-encoding", "gzip"), body.clone()).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.bytes[..2], [0x1f, 0x8b]);
    // A gzip stream ends with the length of what was packed.
    let length: [u8; 4] = gzip.bytes[gzip.bytes.len() - 4..].try_into().unwrap();
    assert_eq!(u32::from_le_bytes(length) as usize, plain.bytes.len());
    let br = send(&api, post().header("accept-encoding", "gzip;q=0.5, br"), body).await;
    assert_eq!(br.header("content-encoding"), "br");
    assert!(br.bytes.len() * 3 < plain.bytes.len(), "{} of {}", br.bytes.len(), plain.bytes.len());
    assert!(br.header("vary").contains("accept-encoding"));
}

#[tokio::test]
async fn a_panic_is_masked_and_the_next_request_served() {
    let api = Api::start().await;
    let body = json!({ "query": VERSION }).to_string();
    let own = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let guard = tracing::subscriber::set_default(Fault);
    let reply = send(&api, post().header("x-request-id", own), body.clone()).await;
    drop(guard);
    panic::set_hook(hook);
    assert_eq!(reply.refusal(), json!([500, "INTERNAL", null]));
    assert_eq!(reply.json()["errors"][0]["message"], "Something went wrong on the server.");
    assert!(!reply.text().contains("secret"), "{}", reply.text());
    assert_eq!(reply.header("x-request-id"), own);
    assert_eq!(send(&api, post(), body).await.status, 200);
}

/// A subscriber that panics where an operation begins: the nearest thing to a fault inside a handler.
struct Fault;

impl Subscriber for Fault {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "operation"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        panic!("a fault with a secret");
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
