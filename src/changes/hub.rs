//! Who listens on this server, and what waits for each of them.
//!
//! Nothing waits without bound: a subscriber whose queue is full is dropped, takes what is still in it, and is told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::{
    Interest, Limits, Told, Wanted,
    types::{Change, NodeType},
};
use crate::{
    graphql::{
        error::{Error, ErrorCode, Result},
        mutation::deed::Notice,
    },
    portfolio::types::ImportProgress,
};

/// Everybody who listens on this server.
#[derive(Default)]
pub struct Hub {
    people: Mutex<HashMap<Uuid, Person>>,
    /// Whether the database tells this server of changes now.
    is_hearing: watch::Sender<bool>,
}

/// One user's.
#[derive(Default)]
struct Person {
    seats: Vec<Seat>,
    /// Told when a session of theirs may have ended.
    sessions: watch::Sender<()>,
    /// How many watch that.
    watching: usize,
    /// How many seats there ever were.
    seated: u64,
}

/// Where a subscriber is found.
struct Seat {
    number: u64,
    interest: Interest,
    queue: mpsc::Sender<Told>,
}

/// A subscriber's end. Dropped, it is forgotten.
pub struct Subscription {
    hub: Arc<Hub>,
    user_id: Uuid,
    number: u64,
    queue: mpsc::Receiver<Told>,
}

/// Tells when sessions of a user may have ended.
pub struct SessionWatch {
    hub: Arc<Hub>,
    user_id: Uuid,
    told: watch::Receiver<()>,
}

impl Hub {
    /// Returns when changes are heard.
    pub async fn heard(&self) {
        // The sender is ours, so it can't be gone.
        let _ = self.is_hearing.subscribe().wait_for(|hears| *hears).await;
    }

    /// Takes a new subscriber in.
    pub fn add(self: &Arc<Self>, wanted: Wanted, limits: &Limits) -> Result<Subscription> {
        let Wanted { user_id, interest } = wanted;
        let mut people = self.people();
        let person = people.entry(user_id).or_default();
        if person.seats.len() >= limits.subscriptions_per_user_max {
            let most = limits.subscriptions_per_user_max;
            return Err(Error::new(ErrorCode::RateLimited, format!("A user has at most {most} subscriptions.")));
        }
        // One more for the word to fetch, which comes first.
        let (sender, queue) = mpsc::channel(limits.waiting_max.saturating_add(1));
        let _ = sender.try_send(interest.beginning());
        person.seated += 1;
        let number = person.seated;
        person.seats.push(Seat { number, interest, queue: sender });
        Ok(Subscription { hub: self.clone(), user_id, number, queue })
    }

    /// Tells when sessions of this user may have ended.
    pub fn watch_sessions(self: &Arc<Self>, user_id: Uuid) -> SessionWatch {
        let mut people = self.people();
        let person = people.entry(user_id).or_default();
        person.watching += 1;
        SessionWatch { hub: self.clone(), user_id, told: person.sessions.subscribe() }
    }

    /// Hands on what happened.
    pub fn tell(&self, notice: &Notice) {
        let mut people = self.people();
        let Some(person) = people.get_mut(&notice.user) else { return };
        let mut ends_sessions = false;
        for change in notice.changes.iter().filter_map(|(kind, what)| Change::read(*kind, what)) {
            ends_sessions |= change.of.is_some_and(NodeType::may_end_sessions);
            person.tell(&change);
        }
        if ends_sessions {
            person.sessions.send_replace(());
        }
    }

    /// Hands on how far an import is.
    pub fn report(&self, user_id: Uuid, progress: &ImportProgress) {
        if let Some(person) = self.people().get_mut(&user_id) {
            person.tell_each(|interest| match interest {
                Interest::Import(key) if *key == progress.key => Some(Told::Import(progress.clone())),
                _ => None,
            });
        }
    }

    /// Takes note that changes are heard from here on; those who waited through a time without are told to fetch.
    pub fn begin(&self) {
        for person in self.people().values_mut() {
            person.tell_each(|interest| Some(interest.beginning()));
        }
        self.is_hearing.send_replace(true);
    }

    /// Takes note that nothing is heard any more.
    pub fn end(&self) {
        self.is_hearing.send_replace(false);
    }

    fn leave(&self, user_id: Uuid, how: impl FnOnce(&mut Person)) {
        let mut people = self.people();
        let Some(person) = people.get_mut(&user_id) else { return };
        how(person);
        if person.seats.is_empty() && person.watching == 0 {
            people.remove(&user_id);
        }
    }

    fn people(&self) -> MutexGuard<'_, HashMap<Uuid, Person>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interest {
    /// What is told first, and again where something may have been missed.
    fn beginning(&self) -> Told {
        match self {
            Self::Changes(_) => Told::Change(Change::RESYNC),
            Self::Import(key) => Told::Import(ImportProgress::waiting(key)),
        }
    }
}

impl Person {
    fn tell(&mut self, change: &Change) {
        self.tell_each(|interest| match interest {
            Interest::Changes(types) if change.of.is_some_and(|of| types.contains(&of)) => {
                Some(Told::Change(change.clone()))
            }
            _ => None,
        });
    }

    /// Puts what there is for them into the queues; whoever has no room left loses the seat.
    fn tell_each(&mut self, what: impl Fn(&Interest) -> Option<Told>) {
        self.seats.retain(|seat| what(&seat.interest).is_none_or(|told| seat.queue.try_send(told).is_ok()));
    }
}

