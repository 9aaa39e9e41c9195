//! Downloads, for who has signed in: everything of an account, and what their trades come to.
//!
//! | path | file |
//! |---|---|
//! | `POST /export` | [`account`] |
//! | `POST /export/trades`, `/export/realised-gains`, `/export/trade-statistics` | [`trades`] |
//!
//! They are written as they are read, a batch of rows at a time, and no connection to the database is held while the
//! client takes what was written. So memory does not grow with what there is, and a slow client holds up nobody; what
//! changes meanwhile may be in it or not. Each stands in the activity.

pub mod account;
pub mod trades;

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::{
    answer::{JSON, refused},
    charge::Charge,
    listen,
    request::RequestId,
    run::{self, Caller},
};
use crate::{
    app::App,
    database,
    graphql::{
        call::Call,
        cost::Estimate,
        error::{Error, ErrorCode},
    },
};

/// How many bytes a request has at most.
const BODY_MAX: usize = 4096;
/// How many downloads are under way in a server.
static UNDER_WAY: Semaphore = Semaphore::const_new(4);

/// Reads what is asked for; nothing where the body is no such object.
async fn read<T: DeserializeOwned>(request: Request) -> Result<(Parts, T), ()> {
    let (parts, body) = request.into_parts();
    let body = listen::read(body, BODY_MAX).await.map_err(|_| ())?;
    Ok((parts, serde_json::from_slice(&body).map_err(|_| ())?))
}

fn wrong_body(message: &str) -> Box<Response> {
    told(Error::invalid(&[], "FORMAT", message))
}

/// Kept until the client has everything, or is gone.
fn seat() -> Result<SemaphorePermit<'static>, Box<Response>> {
    UNDER_WAY
        .try_acquire()
        .map_err(|_| told(Error::new(ErrorCode::Unavailable, "Several exports are under way; try again in a while.")))
}

/// Does what comes before the first byte, in the time that a request may take.
async fn begin_within<T>(app: &App, work: impl Future<Output = Result<T, Box<Response>>>) -> Result<T, Box<Response>> {
    let limit = app.settings.limits.request_timeout;
    let error = || told(Error::new(ErrorCode::Unavailable, "This took too long and was stopped."));
    tokio::time::timeout(limit, database::in_one_request(work)).await.unwrap_or_else(|_| Err(error()))
}

/// Who asks, once they have signed in and paid.
async fn owner(app: &Arc<App>, parts: Parts, price: u64) -> Result<(Call, Uuid), Box<Response>> {
    let request_id = parts.extensions.get::<RequestId>().map_or_else(Uuid::now_v7, |id| id.0);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let caller = Caller { headers: parts.headers, peer, request_id };
    let origin = run::sender(app, &caller);
    let viewer = run::asking(app, &caller).await;
    let user_id = viewer.clone().and_then(|viewer| viewer.session_id().map(|_| viewer.user.id)).map_err(told)?;
    let estimate = Estimate { requested: price, fixed: price };
    Charge::take(app, &viewer, &origin, estimate).map_err(|answer| Box::new(answer.respond(JSON)))?;
    Ok((Call::new(app.clone(), request_id, origin, viewer), user_id))
}

/// A refusal under the status of its code: what is asked for is one thing, so HTTP can say what became of it.
fn told(error: Error) -> Box<Response> {
    let status = match error.code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    Box::new(refused(JSON, status, error))
}

/// A file that is sent piece by piece.
fn attachment(
    media_type: &'static str,
    name: &str,
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"))),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
