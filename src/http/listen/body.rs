//! Bodies of requests: how they come, and how they are read.

use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::pace::Pace;

/// From this size on a body of unknown length gets all the room that it may need, in place of twice as much each time: so
/// it is copied no more, and memory that is never filled is never used.
const GROWN_BYTES: usize = 256 * 1024;

/// A body that fails when it comes too slowly.
pub struct Paced {
    body: Incoming,
    pace: Pace,
    begun: Instant,
    bytes: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

/// Why a body can't be read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It has more bytes than are taken.
    TooLarge,
    /// It came too slowly, and was given up.
    TooSlow,
    /// It ended before its time, or is no body at all.
    Broken,
}

/// Reads a whole body of at most this many bytes.
///
/// # Errors
/// When it is larger, comes too slowly, or breaks off.
pub async fn read(body: Body, bytes_max: usize) -> Result<Bytes, BodyFault> {
    // A length that is told too large needs no reading; one that is told right takes its room once.
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if told > bytes_max {
        return Err(BodyFault::TooLarge);
    }
    let mut body = body;
    let mut read = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| fault(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.is_empty() && body.is_end_stream() && data.len() <= bytes_max {
            return Ok(data);
        }
        if read.len().saturating_add(data.len()) > bytes_max {
            return Err(BodyFault::TooLarge);
        }
        if read.is_empty() {
            read.reserve_exact(told.max(data.len()));
        } else if read.len() >= GROWN_BYTES && read.capacity() - read.len() < data.len() {
            read.reserve_exact(bytes_max - read.len());
        }
        read.extend_from_slice(&data);
    }
    Ok(read.into())
}

fn fault(error: &axum::Error) -> BodyFault {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return BodyFault::TooSlow;
        }
        cause = error.source();
    }
    BodyFault::Broken
}

impl Paced {
    pub fn new(body: Incoming, pace: Pace) -> Self {
        Self { body, pace, begun: Instant::now(), bytes: 0, timer: None }
    }

    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(until) = self.begun.checked_add(self.pace.allowance(self.bytes)) else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        timer.as_mut().poll(cx).is_ready()
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.body).poll_frame(cx);
        match &outcome {
            Poll::Pending if this.is_overdue(cx) => return Poll::Ready(Some(Err(TooSlow.into()))),
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.bytes = this.bytes.saturating_add(bytes as u64);
            }
            Poll::Ready(None | Some(Err(_))) => {}
        }
        outcome.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[derive(Debug)]
struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the body came too slowly")
    }
}

impl StdError for TooSlow {}
