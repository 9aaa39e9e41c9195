//! Serving connections, under limits that axum's own loop has none of.
//!
//! - [`serve`] accepts until it is told to stop, and then lets those under way finish;
//! - `seats` bounds how many connections there are, altogether and from one address;
//! - `connection` is one of them, from its first byte to its last, and `full` what one is told that found no seat;
//! - `stream` cuts connections that are idle, whose head comes slowly, or who don't take their answer;
//! - `body` cuts bodies that come slowly;
//! - `pace` is how slow is too slow, and `progress` what the parts of one connection know of each other;
//! - `descriptors` is how many files and sockets the operating system lets this process have.
//!
//! HTTP/1.1 alone: browsers speak HTTP/2 only under TLS, which a proxy in front of this server ends, and proxies ask
//! their upstreams in HTTP/1.1. HTTP/2 in the clear would have no client, and brings its own ways to be flooded.

mod body;
mod connection;
pub mod descriptors;
mod full;
mod pace;
mod progress;
mod seats;
mod stream;

use std::{convert::Infallible, future::Future, io, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::config::Limits;
use connection::Connection;
use seats::Seats;

pub use body::{BodyFault, read};
pub use connection::Ending;

/// How long accepting rests after the system refused, for want of files or of memory.
const REFUSED_PAUSE: Duration = Duration::from_millis(250);
/// How long connections that were cut off get to be gone.
const CUT_PATIENCE: Duration = Duration::from_millis(500);

/// Serves every connection of the listener.
///
/// When `drain` is done, no more are accepted, idle ones are closed, and the others finish what is under way; what then
/// is left when `cut` is done is cut off. Answers how many connections that were.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    drain: impl Future<Output = ()>,
    cut: impl Future<Output = ()>,
) -> usize {
    let (ending, seen) = watch::channel(Ending::NotYet);
    let (seats, leaving) = Seats::new(limits);
    let accepting = accept(listener, router, limits, seats, seen);
    tokio::select! {
        biased;
        () = drain => {}
        never = accepting => match never {},
    }
    // The listener was closed with the future that had it, and the seats that nobody sits on.
    ending.send_replace(Ending::Drain);
    tokio::select! {
        biased;
        () = leaving.all_gone() => return 0,
        () = cut => {}
    }
    let left = leaving.left();
    ending.send_replace(Ending::Cut);
    let _ = tokio::time::timeout(CUT_PATIENCE, leaving.all_gone()).await;
    left
}

async fn accept(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    seats: Seats,
    ending: watch::Receiver<Ending>,
) -> Infallible {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                rest(&error).await;
                continue;
            }
        };
        // Neither seat nor standing room: closing at once costs least, and tells the client most quickly.
        let Some(seat) = seats.take(peer.ip()) else { continue };
        without_delay(&stream);
        let connection = Connection { stream, peer, seat, limits: limits.clone(), ending: ending.clone() };
        tokio::spawn(connection.serve(router.clone()));
    }
}

/// A client that left before it was accepted is nobody's fault. Everything else is the system's, and passes.
async fn rest(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "a connection could not be accepted");
        tokio::time::sleep(REFUSED_PAUSE).await;
    }
}

/// Answers are written whole, so that holding back small packets would only delay them.
fn without_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a socket takes no options");
    }
}
