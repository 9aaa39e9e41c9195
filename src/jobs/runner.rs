//! The loop that does what is due while the server serves.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use super::{JOBS, run_unless};
use crate::{app::App, clock};

/// How long is waited between two looks.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// Jobs of a serving process. Dropped, they end where they are, and what was not committed is taken back.
pub struct Runner {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Runner {
    /// Begins at once, so that what was missed is made up.
    pub fn start(app: Arc<App>) -> Self {
        let (stop, asked) = watch::channel(false);
        Self { stop, running: tokio::spawn(keep(app, asked)) }
    }

    /// Ends after the piece under way, and without it when that takes too long.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.send_replace(true);
        if tokio::time::timeout(patience, &mut self.running).await.is_err() {
            tracing::warn!("a job was stopped before it was done; it is taken back, and done again by the next server");
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn keep(app: Arc<App>, mut asked: watch::Receiver<bool>) {
    let is_stopping = {
        let asked = asked.clone();
        move || *asked.borrow()
    };
    let mut is_failing = false;
    while !is_stopping() {
        let outcome = run_unless(&app, JOBS, clock::now(), &is_stopping).await;
        if outcome.is_err() != is_failing {
            is_failing = outcome.is_err();
            let news = if is_failing { "jobs wait until the database answers" } else { "jobs are done again" };
            tracing::info!("{news}");
        }
        // An error means that nobody is left who could ask.
        let _ = tokio::time::timeout(INTERVAL, asked.wait_for(|stop| *stop)).await;
    }
}