impl Subscription {
    /// What is told next; `None` when they came faster than they were taken. Waiting may be given up and begun again.
    pub async fn next(&mut self) -> Option<Told> {
        self.queue.recv().await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.leave(self.user_id, |person| person.seats.retain(|seat| seat.number != self.number));
    }
}

impl SessionWatch {
    /// Returns when it is time to look again.
    pub async fn told(&mut self) {
        if self.told.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.hub.leave(self.user_id, |person| person.watching = person.watching.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::{graphql::mutation::deed, portfolio::types::ImportStage};

    const ADA: Uuid = Uuid::from_u128(1);
    const BOB: Uuid = Uuid::from_u128(2);

    fn limits() -> Limits {
        Limits { subscriptions_per_user_max: 2, waiting_max: 2, ..Limits::default() }
    }

    fn notice(user: Uuid, changes: &[&str]) -> Notice {
        Notice { user, changes: changes.iter().map(|what| (deed::Change::Created, (*what).to_owned())).collect() }
    }

    fn wanted(user_id: Uuid, types: &[NodeType]) -> Wanted {
        Wanted { user_id, interest: Interest::Changes(types.to_vec()) }
    }

    /// What waits.
    fn told(subscription: &mut Subscription) -> Vec<Told> {
        std::iter::from_fn(|| subscription.next().now_or_never().flatten()).collect()
    }

    /// What waits, by its type; the end is the last.
    fn waiting(subscription: &mut Subscription) -> Vec<Option<NodeType>> {
        let of = |told| match told {
            Told::Change(change) => change.of,
            Told::Import(progress) => panic!("{progress:?} is no change"),
        };
        told(subscription).into_iter().map(of).collect()
    }

    #[test]
    fn each_hears_what_is_theirs_and_what_they_want() {
        let hub = Arc::new(Hub::default());
        let mut lists = hub.add(wanted(ADA, &[NodeType::Watchlist]), &limits()).unwrap();
        let mut both = hub.add(wanted(ADA, &[NodeType::Watchlist, NodeType::Holding]), &limits()).unwrap();
        let mut of_bob = hub.add(wanted(BOB, &[NodeType::Watchlist]), &limits()).unwrap();
        hub.tell(&notice(ADA, &["watchlist", "holding", "of_a_newer_server", "session"]));
        hub.tell(&notice(Uuid::from_u128(3), &["watchlist"]));
        assert_eq!(waiting(&mut lists), [None, Some(NodeType::Watchlist)]);
        assert_eq!(waiting(&mut both), [None, Some(NodeType::Watchlist), Some(NodeType::Holding)]);
        assert_eq!(waiting(&mut of_bob), [None]);
        hub.begin();
        assert_eq!(told(&mut of_bob), [Told::Change(Change::RESYNC)]);
    }

    #[test]
    fn an_import_is_told_to_those_who_have_its_key() {
        let hub = Arc::new(Hub::default());
        let import = |user_id, key: &str| Wanted { user_id, interest: Interest::Import(key.to_owned()) };
        let mut mine = hub.add(import(ADA, "k"), &limits()).unwrap();
        let mut other = hub.add(import(ADA, "l"), &limits()).unwrap();
        let mut of_bob = hub.add(import(BOB, "k"), &limits()).unwrap();
        let reading = ImportProgress { stage: ImportStage::Reading, ..ImportProgress::waiting("k") };
        hub.report(ADA, &reading);
        hub.tell(&notice(ADA, &["sync_run"]));
        let waiting = |key| Told::Import(ImportProgress::waiting(key));
        assert_eq!(told(&mut mine), [waiting("k"), Told::Import(reading)]);
        assert_eq!(told(&mut other), [waiting("l")]);
        hub.begin();
        assert_eq!(told(&mut of_bob), [waiting("k"), waiting("k")]);
    }

    #[test]
    fn who_is_too_slow_is_dropped_after_what_was_kept() {
        let hub = Arc::new(Hub::default());
        let mut slow = hub.add(wanted(ADA, &[NodeType::Watchlist]), &limits()).unwrap();
        let mut other = hub.add(wanted(ADA, &[NodeType::Holding]), &limits()).unwrap();
        hub.tell(&notice(ADA, &["watchlist"; 100]));
        assert_eq!(waiting(&mut slow).len(), 3);
        assert_eq!(slow.next().now_or_never(), Some(None), "the end is told");
        assert_eq!(waiting(&mut other), [None]);
        assert_eq!(other.next().now_or_never(), None, "the other goes on");
    }

    #[test]
    fn a_user_has_so_many_and_nobody_is_remembered_who_left() {
        let hub = Arc::new(Hub::default());
        let first = hub.add(wanted(ADA, &[]), &limits()).unwrap();
        let second = hub.add(wanted(ADA, &[]), &limits()).unwrap();
        assert_eq!(hub.add(wanted(ADA, &[]), &limits()).err().map(|error| error.code), Some(ErrorCode::RateLimited));
        drop(first);
        let mut sessions = hub.watch_sessions(ADA);
        let third = hub.add(wanted(ADA, &[]), &limits()).unwrap();
        assert_eq!(sessions.told().now_or_never(), None);
        hub.tell(&notice(ADA, &["session_00000000-0000-0000-0000-000000000001"]));
        assert_eq!(sessions.told().now_or_never(), Some(()));
        drop((second, third));
        assert_eq!(hub.people().len(), 1);
        drop(sessions);
        assert!(hub.people().is_empty());
    }
}
