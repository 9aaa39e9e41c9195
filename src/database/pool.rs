//! The pool of connections, with what is known of their database, and how long it is waited for.

use std::cell::Cell;
use std::ops::Deref;
use std::time::Duration;

use sea_orm::sqlx::pool::PoolConnectionMetadata;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, Connection, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use super::connect::{Preparation, prepare};
use super::pulse::Pulse;
use super::seat::{Parking, Seat};
use crate::config::Settings;

/// A connection that nobody used for this long is asked before it is used: firewalls forget idle ones without a word.
const IDLE_TRUST: Duration = Duration::from_secs(30);
/// How long that question may take.
const TRUST_PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection may take to be free for the next user. Where a statement still runs then, whoever asked for it
/// has gone away; the connection is closed, upon which PostgreSQL ends the statement and takes back its transaction.
pub(super) const RELEASE_PATIENCE: Duration = Duration::from_secs(1);
/// How long is waited between two attempts, once every connection that there was turned out to be dead.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// How much longer than PostgreSQL's own limit a statement is waited for.
const STATEMENT_MARGIN: Duration = Duration::from_secs(1);

/// How much later than its patience ends a request is answered at the latest, when the database goes away once more.
const SECOND_LOSS: Duration = Duration::from_millis(500);

tokio::task_local! {
    /// The waits of this request, all together.
    static WAITS: Waits;
}

/// How a request has waited for the database.
struct Waits {
    begun: Instant,
    /// How long it may still wait for a connection; None before it has waited for one.
    left: Cell<Option<Duration>>,
    /// Whether the database was away meanwhile.
    has_met_loss: Cell<bool>,
}

/// Connections to the database, and its pulse. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Pool {
    connections: PgPool,
    parking: Parking,
    pulse: Pulse,
    /// How connections are made, for those that stand apart from the pool.
    options: PgConnectOptions,
    preparation: Preparation,
    /// How long a request waits for a connection that works.
    patience: Duration,
    /// After how long a silence the database counts as gone.
    silence: Duration,
    /// How long a statement is waited for; None without an end.
    statement_max: Option<Duration>,
}

impl Deref for Pool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.connections
    }
}

impl Pool {
    /// A pool whose connections are made when needed, under a pulse that is watched from now on.
    pub(super) fn open(options: PgConnectOptions, preparation: Preparation, settings: &Settings) -> Self {
        let limits = &settings.limits;
        let pulse = Pulse::watch(options.clone(), preparation.clone(), limits.database_silence);
        let known = pulse.clone();
        let (way, prepared) = (options.clone(), preparation.clone());
        let connections = PgPoolOptions::new()
            .max_connections(settings.pool_size)
            .acquire_timeout(limits.acquire_timeout)
            // A look before each use costs a round trip; a broken connection is noticed at its use, and replaced.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let preparation = preparation.clone();
                Box::pin(async move { prepare(connection, preparation).await })
            })
            .before_acquire(move |connection, life| {
                let known = known.clone();
                Box::pin(async move { Ok(is_trusted(connection, &life, &known).await) })
            })
            .after_release(|connection, _| Box::pin(async { Ok(is_free(connection).await) }))
            .connect_lazy_with(options);
        let statement_max = match settings.statement_timeout_ms {
            0 => None,
            limit => Some(Duration::from_millis(limit) + STATEMENT_MARGIN),
        };
        let (patience, silence) = (limits.acquire_timeout, limits.database_silence);
        let parking = Parking::new(settings.pool_size);
        Self { connections, parking, pulse, options: way, preparation: prepared, patience, silence, statement_max }
    }

    /// A connection for one user.
    pub async fn acquire(&self) -> Result<Seat, sqlx::Error> {
        let seat = self.parking.seat(&self.connections, self.pulse.answers_since());
        timeout(self.patience, seat).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Waits for statements under way and closes every connection.
    pub async fn close(&self) {
        let closing = self.connections.close();
        self.parking.close();
        closing.await;
    }

    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// How a connection is made, and what it is told first.
    pub(super) fn way(&self) -> (PgConnectOptions, Preparation) {
        (self.options.clone(), self.preparation.clone())
    }

    /// What a statement's answer is, unless the database falls silent or takes longer than PostgreSQL itself would allow.
    pub async fn answer_of<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        let work = self.pulse.unless_silent_for(self.silence_borne(), work);
        let outcome = match self.statement_max {
            Some(limit) => timeout(limit, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)),
            None => work.await,
        };
        if matches!(outcome, Err(sqlx::Error::PoolTimedOut)) {
            let _ = WAITS.try_with(|waits| waits.left.set(Some(Duration::ZERO)));
        }
        outcome
    }

    /// How long a silence this request bears: one that has met a loss before is to be answered in time all the same.
    fn silence_borne(&self) -> Duration {
        let latest = self.patience + SECOND_LOSS;
        let left = |waits: &Waits| waits.has_met_loss.get().then(|| latest.saturating_sub(waits.begun.elapsed()));
        WAITS.try_with(left).ok().flatten().map_or(self.silence, |left| left.min(self.silence))
    }

    async fn reach<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, sqlx::Error>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let mut dead = 0;
        loop {
            if self.pulse.is_silent() {
                let _ = WAITS.try_with(|waits| waits.has_met_loss.set(true));
            }
            self.pulse.return_of_database().await?;
            match self.pulse.unless_silent(attempt()).await {
                Err(error) if is_cut(&error) || self.pulse.is_silent() => {}
                outcome => return outcome,
            }
            dead += 1;
            if dead > self.connections.size() {
                sleep(RETRY_PAUSE).await;
            }
        }
    }
}

