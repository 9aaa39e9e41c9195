//! Connections between two users.
//!
//! sqlx's pool asks a connection twice whether it is well before it lends it again, two round trips that cost more than
//! most of our statements. A seat that its user leaves in order is parked beside that pool, and taken from there by the
//! next; any other goes back to the pool, which looks after it.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::sqlx::{self, PgConnection, Postgres, pool::PoolConnection, postgres::PgPool};
use tokio::time::Instant;

/// A seat that nobody took for this long goes back to the pool: firewalls forget idle connections without a word.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// A connection is given back to the pool at this age, which closes old ones for their memory's sake.
const AGE_MAX: Duration = Duration::from_secs(20 * 60);

/// Connections that are free and known to be in order. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Parking {
    free: Arc<Mutex<Vec<Parked>>>,
    /// How many wait for a connection of the pool, and would not see one that is parked.
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Parked {
    connection: PoolConnection<Postgres>,
    lent_at: Instant,
    parked_at: Instant,
}

/// A connection for one user. Dropped, it goes back to the pool, which closes it if a transaction is still open on it;
/// see [`Seat::park`].
#[derive(Debug)]
pub struct Seat {
    connection: PoolConnection<Postgres>,
    lent_at: Instant,
    parking: Parking,
    pool: PgPool,
}

impl Parking {
    /// A free connection, or one of the pool. One that stands here since before `answers_since` died with the database's
    /// last silence.
    pub async fn seat(&self, pool: &PgPool, answers_since: Option<Instant>) -> Result<Seat, sqlx::Error> {
        let (connection, lent_at) = match self.take(answers_since) {
            Some(parked) => (parked.connection, parked.lent_at),
            None => (self.wait(pool).await?, Instant::now()),
        };
        Ok(Seat { connection, lent_at, parking: self.clone(), pool: pool.clone() })
    }

    /// Gives everything back to the pool.
    pub fn clear(&self) {
        self.free().clear();
    }

    fn take(&self, answers_since: Option<Instant>) -> Option<Parked> {
        let mut free = self.free();
        loop {
            let parked = free.pop()?;
            let is_alive = answers_since.is_none_or(|since| parked.lent_at >= since);
            if is_alive && parked.parked_at.elapsed() < IDLE_MAX && parked.lent_at.elapsed() < AGE_MAX {
                return Some(parked);
            }
        }
    }

    async fn wait(&self, pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let _waiting = Waiting::begin(&self.waiting);
        pool.acquire().await
    }

    fn free(&self) -> MutexGuard<'_, Vec<Parked>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Leaves the seat for the next one. Nothing may be open on it: no transaction, no statement.
    pub fn park(self) {
        let Self { connection, lent_at, parking, pool } = self;
        // Whoever waits for the pool is served by the pool.
        if pool.is_closed() || parking.waiting.load(Ordering::Acquire) > 0 {
            return;
        }
        let mut free = parking.free();
        let is_stale = |parked: &Parked| parked.parked_at.elapsed() >= IDLE_MAX;
        if free.first().is_some_and(is_stale) {
            free.remove(0);
        }
        free.push(Parked { connection, lent_at, parked_at: Instant::now() });
    }

    /// Ends the connection, whatever is open on it.
    pub async fn close(self) {
        // It is being thrown away, so that a failure to say goodbye changes nothing.
        let _ = self.connection.close().await;
    }
}

impl Deref for Seat {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Seat {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Somebody who waits, for as long as they do.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
