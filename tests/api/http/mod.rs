//! GraphQL over HTTP, and what else the server answers.

mod bad_input;
mod cors;
mod cross_site;
mod database_gone;
mod get;
mod guard;
mod headers;
mod health;
mod media_types;
mod nulls;
mod post;
mod security_headers;
mod slow_statements;
mod uploads;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, request::Builder},
};
use sea_orm::sqlx;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::Api;

const GRAPHQL: &str = "application/graphql-response+json";
const VERSION: &str = "{ serverInfo { version } }";

/// An answer with everything that HTTP says of it.
struct Reply {
    status: u16,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Reply {
    /// The body, without what it cost.
    fn json(&self) -> Value {
        let mut body: Value =
            serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()));
        if let Some(body) = body.as_object_mut() {
            body.remove("extensions");
        }
        body
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header's text; empty when there is none.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code, and the issues' paths with their codes, of an answer with one error.
    #[track_caller]
    fn refusal(&self) -> Value {
        let body = self.json();
        let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {body:#}"));
        assert_eq!(errors.len(), 1, "{body:#}");
        assert_ne!(errors[0]["message"].as_str().unwrap_or_default(), "", "{body:#}");
        let extensions = &errors[0]["extensions"];
        let issues = extensions["issues"].as_array().map(|issues| {
            issues.iter().map(|issue| json!([issue["path"].as_array().unwrap(), issue["code"]])).collect::<Vec<_>>()
        });
        json!([self.status, extensions["code"], issues])
    }
}

async fn send(api: &Api, request: Builder, body: impl Into<Body>) -> Reply {
    let mut request = request.body(body.into()).unwrap();
    if let Some(peer) = api.peer {
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    }
    let response = api.router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Reply { status, headers, bytes }
}

/// A POST of JSON that asks for GraphQL's own media type.
fn post() -> Builder {
    Request::post("/graphql").header("content-type", "application/json").header("accept", GRAPHQL)
}

/// A GET with these parameters, which are escaped here, and the header that no page can add without leave.
fn get(parameters: &[(&str, &str)]) -> Builder {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    Request::get(format!("/graphql?{query}")).header("accept", GRAPHQL).header("graphql-require-preflight", "1")
}

/// Fails when a text tells of the database's inside: tables, constraints, SQL.
async fn assert_discreet(api: &Api, text: &str) {
    let names =
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%\\_%'
                 UNION SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                 UNION SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut api.admin().await).await.unwrap();
    assert!(names.len() > 100, "{names:?}");
    let words =
        ["SELECT ", "INSERT ", "UPDATE ", "violates", "constraint", "sqlx", "relation \"", "stackmotive_", "src/"];
    for name in names.iter().map(String::as_str).chain(words) {
        assert!(!text.contains(name), "{name} stands in {text}");
    }
}
