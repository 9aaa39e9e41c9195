//! Being asked to stop: Ctrl-C and SIGTERM.

use std::future::Future;
use std::time::{Duration, Instant};

use stackmotive::database::Failure;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long after being asked to stop we are gone.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// What is left of that for PostgreSQL to be told more urgently.
const STOP_RESERVE: Duration = Duration::from_millis(500);
/// The least and the most that PostgreSQL gets to write everything.
const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(20);

/// How often we were asked to stop, and since when.
#[derive(Clone)]
pub struct Signals {
    asked: watch::Receiver<Asked>,
}

#[derive(Clone, Copy, Default)]
struct Asked {
    times: u32,
    since: Option<Instant>,
}

impl Signals {
    /// From here on the two signals no longer end the process by themselves.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn listen() -> Result<Self, Failure> {
        let fault = |error: std::io::Error| Failure::new(format!("Signals can't be listened to ({error})."));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
        let (count, asked) = watch::channel(Asked::default());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                count.send_modify(|asked| {
                    asked.times += 1;
                    asked.since.get_or_insert_with(Instant::now);
                });
            }
        });
        Ok(Self { asked })
    }

    /// Returns when we are asked to stop, or were before.
    pub async fn stop(&self) {
        self.asked_times(1).await;
    }

    /// Returns when we are asked a second time: somebody is in a hurry.
    pub async fn hurry(&self) {
        self.asked_times(2).await;
    }

    /// What `work` comes to, or None when we are asked to stop before it is done.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop() => None,
            outcome = work => Some(outcome),
        }
    }

    /// How long PostgreSQL may take to end, so that we are gone in time.
    pub fn time_left(&self) -> Duration {
        let since = self.asked.borrow().since;
        let left = |since: Instant| STOP_TIMEOUT.saturating_sub(STOP_RESERVE + since.elapsed());
        since.map_or(MOST, left).max(LEAST)
    }

    async fn asked_times(&self, times: u32) {
        // An error means that the runtime is ending, which is a request to stop as well.
        let _ = self.asked.clone().wait_for(|asked| asked.times >= times).await;
    }
}
