//! Connections between two users.
//!
//! sqlx's pool asks a connection twice whether it is well before it lends it again, two round trips that cost more than
//! most of our statements. A seat that its user leaves in order is parked beside that pool, and taken from there by the
//! next; any other goes back to the pool, which looks after it. There is a turn for each connection of the pool, so
//! whoever has one finds a connection parked or in the pool; those who wait get theirs in the order in which they came.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::sqlx::{self, PgConnection, Postgres, pool::PoolConnection, postgres::PgPool};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// A seat that nobody took for this long goes back to the pool: firewalls forget idle connections without a word.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// A connection is given back to the pool at this age, which closes old ones for their memory's sake.
const AGE_MAX: Duration = Duration::from_secs(20 * 60);

/// Connections that are free and known to be in order. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Parking {
    free: Arc<Mutex<Vec<Parked>>>,
    turns: Arc<Semaphore>,
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
    /// Given back once the connection is.
    _turn: OwnedSemaphorePermit,
}

impl Parking {
    /// Room for the connections of a pool of this size.
    pub fn new(size: u32) -> Self {
        Self { free: Arc::default(), turns: Arc::new(Semaphore::new(size as usize)) }
    }

    /// A free connection, or one of the pool. One that stands here since before `answers_since` died with the database's
    /// last silence.
    pub async fn seat(&self, pool: &PgPool, answers_since: Option<Instant>) -> Result<Seat, sqlx::Error> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let (connection, lent_at) = match self.take(answers_since) {
            Some(parked) => (parked.connection, parked.lent_at),
            None => (pool.acquire().await?, Instant::now()),
        };
        Ok(Seat { connection, lent_at, parking: self.clone(), pool: pool.clone(), _turn: turn })
    }

    /// Gives everything back to the pool, and nobody a seat any more.
    pub fn close(&self) {
        self.turns.close();
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

    fn free(&self) -> MutexGuard<'_, Vec<Parked>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Leaves the seat for the next one. Nothing may be open on it: no transaction, no statement.
    pub fn park(self) {
        let Self { connection, lent_at, parking, pool, _turn } = self;
        if pool.is_closed() {
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
