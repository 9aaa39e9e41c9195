//! What is allowed when: the state of one connection, without its socket and its clock.

use std::{collections::HashMap, time::Duration};

use serde_json::{Map, Value};

use super::{
    Limits,
    message::{Close, Incoming},
};

/// What a connection does about a message.
#[derive(Debug, PartialEq)]
pub enum Step {
    Nothing,
    Pong,
    /// Find out whose token this is, if there is one, and acknowledge.
    Open(Map<String, Value>),
    /// Run an operation; the number tells it from others that had the same id.
    Run {
        id: String,
        number: u64,
        payload: Value,
    },
    /// Say that too many operations are under way.
    Refuse {
        id: String,
    },
    /// Stop this operation; the client no longer listens.
    Cancel(u64),
    Close(Close),
}

/// An operation under way.
struct Running {
    number: u64,
    /// Whether it is a subscription that has begun, and so waits without being at work.
    is_following: bool,
}

pub struct Conversation {
    is_open: bool,
    running: HashMap<String, Running>,
    started: u64,
    operations_max: usize,
    pace: Pace,
}

impl Conversation {
    pub fn new(limits: &Limits) -> Self {
        Self {
            is_open: false,
            running: HashMap::new(),
            started: 0,
            operations_max: limits.operations_max,
            pace: Pace::new(limits.messages_burst, limits.messages_per_second),
        }
    }

    /// Takes a message of the client's, so long after the connection began.
    pub fn hear(&mut self, text: &str, since_start: Duration) -> Step {
        match Incoming::read(text) {
            _ if !self.pace.take(since_start) => Step::Close(Close::Policy("Messages come too fast")),
            None => Step::Close(Close::BadMessage),
            Some(Incoming::Init(_)) if self.is_open => Step::Close(Close::TooManyInits),
            Some(Incoming::Init(payload)) => {
                self.is_open = true;
                Step::Open(payload)
            }
            Some(Incoming::Ping) => Step::Pong,
            Some(Incoming::Pong) => Step::Nothing,
            Some(Incoming::Complete { id }) => {
                self.running.remove(&id).map_or(Step::Nothing, |running| Step::Cancel(running.number))
            }
            Some(Incoming::Subscribe { .. }) if !self.is_open => Step::Close(Close::Unauthorized),
            Some(Incoming::Subscribe { id, payload }) => self.begin(id, payload),
        }
    }

    /// Takes note of a sign of life that is no message of the protocol.
    pub fn hear_frame(&mut self, since_start: Duration) -> Step {
        if self.pace.take(since_start) { Step::Nothing } else { Step::Close(Close::Policy("Messages come too fast")) }
    }

    fn begin(&mut self, id: String, payload: Value) -> Step {
        if self.running.contains_key(&id) {
            return Step::Close(Close::SubscriberExists);
        }
        if self.running.len() >= self.operations_max {
            return Step::Refuse { id };
        }
        self.started += 1;
        self.running.insert(id.clone(), Running { number: self.started, is_following: false });
        Step::Run { id, number: self.started, payload }
    }

    /// Whether the client still listens to this operation.
    pub fn listens_to(&self, id: &str, number: u64) -> bool {
        self.running.get(id).is_some_and(|running| running.number == number)
    }

    /// Takes note that an operation is a subscription, and has begun.
    pub fn follows(&mut self, id: &str) {
        if let Some(running) = self.running.get_mut(id) {
            running.is_following = true;
        }
    }

    /// Takes note that an operation has ended; its id may be used again.
    pub fn ended(&mut self, id: &str) {
        self.running.remove(id);
    }

    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether nothing is under way that comes to an end by itself.
    pub fn is_finished(&self) -> bool {
        self.running.values().all(|running| running.is_following)
    }

    /// Whether no operation is under way.
    pub fn is_at_rest(&self) -> bool {
        self.running.is_empty()
    }
}

/// How fast messages may come: a bucket that each empties by one, and that fills again with time.
struct Pace {
    left: f64,
    most: f64,
    per_second: f64,
    seen: Duration,
}