/// Does something that may be done again, on a connection that still lives.
///
/// After PostgreSQL has restarted, every connection of the pool is dead, and each is noticed only when it is used. So the
/// first statement of a request goes through them, and waits a moment for a database that is just coming back.
pub async fn on_live_connection<T, F>(pool: &Pool, attempt: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    // Outside of a request there is nobody to remember it for.
    let left = WAITS.try_with(|waits| waits.left.get()).ok().flatten().unwrap_or(pool.patience);
    let begun = Instant::now();
    let outcome = timeout(left, pool.reach(attempt)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let gave_up = matches!(outcome, Err(sqlx::Error::PoolTimedOut));
    let left = if gave_up { Duration::ZERO } else { left.saturating_sub(begun.elapsed()) };
    let _ = WAITS.try_with(|waits| waits.left.set(Some(left)));
    outcome
}

/// Runs what belongs to one request, which altogether waits only once for a database that is away.
pub async fn in_one_request<T>(work: impl Future<Output = T>) -> T {
    let waits = Waits { begun: Instant::now(), left: Cell::new(None), has_met_loss: Cell::new(false) };
    WAITS.scope(waits, work).await
}

/// Whether an error is about the connection and not about what was asked.
fn is_cut(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// A connection from before the database's last silence is dead, or known only to a firewall that has forgotten it.
async fn is_trusted(connection: &mut PgConnection, life: &PoolConnectionMetadata, pulse: &Pulse) -> bool {
    if pulse.answers_since().is_some_and(|since| life.age > since.elapsed()) {
        return false;
    }
    life.idle_for < IDLE_TRUST || matches!(timeout(TRUST_PATIENCE, connection.ping()).await, Ok(Ok(())))
}

/// Whether nothing runs on a connection any more, and no transaction is open on it.
///
/// One that was given up while it began is opened by PostgreSQL after all, and the library doesn't know of it: whoever
/// came next would be in somebody else's snapshot and scope. What tells of it is that a transaction can be begun with a
/// statement that begins none; and in one that has failed, no statement is taken.
async fn is_free(connection: &mut PgConnection) -> bool {
    let look = timeout(RELEASE_PATIENCE, connection.begin_with("SELECT")).await;
    matches!(look, Ok(Err(sqlx::Error::BeginFailed)))
}
