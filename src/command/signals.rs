//! Being asked to stop: Ctrl-C and SIGTERM.

use std::future::Future;

use stackmotive::database::Failure;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How often we were asked to stop.
#[derive(Clone)]
pub struct Signals {
    asked: watch::Receiver<u32>,
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
        let (count, asked) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                count.send_modify(|count| *count += 1);
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

    async fn asked_times(&self, times: u32) {
        // An error means that the runtime is ending, which is a request to stop as well.
        let _ = self.asked.clone().wait_for(|asked| *asked >= times).await;
    }
}