impl Pace {
    fn new(burst: u32, per_second: u32) -> Self {
        Self { left: f64::from(burst), most: f64::from(burst), per_second: f64::from(per_second), seen: Duration::ZERO }
    }

    fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.seen).as_secs_f64();
        self.seen = now;
        self.left = (self.left + passed * self.per_second).min(self.most) - 1.0;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INIT: &str = r#"{"type":"connection_init"}"#;

    fn subscribe(id: &str) -> String {
        json!({ "type": "subscribe", "id": id, "payload": { "query": "{ a }" } }).to_string()
    }

    fn complete(id: &str) -> String {
        json!({ "type": "complete", "id": id }).to_string()
    }

    fn conversation() -> Conversation {
        Conversation::new(&Limits {
            operations_max: 2,
            messages_burst: 10,
            messages_per_second: 2,
            ..Limits::default()
        })
    }

    fn open() -> Conversation {
        let mut conversation = conversation();
        assert_eq!(conversation.hear(INIT, Duration::ZERO), Step::Open(Map::new()));
        conversation
    }

    fn run(id: &str, number: u64) -> Step {
        Step::Run { id: id.to_owned(), number, payload: json!({ "query": "{ a }" }) }
    }

    #[test]
    fn nothing_runs_before_the_conversation_is_open() {
        let mut new = conversation();
        assert_eq!(new.hear(r#"{"type":"ping"}"#, Duration::ZERO), Step::Pong);
        assert_eq!(new.hear(&complete("1"), Duration::ZERO), Step::Nothing);
        assert_eq!(new.hear(&subscribe("1"), Duration::ZERO), Step::Close(Close::Unauthorized));
        assert!(new.is_at_rest() && !new.is_open());
    }

    #[test]
    fn it_is_opened_once() {
        assert_eq!(open().hear(INIT, Duration::ZERO), Step::Close(Close::TooManyInits));
        assert_eq!(open().hear("{}", Duration::ZERO), Step::Close(Close::BadMessage));
    }

    #[test]
    fn an_id_is_one_operation_at_a_time() {
        let mut open = open();
        assert_eq!(open.hear(&subscribe("1"), Duration::ZERO), run("1", 1));
        assert_eq!(open.hear(&subscribe("1"), Duration::ZERO), Step::Close(Close::SubscriberExists));
        open.ended("1");
        assert_eq!(open.hear(&subscribe("1"), Duration::ZERO), run("1", 2));
        assert!(open.listens_to("1", 2) && !open.listens_to("1", 1));
        assert_eq!(open.hear(&complete("1"), Duration::ZERO), Step::Cancel(2));
        assert_eq!(open.hear(&complete("1"), Duration::ZERO), Step::Nothing);
        assert!(!open.listens_to("1", 2) && open.is_at_rest());
    }

    #[test]
    fn so_many_operations_run_at_a_time() {
        let mut open = open();
        for (id, step) in [("1", run("1", 1)), ("2", run("2", 2)), ("3", Step::Refuse { id: "3".to_owned() })] {
            assert_eq!(open.hear(&subscribe(id), Duration::ZERO), step);
        }
        open.ended("1");
        assert_eq!(open.hear(&subscribe("3"), Duration::ZERO), run("3", 3));
    }

    #[test]
    fn messages_come_so_fast_and_no_faster() {
        let mut open = open();
        let fast = Step::Close(Close::Policy("Messages come too fast"));
        for _ in 0..9 {
            assert_eq!(open.hear_frame(Duration::ZERO), Step::Nothing);
        }
        assert_eq!(open.hear(r#"{"type":"ping"}"#, Duration::from_millis(400)), fast);
        let mut open = self::open();
        for second in 1..1000 {
            assert_eq!(open.hear_frame(Duration::from_secs(second)), Step::Nothing);
            assert_eq!(open.hear_frame(Duration::from_secs(second)), Step::Nothing);
        }
    }
}
