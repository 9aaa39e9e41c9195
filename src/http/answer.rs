//! Answering: the right status and media type, fields in order, nulls where one failed, and every error in our shape.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{Pos, ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{coercion, document::Asked, guard::Refusal, nulls, order, pieces::Pieces};
use crate::graphql::error::{Error, ErrorCode, Issue};

pub const JSON: &str = "application/json";
pub const GRAPHQL_JSON: &str = "application/graphql-response+json";
pub const EVENT_STREAM: &str = "text/event-stream";

/// How many problems of a document are told that doesn't run.
const PROBLEMS_MAX: usize = 10;
/// How many bytes these take together, so that the refusal stays under 2 KB.
const REFUSAL_BYTES_MAX: usize = 1_800;
/// What a problem takes besides its words: names and signs of JSON.
const ISSUE_BYTES: usize = 80;

/// What running a document came to, or the refusal to run it; [as JSON](Answer::to_json) it is what a client gets.
pub struct Answer {
    /// Absent when nothing was executed.
    pub data: Option<Value>,
    pub errors: Vec<ServerError>,
    pub extensions: BTreeMap<String, Value>,
    /// What HTTP says beside the body; a WebSocket has no place for them.
    pub headers: HeaderMap,
}

impl Answer {
    /// What an execution came to.
    pub fn of(response: async_graphql::Response, asked: &Asked) -> Self {
        // An error before execution has no path; one of execution always has.
        let has_run = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let data = has_run.then(|| {
            let data = if response.errors.is_empty() {
                response.data
            } else {
                nulls::complete(response.data, asked, &response.errors)
            };
            order::as_asked(data, asked)
        });
        let count = if has_run { usize::MAX } else { PROBLEMS_MAX };
        let mut known = Issues::new();
        let errors = response.errors.into_iter().take(count);
        let mut errors: Vec<ServerError> = errors.map(|error| in_our_shape(error, asked, &mut known)).collect();
        if !has_run {
            keep_small(&mut errors);
        }
        Self { data, errors, extensions: response.extensions, headers: response.http_headers }
    }

    /// A refusal; nothing was executed.
    pub fn refused(refusal: impl Into<Refusal>) -> Self {
        let Refusal { mut error, at } = refusal.into();
        keep_few(&mut error.issues);
        let error = async_graphql::Error::from(error);
        let mut error = error.into_server_error(Pos::default());
        error.locations = at;
        Self { data: None, errors: vec![error], extensions: BTreeMap::new(), headers: HeaderMap::new() }
    }

    /// The answer as JSON, without what is empty.
    ///
    /// # Errors
    /// When a value can't be JSON, which would be a fault of ours.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        Ok(self.to_pieces()?.joined())
    }

    /// The same in pieces: what was read ahead is one of its own where it is large.
    fn to_pieces(&self) -> serde_json::Result<Pieces> {
        let mut out = Pieces::default();
        let mut sign = b'{';
        let mut begin = |out: &mut Pieces, name: &[u8]| {
            out.text().push(std::mem::replace(&mut sign, b','));
            out.text().extend_from_slice(name);
        };
        if let Some(data) = &self.data {
            begin(&mut out, b"\"data\":");
            write(data, &mut out)?;
        }
        if !self.errors.is_empty() {
            begin(&mut out, b"\"errors\":");
            serde_json::to_writer(out.text(), &self.errors)?;
        }
        if !self.extensions.is_empty() {
            begin(&mut out, b"\"extensions\":");
            serde_json::to_writer(out.text(), &self.extensions)?;
        }
        out.text().push(b'}');
        Ok(out)
    }

    /// Whether the document ran, with or without errors.
    pub fn has_run(&self) -> bool {
        self.data.is_some()
    }

    /// The answer over HTTP.
    pub fn respond(self, media: &'static str) -> Response {
        let status = match self.has_run() {
            true => StatusCode::OK,
            // A matter of HTTP more than of the document: whatever sits between retries by this status.
            false if self.has_code(ErrorCode::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
            false => not_run(media),
        };
        self.respond_with(media, status)
    }

    /// Whether its first error has this code.
    pub fn has_code(&self, wanted: ErrorCode) -> bool {
        let extensions = self.errors.first().and_then(|error| error.extensions.as_ref());
        let code = extensions.and_then(|extensions| extensions.get("code"));
        matches!(code, Some(Value::String(code)) if code == wanted.text())
    }

    /// After how many seconds everything that had to wait can be asked again.
    fn retry_after(&self) -> Option<u64> {
        let extensions = self.errors.iter().filter_map(|error| error.extensions.as_ref());
        let seconds = extensions.filter_map(|extensions| match extensions.get("retryAfter") {
            Some(Value::Number(seconds)) => seconds.as_u64(),
            _ => None,
        });
        seconds.max()
    }

    fn respond_with(self, media: &'static str, status: StatusCode) -> Response {
        let body = match self.to_pieces() {
            Ok(body) => body,
            Err(error) => return refused(media, StatusCode::INTERNAL_SERVER_ERROR, Error::internal(error)),
        };
        let mut response = respond(media, status, body);
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.headers_mut().extend(self.headers);
        response
    }
}

