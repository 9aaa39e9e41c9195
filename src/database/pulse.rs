//! Whether the database answers: asked all the time on a connection of its own, and heard from every other.
//!
//! A machine that vanishes sends no word of it, and a statement on a connection to it would wait for many minutes.
//! So requests don't only wait for their answer, but also for the news that the database has gone silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions, Connection, PgConnection};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connect::{Preparation, prepare};

/// How often the database is asked, give or take a fifth, so that many servers don't ask in step.
const INTERVAL: Duration = Duration::from_millis(250);
/// Right after its loss a database is waited for, because most come back soon; after this time nobody waits any more.
const HOPE: Duration = Duration::from_secs(5);

/// A shorter silence is none: the database is asked only so often.
const SILENCE_MIN: Duration = Duration::from_millis(500);

/// What is known of the database. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Pulse {
    state: watch::Receiver<State>,
    heard: Arc<Heard>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// It answers, and has done so since then; connections that are older belong to a time before a silence.
    Answering {
        since: Instant,
    },
    Silent {
        since: Instant,
    },
}

/// When the database was last heard, in milliseconds since the pulse began.
#[derive(Debug)]
struct Heard {
    origin: Instant,
    last_ms: AtomicU64,
}

impl Pulse {
    /// Watches a database for as long as anybody has the pulse.
    pub fn watch(options: PgConnectOptions, preparation: Preparation, silence: Duration) -> Self {
        let origin = Instant::now();
        let (sender, state) = watch::channel(State::Answering { since: origin });
        let heard = Arc::new(Heard { origin, last_ms: AtomicU64::new(0) });
        let options = options.application_name("stackmotive_pulse").disable_statement_logging();
        let watcher = Watcher { options, preparation, silence, connection: None };
        tokio::spawn(watcher.run(sender, heard.clone()));
        Self { state, heard }
    }

    /// Whether the database has said nothing for too long.
    pub fn is_silent(&self) -> bool {
        matches!(*self.state.borrow(), State::Silent { .. })
    }

    /// Since when the database answers without a break; None when it is silent.
    pub fn answers_since(&self) -> Option<Instant> {
        match *self.state.borrow() {
            State::Answering { since } => Some(since),
            State::Silent { .. } => None,
        }
    }

    /// What `work` comes to, or `PoolTimedOut` when the database falls silent meanwhile.
    pub async fn unless_silent<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        tokio::select! {
            biased;
            outcome = work => {
                self.take_note(&outcome);
                outcome
            }
            () = self.silence() => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// The same for somebody who has waited already, and takes a shorter silence for the database's end.
    pub async fn unless_silent_for<T>(
        &self,
        silence: Duration,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        tokio::select! {
            biased;
            outcome = self.unless_silent(work) => outcome,
            () = self.heard.nothing_for(silence.max(SILENCE_MIN)) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Returns when the database answers.
    ///
    /// # Errors
    /// When it has been silent for so long that nobody waits for it any more.
    pub async fn return_of_database(&self) -> Result<(), sqlx::Error> {
        let mut state = self.state.clone();
        loop {
            let since = match *state.borrow_and_update() {
                State::Answering { .. } => return Ok(()),
                State::Silent { since } => since,
            };
            tokio::select! {
                changed = state.changed() => if changed.is_err() { return Err(sqlx::Error::PoolClosed) },
                () = sleep_until(since + HOPE) => return Err(sqlx::Error::PoolTimedOut),
            }
        }
    }

    async fn silence(&self) {
        let silent = |state: &State| matches!(state, State::Silent { .. });
        if self.state.clone().wait_for(silent).await.is_err() {
            // Nobody watches any more, so no news will come.
            std::future::pending::<()>().await;
        }
    }

    /// Whatever the database answers, a refusal as well, shows that it is there.
    fn take_note<T>(&self, outcome: &Result<T, sqlx::Error>) {
        if matches!(outcome, Ok(_) | Err(sqlx::Error::Database(_) | sqlx::Error::RowNotFound)) {
            self.heard.now();
        }
    }
}

impl Heard {
    fn now(&self) {
        let elapsed = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.fetch_max(elapsed, Ordering::Relaxed);
    }

    /// Returns when nothing has been heard for so long.
    async fn nothing_for(&self, silence: Duration) {
        loop {
            let left = silence.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed().saturating_sub(Duration::from_millis(self.last_ms.load(Ordering::Relaxed)))
    }
}

/// What asks the database whether it is there.
struct Watcher {
    options: PgConnectOptions,
    preparation: Preparation,
    silence: Duration,
    connection: Option<PgConnection>,
}

/// What became of a question.
enum Reply {
    Heard,
    /// Nothing listens there, or what listens lets nobody in.
    Refused(sqlx::Error),
    Nothing,
}

impl Watcher {
    async fn run(mut self, state: watch::Sender<State>, heard: Arc<Heard>) {
        loop {
            tokio::select! {
                () = state.closed() => return,
                () = sleep(jittered(INTERVAL)) => {}
            }
            let was_gone = matches!(*state.borrow(), State::Silent { .. });
            let silence = self.silence;
            // An answer that is waited for must not keep the news of the silence back.
            let reply = tokio::select! {
                reply = self.ask() => reply,
                () = heard.nothing_for(silence), if !was_gone => Reply::Nothing,
            };
            if matches!(reply, Reply::Heard) {
                heard.now();
            }
            let is_gone = match &reply {
                Reply::Heard => false,
                Reply::Refused(_) => true,
                Reply::Nothing => heard.elapsed() >= self.silence,
            };
            let now = Instant::now();
            match (was_gone, is_gone, reply) {
                (false, true, Reply::Refused(cause)) => {
                    tracing::error!(%cause, "the database is gone");
                    state.send_replace(State::Silent { since: now });
                }
                (false, true, _) => {
                    tracing::error!(silence_ms = heard.elapsed().as_millis(), "the database is silent");
                    state.send_replace(State::Silent { since: now });
                }
                (true, false, Reply::Heard) => {
                    tracing::info!("the database answers again");
                    state.send_replace(State::Answering { since: now });
                }
                _ => {}
            }
        }
    }

    /// Asks on the connection that there is, and where that fails on a new one.
    async fn ask(&mut self) -> Reply {
        let patience = self.silence / 2;
        if let Some(mut connection) = self.connection.take()
            && let Ok(Ok(())) = timeout(patience, connection.ping()).await
        {
            self.connection = Some(connection);
            return Reply::Heard;
        }
        match timeout(patience, self.connect()).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                Reply::Heard
            }
            // It is there, but has no connection left: those who have one go on.
            Ok(Err(sqlx::Error::Database(cause))) if cause.code().as_deref() == Some("53300") => Reply::Heard,
            Ok(Err(cause)) => Reply::Refused(cause),
            Err(_) => Reply::Nothing,
        }
    }

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        prepare(&mut connection, self.preparation.clone()).await?;
        Ok(connection)
    }
}

fn jittered(interval: Duration) -> Duration {
    let mut byte = [0_u8];
    // Without randomness it is asked in step, which is no harm either.
    let _ = getrandom::fill(&mut byte);
    let [byte] = byte;
    interval.mul_f64(0.8 + 0.4 * f64::from(byte) / 255.0)
}
