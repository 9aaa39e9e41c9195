//! The load: connections that stay open, each with one request under way, at little cost of its own.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::Outcome;

/// An answer that takes longer ends the benchmark.
const PATIENCE: Duration = Duration::from_secs(60);
/// How an answer begins, and how one without data.
const BEGINNING: &[u8] = b"{\"data\"";
const WITHOUT_DATA: &[u8] = b"{\"data\":null";
/// What no answer may have behind its data.
const ERRORS: &[u8] = b"\"errors\":";
/// How many bytes at the end of an answer are searched for that.
const TAIL: usize = 2_000;

/// What is asked, by how many, and for how long.
#[derive(Clone)]
pub struct Load {
    pub address: SocketAddr,
    /// Whole requests, which are sent in turn.
    pub requests: Arc<[Vec<u8>]>,
    pub connections: usize,
    pub time: Duration,
    /// Requests a second in all; as many as are answered when None.
    pub rate: Option<f64>,
}

/// What came of it.
pub struct Driven {
    pub elapsed: Duration,
    /// How long each request took, the shortest first.
    latencies: Vec<Duration>,
}

impl Driven {
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time that so many hundredths of the requests stay within, in milliseconds.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        let place = (self.count() * hundredths).div_ceil(100).max(1) - 1;
        self.latencies.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Drives the load on a thread of its own.
pub async fn drive(load: Load) -> Outcome<Driven> {
    let driven = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(drive_here(load))
    });
    driven.await?
}

async fn drive_here(load: Load) -> Outcome<Driven> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lines = Vec::new();
    for _ in 0..load.connections {
        lines.push(Line::open(load.address).await?);
    }
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for (place, line) in lines.into_iter().enumerate() {
        let pace = load.rate.map(|rate| Pace {
            first: Duration::from_secs_f64(place as f64 / rate),
            interval: Duration::from_secs_f64(load.connections as f64 / rate),
        });
        running.spawn(keep_asking(line, load.requests.clone(), next.clone(), pace, (begun, load.time)));
    }
    let mut latencies = Vec::new();
    while let Some(one) = running.join_next().await {
        latencies.append(&mut one??);
    }
    let elapsed = begun.elapsed();
    latencies.sort_unstable();
    Ok(Driven { elapsed, latencies })
}

/// Asks once, and answers the body.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Outcome<Vec<u8>> {
    let mut line = Line::open(address).await?;
    let body = line.ask(request).await?;
    Ok(body.to_vec())
}

/// When a connection is to ask.
struct Pace {
    first: Duration,
    interval: Duration,
}

async fn keep_asking(
    mut line: Line,
    requests: Arc<[Vec<u8>]>,
    next: Arc<AtomicUsize>,
    pace: Option<Pace>,
    (begun, time): (Instant, Duration),
) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut due = pace.as_ref().map(|pace| begun + pace.first);
    while begun.elapsed() < time {
        let mut asked_at = Instant::now();
        if let (Some(due), Some(pace)) = (&mut due, &pace) {
            // A request whose time came while the one before was under way has waited since. One that is early is timed
            // from when it is sent, because the timer wakes us up to a millisecond late.
            if *due > asked_at {
                tokio::time::sleep_until((*due).into()).await;
                asked_at = Instant::now();
            } else {
                asked_at = *due;
            }
            *due += pace.interval;
        }
        let place = next.fetch_add(1, Ordering::Relaxed) % requests.len();
        let request = requests.get(place).ok_or("there is nothing to ask")?;
        line.ask(request).await?;
        latencies.push(asked_at.elapsed());
    }
    Ok(latencies)
}

/// One connection.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its answer, which has to be one without errors.
    async fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request).await?;
        let head =
            tokio::time::timeout(PATIENCE, self.read()).await.map_err(|_| "no answer came within a minute")??;
        let (head, body) = self.buffer.split_at_checked(head).unwrap_or_default();
        let tail = body.get(body.len().saturating_sub(TAIL)..).unwrap_or_default();
        let is_good = head.starts_with(b"HTTP/1.1 200")
            && body.starts_with(BEGINNING)
            && !body.starts_with(WITHOUT_DATA)
            && !tail.windows(ERRORS.len()).any(|window| window == ERRORS);
        if !is_good {
            let answer = String::from_utf8_lossy(&self.buffer);
            return Err(format!("a request was refused:\n{}", answer.chars().take(3000).collect::<String>()).into());
        }
        Ok(body)
    }

    /// Reads one answer into the buffer, and returns how long its head is.
    async fn read(&mut self) -> Outcome<usize> {
        self.buffer.clear();
        let mut searched = 0;
        let head = loop {
            self.more().await?;
            let unsearched = self.buffer.get(searched..).unwrap_or_default();
            if let Some(place) = unsearched.windows(4).position(|window| window == b"\r\n\r\n") {
                break searched + place + 4;
            }
            searched = self.buffer.len().saturating_sub(3);
        };
        let length = content_length(self.buffer.get(..head).unwrap_or_default())?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(head)
    }

    async fn more(&mut self) -> Outcome<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }
}

fn content_length(head: &[u8]) -> Outcome<usize> {
    let head = std::str::from_utf8(head)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    Ok(length.ok_or_else(|| format!("an answer does not say its length:\n{head}"))?.parse()?)
}
