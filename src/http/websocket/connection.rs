//! One connection: its socket, its operations under way, its times.
//!
//! Nothing waits in memory without bound: of each operation one answer is ready at a time, further operations are
//! refused, and nothing more is read while the client doesn't take what is sent.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket},
    http::{HeaderValue, header},
};
use serde_json::{Map, Value};
use tokio::{
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep_until, timeout},
};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    Handshake, Limits,
    conversation::{Conversation, Step},
    message::{Close, Outgoing},
    operation::{Operation, Said, Word},
};
use crate::{
    app::App,
    graphql::error::{Error, ErrorCode},
    http::{
        answer::Answer,
        listen::Ending,
        run::{self, Caller},
        session,
    },
};

/// How long the client may take to answer the end of the connection.
const CLOSE_TIME: Duration = Duration::from_secs(2);
const SESSION_ENDED: Close = Close::Forbidden("The session has ended");
/// How many answers are ready to be sent; operations with more wait.
const READY_MAX: usize = 4;

/// Serves a connection until one of both sides ends it.
pub async fn serve(app: Arc<App>, mut socket: WebSocket, handshake: Handshake) {
    let span = tracing::info_span!("websocket", id = %handshake.caller.request_id);
    let talk = async {
        let mut connection = Connection::new(app, handshake);
        let end = connection.talk(&mut socket).await;
        // What is still under way is dropped with the connection, as when a client of HTTP goes away.
        drop(connection);
        tracing::debug!(?end, "a WebSocket ended");
        close(socket, end).await;
    };
    talk.instrument(span).await;
}

