//! All buckets of this server, and what keeps their number in bounds.

use std::{collections::HashMap, time::Duration};

use super::{
    Payer,
    bucket::{Bucket, State, Wait},
    tiers::Budget,
};

/// The buckets that are not empty. Users and addresses have a place each, so that a flood of addresses makes no server
/// forget what a user has used.
pub struct Shelf {
    users: HashMap<Payer, Bucket>,
    addresses: HashMap<Payer, Bucket>,
    /// How many of either there are at most.
    max: usize,
}

/// What a payer took since the last exchange, in nanoseconds of draining.
pub type Told = (Payer, i64);

impl Shelf {
    pub fn new(max: usize) -> Self {
        Self { users: HashMap::new(), addresses: HashMap::new(), max }
    }

    /// How many buckets there are.
    pub fn count(&self) -> usize {
        self.users.len().saturating_add(self.addresses.len())
    }

    /// Takes points, or none when fewer are left.
    ///
    /// # Errors
    /// How long to wait.
    pub fn take(&mut self, payer: Payer, budget: Budget, points: u64, now: Duration) -> Result<State, Wait> {
        self.bucket(payer, now).take(budget, points, now)
    }

    /// Gives points back that were taken before.
    pub fn give_back(&mut self, payer: Payer, budget: Budget, points: u64, now: Duration) -> State {
        self.bucket(payer, now).give_back(budget, points, now)
    }

    /// What the other servers have to be told, of so many payers at most, in the order of the payers.
    pub fn tell(&mut self, max: usize, now: Duration) -> Vec<Told> {
        let mut told = Vec::new();
        for buckets in [&mut self.users, &mut self.addresses] {
            buckets.retain(|_, bucket| !bucket.is_forgettable(now));
            let left = max.saturating_sub(told.len());
            let news = buckets.iter_mut().map(|(payer, bucket)| (*payer, bucket));
            told.extend(
                news.filter(|(_, bucket)| bucket.has_news()).take(left).map(|(payer, bucket)| (payer, bucket.tell())),
            );
        }
        told.sort_unstable();
        told
    }

    /// The telling failed.
    pub fn tell_again(&mut self, told: &[Told], now: Duration) {
        for (payer, nanos) in told {
            self.bucket(*payer, now).tell_again(*nanos, now);
        }
    }

    /// Takes over how full a bucket is, all servers together.
    pub fn hear(&mut self, payer: Payer, level: Duration, now: Duration) {
        self.bucket(payer, now).hear(level, now);
    }

    fn bucket(&mut self, payer: Payer, now: Duration) -> &mut Bucket {
        let max = self.max;
        let buckets = match payer {
            Payer::User(_) => &mut self.users,
            Payer::Address(_) => &mut self.addresses,
        };
        if buckets.len() >= max && !buckets.contains_key(&payer) {
            make_room(buckets, max, now);
        }
        buckets.entry(payer).or_default()
    }
}

/// Forgets the buckets that have drained and, when that is not enough, the emptier half: who has used least gains least.
fn make_room(buckets: &mut HashMap<Payer, Bucket>, max: usize, now: Duration) {
    buckets.retain(|_, bucket| !bucket.level(now).is_zero());
    let half = max / 2;
    if buckets.len() <= half {
        return;
    }
    let mut levels: Vec<(Duration, Payer)> =
        buckets.iter().map(|(payer, bucket)| (bucket.level(now), *payer)).collect();
    let emptier = levels.len().saturating_sub(half);
    if emptier < levels.len() {
        levels.select_nth_unstable(emptier);
    }
    for (_, payer) in levels.into_iter().take(emptier) {
        buckets.remove(&payer);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::Duration,
    };

    use uuid::Uuid;

    use super::{Payer, Shelf};
    use crate::budget::tiers::Budget;

    const BUDGET: Budget = Budget { per_minute: 60, bucket: 100 };

    fn address(number: u32) -> Payer {
        Payer::at(Some(IpAddr::V4(Ipv4Addr::from_bits(number))))
    }

    fn remaining(shelf: &mut Shelf, payer: Payer, now: Duration) -> u64 {
        shelf.take(payer, BUDGET, 0, now).expect("nothing is always left").remaining
    }

    #[test]
    fn a_flood_of_addresses_stays_in_bounds_and_the_worst_are_remembered() {
        let mut shelf = Shelf::new(1_000);
        let user = Payer::User(Uuid::nil());
        let now = Duration::ZERO;
        shelf.take(user, BUDGET, 100, now).expect("a fresh budget");
        shelf.take(address(7), BUDGET, 100, now).expect("a fresh budget");
        for number in 1_000..100_000 {
            shelf.take(address(number), BUDGET, 1, now).expect("a fresh budget");
            assert!(shelf.count() <= 1_001, "{}", shelf.count());
        }
        assert_eq!((remaining(&mut shelf, user, now), remaining(&mut shelf, address(7), now)), (0, 0));
    }

    #[test]
    fn what_has_drained_and_is_told_is_forgotten() {
        let mut shelf = Shelf::new(10);
        shelf.take(address(1), BUDGET, 10, Duration::ZERO).expect("a fresh budget");
        let later = Duration::from_secs(11);
        assert_eq!(shelf.tell(10, later), [(address(1), 10_000_000_000)]);
        assert_eq!(shelf.count(), 1);
        assert_eq!(shelf.tell(10, later), []);
        assert_eq!(shelf.count(), 0);
    }

    #[test]
    fn no_more_is_told_at_once_than_asked_for_and_nothing_is_lost() {
        let mut shelf = Shelf::new(10);
        let now = Duration::ZERO;
        for number in 0..5 {
            shelf.take(address(number), BUDGET, 1, now).expect("a fresh budget");
        }
        let mut told = [shelf.tell(3, now), shelf.tell(3, now), shelf.tell(3, now)].concat();
        told.sort_unstable();
        assert_eq!(told, [0, 1, 2, 3, 4].map(|number| (address(number), 1_000_000_000)));
    }
}
