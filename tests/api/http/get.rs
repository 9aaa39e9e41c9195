//! A query in the address.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::{GRAPHQL, VERSION, get, send};
use crate::support::Api;

#[tokio::test]
async fn runs_a_query_with_its_variables_and_name() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let query = "query B($id: ID!) { node(id: $id) { id } }";
    let id = format!("user_{}", ada.id);
    let parameters = [("query", query), ("operationName", "B"), ("variables", &*json!({ "id": id }).to_string())];
    let token = format!("Bearer {}", ada.token);
    let reply = send(&api, get(&parameters).header("authorization", token), Body::empty()).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "data": { "node": { "id": id } } })));
    let empty = [("query", VERSION), ("operationName", ""), ("variables", ""), ("extensions", "{}")];
    let reply = send(&api, get(&empty), Body::empty()).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "data": { "serverInfo": { "version": "0.1.0" } } })));
}

#[tokio::test]
async fn refuses_everything_but_a_query_with_405() {
    let api = Api::start().await;
    let named = "mutation B { signOut { sessionId } }";
    for parameters in [
        vec![("query", "mutation { signOut { sessionId } }")],
        vec![("query", named), ("operationName", "B")],
        vec![("query", "subscription { serverInfo }")],
    ] {
        let reply = send(&api, get(&parameters), Body::empty()).await;
        assert_eq!(reply.refusal(), json!([405, "INVALID", [[["query"], "FORMAT"]]]));
        assert_eq!(reply.header("allow"), "POST");
    }
    let both = format!("query A {VERSION} {named}");
    let reply = send(&api, get(&[("query", &both), ("operationName", "A")]), Body::empty()).await;
    assert_eq!(reply.refusal(), json!([400, "INVALID", [[["query"], "FORMAT"]]]));
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri("/graphql");
        let reply = send(&api, request, Body::empty()).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET,HEAD,POST"));
    }
}

#[tokio::test]
async fn says_what_is_wrong_with_the_address() {
    let api = Api::start().await;
    for (parameters, expected) in [
        (vec![], json!([400, "INVALID", [[["query"], "REQUIRED"]]])),
        (vec![("variables", "{}")], json!([400, "INVALID", [[["query"], "REQUIRED"]]])),
        (vec![("query", "")], json!([400, "INVALID", [[[], "FORMAT"]]])),
        (vec![("query", VERSION), ("variables", "{")], json!([400, "INVALID", [[["variables"], "FORMAT"]]])),
        (vec![("query", VERSION), ("variables", "[1]")], json!([400, "INVALID", [[["variables"], "FORMAT"]]])),
        (vec![("query", VERSION), ("variables", "5")], json!([400, "INVALID", [[["variables"], "FORMAT"]]])),
        (vec![("query", VERSION), ("operationName", "B")], json!([400, "INVALID", [[["operationName"], "NOT_FOUND"]]])),
    ] {
        let reply = send(&api, get(&parameters), Body::empty()).await;
        assert_eq!(reply.refusal(), expected, "{parameters:?}");
    }
    let no_text = Request::get("/graphql?query=%ff%fe").header("accept", GRAPHQL).header("x-requested-with", "x");
    assert_eq!(send(&api, no_text, Body::empty()).await.refusal(), json!([400, "INVALID", [[[], "FORMAT"]]]));
}
