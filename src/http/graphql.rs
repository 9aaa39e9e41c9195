//! GraphQL over HTTP: reading a request, choosing a media type, answering.

use std::{any::Any, net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    answer::{Answer, GRAPHQL_JSON, JSON, refused},
    guard::{self, Admitted, BODY_MAX, Sent},
    listen::{self, BodyFault},
    request::RequestId,
    run::{Caller, run},
    websocket,
};
use crate::{
    app::App,
    graphql::error::{Error, ErrorCode},
};

/// A query in the address. Mutations are refused, because a link or an image could send them.
pub async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if websocket::is_wanted(&parts.headers) {
        return websocket::connect(app, parts).await;
    }
    let Some(media) = media_type(&parts.headers) else { return not_acceptable() };
    let sent = match Sent::in_address(query.as_deref().unwrap_or_default()) {
        Ok(sent) => sent,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    match guard::admit(sent) {
        Ok(admitted) if admitted.is_query() => answer(&app, media, parts, admitted).await,
        Ok(_) => {
            let error = Error::invalid(&["query"], "FORMAT", "Only a query is sent with GET; send this with POST.");
            let mut response = refused(media, StatusCode::METHOD_NOT_ALLOWED, error);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            response
        }
        Err(refusal) => Answer::refused(refusal).respond(media),
    }
}

/// A document in the body, as JSON: [`cross_site`](super::cross_site) lets nothing else through.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media) = media_type(&parts.headers) else { return not_acceptable() };
    let body = match listen::read(body, BODY_MAX).await {
        Ok(body) => body,
        Err(fault) => return unreadable(media, &fault),
    };
    let sent = match Sent::in_body(&body) {
        Ok(sent) => sent,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    match guard::admit(sent) {
        Ok(admitted) => answer(&app, media, parts, admitted).await,
        Err(refusal) => Answer::refused(refusal).respond(media),
    }
}

fn unreadable(media: &'static str, fault: &BodyFault) -> Response {
    let (status, error) = match fault {
        BodyFault::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, Error::new(ErrorCode::TooComplex, "A request's body has at most 128 KB."))
        }
        BodyFault::TooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            Error::new(ErrorCode::Unavailable, "The body came too slowly; send it again."),
        ),
        BodyFault::Broken => (StatusCode::BAD_REQUEST, Error::invalid(&[], "FORMAT", "The body broke off.")),
    };
    refused(media, status, error)
}

/// A fault of ours that reached the outermost layer: masked like every other.
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let cause =
        cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
    refused(JSON, StatusCode::INTERNAL_SERVER_ERROR, Error::internal(cause))
}

async fn answer(app: &Arc<App>, media: &'static str, parts: Parts, admitted: Admitted) -> Response {
    let request_id = parts.extensions.get::<RequestId>().map_or_else(uuid::Uuid::now_v7, |id| id.0);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let caller = Caller { headers: parts.headers, peer, request_id };
    run(app, caller, admitted).await.respond(media)
}

/// The media type to answer in; `None` when the client takes neither.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&'static str> {
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

pub(super) fn not_acceptable() -> Response {
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