/// Writes a value as JSON. Bytes are what was [read ahead](crate::graphql::ahead), and JSON already.
fn write(value: &Value, out: &mut Pieces) -> serde_json::Result<()> {
    match value {
        Value::Binary(json) => out.piece(json),
        Value::Object(fields) => {
            out.text().push(b'{');
            for (index, (name, field)) in fields.iter().enumerate() {
                if index > 0 {
                    out.text().push(b',');
                }
                serde_json::to_writer(out.text(), name.as_str())?;
                out.text().push(b':');
                write(field, out)?;
            }
            out.text().push(b'}');
        }
        Value::List(items) => {
            out.text().push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.text().push(b',');
                }
                write(item, out)?;
            }
            out.text().push(b']');
        }
        leaf => serde_json::to_writer(out.text(), leaf)?,
    }
    Ok(())
}

/// The status of a well-formed request whose document cannot run.
fn not_run(media: &str) -> StatusCode {
    if media == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// A refusal under a status of HTTP's own.
pub fn refused(media: &'static str, status: StatusCode, error: Error) -> Response {
    Answer::refused(error).respond_with(media, status)
}

/// The issues of the library's errors by their words and places: a wrong argument is one, of however many rows.
type Issues = HashMap<(String, Vec<Pos>), Issue>;

/// Keeps as many problems of a refusal as fit into it, and the first in any case.
fn keep_few(issues: &mut Vec<Issue>) {
    let mut left = REFUSAL_BYTES_MAX / 3 * 2;
    let size = |issue: &Issue| issue.message.len() + issue.path.iter().map(String::len).sum::<usize>() + ISSUE_BYTES;
    let fits = |issue: &&Issue| {
        left = left.saturating_sub(size(issue));
        left > 0
    };
    let count = issues.iter().take_while(fits).count();
    issues.truncate(count.max(1));
}

/// Keeps as many errors as fit into a small refusal, and the first in any case: names in them come from the document.
fn keep_small(errors: &mut Vec<ServerError>) {
    let mut left = REFUSAL_BYTES_MAX;
    let size = |error: &ServerError| serde_json::to_vec(error).map_or(0, |json| json.len());
    let fits = |error: &&ServerError| {
        left = left.saturating_sub(size(error));
        left > 0
    };
    let count = errors.iter().take_while(fits).count();
    errors.truncate(count.max(1));
}

/// Gives errors of the library, which are all about the document or its values, the shape of ours.
fn in_our_shape(mut error: ServerError, asked: &Asked, known: &mut Issues) -> ServerError {
    let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    if has_code {
        return error;
    }
    let key = (error.message.clone(), error.locations.clone());
    let issue = known.entry(key).or_insert_with(|| coercion::issue(&error, asked));
    error.message.clone_from(&issue.message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", ErrorCode::Invalid.text());
    extensions.set("issues", Value::List(vec![issue.value()]));
    error
}

fn respond(media: &'static str, status: StatusCode, body: Pieces) -> Response {
    let kind = if media == GRAPHQL_JSON {
        "application/graphql-response+json; charset=utf-8"
    } else {
        "application/json; charset=utf-8"
    };
    (status, [(header::CONTENT_TYPE, kind)], Body::new(body)).into_response()
}
