//! GraphQL over HTTP: reading a request, choosing a media type, executing.

use std::{any::Any, net::SocketAddr, sync::Arc};

use async_graphql::{Request as Document, Variables, parser::types::OperationType};
use axum::{
    body::Bytes,
    extract::{ConnectInfo, Query, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tracing::Instrument;

use super::{
    answer::{GRAPHQL_JSON, JSON, answered, not_run, refused},
    document::Question,
    operation::Operation,
    request::{RequestId, origin},
};
use crate::{
    access::Viewer,
    app::App,
    authentication::store,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Result},
    },
};

/// How large a request's body may be.
const BODY_MAX: usize = 128 * 1024;

/// A query in the address. Mutations are refused, because a link or an image could send them.
pub async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let Some(media) = media_type(request.headers()) else { return not_acceptable() };
    let mut document = match in_address(query.as_deref().unwrap_or_default()) {
        Ok(document) => document,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    let operation = match Operation::of(&mut document) {
        Ok(operation) => operation,
        Err(error) => return refused(media, not_run(media), error),
    };
    if operation.as_ref().is_some_and(|operation| operation.kind != OperationType::Query) {
        let error = Error::invalid(&["query"], "FORMAT", "Only a query is sent with GET; send this with POST.");
        let mut response = refused(media, StatusCode::METHOD_NOT_ALLOWED, error);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    execute(app, media, (document, operation), &request.into_parts().0).await
}

/// A document in the body, as JSON.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media) = media_type(&parts.headers) else { return not_acceptable() };
    if !is_json(&parts.headers) {
        let error = Error::invalid(&[], "FORMAT", "A request is sent as application/json.");
        return refused(media, StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        let error = Error::new(ErrorCode::TooComplex, "A request's body has at most 128 KB.");
        return refused(media, StatusCode::PAYLOAD_TOO_LARGE, error);
    };
    let mut document = match in_body(&body) {
        Ok(document) => document,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    match Operation::of(&mut document) {
        Ok(operation) => execute(app, media, (document, operation), &parts).await,
        Err(error) => refused(media, not_run(media), error),
    }
}

/// A fault of ours that reached the outermost layer: masked like every other.
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let cause =
        cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
    refused(JSON, StatusCode::INTERNAL_SERVER_ERROR, Error::internal(cause))
}

async fn execute(
    app: Arc<App>,
    media: &'static str,
    (document, operation): (Document, Option<Operation>),
    parts: &axum::http::request::Parts,
) -> Response {
    if let Some(Err(error)) = operation.as_ref().map(|operation| operation.check(&document.variables)) {
        return refused(media, not_run(media), error);
    }
    let request_id = parts.extensions.get::<RequestId>().map_or_else(uuid::Uuid::now_v7, |id| id.0);
    let origin = origin(&parts.headers, parts.extensions.get::<ConnectInfo<SocketAddr>>());
    let name = operation.map(|operation| operation.name).unwrap_or_default();
    // The field is not called `name`, which in a log of JSON is the span's own.
    let span = tracing::info_span!("operation", operation_name = name);
    let question = Question {
        query: document.query.clone(),
        operation_name: document.operation_name.clone(),
        variables: document.variables.clone(),
    };
    async move {
        let viewer = viewer(&app, &parts.headers).await;
        let call = Arc::new(Call::new(app.clone(), request_id, origin, viewer));
        let answer = app.schema.execute(document.data(call)).await;
        answered(media, &question, answer)
    }
    .instrument(span)
    .await
}

/// Who holds the token of the header. A bad token is not refused here: signing in must work with a stale one.
async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(header) = header else { return Err(Error::unauthenticated()) };
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::unauthenticated());
    }
    let viewer = store::session(&app.database.pool, token.trim()).await?;
    viewer.ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "This token is unknown or has ended."))
}

/// The media type to answer in; `None` when the client takes neither.
fn media_type(headers: &HeaderMap) -> Option<&'static str> {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if accept.is_empty() {
        return Some(JSON);
    }
    // The most specific range decides how much a type is wanted, whatever wider ranges say.
    let wish = |ranges: &[&str]| ranges.iter().find_map(|range| weight(&accept, range)).unwrap_or(0.0);
    let (graphql, json) = (wish(&[GRAPHQL_JSON]), wish(&[JSON, "application/*", "*/*"]));
    if graphql > 0.0 && graphql >= json {
        Some(GRAPHQL_JSON)
    } else if json > 0.0 {
        Some(JSON)
    } else {
        None
    }
}

fn not_acceptable() -> Response {
    let text = "The answer is application/graphql-response+json or application/json.\n";
    (StatusCode::NOT_ACCEPTABLE, text).into_response()
}

/// How much a range of media types is wanted, 0 to 1; `None` when it is not named.
fn weight(accept: &[&str], wanted: &str) -> Option<f32> {
    accept.iter().flat_map(|line| line.split(',')).find_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_wanted = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(wanted));
        let weight = || parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        is_wanted.then(weight).map(|weight| weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(JSON));
    json && parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

fn in_body(body: &Bytes) -> Result<Document> {
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| Error::invalid(&[], "FORMAT", "The body is not JSON."))?;
    if value.is_array() {
        return Err(Error::invalid(&[], "FORMAT", "One request holds one document; batches are not taken."));
    }
    let Some(query) = value.get("query").and_then(serde_json::Value::as_str) else {
        return Err(Error::invalid(&["query"], "REQUIRED", "The body has no query, which is a text."));
    };
    let document = Document::new(query).variables(variables(value.get("variables"))?);
    match value.get("operationName") {
        None | Some(serde_json::Value::Null) => Ok(document),
        Some(serde_json::Value::String(name)) if name.is_empty() => Ok(document),
        Some(serde_json::Value::String(name)) => Ok(document.operation_name(name)),
        Some(_) => Err(Error::invalid(&["operationName"], "FORMAT", "The operation's name is a text.")),
    }
}

/// Variables are an object by their names; left out or null they are none. Whatever `extensions` hold is ignored.
fn variables(value: Option<&serde_json::Value>) -> Result<Variables> {
    match value {
        None | Some(serde_json::Value::Null) => Ok(Variables::default()),
        Some(object @ serde_json::Value::Object(_)) => serde_json::from_value(object.clone())
            .map_err(|_| Error::invalid(&["variables"], "FORMAT", "The variables cannot be read.")),
        Some(_) => Err(Error::invalid(&["variables"], "FORMAT", "The variables are an object by their names.")),
    }
}

#[derive(Deserialize)]
struct InAddress {
    query: String,
    variables: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
}

fn in_address(query: &str) -> Result<Document> {
    let address = axum::http::Uri::builder().path_and_query(format!("/?{query}")).build();
    let address = address.map_err(|_| Error::invalid(&[], "FORMAT", "The address cannot be read."))?;
    let Query(found) = Query::<InAddress>::try_from_uri(&address)
        .map_err(|_| Error::invalid(&["query"], "REQUIRED", "The address has no query."))?;
    let mut document = Document::new(found.query);
    if let Some(text) = found.variables.filter(|text| !text.is_empty()) {
        let value = serde_json::from_str(&text)
            .map_err(|_| Error::invalid(&["variables"], "FORMAT", "The variables are not JSON."))?;
        document = document.variables(variables(Some(&value))?);
    }
    if let Some(name) = found.operation_name.filter(|name| !name.is_empty()) {
        document = document.operation_name(name);
    }
    Ok(document)
}
