//! GraphQL over WebSocket, with a real client on a real connection.

mod closing;
mod guard;
mod handshake;
mod operations;
mod sessions;
mod slow_clients;

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Response};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use stackmotive::config::Settings;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, protocol::CloseFrame},
};

use crate::support::{Api, Server, Somebody};

const PROTOCOL: &str = "graphql-transport-ws";
const VERSION: &str = "{ serverInfo { version } }";
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose connections have these limits.
async fn start_with(change: impl FnOnce(&mut stackmotive::http::websocket::Limits)) -> Server {
    Server::of(Api::start_with(|app| change(&mut app.websocket)).await).await
}

async fn start() -> Server {
    Server::two().await
}

/// A server that finds every statement slow, and so logs it.
async fn start_slow() -> Server {
    let mut settings = Settings::for_tests();
    settings.slow_statement_ms = 0;
    Server::start_as(settings).await
}

/// The client's end of a connection.
pub struct Socket(pub WebSocketStream<TcpStream>);

/// What the server says next.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Message(Value),
    /// The end, with its code.
    Closed(u16),
    /// The end without a word.
    Gone,
}

impl Socket {
    /// A handshake with these headers; the refusal when there is one.
    pub async fn shake(server: &Server, headers: &[(&str, &str)]) -> Result<Self, Response<Option<Vec<u8>>>> {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(server.address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], PROTOCOL);
                Ok(Self(socket))
            }
            Err(Error::Http(response)) => Err(*response),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn connect(server: &Server) -> Self {
        Self::shake(server, &[("sec-websocket-protocol", PROTOCOL)]).await.expect("a handshake")
    }

    /// A conversation as somebody, or as nobody.
    pub async fn open(server: &Server, who: Option<&Somebody>) -> Self {
        let mut socket = Self::connect(server).await;
        socket.init(who).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket
    }

    pub async fn init(&mut self, who: Option<&Somebody>) {
        let payload = who.map(|who| json!({ "authorization": format!("Bearer {}", who.token) }));
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends whatever is written there; a connection that is closed meanwhile tells so when it is listened to.
    pub async fn send(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// What comes next besides signs of life.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("the server says something");
            return match frame {
                Some(Ok(Message::Text(text))) => Heard::Message(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => Heard::Closed(code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(other)) => panic!("{other:?}"),
                None | Some(Err(_)) => Heard::Gone,
            };
        }
    }

    pub async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            end => panic!("{end:?}"),
        }
    }

    /// The data of the one answer to a query or mutation.
    pub async fn ask(&mut self, id: &str, query: &str) -> Value {
        self.subscribe(id, query).await;
        let next = self.message().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!(id)), "{next}");
        assert_eq!(self.message().await, json!({ "type": "complete", "id": id }));
        next["payload"].clone()
    }
}
