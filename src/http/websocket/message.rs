//! The messages of the protocol graphql-transport-ws, and the codes that end a connection.

use serde_json::{Map, Value, json};

use crate::{graphql::error::Error, http::answer::Answer};

/// The name under which client and server agree on the protocol.
pub const PROTOCOL: &str = "graphql-transport-ws";
/// How long the id of an operation may be, in bytes; a UUID has 36.
const ID_MAX: usize = 128;

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// Opens the conversation; the token, when there is one, stands in its payload.
    Init(Map<String, Value>),
    Ping,
    Pong,
    /// Asks for an operation under an id of the client's choice; the payload is the request as over HTTP.
    Subscribe {
        id: String,
        payload: Value,
    },
    /// Wants no more answers to the operation with this id.
    Complete {
        id: String,
    },
}

impl Incoming {
    /// Reads a message; `None` when it is none of the protocol's.
    pub fn read(text: &str) -> Option<Self> {
        let Value::Object(mut message) = serde_json::from_str(text).ok()? else { return None };
        let payload = message.remove("payload");
        match message.get("type")?.as_str()? {
            "connection_init" => object(payload).map(Self::Init),
            "ping" => object(payload).map(|_| Self::Ping),
            "pong" => object(payload).map(|_| Self::Pong),
            "subscribe" => Some(Self::Subscribe { id: id(&message)?, payload: payload.filter(is_request)? }),
            "complete" => Some(Self::Complete { id: id(&message)? }),
            _ => None,
        }
    }
}

/// An object, which may be left out.
fn object(payload: Option<Value>) -> Option<Map<String, Value>> {
    match payload {
        None | Some(Value::Null) => Some(Map::new()),
        Some(Value::Object(fields)) => Some(fields),
        Some(_) => None,
    }
}

fn id(message: &Map<String, Value>) -> Option<String> {
    let id = message.get("id")?.as_str()?;
    (!id.is_empty() && id.len() <= ID_MAX).then(|| id.to_owned())
}

/// Whether every part has its type; what the parts say is for the guard.
fn is_request(payload: &Value) -> bool {
    let is_one =
        |name: &str, is: fn(&Value) -> bool| payload.get(name).is_none_or(|value| value.is_null() || is(value));
    payload.get("query").is_some_and(Value::is_string)
        && is_one("operationName", Value::is_string)
        && is_one("variables", Value::is_object)
        && is_one("extensions", Value::is_object)
}

/// What the server says: the text of one message.
pub struct Outgoing(pub String);

impl Outgoing {
    pub fn ack() -> Self {
        Self(json!({ "type": "connection_ack" }).to_string())
    }

    pub fn pong() -> Self {
        Self(json!({ "type": "pong" }).to_string())
    }

    /// An operation has no more answers.
    pub fn complete(id: &str) -> Self {
        Self(json!({ "type": "complete", "id": id }).to_string())
    }

    /// An answer: `next` when the document ran, otherwise `error`, which also ends the operation.
    pub fn answer(id: &str, answer: &Answer) -> Self {
        let written = if answer.has_run() {
            answer.to_json().and_then(|json| text("next", id, &json))
        } else {
            serde_json::to_vec(&answer.errors).and_then(|json| text("error", id, &json))
        };
        let fault = |error| {
            let errors = serde_json::to_vec(&Answer::refused(Error::internal(error)).errors);
            errors.and_then(|json| text("error", id, &json)).unwrap_or_default()
        };
        Self(written.unwrap_or_else(fault))
    }
}

