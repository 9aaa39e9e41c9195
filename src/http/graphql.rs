//! GraphQL over HTTP: reading a request, choosing a media type, answering with the right status.

use std::{any::Any, net::SocketAddr, sync::Arc};

use async_graphql::{Request as Document, Response as Answer, ServerError, Value};
use axum::{
    body::Bytes,
    extract::{ConnectInfo, Query, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tracing::Instrument;

use super::request::{RequestId, origin};
use crate::{
    access::Viewer,
    app::App,
    authentication::store,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Issue, Result},
    },
};

/// How large a request's body may be.
const BODY_MAX: usize = 128 * 1024;
const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// A query in the address. Mutations are refused, because a link or an image could send them.
pub async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let media = match media_type(request.headers()) {
        Ok(media) => media,
        Err(response) => return response,
    };
    let document = match in_address(query.as_deref().unwrap_or_default()) {
        Ok(document) => document,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    let mut document = document;
    if is_mutation(&mut document) {
        let error = Error::invalid(&["query"], "FORMAT", "A mutation is sent with POST.");
        let mut response = refused(media, StatusCode::METHOD_NOT_ALLOWED, error);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    execute(app, media, document, &request.into_parts().0).await
}

/// A document in the body, as JSON.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let media = match media_type(&parts.headers) {
        Ok(media) => media,
        Err(response) => return response,
    };
    if !is_json(&parts.headers) {
        let error = Error::invalid(&[], "FORMAT", "A request is sent as application/json.");
        return refused(media, StatusCode::UNSUPPORTED_MEDIA_TYPE, error);
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        let error = Error::new(ErrorCode::TooComplex, "A request's body has at most 128 KB.");
        return refused(media, StatusCode::PAYLOAD_TOO_LARGE, error);
    };
    match in_body(&body) {
        Ok(document) => execute(app, media, document, &parts).await,
        Err(error) => refused(media, StatusCode::BAD_REQUEST, error),
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
    document: Document,
    parts: &axum::http::request::Parts,
) -> Response {
    let request_id = parts.extensions.get::<RequestId>().map_or_else(uuid::Uuid::now_v7, |id| id.0);
    let origin = origin(&parts.headers, parts.extensions.get::<ConnectInfo<SocketAddr>>());
    let operation = document.operation_name.clone().unwrap_or_default();
    let span = tracing::info_span!("operation", name = operation);
    async move {
        let viewer = viewer(&app, &parts.headers).await;
        let call = Arc::new(Call::new(app.clone(), request_id, origin, viewer));
        let answer = app.schema.execute(document.data(call)).await;
        answered(media, answer)
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

/// The media type to answer in, or 406 when the client takes neither.
fn media_type(headers: &HeaderMap) -> Result<&'static str, Response> {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if accept.is_empty() {
        return Ok(JSON);
    }
    let takes = |wanted: &[&str]| {
        accept.iter().flat_map(|line| line.split(',')).any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            wanted.contains(&kind.as_str()) && !parts.any(|part| part == "q=0")
        })
    };
    if takes(&[GRAPHQL_JSON]) {
        Ok(GRAPHQL_JSON)
    } else if takes(&[JSON, "application/*", "*/*"]) {
        Ok(JSON)
    } else {
        let text = "The answer is application/graphql-response+json or application/json.\n";
        Err((StatusCode::NOT_ACCEPTABLE, text).into_response())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(JSON));
    json && parts
        .all(|part| !part.to_ascii_lowercase().starts_with("charset=") || part.eq_ignore_ascii_case("charset=utf-8"))
}

fn in_body(body: &Bytes) -> Result<Document> {
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| Error::invalid(&[], "FORMAT", "The body is not JSON."))?;
    if value.is_array() {
        return Err(Error::invalid(&[], "FORMAT", "One request holds one document; batches are not taken."));
    }
    if !value.get("query").is_some_and(serde_json::Value::is_string) {
        return Err(Error::invalid(&["query"], "REQUIRED", "The body has no query."));
    }
    serde_json::from_value(value).map_err(|_| {
        Error::invalid(&[], "FORMAT", "The body is no GraphQL request: { query, variables, operationName }.")
    })
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
    if let Some(variables) = found.variables.filter(|text| !text.is_empty()) {
        let variables = serde_json::from_str(&variables)
            .map_err(|_| Error::invalid(&["variables"], "FORMAT", "The variables are not JSON."))?;
        document = document.variables(async_graphql::Variables::from_json(variables));
    }
    if let Some(name) = found.operation_name.filter(|name| !name.is_empty()) {
        document = document.operation_name(name);
    }
    Ok(document)
}

/// Whether the operation that would run is a mutation. A document that cannot be read is left to the executor to refuse.
fn is_mutation(document: &mut Document) -> bool {
    use async_graphql::parser::types::OperationType;
    let name = document.operation_name.clone();
    let Ok(parsed) = document.parsed_query() else { return false };
    parsed
        .operations
        .iter()
        .filter(|(operation, _)| name.is_none() || operation.map(|found| found.as_str()) == name.as_deref())
        .any(|(_, operation)| operation.node.ty != OperationType::Query)
}

fn answered(media: &'static str, mut answer: Answer) -> Response {
    // An error before execution has no path; one of execution always has.
    let not_run = answer.data == Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    for error in &mut answer.errors {
        code(error);
    }
    let status = if not_run && media == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let body = if not_run {
        serde_json::to_vec(&serde_json::json!({ "errors": answer.errors }))
    } else {
        serde_json::to_vec(&answer)
    };
    match body {
        Ok(body) => respond(media, status, body),
        Err(error) => refused(media, StatusCode::INTERNAL_SERVER_ERROR, Error::internal(error)),
    }
}

/// Gives errors of the library, which are all about the document or its values, the shape of ours.
fn code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let argument = error.message.split_once("argument \"").and_then(|(_, rest)| rest.split_once('"'));
    let path: Vec<&str> = argument.map(|(path, _)| path.split('.').collect()).unwrap_or_default();
    let issue = Issue::new(&path, "FORMAT", error.message.clone());
    extensions.set("code", ErrorCode::Invalid.text());
    extensions.set("issues", Value::List(vec![issue.value()]));
}

/// An answer without execution.
fn refused(media: &'static str, status: StatusCode, error: Error) -> Response {
    let error = async_graphql::Error::from(error);
    let body = serde_json::json!({ "errors": [{ "message": error.message, "extensions": error.extensions }] });
    respond(media, status, body.to_string().into_bytes())
}

fn respond(media: &'static str, status: StatusCode, body: Vec<u8>) -> Response {
    let kind = if media == GRAPHQL_JSON {
        "application/graphql-response+json; charset=utf-8"
    } else {
        "application/json; charset=utf-8"
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}
