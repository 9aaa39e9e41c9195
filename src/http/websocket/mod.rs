//! GraphQL over WebSocket at `/graphql`, as the protocol
//! [graphql-transport-ws](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) says.
//!
//! `message` reads and writes, `conversation` knows what is allowed when, `connection` moves bytes and time,
//! and `operation` is the way from a payload to its answers.
//! The protocol is spoken here and not by async-graphql's own type, because that one answers a wrong token, a second
//! `connection_init` and an id in use with other codes or none, parses documents before any guard sees them, knows no
//! limit of operations or messages, and buffers without bound what a slow client doesn't take.
//!
//! Documents go through the same [guard](super::guard::admit) and [door](super::run::run) as those of HTTP, and each
//! looks its session up anew. Queries and mutations have one answer; a subscription has [any number](super::live), until
//! the client completes it, the session ends, or the server stops, which ends the connection without completing it.

mod connection;
mod conversation;
mod message;
mod operation;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::{ConnectInfo, FromRequestParts, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};
use tokio::sync::watch;

use super::{
    answer::{JSON, refused},
    cross_site::Sender,
    guard,
    listen::Ending,
    request::RequestId,
    run::Caller,
};
use crate::{app::App, graphql::error::Error};
use message::PROTOCOL;

/// How large a message may be, as a body over HTTP.
const MESSAGE_MAX: usize = guard::BODY_MAX;
/// How large a message is read, so that one which is a little too large is told so before the connection ends.
const READ_MAX: usize = 2 * MESSAGE_MAX;

/// How much of everything one connection may have.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long the client may take to open the conversation.
    pub init_time: Duration,
    /// After so long without a word the client is asked for a sign of life.
    pub ping_time: Duration,
    /// After so long without a sign of life the connection is ended.
    pub silence_time: Duration,
    /// After so long without an operation the connection is ended.
    pub idle_time: Duration,
    /// How often it is asked whether the session still lives.
    pub session_time: Duration,
    /// How long the client may take to accept one message, besides the time that its length takes.
    pub send_time: Duration,
    /// How fast it has to accept it, in bytes a second.
    pub send_rate_min: u64,
    /// How many operations may be under way.
    pub operations_max: usize,
    /// How many messages may come at once.
    pub messages_burst: u32,
    /// How many messages may come in a second on the whole.
    pub messages_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            init_time: Duration::from_secs(10),
            ping_time: Duration::from_secs(30),
            silence_time: Duration::from_secs(90),
            idle_time: Duration::from_secs(10 * 60),
            session_time: Duration::from_secs(30),
            send_time: Duration::from_secs(10),
            send_rate_min: 8192,
            operations_max: 10,
            messages_burst: 100,
            messages_per_second: 20,
        }
    }
}

/// Whether a request wants to become a WebSocket.
pub fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// The handshake. [`cross_site`](super::cross_site) has refused foreign origins before.
pub async fn connect(app: Arc<App>, mut parts: Parts) -> Response {
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let error = Error::invalid(&[], "FORMAT", "This is no handshake of a WebSocket.");
            return refused(JSON, rejection.status(), error);
        }
    };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(READ_MAX).max_frame_size(READ_MAX);
    if upgrade.selected_protocol().is_none() {
        let text = format!("A WebSocket speaks {PROTOCOL}: name it in Sec-WebSocket-Protocol.");
        return refused(JSON, StatusCode::BAD_REQUEST, Error::invalid(&[], "FORMAT", text));
    }
    let handshake = handshake(parts);
    upgrade.on_upgrade(async move |socket| connection::serve(app, socket, handshake).await)
}

/// What the handshake leaves for every operation of the connection.
struct Handshake {
    /// With the request's id, under which the connection itself is logged.
    caller: Caller,
    /// Tells when the server stops.
    ending: Option<watch::Receiver<Ending>>,
}

fn handshake(parts: Parts) -> Handshake {
    let mut headers = parts.headers;
    // The token comes with `connection_init` alone: a handshake is logged and kept by more programs than messages are.
    headers.remove(header::AUTHORIZATION);
    // Browsers add cookies to the handshake of any page, and no preflight asks before: only our own page's count.
    if parts.extensions.get::<Sender>() != Some(&Sender::OwnPage) {
        headers.remove(header::COOKIE);
    }
    let request_id = parts.extensions.get::<RequestId>().map_or_else(uuid::Uuid::now_v7, |id| id.0);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let ending = parts.extensions.get::<watch::Receiver<Ending>>().cloned();
    Handshake { caller: Caller { headers, peer, request_id }, ending }
}
