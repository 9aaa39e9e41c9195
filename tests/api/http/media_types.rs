//! Which media type an answer has, and what that does to its status.

use axum::http::Request;
use serde_json::json;

use super::{GRAPHQL, VERSION, send};
use crate::support::Api;

const JSON: &str = "application/json";

#[tokio::test]
async fn is_the_one_that_the_client_likes_best() {
    let api = Api::start().await;
    for (accept, kind) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some("application/*"), JSON),
        (Some("application/json"), JSON),
        (Some("APPLICATION/JSON"), JSON),
        (Some(GRAPHQL), GRAPHQL),
        (Some("application/graphql-response+json, application/json"), GRAPHQL),
        (Some("application/json, application/graphql-response+json; charset=utf-8"), GRAPHQL),
        (Some("application/json, application/graphql-response+json;q=0.9"), JSON),
        (Some("application/graphql-response+json;q=0.2, */*;q=0.1"), GRAPHQL),
        (Some("application/graphql-response+json;q=0, */*"), JSON),
        (Some("text/html, */*;q=0.1"), JSON),
    ] {
        let mut request = Request::post("/graphql").header("content-type", JSON);
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let reply = send(&api, request, json!({ "query": VERSION }).to_string()).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, &*format!("{kind}; charset=utf-8")),
            "{accept:?}"
        );
    }
}

#[tokio::test]
async fn is_refused_with_406_when_the_client_takes_neither() {
    let api = Api::start().await;
    for accept in
        ["text/html", "application/xml", "application/json;q=0", "application/json;q=0.0, */*;q=0", "json", ""]
    {
        let request = Request::post("/graphql").header("content-type", JSON).header("accept", accept);
        let reply = send(&api, request, json!({ "query": VERSION }).to_string()).await;
        assert_eq!(reply.status, 406, "{accept}");
        let request = Request::get("/graphql?query=%7BserverInfo%7Bversion%7D%7D").header("accept", accept);
        assert_eq!(send(&api, request, "").await.status, 406, "{accept}");
    }
}

#[tokio::test]
async fn decides_the_status_of_a_document_that_cannot_run() {
    let api = Api::start().await;
    let required = "query($id: ID!) { node(id: $id) { id } }";
    for query in ["{ nope }", "{ serverInfo {", "query A { nope } query B { nope }", required, "subscription { nope }"]
    {
        for (accept, status) in [(GRAPHQL, 400), (JSON, 200)] {
            let request = Request::post("/graphql").header("content-type", JSON).header("accept", accept);
            let reply = send(&api, request, json!({ "query": query }).to_string()).await;
            assert_eq!(reply.status, status, "{query}");
            assert_eq!(reply.json().get("data"), None, "{query}");
            for error in reply.json()["errors"].as_array().unwrap() {
                assert_eq!(error["extensions"]["code"], "INVALID", "{query}");
                assert!(error["extensions"]["issues"][0]["path"].is_array(), "{query}");
            }
        }
    }
    // A field that fails is another matter: the rest was executed.
    for accept in [GRAPHQL, JSON] {
        let request = Request::post("/graphql").header("content-type", JSON).header("accept", accept);
        let reply = send(&api, request, json!({ "query": "{ viewer { id } }" }).to_string()).await;
        assert_eq!((reply.status, &reply.json()["data"]), (200, &json!({ "viewer": null })));
    }
    // A request that is none is refused under either.
    let request = Request::post("/graphql").header("content-type", JSON).header("accept", JSON);
    assert_eq!(send(&api, request, "{").await.status, 400);
}
