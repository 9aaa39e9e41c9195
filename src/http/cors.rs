//! Which pages of other origins may call the API, and what their scripts may send and see.

use std::time::Duration;

use axum::{
    http::{HeaderName, HeaderValue, Method, header},
    response::Response,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{cross_site::PREFLIGHT_HEADERS, request};

/// How long a browser keeps the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// What a script may send besides what every page may.
const SENT: [HeaderName; 4] =
    [header::AUTHORIZATION, header::CONTENT_TYPE, request::HEADER, HeaderName::from_static("idempotency-key")];

/// What a script may read of an answer besides its body.
const SEEN: [HeaderName; 7] = [
    request::HEADER,
    header::RETRY_AFTER,
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
];

/// Pages of other origins may call the API only when the settings name them; those may send cookies too, which is why
/// each is named in full and answered by its own name, never by `*`.
pub fn layer(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(SENT.into_iter().chain(PREFLIGHT_HEADERS).collect::<Vec<_>>())
        .expose_headers(SEEN)
        .max_age(PREFLIGHT_AGE)
        .vary([header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS])
}

/// Tells an origin that may not call nothing at all: the layer alone would still say what others may.
pub async fn silent_to_others(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        let told: Vec<HeaderName> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        told.into_iter().for_each(|name| {
            headers.remove(name);
        });
    }
    response
}
