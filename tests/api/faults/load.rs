//! Writers who never give up: each entry has an id of the writer's choice and is sent until it is known to be written.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::sqlx::PgPool;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

use super::client::{Client, Reply, head};

/// After this time an answer is taken for lost.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);
const WRITE: &str = "mutation($input: CreateJournalEntryInput!) {
    createJournalEntry(input: $input) { journalEntry { id } } }";

/// What became of everything that was sent.
#[derive(Default)]
pub struct Ledger {
    /// Stands in every entry of these writers, and in none of others.
    pub run: Uuid,
    /// Entries whose writing was acknowledged, by an answer or, to a repetition, by CONFLICT.
    pub acknowledged: HashSet<Uuid>,
    /// Repetitions that were told that the entry is there already.
    pub repetitions: usize,
    /// When each was acknowledged.
    pub successes: Vec<Instant>,
    /// Answers UNAVAILABLE, and how long the slowest took.
    pub unavailable: usize,
    pub slowest: Duration,
    /// When requests were sent whose connection ended without an answer.
    pub lost_answers: Vec<Instant>,
    /// Answers that should not have come.
    pub odd: Vec<String>,
}

pub struct Load {
    address: SocketAddr,
    token: String,
    pub ledger: Arc<Mutex<Ledger>>,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<()>>,
}

enum Outcome {
    Written,
    Taken,
    Unavailable(Duration),
    Lost(Instant),
    /// Nothing was sent: nobody takes connections.
    Away,
    Odd(String),
}

impl Load {
    pub fn start(address: SocketAddr, token: &str, writers: usize) -> Self {
        let ledger = Ledger { run: Uuid::now_v7(), ..Ledger::default() };
        let mut load = Self {
            address,
            token: token.to_owned(),
            ledger: Arc::new(Mutex::new(ledger)),
            stop: Arc::default(),
            writers: Vec::new(),
        };
        load.writers = (0..writers).map(|writer| tokio::spawn(load.writer(writer))).collect();
        load
    }

    /// Returns how long after `since` the first entry was acknowledged.
    pub async fn first_success(&self, since: Instant) -> Duration {
        loop {
            let found = self.ledger.lock().unwrap().successes.iter().filter(|at| **at > since).min().copied();
            match found {
                Some(at) => return at - since,
                None => sleep(Duration::from_millis(5)).await,
            }
            assert!(since.elapsed() < Duration::from_secs(120), "nobody is served any more");
        }
    }

    /// Lets each writer finish its entry, and answers what became of all.
    pub async fn finish(mut self) -> Ledger {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers.drain(..) {
            writer.await.unwrap();
        }
        std::mem::take(&mut self.ledger.lock().unwrap())
    }

    fn writer(&self, writer: usize) -> impl Future<Output = ()> + Send + 'static {
        let (address, token, ledger, stop) = (self.address, self.token.clone(), self.ledger.clone(), self.stop.clone());
        let run = ledger.lock().unwrap().run;
        async move {
            let mut client = None;
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                count += 1;
                let id = Uuid::now_v7();
                let content = format!("run {run}, writer {writer}, entry {count}");
                while !settle(send(&mut client, address, &token, id, &content).await, id, &ledger) {
                    client = None;
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

/// Writes down what came of an entry; false when it has to be sent again.
fn settle(outcome: Outcome, id: Uuid, ledger: &Mutex<Ledger>) -> bool {
    let mut ledger = ledger.lock().unwrap();
    match outcome {
        Outcome::Written | Outcome::Taken => {
            ledger.acknowledged.insert(id);
            ledger.successes.push(Instant::now());
            if matches!(outcome, Outcome::Taken) {
                ledger.repetitions += 1;
            }
            return true;
        }
        Outcome::Unavailable(took) => {
            ledger.unavailable += 1;
            ledger.slowest = ledger.slowest.max(took);
        }
        Outcome::Lost(sent) => ledger.lost_answers.push(sent),
        Outcome::Away => {}
        Outcome::Odd(text) => {
            ledger.odd.push(text);
            return true;
        }
    }
    false
}

async fn send(client: &mut Option<Client>, address: SocketAddr, token: &str, id: Uuid, content: &str) -> Outcome {
    if client.is_none() {
        let Ok(stream) = TcpStream::connect(address).await else { return Outcome::Away };
        *client = Some(Client::over(stream));
    }
    let Some(client) = client else { return Outcome::Away };
    let input = json!({ "id": format!("journal_entry_{id}"), "content": content });
    let body = json!({ "query": WRITE, "variables": { "input": input } }).to_string();
    let sent = Instant::now();
    if client.stream.write_all(format!("{}{body}", head(body.len(), token)).as_bytes()).await.is_err() {
        return Outcome::Away;
    }
    match timeout(PATIENCE, client.answer()).await {
        Ok(Some(reply)) => read(&reply, sent),
        Ok(None) | Err(_) => Outcome::Lost(sent),
    }
}

fn read(reply: &Reply, sent: Instant) -> Outcome {
    let code = reply.code();
    match code.as_str() {
        "" if reply.body.contains("\"journal_entry_") => Outcome::Written,
        "CONFLICT" if reply.body.contains("\"TAKEN\"") => Outcome::Taken,
        "UNAVAILABLE" => Outcome::Unavailable(sent.elapsed()),
        _ => Outcome::Odd(reply.body.clone()),
    }
}

/// How many entries of the writers stand in the database that they don't know, are missing, or stand there twice.
pub async fn compare(ledger: &Ledger, database: &PgPool) -> (usize, usize, usize) {
    let rows: Vec<(Uuid, String)> =
        sea_orm::sqlx::query_as("SELECT id, content FROM journal_entries WHERE content LIKE $1")
            .bind(format!("run {}, %", ledger.run))
            .fetch_all(database)
            .await
            .unwrap();
    let ids: HashSet<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let contents: HashSet<&str> = rows.iter().map(|(_, content)| content.as_str()).collect();
    let lost = ledger.acknowledged.difference(&ids).count();
    let unknown = ids.difference(&ledger.acknowledged).count();
    (lost, rows.len() - contents.len(), unknown)
}
