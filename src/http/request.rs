//! The id and the origin of a request.

use std::net::SocketAddr;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use super::proxies::Proxies;
use crate::graphql::call::Origin;

/// Where a request's id comes and goes.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// How much of a browser's name is kept.
const USER_AGENT_MAX: usize = 500;

/// A request's id, as the handlers find it.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

/// Gives each request an id, the client's when it sends a UUID, and answers with it.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = sent.and_then(|text| Uuid::try_parse(text).ok()).unwrap_or_else(Uuid::now_v7);
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// Where a request came from, as far as it is kept.
pub fn origin(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: Proxies<'_>) -> Origin {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Origin {
        address: peer.map(|peer| proxies.client(peer.ip(), headers)),
        user_agent: agent.map(|agent| agent.chars().take(USER_AGENT_MAX).collect()),
    }
}
