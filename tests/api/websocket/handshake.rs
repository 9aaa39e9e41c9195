//! Who may open a connection.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Heard, PROTOCOL, Socket, VERSION, start};
use crate::support::{Api, Server};

async fn refusal(server: &Server, headers: &[(&str, &str)]) -> (u16, Value) {
    let Err(response) = Socket::shake(server, headers).await else { panic!("{headers:?} was let in") };
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let body: Value = serde_json::from_slice(response.body().as_deref().unwrap_or_default()).unwrap();
    (response.status().as_u16(), body["errors"][0]["extensions"]["code"].clone())
}

#[tokio::test]
async fn speaks_one_protocol_alone() {
    let server = start().await;
    for protocol in ["graphql-ws", "graphql-transport-wss", "soap, mqtt", "GRAPHQL-TRANSPORT-WS"] {
        let refused = refusal(&server, &[("sec-websocket-protocol", protocol)]).await;
        assert_eq!(refused, (400, json!("INVALID")), "{protocol}");
    }
    assert_eq!(refusal(&server, &[]).await, (400, json!("INVALID")));
    let both = format!("graphql-ws, {PROTOCOL}");
    assert!(Socket::shake(&server, &[("sec-websocket-protocol", &both)]).await.is_ok());
}

#[tokio::test]
async fn takes_no_page_of_another_origin() {
    let api = Api::start_with(|app| app.settings.cors_origins = vec!["https://app.example.com".to_owned()]).await;
    let server = Server::of(api).await;
    let protocol = ("sec-websocket-protocol", PROTOCOL);
    let own = server.url();
    for headers in [
        vec![protocol, ("origin", "https://evil.example")],
        vec![protocol, ("origin", "null")],
        vec![protocol, ("origin", "https://app.example.com.evil.example")],
        vec![protocol, ("origin", "http://app.example.com")],
        vec![protocol, ("origin", "http://127.0.0.1:1")],
        vec![protocol, ("sec-fetch-site", "cross-site")],
        vec![protocol, ("sec-fetch-site", "same-site"), ("origin", &own)],
    ] {
        assert_eq!(refusal(&server, &headers).await, (403, json!("FORBIDDEN")), "{headers:?}");
    }
    for headers in [
        vec![protocol],
        vec![protocol, ("origin", &own)],
        vec![protocol, ("sec-fetch-site", "same-origin"), ("origin", &own)],
        vec![protocol, ("sec-fetch-site", "cross-site"), ("origin", "https://app.example.com")],
    ] {
        assert!(Socket::shake(&server, &headers).await.is_ok(), "{headers:?}");
    }
}

#[tokio::test]
async fn takes_no_token() {
    let server = start().await;
    let ada = server.api.somebody("ada").await;
    let token = format!("Bearer {}", ada.token);
    let headers = [("sec-websocket-protocol", PROTOCOL), ("authorization", &*token)];
    let mut socket = Socket::shake(&server, &headers).await.expect("a handshake");
    socket.init(None).await;
    assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "connection_ack" })));
    let answer = socket.ask("1", "{ viewer { email } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn runs_nothing_by_itself() {
    let server = start().await;
    let upgrade = |request: axum::http::request::Builder| {
        request.uri("/graphql?query=%7BserverInfo%7Bversion%7D%7D").header("upgrade", "websocket")
    };
    for (request, status) in [
        (upgrade(Request::get("/")), 400),
        (upgrade(Request::get("/")).header("connection", "upgrade"), 400),
        (upgrade(Request::post("/")).header("connection", "upgrade"), 415),
    ] {
        let response = server.api.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("data"), "{body:?}");
    }
    let mut socket = Socket::open(&server, None).await;
    assert_eq!(socket.ask("1", VERSION).await["data"], json!({ "serverInfo": { "version": "0.1.0" } }));
}
