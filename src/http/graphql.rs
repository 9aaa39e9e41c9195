//! GraphQL over HTTP: reading a request, choosing a media type, answering.

use std::{any::Any, net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use tokio::sync::watch;

use super::{
    answer::{Answer, EVENT_STREAM, GRAPHQL_JSON, JSON, refused},
    event_stream,
    guard::{self, Admitted, BODY_MAX, Refusal, Sent},
    listen::{self, BodyFault, Ending},
    request::RequestId,
    run::{Caller, run},
    upload, websocket,
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
        Err(refusal) => not_admitted(media, refusal),
    }
}

/// A document in the body, as JSON or [with a file](upload): [`cross_site`](super::cross_site) lets nothing else through.
pub async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media) = media_type(&parts.headers) else { return not_acceptable() };
    if upload::boundary(&parts.headers).is_some() {
        return with_file(&app, media, parts, body).await;
    }
    let body = match listen::read(body, BODY_MAX).await {
        Ok(body) => body,
        Err(fault) => return unreadable(media, &fault),
    };
    if let Some(known) = app.known.get(&body) {
        return respond(media, run(&app, caller(&parts), &known).await);
    }
    let sent = match Sent::in_body(&body) {
        Ok(sent) => sent,
        Err(error) => return refused(media, StatusCode::BAD_REQUEST, error),
    };
    match guard::admit(sent) {
        Ok(admitted) if admitted.is_query() => {
            let admitted = Arc::new(admitted);
            let answer = run(&app, caller(&parts), &admitted).await;
            if answer.has_run() {
                app.known.keep(body, admitted);
            }
            respond(media, answer)
        }
        Ok(admitted) => answer(&app, media, parts, admitted).await,
        Err(refusal) => not_admitted(media, refusal),
    }
}

/// A document that comes with a file. Its room is free again once it is answered.
async fn with_file(app: &Arc<App>, media: &'static str, parts: Parts, body: Body) -> Response {
    let (sent, _room) = match upload::receive(app, &caller(&parts), body).await {
        Ok(received) => received,
        Err(fault) => return not_received(media, fault),
    };
    let admitted = match guard::admit(sent) {
        Ok(admitted) => admitted,
        Err(refusal) => return not_admitted(media, refusal),
    };
    match upload::at_home(&admitted) {
        Ok(()) => answer(app, media, parts, admitted).await,
        Err(fault) => not_received(media, fault),
    }
}

fn not_received(media: &'static str, fault: upload::Fault) -> Response {
    match fault {
        upload::Fault::Body(fault) => unreadable(media, &fault),
        upload::Fault::Refused(Some(status), error) => refused(media, status, *error),
        upload::Fault::Refused(None, error) => respond(media, Answer::refused(*error)),
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
    let takes_events = accepts(&parts.headers, &[EVENT_STREAM]) > 0.0;
    let ending = parts.extensions.get::<watch::Receiver<Ending>>().cloned();
    let caller = caller(&parts);
    if !admitted.is_subscription() {
        return respond(media, run(app, caller, &admitted).await);
    }
    if !takes_events {
        let text = "A subscription has many answers: send it over a WebSocket, or with Accept: text/event-stream.";
        return Answer::refused(Error::invalid(&["query"], "FORMAT", text)).respond(media);
    }
    event_stream::follow(app.clone(), caller, admitted, ending).await
}

fn caller(parts: &Parts) -> Caller {
    let request_id = parts.extensions.get::<RequestId>().map_or_else(uuid::Uuid::now_v7, |id| id.0);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    Caller { headers: parts.headers.clone(), peer, request_id }
}

fn not_admitted(media: &'static str, refusal: Refusal) -> Response {
    respond(media, Answer::refused(refusal))
}

fn respond(media: &'static str, answer: Answer) -> Response {
    if media == EVENT_STREAM { event_stream::once(answer) } else { answer.respond(media) }
}

/// The media type to answer in; `None` when the client takes none of them. Where one answer is enough, JSON is preferred.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&'static str> {
    if headers.get_all(header::ACCEPT).iter().all(|value| value.to_str().is_err()) {
        return Some(JSON);
    }
    let (graphql, json) = (accepts(headers, &[GRAPHQL_JSON]), accepts(headers, &[JSON, "application/*", "*/*"]));
    let events = accepts(headers, &[EVENT_STREAM]);
    if events > graphql.max(json) {
        Some(EVENT_STREAM)
    } else if graphql > 0.0 && graphql >= json {
        Some(GRAPHQL_JSON)
    } else if json > 0.0 {
        Some(JSON)
    } else {
        None
    }
}

pub(super) fn not_acceptable() -> Response {
    let text = "The answer is application/graphql-response+json, application/json or text/event-stream.\n";
    (StatusCode::NOT_ACCEPTABLE, text).into_response()
}

/// How much a media type is wanted, 0 to 1. The most specific of its ranges decides, whatever wider ones say.
fn accepts(headers: &HeaderMap, ranges: &[&str]) -> f32 {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    ranges.iter().find_map(|range| weight(&accept, range)).unwrap_or(0.0)
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
