//! The audit's events: refusals, failed sign-ins, what was revealed. Changes of rows are recorded by triggers.
//!
//! [`Audit::record`] puts an event into a queue and returns at once: a flood of refusals costs nobody an answer.
//! The queue is short, and what finds no place in it is counted and told. A process that is killed loses the events of
//! its last moments; what must not happen without its entry goes through [`record_in`], into the same transaction.

use std::{
    net::IpAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::Name;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    store,
    types::{AuditOperation, AuditScope},
};
use crate::{
    access::{Mode, Scope},
    clock,
    database::{Pool, transaction::Transaction},
    graphql::{
        call::{Call, Origin},
        enumeration::Enumeration,
        error::{Error, ErrorCode, Result},
    },
};

/// How many events wait at most.
const QUEUE_MAX: usize = 4096;
/// How many are written in one transaction.
const BATCH_MAX: usize = 100;
/// The pause after a full batch: under a flood 200 rows a second are enough to see it, and do not fill a disk.
const PAUSE: Duration = Duration::from_millis(500);
/// How long the writer waits before it tries again to reach the database.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(15);
/// How long the last events may take when the server stops.
const CLOSING: Duration = Duration::from_secs(1);

/// Something that happened, as the audit keeps it: names, numbers and ids, never what somebody typed.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    at: DateTime<Utc>,
    operation: &'static str,
    scope: &'static str,
    actor_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    table_name: Option<&'static str>,
    row_id: Option<Uuid>,
    details: Option<Map<String, Value>>,
    request_id: Option<Uuid>,
    address: Option<IpAddr>,
}

impl Event {
    /// An event of the server's own, such as a command's. The database refuses UPDATE and DELETE: those are the triggers'.
    pub fn new(operation: AuditOperation) -> Self {
        Self {
            at: clock::now(),
            operation: operation.stored(),
            scope: AuditScope::System.stored(),
            actor_id: None,
            owner_id: None,
            table_name: None,
            row_id: None,
            details: None,
            request_id: None,
            address: None,
        }
    }

    /// An event of a request: by its viewer, if there is one.
    pub fn of(call: &Call, operation: AuditOperation) -> Self {
        let event = Self::before_viewer(call.request_id, &call.origin, operation);
        match call.viewer() {
            Ok(viewer) => Self { scope: AuditScope::User.stored(), actor_id: Some(viewer.user.id), ..event },
            Err(_) => event,
        }
    }

    /// An event of a request whose viewer is nobody, or not known yet.
    pub fn before_viewer(request_id: Uuid, origin: &Origin, operation: AuditOperation) -> Self {
        Self {
            scope: AuditScope::Nobody.stored(),
            request_id: Some(request_id),
            address: origin.address,
            ..Self::new(operation)
        }
    }

    /// Whose row or account it is about.
    pub fn about(mut self, owner: Uuid) -> Self {
        self.owner_id = Some(owner);
        self
    }

    /// The row that it is about.
    pub fn on(mut self, table: &'static str, row: Uuid) -> Self {
        self.table_name = Some(table);
        self.row_id = Some(row);
        self
    }

    /// A further fact: a word of ours, a number, a yes or no, an id.
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.details.get_or_insert_default().insert(name.to_owned(), fact.into().0);
        self
    }

    /// Something personal that only has to be recognised again, such as an address that no account has: as a digest
    /// whose key lives and dies with the process, so that nobody can find out later what it was.
    pub fn with_digest(mut self, name: &'static str, personal: &str) -> Self {
        self.details.get_or_insert_default().insert(name.to_owned(), digest(personal).into());
        self
    }
}

/// What an event may say beyond ids; there is no way to make one of a text that came from outside.
pub struct Fact(Value);

impl From<&'static str> for Fact {
    fn from(word: &'static str) -> Self {
        Self(word.into())
    }
}

impl From<&Name> for Fact {
    /// What a field is called in the schema, not in the answer.
    fn from(field: &Name) -> Self {
        Self(field.as_str().into())
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self(number.into())
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self(flag.into())
    }
}

