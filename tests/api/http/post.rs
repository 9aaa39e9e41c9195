//! A document in the body.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{GRAPHQL, VERSION, post, send};
use crate::support::Api;

#[tokio::test]
async fn runs_what_the_body_asks() {
    let api = Api::start().await;
    let version = json!({ "data": { "serverInfo": { "version": "0.1.0" } } });
    for body in [
        json!({ "query": VERSION }),
        json!({ "query": VERSION, "variables": null, "operationName": null, "extensions": null }),
        json!({ "query": VERSION, "variables": {}, "operationName": "", "extensions": { "persistedQuery": { "a": [1] } } }),
        json!({ "query": VERSION, "variables": { "unused": 1 }, "extensions": "ignored", "more": 1 }),
        json!({ "query": format!("query A {VERSION}"), "operationName": "A" }),
        json!({ "query": format!("query Named {VERSION}") }),
    ] {
        let reply = send(&api, post(), body.to_string()).await;
        assert_eq!((reply.status, reply.json()), (200, version.clone()), "{body}");
        assert_eq!(reply.header("content-type"), "application/graphql-response+json; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn says_what_is_wrong_with_the_body() {
    let api = Api::start().await;
    let issue = |path: Value, code: &str| json!([400, "INVALID", [[path, code]]]);
    let named = format!("query A {VERSION}");
    let two = format!("{named} query B {VERSION}");
    for (body, expected) in [
        ("".to_owned(), issue(json!([]), "FORMAT")),
        ("{ \"query\": ".to_owned(), issue(json!([]), "FORMAT")),
        ("{} {}".to_owned(), issue(json!([]), "FORMAT")),
        ("\u{feff}{}".to_owned(), issue(json!([]), "FORMAT")),
        (format!("{}{}", "[".repeat(200), "]".repeat(200)), json!([400, "TOO_COMPLEX", null])),
        (json!([{ "query": VERSION }]).to_string(), issue(json!([]), "FORMAT")),
        ("[]".to_owned(), issue(json!([]), "FORMAT")),
        ("{}".to_owned(), issue(json!(["query"]), "REQUIRED")),
        ("null".to_owned(), issue(json!(["query"]), "REQUIRED")),
        ("\"{ serverInfo { version } }\"".to_owned(), issue(json!(["query"]), "REQUIRED")),
        (json!({ "query": null }).to_string(), issue(json!(["query"]), "REQUIRED")),
        (json!({ "query": 5 }).to_string(), issue(json!(["query"]), "REQUIRED")),
        (json!({ "query": [VERSION] }).to_string(), issue(json!(["query"]), "REQUIRED")),
        (json!({ "query": "" }).to_string(), issue(json!([]), "FORMAT")),
        (json!({ "query": VERSION, "variables": [] }).to_string(), issue(json!(["variables"]), "FORMAT")),
        (json!({ "query": VERSION, "variables": "{}" }).to_string(), issue(json!(["variables"]), "FORMAT")),
        (json!({ "query": VERSION, "operationName": 5 }).to_string(), issue(json!(["operationName"]), "FORMAT")),
        (json!({ "query": VERSION, "operationName": "A" }).to_string(), issue(json!(["operationName"]), "NOT_FOUND")),
        (json!({ "query": named, "operationName": "B" }).to_string(), issue(json!(["operationName"]), "NOT_FOUND")),
        (json!({ "query": two, "operationName": "A" }).to_string(), issue(json!(["query"]), "FORMAT")),
        (json!({ "query": two }).to_string(), issue(json!(["query"]), "FORMAT")),
    ] {
        let reply = send(&api, post(), body.clone()).await;
        assert_eq!(reply.refusal(), expected, "{body}");
        assert_eq!(reply.json().get("data"), None, "{body}");
    }
    let no_text = send(&api, post(), vec![0xff, 0xfe, b'{', b'}']).await;
    assert_eq!(no_text.refusal(), issue(json!([]), "FORMAT"));
}

#[tokio::test]
async fn takes_128_kilobytes_and_no_byte_more() {
    let api = Api::start().await;
    let whole = |size: usize| {
        let body = json!({ "query": VERSION, "extensions": "" }).to_string();
        body.replace("\"extensions\":\"\"", &format!("\"extensions\":\"{}\"", "x".repeat(size - body.len())))
    };
    let body = whole(128 * 1024);
    assert_eq!(body.len(), 131_072);
    assert_eq!(send(&api, post(), body).await.status, 200);
    for size in [128 * 1024 + 1, 129 * 1024] {
        let reply = send(&api, post(), whole(size)).await;
        assert_eq!(reply.refusal(), json!([413, "TOO_COMPLEX", null]));
        assert_eq!(reply.header("content-type"), "application/graphql-response+json; charset=utf-8");
    }
}

#[tokio::test]
async fn takes_json_in_utf_8_alone() {
    let api = Api::start().await;
    let body = json!({ "query": VERSION }).to_string();
    for (kind, status) in [
        ("application/json", 200),
        ("Application/JSON; Charset=UTF-8", 200),
        ("application/json;charset=\"utf-8\"", 200),
        ("application/json; profile=x", 200),
        ("application/json; charset=iso-8859-1", 415),
        ("application/graphql", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/mixed; boundary=x", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("", 415),
    ] {
        let request = Request::post("/graphql").header("accept", GRAPHQL).header("content-type", kind);
        let reply = send(&api, request, body.clone()).await;
        assert_eq!(reply.status, status, "{kind}");
        if status == 415 {
            assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]), "{kind}");
        }
    }
    let reply = send(&api, Request::post("/graphql"), Body::from(body)).await;
    assert_eq!(reply.refusal(), json!([415, "INVALID", [[[], "FORMAT"]]]));
}
