//! The headers that tell browsers what no answer of this server is good for: one layer around all routes.
//!
//! A handler that needs another value sets it itself, as the page at `/` does with its policy.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// What an answer is told unless its handler said otherwise.
const DEFAULTS: [(HeaderName, &str); 8] = [
    // Answers are what they say they are, and nothing is run that stands in one.
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ),
    // Nobody shows them in a frame, loads them as a picture or script, or keeps a hand on their window. Pages of
    // configured origins ask by CORS, which this does not concern.
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), NOTHING_PERMITTED),
    // They leave no trace: neither in the addresses that other servers see nor in a cache.
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// The powers of a browser that a page could ask for. Copying, which the editor can, is left as it is.
const NOTHING_PERMITTED: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
     fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), \
     picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
     xr-spatial-tracking=()";

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Adds to an answer what it does not say itself.
pub async fn add(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // A proxy that passes plain HTTP on says so; without one the setting alone decides.
    let is_plain = request.headers().get(X_FORWARDED_PROTO).is_some_and(|scheme| scheme == "http");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let age = app.settings.hsts_max_age;
    if age > 0
        && !is_plain
        && let Ok(value) = HeaderValue::from_str(&format!("max-age={age}"))
    {
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
    response
}