/// Put together as text: as a value the fields of an answer would lose their order.
fn text(kind: &str, id: &str, payload: &[u8]) -> serde_json::Result<String> {
    let (id, payload) = (serde_json::to_string(id)?, String::from_utf8_lossy(payload));
    Ok(format!("{{\"type\":\"{kind}\",\"id\":{id},\"payload\":{payload}}}"))
}

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Nothing was asked for a long while.
    Idle,
    /// The server stops.
    GoingAway,
    /// Not WebSocket as it is written.
    Broken,
    /// The client went silent, too fast, or doesn't take its answers.
    Policy(&'static str),
    TooLarge,
    /// The database can't tell now whose token this is.
    TryAgainLater,
    BadMessage,
    Unauthorized,
    Forbidden(&'static str),
    InitTimeout,
    SubscriberExists,
    TooManyInits,
}

impl Close {
    /// The code and its reason, which may have 123 bytes.
    pub fn frame(self) -> (u16, &'static str) {
        match self {
            Self::Idle => (1000, "Nothing was asked for a while"),
            Self::GoingAway => (1001, "The server is stopping"),
            Self::Broken => (1002, "Protocol error"),
            Self::Policy(reason) => (1008, reason),
            Self::TooLarge => (1009, "A message has at most 128 KB"),
            Self::TryAgainLater => (1013, "Try again later"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden(reason) => (4403, reason),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::SubscriberExists => (4409, "Subscriber for this id already exists"),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_messages_are_read() {
        let fields = |value: Value| value.as_object().cloned().unwrap();
        let payload = json!({ "query": "{ a }", "variables": null, "operationName": "A", "extensions": {} });
        for (message, read) in [
            (json!({ "type": "connection_init" }), Incoming::Init(Map::new())),
            (json!({ "type": "connection_init", "payload": null }), Incoming::Init(Map::new())),
            (
                json!({ "type": "connection_init", "payload": { "authorization": "x" } }),
                Incoming::Init(fields(json!({ "authorization": "x" }))),
            ),
            (json!({ "type": "ping" }), Incoming::Ping),
            (json!({ "type": "pong", "payload": { "a": 1 } }), Incoming::Pong),
            (
                json!({ "type": "subscribe", "id": "1", "payload": payload }),
                Incoming::Subscribe { id: "1".to_owned(), payload: payload.clone() },
            ),
            (json!({ "type": "complete", "id": "x".repeat(128) }), Incoming::Complete { id: "x".repeat(128) }),
        ] {
            assert_eq!(Incoming::read(&message.to_string()), Some(read), "{message}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        let subscribe = |payload: Value| json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string();
        for text in [
            String::new(),
            "ping".to_owned(),
            "\"ping\"".to_owned(),
            "null".to_owned(),
            "{".to_owned(),
            "[".repeat(100_000),
            json!([{ "type": "ping" }]).to_string(),
            json!({}).to_string(),
            json!({ "type": null }).to_string(),
            json!({ "type": "PING" }).to_string(),
            json!({ "type": "start", "id": "1", "payload": { "query": "{ a }" } }).to_string(),
            json!({ "type": "connection_ack" }).to_string(),
            json!({ "type": "next", "id": "1" }).to_string(),
            json!({ "type": "ping", "payload": 1 }).to_string(),
            json!({ "type": "connection_init", "payload": "Bearer x" }).to_string(),
            json!({ "type": "connection_init", "payload": [] }).to_string(),
            json!({ "type": "complete" }).to_string(),
            json!({ "type": "complete", "id": "" }).to_string(),
            json!({ "type": "complete", "id": 1 }).to_string(),
            json!({ "type": "complete", "id": "x".repeat(129) }).to_string(),
            json!({ "type": "subscribe", "id": "1" }).to_string(),
            json!({ "type": "subscribe", "payload": { "query": "{ a }" } }).to_string(),
            subscribe(Value::Null),
            subscribe(json!([{ "query": "{ a }" }])),
            subscribe(json!("{ a }")),
            subscribe(json!({})),
            subscribe(json!({ "query": null })),
            subscribe(json!({ "query": "{ a }", "variables": [] })),
            subscribe(json!({ "query": "{ a }", "operationName": 1 })),
            subscribe(json!({ "query": "{ a }", "extensions": "" })),
        ] {
            assert_eq!(Incoming::read(&text), None, "{}", text.get(..200).unwrap_or(&text));
        }
    }

    #[test]
    fn a_reason_fits_into_its_frame() {
        for close in [Close::Idle, Close::Broken, Close::TooLarge, Close::SubscriberExists, Close::InitTimeout] {
            assert!(close.frame().1.len() <= 123, "{close:?}");
        }
    }

    #[test]
    fn an_id_is_written_as_json() {
        let answer = Answer::refused(crate::graphql::error::Error::unauthenticated());
        let text = Outgoing::answer("\"\u{1}\\", &answer).0;
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&read["type"], &read["id"]), (&json!("error"), &json!("\"\u{1}\\")));
        assert_eq!(read["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}
