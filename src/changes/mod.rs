//! What becomes of people's rows, told to those who subscribed, whichever server it happened on.
//!
//! Every commit of a mutation [sends word](crate::graphql::mutation::deed::Notice) to each user who sees the changed rows:
//! ids and nothing else, over PostgreSQL's NOTIFY. Each server hears all of it on one connection, which begins
//! with its first subscriber, and [hands it](hub) to those subscribers whose user it is for.
//! How far an import is goes the same way, [besides its transaction](progress), since nobody hears of that before its end.
//!
//! | file | what it is |
//! |---|---|
//! | [`types`] | a change, as clients read it |
//! | [`subscriptions`] | the root field, which says what is wanted |
//! | [`hub`] | who listens, and a queue for each, which ends when its subscriber is too slow |
//! | [`progress`] | news of an import under way |
//! | `listener` | the connection to the database, begun anew after an outage |
//!
//! Nothing is promised to somebody who doesn't listen: whoever comes, and whoever listened through an outage, is told to
//! [fetch again](types::ChangeKind::Resync).

pub mod hub;
mod listener;
pub mod progress;
pub mod subscriptions;
pub mod types;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::{
    database::Pool,
    graphql::error::{Error, Result},
    portfolio::types::ImportProgress,
};
use hub::{Hub, SessionWatch, Subscription};
use progress::Reporter;
use types::{Change, NodeType};

/// How much of everything a user may have on one server.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How many subscriptions, over all connections.
    pub subscriptions_per_user_max: usize,
    /// How many changes wait for one subscriber before it is too slow.
    pub waiting_max: usize,
    /// How long a subscription waits for the connection to the database.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { subscriptions_per_user_max: 50, waiting_max: 256, patience: Duration::from_millis(2500) }
    }
}

/// What a subscriber wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub user_id: Uuid,
    pub interest: Interest,
}

/// Of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// What becomes of rows of these types.
    Changes(Vec<NodeType>),
    /// How far the import under this key is.
    Import(String),
}

/// What a subscriber is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Change(Change),
    Import(ImportProgress),
}

impl Told {
    /// Whether the subscriber is told nothing more after it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Import(progress) if progress.is_last())
    }
}

/// The changes that this server hears of.
pub struct Changes {
    pub limits: Limits,
    hub: Arc<Hub>,
    pool: Pool,
    listening: Mutex<Option<AbortHandle>>,
}

impl Changes {
    pub fn new(pool: Pool) -> Self {
        Self { limits: Limits::default(), hub: Arc::default(), pool, listening: Mutex::default() }
    }

    /// Begins to hand a user's changes to a new subscriber.
    ///
    /// # Errors
    /// When nothing can be heard now, or the user has too many subscriptions.
    pub async fn subscribe(&self, wanted: Wanted) -> Result<Subscription> {
        self.listen();
        let heard = tokio::time::timeout(self.limits.patience, self.hub.heard()).await;
        heard.map_err(|_| Error::unavailable())?;
        self.hub.add(wanted, &self.limits)
    }

    /// Tells how far an import of this user's is.
    pub fn reporter(&self, user_id: Uuid, key: String) -> Reporter {
        Reporter::begin(self.pool.clone(), user_id, key)
    }

    /// Tells when sessions of this user may have ended.
    pub fn sessions_of(&self, user_id: Uuid) -> SessionWatch {
        self.listen();
        self.hub.watch_sessions(user_id)
    }

    /// Hears no more; for the end of the server.
    pub fn close(&self) {
        if let Some(listening) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take() {
            listening.abort();
        }
    }

    /// Listens from the first time on that anybody wants to hear something.
    fn listen(&self) {
        let mut listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        listening
            .get_or_insert_with(|| tokio::spawn(listener::keep(self.hub.clone(), self.pool.clone())).abort_handle());
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.close();
    }
}
