//! Answering: the right status and media type, fields in order, nulls where one failed, and every error in our shape.

use std::collections::BTreeMap;

use async_graphql::{Response as Answer, ServerError, Value};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{coercion, document::Question, nulls, order};
use crate::graphql::error::{Error, ErrorCode};

pub const JSON: &str = "application/json";
pub const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// An answer as it is sent; without `data` when nothing was executed.
#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
}

/// What an execution, or the refusal to execute, comes to.
pub fn answered(media: &'static str, question: &Question, answer: Answer) -> Response {
    // An error before execution has no path; one of execution always has.
    let has_run = answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty());
    let data = match question.read() {
        Some(asked) if has_run => {
            let data = if answer.errors.is_empty() {
                answer.data
            } else {
                nulls::complete(answer.data, &asked, &answer.errors)
            };
            order::as_asked(data, &asked)
        }
        _ => answer.data,
    };
    let errors: Vec<ServerError> = answer.errors.into_iter().map(|error| in_our_shape(error, question)).collect();
    let body = Body { data: has_run.then_some(data), errors, extensions: answer.extensions };
    let status = if has_run { StatusCode::OK } else { not_run(media) };
    match serde_json::to_vec(&body) {
        Ok(body) => respond(media, status, body),
        Err(error) => refused(media, StatusCode::INTERNAL_SERVER_ERROR, Error::internal(error)),
    }
}

/// The status of a well-formed request whose document cannot run.
pub fn not_run(media: &str) -> StatusCode {
    if media == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// An answer without execution.
pub fn refused(media: &'static str, status: StatusCode, error: Error) -> Response {
    let error = async_graphql::Error::from(error);
    let body = serde_json::json!({ "errors": [{ "message": error.message, "extensions": error.extensions }] });
    respond(media, status, body.to_string().into_bytes())
}

/// Gives errors of the library, which are all about the document or its values, the shape of ours.
fn in_our_shape(mut error: ServerError, question: &Question) -> ServerError {
    let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    if has_code {
        return error;
    }
    let issue = coercion::issue(&error, question);
    error.message.clone_from(&issue.message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", ErrorCode::Invalid.text());
    extensions.set("issues", Value::List(vec![issue.value()]));
    error
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
