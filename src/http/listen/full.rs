//! What a connection is told that found no seat: that the server lives, and that it is full.

use std::time::Duration;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::super::{
    answer::{JSON, refused},
    health,
};
use crate::{
    config::Limits,
    graphql::error::{Error, ErrorCode},
};

/// Somebody who stands has this long to ask: there are few places to stand.
const PATIENCE: Duration = Duration::from_secs(2);
/// When to come back, in seconds.
const RETRY_AFTER: &str = "1";

/// The same limits, without the patience.
pub fn limits(limits: Limits) -> Limits {
    let most = |limit: Duration| limit.min(PATIENCE);
    Limits {
        head_timeout: most(limits.head_timeout),
        idle_timeout: most(limits.idle_timeout),
        transfer_timeout: most(limits.transfer_timeout),
        request_timeout: most(limits.request_timeout),
        ..limits
    }
}

/// Whoever watches over the server learns that it lives, and everybody else that there is no room.
pub fn router() -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "there is no room\n") }))
        .fallback(no_room)
}

async fn no_room() -> Response {
    let error =
        Error::new(ErrorCode::Unavailable, "The server has as many connections as it takes; try again shortly.");
    let mut response = refused(JSON, StatusCode::SERVICE_UNAVAILABLE, error);
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER));
    response.into_response()
}