impl From<Uuid> for Fact {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

impl From<Vec<String>> for Fact {
    /// Names of the schema, such as the paths of an input's problems.
    fn from(names: Vec<String>) -> Self {
        Self(names.into())
    }
}

/// The first half of a keyed SHA-256 of the lower-cased text, as 32 hexadecimal digits.
fn digest(personal: &str) -> String {
    static KEY: LazyLock<[u8; 32]> = LazyLock::new(|| {
        let mut key = [0; 32];
        // Without the system's random source no token can be made either; the digest is then the same for everything.
        if getrandom::fill(&mut key).is_err() { [0; 32] } else { key }
    });
    let sum = Sha256::new().chain_update(*KEY).chain_update(personal.to_lowercase()).finalize();
    sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Adds an event to the audit in the transaction of what it tells: neither happens without the other.
/// Who did it, for which request and from where come from the transaction's scope.
///
/// # Errors
/// When the database cannot be reached.
pub async fn record_in(transaction: &Transaction, event: &Event) -> Result<()> {
    store::record_events(transaction, serde_json::json!([event])).await
}

/// The queue of events, and the task that writes them.
pub struct Audit {
    queue: mpsc::Sender<Message>,
    dropped: Arc<AtomicU64>,
    hurry: Arc<AtomicBool>,
}

enum Message {
    Event(Box<Event>),
    /// Answered once everything before it is written or given up.
    Flush(oneshot::Sender<()>),
}

impl Audit {
    /// Starts the writer, which ends with this queue.
    pub fn start(pool: Pool) -> Self {
        let (queue, received) = mpsc::channel(QUEUE_MAX);
        let (dropped, hurry) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let writer = Writer { pool, received, dropped: dropped.clone(), hurry: hurry.clone() };
        tokio::spawn(writer.run());
        Self { queue, dropped, hurry }
    }

    /// Takes note of an event. It never waits and never fails: when the queue is full, the event is counted as missing.
    pub fn record(&self, event: Event) {
        if self.queue.try_send(Message::Event(Box::new(event))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything recorded so far is written.
    pub async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// The same when the server stops: without pauses, and not for ever.
    pub async fn close(&self) {
        self.hurry.store(true, Ordering::Relaxed);
        if tokio::time::timeout(CLOSING, self.flush()).await.is_err() {
            tracing::warn!("the last events of the audit were not written");
        }
    }
}

struct Writer {
    pool: Pool,
    received: mpsc::Receiver<Message>,
    dropped: Arc<AtomicU64>,
    hurry: Arc<AtomicBool>,
}

impl Writer {
    async fn run(mut self) {
        let mut messages = Vec::with_capacity(BATCH_MAX);
        while self.received.recv_many(&mut messages, BATCH_MAX).await > 0 {
            let is_full = messages.len() == BATCH_MAX;
            let (mut events, mut waiting) = (Vec::new(), Vec::new());
            for message in messages.drain(..) {
                match message {
                    Message::Event(event) => events.push(*event),
                    Message::Flush(done) => waiting.push(done),
                }
            }
            self.write(events).await;
            for done in waiting {
                let _ = done.send(());
            }
            if is_full && !self.hurry.load(Ordering::Relaxed) {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Writes a batch, and tries again for as long as the database is away; meanwhile the queue fills up.
    async fn write(&self, mut events: Vec<Event>) {
        let missing = self.dropped.swap(0, Ordering::Relaxed);
        if missing > 0 {
            tracing::warn!(missing, "events of the audit were dropped");
            events.push(Event::new(AuditOperation::EventsDropped).with("count", missing));
        }
        if events.is_empty() {
            return;
        }
        let mut pause = RETRY_FIRST;
        while let Err(error) = self.try_write(&events).await {
            if error.code != ErrorCode::Unavailable || self.hurry.load(Ordering::Relaxed) {
                tracing::error!(events = events.len(), cause = error.message, "events of the audit were not written");
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY_MAX);
        }
    }

    async fn try_write(&self, events: &[Event]) -> Result<()> {
        let events = serde_json::to_value(events).map_err(Error::internal)?;
        let transaction = Transaction::begin(&self.pool, &Scope::system(), Mode::Write).await?;
        store::record_events(&transaction, events).await?;
        Ok(transaction.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_recognises_an_address_without_telling_it() {
        assert_eq!(digest("Ada@Example.com"), digest("ada@example.com"));
        assert_ne!(digest("ada@example.com"), digest("eve@example.com"));
        assert_eq!(digest("ada@example.com").len(), 32);
        let plain: String = Sha256::digest("ada@example.com").iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!plain.starts_with(&digest("ada@example.com")));
    }
}
