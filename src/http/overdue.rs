//! A request that isn't answered in time is given up, and whatever it did in the database is taken back.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

use super::{
    answer::{JSON, refused},
    listen::Progress,
};
use crate::graphql::error::{Error, ErrorCode};

/// Answers for a request that takes longer than the limit, not counting the time in which its body comes.
pub async fn give_up(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let progress = request.extensions().get::<Progress>().cloned();
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = overdue(limit, progress) => {
            tracing::warn!(limit_ms = limit.as_millis(), "a request was given up");
            let error = Error::new(ErrorCode::Unavailable, "This took too long and was stopped.");
            refused(JSON, StatusCode::SERVICE_UNAVAILABLE, error)
        }
    }
}

async fn overdue(limit: Duration, progress: Option<Progress>) {
    let mut until = Instant::now() + limit;
    loop {
        tokio::time::sleep_until(until).await;
        let Some(progress) = &progress else { return };
        // A body that still comes has a limit of its own.
        let begun = progress.body_ended().unwrap_or_else(Instant::now);
        until = begun + limit;
        if until <= Instant::now() {
            return;
        }
    }
}