/// Why a connection is over.
#[derive(Debug)]
enum End {
    Close(Close),
    /// The client went away, or the line broke.
    Gone,
    /// The client doesn't take what is sent, so it would take no reason either.
    Stuck,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// What a connection waits for.
enum Event {
    Stage(Ending),
    SessionEnded,
    Said(Said),
    Reaped,
    Time,
    Frame(Option<Result<Message, axum::Error>>),
}

struct Connection {
    app: Arc<App>,
    limits: Limits,
    handshake: Handshake,
    conversation: Conversation,
    stage: Ending,
    /// Done when the session is found to have ended.
    session_end: Pin<Box<dyn Future<Output = ()> + Send>>,
    operations: JoinSet<()>,
    handles: HashMap<u64, AbortHandle>,
    said: (mpsc::Sender<Said>, mpsc::Receiver<Said>),
    times: Times,
}

struct Times {
    begun: Instant,
    /// The last sign of life.
    heard: Instant,
    is_pinged: bool,
    /// The end of the last operation.
    worked: Instant,
}

impl Connection {
    fn new(app: Arc<App>, handshake: Handshake) -> Self {
        let limits = app.websocket.clone();
        let now = Instant::now();
        Self {
            conversation: Conversation::new(&limits),
            stage: handshake.ending.as_ref().map_or(Ending::NotYet, |ending| *ending.borrow()),
            session_end: Box::pin(std::future::pending()),
            operations: JoinSet::new(),
            handles: HashMap::new(),
            said: mpsc::channel(READY_MAX),
            times: Times { begun: now, heard: now, is_pinged: false, worked: now },
            app,
            limits,
            handshake,
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> End {
        loop {
            if self.stage == Ending::Cut || self.stage == Ending::Drain && self.conversation.is_finished() {
                return Close::GoingAway.into();
            }
            let done = match self.next(socket).await {
                Event::Stage(stage) => {
                    self.stage = stage;
                    Ok(())
                }
                Event::SessionEnded => Err(SESSION_ENDED.into()),
                Event::Said(said) => self.pass_on(socket, said).await,
                Event::Reaped => Ok(()),
                Event::Time => self.look_at_times(socket).await,
                Event::Frame(Some(Ok(message))) => self.take(socket, message).await,
                Event::Frame(Some(Err(_))) => Err(Close::Broken.into()),
                Event::Frame(None) => Err(End::Gone),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn next(&mut self, socket: &mut WebSocket) -> Event {
        let until = self.times.next(&self.limits, &self.conversation);
        tokio::select! {
            biased;
            stage = next_stage(&mut self.handshake.ending) => Event::Stage(stage),
            () = &mut self.session_end => Event::SessionEnded,
            Some(said) = self.said.1.recv() => Event::Said(said),
            Some(_) = self.operations.join_next() => Event::Reaped,
            () = sleep_until(until) => Event::Time,
            // While the server stops, nothing new is begun.
            frame = socket.recv(), if self.stage == Ending::NotYet => Event::Frame(frame),
        }
    }

    async fn take(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        let now = Instant::now();
        (self.times.heard, self.times.is_pinged) = (now, false);
        let since_start = now.saturating_duration_since(self.times.begun);
        let step = match message {
            Message::Text(text) if text.len() > super::MESSAGE_MAX => Step::Close(Close::TooLarge),
            Message::Text(text) => self.conversation.hear(text.as_str(), since_start),
            Message::Binary(_) => Step::Close(Close::BadMessage),
            Message::Ping(_) | Message::Pong(_) => self.conversation.hear_frame(since_start),
            Message::Close(_) => return Err(End::Gone),
        };
        match step {
            Step::Nothing => Ok(()),
            Step::Pong => self.send(socket, Outgoing::pong()).await,
            Step::Open(payload) => {
                self.authenticate(payload).await?;
                self.send(socket, Outgoing::ack()).await
            }
            Step::Run { id, number, payload } => {
                self.begin(id, number, payload);
                Ok(())
            }
            Step::Refuse { id } => {
                let text = format!("A connection has at most {} operations under way.", self.limits.operations_max);
                let answer = Answer::refused(Error::new(ErrorCode::RateLimited, text));
                self.send(socket, Outgoing::answer(&id, &answer)).await
            }
            Step::Cancel(number) => {
                self.forget(number).inspect(AbortHandle::abort);
                Ok(())
            }
            Step::Close(close) => Err(close.into()),
        }
    }

    /// Finds out who asks. Without a token it is nobody, who may sign in and see what is for everybody.
    async fn authenticate(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        let token = authorization(payload)?;
        let is_claimed = token.is_some();
        if let Some(token) = token {
            self.handshake.caller.headers.insert(header::AUTHORIZATION, token);
        }
        match run::asking(&self.app, &self.handshake.caller).await {
            Ok(viewer) => {
                let (app, caller) = (self.app.clone(), self.handshake.caller.clone());
                self.session_end = Box::pin(session::end(app, caller, viewer.user.id, self.limits.session_time));
                Ok(())
            }
            Err(error) if error.code != ErrorCode::Unauthenticated => Err(Close::TryAgainLater.into()),
            Err(_) if is_claimed => Err(Close::Forbidden("Forbidden").into()),
            Err(_) => Ok(()),
        }
    }

    fn begin(&mut self, id: String, number: u64, payload: Value) {
        // As over HTTP: the client's own when it is a UUID.
        let request_id = Uuid::try_parse(&id).unwrap_or_else(|_| Uuid::now_v7());
        let caller = Caller { request_id, ..self.handshake.caller.clone() };
        let operation = Operation { app: self.app.clone(), caller, id, number, said: self.said.0.clone() };
        let handle = self.operations.spawn(operation.run(payload).in_current_span());
        self.handles.insert(number, handle);
    }

    fn forget(&mut self, number: u64) -> Option<AbortHandle> {
        self.times.worked = Instant::now();
        self.handles.remove(&number)
    }

    /// Sends what an operation said, unless the client no longer listens.
    async fn pass_on(&mut self, socket: &mut WebSocket, said: Said) -> Result<(), End> {
        if !self.conversation.listens_to(&said.id, said.number) {
            return Ok(());
        }
        match said.word {
            Word::Subscribed => {
                self.conversation.follows(&said.id);
                Ok(())
            }
            Word::Message(message) => self.send(socket, message).await,
            Word::Last(message) => {
                self.conversation.ended(&said.id);
                self.forget(said.number);
                self.send(socket, message).await
            }
            Word::SessionEnded => Err(SESSION_ENDED.into()),
        }
    }

    async fn look_at_times(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let (now, limits) = (Instant::now(), &self.limits);
        if !self.conversation.is_open() && now >= self.times.begun + limits.init_time {
            Err(Close::InitTimeout.into())
        } else if self.conversation.is_at_rest() && now >= self.times.worked + limits.idle_time {
            Err(Close::Idle.into())
        } else if now >= self.times.heard + limits.silence_time {
            Err(Close::Policy("No sign of life").into())
        } else if !self.times.is_pinged && now >= self.times.heard + limits.ping_time {
            self.times.is_pinged = true;
            self.send_message(socket, Message::Ping(Bytes::new()), 0).await
        } else {
            Ok(())
        }
    }

    async fn send(&mut self, socket: &mut WebSocket, message: Outgoing) -> Result<(), End> {
        let length = message.0.len() as u64;
        self.send_message(socket, Message::Text(message.0.into()), length).await
    }

    async fn send_message(&mut self, socket: &mut WebSocket, message: Message, length: u64) -> Result<(), End> {
        let time = self.limits.send_time + Duration::from_secs(length / self.limits.send_rate_min.max(1));
        match timeout(time, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Stuck),
        }
    }
}

impl Times {
    /// When something is to be done, if nothing happens before.
    fn next(&self, limits: &Limits, conversation: &Conversation) -> Instant {
        let life = self.heard + if self.is_pinged { limits.silence_time } else { limits.ping_time };
        let init = (!conversation.is_open()).then(|| self.begun + limits.init_time);
        let idle = conversation.is_at_rest().then(|| self.worked + limits.idle_time);
        [init, idle].into_iter().flatten().fold(life, Instant::min)
    }
}

async fn next_stage(ending: &mut Option<watch::Receiver<Ending>>) -> Ending {
    let Some(ending) = ending else { return std::future::pending().await };
    // When whoever could tell is gone, the server is.
    if ending.changed().await.is_err() { Ending::Cut } else { *ending.borrow_and_update() }
}

/// The token of `connection_init`, under `authorization`, whatever its case.
fn authorization(payload: Map<String, Value>) -> Result<Option<HeaderValue>, Close> {
    let mut found = payload.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match (found.next(), found.next()) {
        (None, _) | (Some((_, Value::Null)), None) => Ok(None),
        (Some((_, Value::String(token))), None) => {
            let mut token = HeaderValue::from_str(&token).map_err(|_| Close::Forbidden("Forbidden"))?;
            token.set_sensitive(true);
            Ok(Some(token))
        }
        _ => Err(Close::BadMessage),
    }
}

/// Tells the client why, and lets it answer: what is still unread would otherwise take the reason away from it.
async fn close(mut socket: WebSocket, end: End) {
    if let End::Stuck = end {
        return;
    }
    let farewell = async {
        if let End::Close(close) = end {
            let (code, reason) = close.frame();
            let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
        }
        while let Some(Ok(_)) = socket.recv().await {}
    };
    let _ = timeout(CLOSE_TIME, farewell).await;
}
