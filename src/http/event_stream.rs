//! Answers as events sent by the server (SSE), in the distinct connections mode of
//! [GraphQL over SSE](https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): each operation is a request of
//! its own, whose answers come as `next`, and whose end as `complete`.
//!
//! What ends without `complete` was cut: the server stops, or the line broke. Clients then ask again.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{sync::watch, time::sleep};
use tracing::Instrument;

use super::{
    answer::{Answer, EVENT_STREAM, JSON},
    guard::Admitted,
    listen::Ending,
    live::{Live, News},
    run::Caller,
    session,
};
use crate::{
    app::App,
    graphql::error::{Error, ErrorCode},
};

/// How often a comment is sent when there is nothing to tell, so that nobody in between takes the line for dead, and so
/// that it is noticed when nobody is at its other end.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
const COMMENT: &str = ":\n\n";
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// Tells proxies that collect answers before they pass them on not to.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The one answer of a query or a mutation, and why a subscription didn't begin.
pub fn once(answer: Answer) -> Response {
    // Whatever sits between retries by the status.
    if answer.has_code(ErrorCode::RateLimited) && !answer.has_run() {
        return answer.respond(JSON);
    }
    let headers = answer.headers.clone();
    let mut response = respond(Body::from(next(&answer) + COMPLETE));
    response.headers_mut().extend(headers);
    response
}

/// The answers of a subscription, until the client goes, its session ends, or the server stops.
pub async fn follow(
    app: Arc<App>,
    caller: Caller,
    admitted: Admitted,
    ending: Option<watch::Receiver<Ending>>,
) -> Response {
    match Live::open(app.clone(), caller.clone(), admitted).await {
        Ok(live) => {
            let every = app.websocket.session_time;
            let session_end = Box::pin(session::end(app, caller, live.user_id, every));
            let feed = Feed { live, session_end, ending, said: Said::Nothing };
            let span = tracing::Span::current();
            let chunks = stream::unfold(feed, move |feed| feed.chunk().instrument(span.clone()));
            respond(Body::from_stream(chunks))
        }
        Err(refusal) => once(*refusal),
    }
}

/// What is sent of a subscription.
struct Feed {
    live: Live,
    session_end: Pin<Box<dyn Future<Output = ()> + Send>>,
    ending: Option<watch::Receiver<Ending>>,
    said: Said,
}

/// How far a feed is.
enum Said {
    Nothing,
    /// It has begun.
    Something,
    Everything,
}

impl Feed {
    /// The next piece; `None` at the end.
    async fn chunk(mut self) -> Option<(Result<String, Infallible>, Self)> {
        let text = match self.said {
            // So that the client learns at once that it was let in.
            Said::Nothing => COMMENT.to_owned(),
            Said::Something => self.next().await?,
            Said::Everything => return None,
        };
        if let Said::Nothing = self.said {
            self.said = Said::Something;
        }
        Some((Ok(text), self))
    }

    /// Only the waiting is given up when something else happens first; what is told is told to its end.
    async fn next(&mut self) -> Option<String> {
        let told = tokio::select! {
            biased;
            () = stopping(&mut self.ending) => return None,
            () = &mut self.session_end => return Some(self.ended(&session_ended())),
            told = self.live.told() => told,
            () = sleep(KEEP_ALIVE) => return Some(COMMENT.to_owned()),
        };
        Some(match self.live.news(told).await {
            News::Answer(answer) => next(&answer),
            News::Complete(answer) | News::Last(answer) => self.ended(&answer),
            News::SessionEnded => self.ended(&session_ended()),
        })
    }

    fn ended(&mut self, answer: &Answer) -> String {
        self.said = Said::Everything;
        next(answer) + COMPLETE
    }
}

fn session_ended() -> Answer {
    Answer::refused(Error::new(ErrorCode::Unauthenticated, "The session has ended."))
}

/// Returns when the server begins to stop.
async fn stopping(ending: &mut Option<watch::Receiver<Ending>>) {
    let Some(ending) = ending else { return std::future::pending().await };
    // When whoever could tell is gone, the server is.
    let _ = ending.wait_for(|stage| *stage != Ending::NotYet).await;
}

fn next(answer: &Answer) -> String {
    let data = answer.to_json().or_else(|error| Answer::refused(Error::internal(error)).to_json());
    // JSON of this kind has no line ends of its own.
    format!("event: next\ndata: {}\n\n", String::from_utf8_lossy(&data.unwrap_or_default()))
}

fn respond(body: Body) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    (headers, body).into_response()
}

/// Whether an answer is such a stream.
pub fn is_one(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(EVENT_STREAM.as_bytes()))
}
