//! One connection, from its first byte to its last.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Request, Response, StatusCode},
};
use hyper::{
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::watch};
use tower::ServiceExt;

use super::{
    body::Paced,
    full,
    pace::Pace,
    progress::{Busy, Progress},
    seats::Seat,
    stream::Stream,
};
use crate::{config::Limits, http::event_stream};

/// How large a head may be: a query in an address has room in it, and tokens and cookies many times over.
/// A head that is larger is answered 431. Of header fields hyper takes 100.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How much of a body is held before it is read, and of an answer before it is taken.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// How far the server's end has come. Requests carry a receiver of it, for answers without an end of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    NotYet,
    /// What is under way is finished, and nothing more begins.
    Drain,
    /// Everything is dropped where it is.
    Cut,
}

/// A connection that was accepted.
pub struct Connection {
    pub stream: TcpStream,
    pub peer: SocketAddr,
    pub seat: Seat,
    pub limits: Limits,
    pub ending: watch::Receiver<Ending>,
}

impl Connection {
    /// Serves its requests, one after the other.
    pub async fn serve(self, router: Router) {
        let Self { stream, peer, seat, mut limits, mut ending } = self;
        let (router, keep_alive) = if seat.is_standing() {
            limits = full::limits(limits);
            (full::router(), false)
        } else {
            (router, true)
        };
        let progress = Progress::default();
        let stream = Stream::new(stream, progress.clone(), &limits, seat);
        let requests = Requests { router, peer, limits: limits.clone(), progress, ending: ending.clone() };
        let service = service_fn(move |request| requests.clone().answer(request));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // The stream keeps these two times apart. This one only makes hyper read on when a request is done.
            .header_read_timeout(limits.idle_timeout.saturating_add(limits.head_timeout))
            .keep_alive(keep_alive)
            .max_header_size(HEAD_BYTES_MAX)
            .max_buf_size(BUFFER_BYTES_MAX);
        let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
        loop {
            let stage = *ending.borrow_and_update();
            match stage {
                Ending::NotYet => {}
                Ending::Drain => serving.as_mut().graceful_shutdown(),
                Ending::Cut => return,
            }
            tokio::select! {
                outcome = serving.as_mut() => {
                    if let Err(error) = outcome {
                        tracing::debug!(%error, %peer, "a connection broke off");
                    }
                    return;
                }
                changed = ending.changed() => if changed.is_err() { return },
            }
        }
    }
}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Requests {
    router: Router,
    peer: SocketAddr,
    limits: Limits,
    progress: Progress,
    ending: watch::Receiver<Ending>,
}

impl Requests {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
        let busy = self.progress.begin();
        let pace = Pace { first: self.limits.transfer_timeout, bytes_per_second: self.limits.transfer_rate_min };
        let mut request = request.map(|body| Body::new(Paced::new(body, pace)));
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.peer));
        extensions.insert(self.ending);
        let response = match self.router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            self.progress.upgrade();
        } else if event_stream::is_one(response.headers()) {
            self.progress.feed();
        }
        Ok(response.map(|body| Answer { body, _busy: busy }))
    }
}

/// The body of an answer; its request is under way until it is written.
struct Answer {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
