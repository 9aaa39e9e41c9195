//! A socket that gives up on clients who keep it waiting.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

use super::{pace::Pace, progress::Progress, seats::Seat};
use crate::config::Limits;

/// The socket of one connection. It fails with `TimedOut` when the client is too slow.
///
/// Every time is worked out when the socket makes us wait, so that quick clients cost no timer.
/// It holds the connection's seat, because it also outlives an upgrade to another protocol.
pub struct Stream {
    socket: TcpStream,
    progress: Progress,
    waiting: Waiting,
    /// How many requests there were when that was worked out.
    requests: u64,
    head_timeout: Duration,
    idle_timeout: Duration,
    reading: Timer,
    writing: Writing,
    _seat: Seat,
}

/// What the client is waited for, between two requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the rest of a head that has begun, or ought to have: a new connection has something to ask.
    Head { until: Instant },
    /// For the next request.
    Next { until: Instant },
    /// For nothing: a request is under way.
    Nothing,
}

/// How far an answer is on its way.
struct Writing {
    pace: Pace,
    timer: Timer,
    /// Whether the last write had to wait.
    is_stuck: bool,
    /// Since when the client has made us wait, in which of its requests, and how much it has taken since.
    slow: Option<Slow>,
}

struct Slow {
    request: u64,
    since: Instant,
    bytes: u64,
}

#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Stream {
    pub fn new(socket: TcpStream, progress: Progress, limits: &Limits, seat: Seat) -> Self {
        let pace = Pace { first: limits.transfer_timeout, bytes_per_second: limits.transfer_rate_min };
        Self {
            socket,
            progress,
            waiting: Waiting::Head { until: Instant::now() + limits.head_timeout },
            requests: 0,
            head_timeout: limits.head_timeout,
            idle_timeout: limits.idle_timeout,
            reading: Timer::default(),
            writing: Writing { pace, timer: Timer::default(), is_stuck: false, slow: None },
            _seat: seat,
        }
    }

    /// Takes note of what the last read found; answers until when the client may keep us waiting.
    fn deadline(&mut self, found_bytes: bool) -> Option<Instant> {
        let requests = self.progress.requests();
        if requests != self.requests || !self.progress.awaits_head() || self.writing.is_stuck {
            self.requests = requests;
            self.waiting = Waiting::Nothing;
        }
        if !self.progress.awaits_head() || self.writing.is_stuck {
            return None;
        }
        let until = match (self.waiting, found_bytes) {
            (Waiting::Head { until }, _) | (Waiting::Next { until }, false) => return Some(until),
            (Waiting::Next { .. } | Waiting::Nothing, true) => {
                let until = Instant::now() + self.head_timeout;
                self.waiting = Waiting::Head { until };
                until
            }
            (Waiting::Nothing, false) => {
                let until = Instant::now() + self.idle_timeout;
                self.waiting = Waiting::Next { until };
                until
            }
        };
        Some(until)
    }

    fn wrote(&mut self, outcome: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let (request, is_endless) = (self.progress.requests(), self.progress.is_endless());
        self.writing.look(outcome, request, is_endless, cx)
    }
}

impl Writing {
    /// Another protocol has no answers to be measured, nor have events: there each step forward counts as a beginning.
    fn look(
        &mut self,
        outcome: Poll<io::Result<usize>>,
        request: u64,
        is_endless: bool,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.slow.as_ref().is_some_and(|slow| slow.request != request || is_endless && outcome.is_ready()) {
            self.slow = None;
        }
        self.is_stuck = outcome.is_pending();
        match outcome {
            Poll::Ready(Ok(count)) => {
                if let Some(slow) = &mut self.slow {
                    slow.bytes = slow.bytes.saturating_add(count as u64);
                }
                outcome
            }
            Poll::Ready(Err(_)) => outcome,
            Poll::Pending => {
                let begun = || Slow { request, since: Instant::now(), bytes: 0 };
                let slow = self.slow.get_or_insert_with(begun);
                let until = slow.since.checked_add(self.pace.allowance(slow.bytes));
                if self.timer.has_passed(until, cx) { Poll::Ready(Err(too_slow())) } else { Poll::Pending }
            }
        }
    }
}

impl Timer {
    /// Whether this time has passed; if not, the task is woken when it has.
    fn has_passed(&mut self, until: Option<Instant>, cx: &mut Context<'_>) -> bool {
        let Some(until) = until else { return false };
        let sleep = self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if sleep.deadline() != until {
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx).is_ready()
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client is too slow")
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut this.socket).poll_read(cx, buffer);
        let until = this.deadline(buffer.filled().len() > before);
        if outcome.is_pending() && this.reading.has_passed(until, cx) {
            return Poll::Ready(Err(too_slow()));
        }
        outcome
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.socket).poll_write(cx, bytes);
        this.wrote(outcome, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.socket).poll_write_vectored(cx, slices);
        this.wrote(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}
