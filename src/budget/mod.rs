//! Budgets of cost: how many points a user or an address may use, and how many are left.
//!
//! A budget is a leaky bucket: what is used fills it, and it drains evenly. It lives in the memory of each server, so
//! that a request asks nobody; [`exchange`] tells the other servers of the same database once a second.
//!
//! - [`tiers`] is the table of all budgets;
//! - [`bucket`] is one bucket, [`shelf`] all of them: pure, with the time as an argument;
//! - [`Budgets`] puts them behind a lock and beside a clock;
//! - [`exchange`] and its store keep several servers together;
//! - [`queries`] is the root field `rateLimit`.

pub mod bucket;
pub mod exchange;
pub mod queries;
pub mod shelf;
mod store;
pub mod tiers;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use self::{
    bucket::{State, Wait},
    shelf::Shelf,
    tiers::Budget,
};
use crate::{authentication::types::Tier, graphql::cost::prices};

/// How many users, and how many addresses, have a bucket at most: some 10 MB each.
const BUCKETS_MAX: usize = 100_000;

/// Whose budget a document uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Payer {
    User(Uuid),
    /// Everybody at an address who is not signed in.
    Address(IpAddr),
}

impl Payer {
    /// The payer behind an address. The half of an IPv6 address that its owner picks freely does not count.
    pub fn at(address: Option<IpAddr>) -> Self {
        Self::Address(match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            Some(address) => address,
            None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        })
    }
}

/// The budgets that this server keeps.
pub struct Budgets {
    percent: u32,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    shelf: Mutex<Shelf>,
}

impl Budgets {
    /// Budgets of so many percent of the table's.
    pub fn new(percent: u32) -> Self {
        let start = Instant::now();
        Self::on_clock(percent, move || start.elapsed())
    }

    /// The same on another clock, which tells a time that never goes back.
    pub fn on_clock(percent: u32, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { percent, clock: Box::new(clock), shelf: Mutex::new(Shelf::new(BUCKETS_MAX)) }
    }

    /// The budget of a tier, or of those who are not signed in.
    pub fn of(&self, tier: Option<Tier>) -> Budget {
        tiers::budget(tier).scaled(self.percent)
    }

    /// How many calls with personal API tokens a tier has a day; as many as they like where this is nothing.
    pub fn token_calls(&self, tier: Tier) -> Option<u64> {
        tiers::token_calls(tier).map(|calls| tiers::percent_of(calls, self.percent))
    }

    /// What one document may cost at most, however much a budget holds.
    pub fn document_max(&self) -> u64 {
        tiers::percent_of(prices::DOCUMENT_MAX, self.percent)
    }

    /// Takes so many points, or none and says how long to wait for them.
    ///
    /// # Errors
    /// When fewer points are left.
    pub fn take(&self, payer: Payer, budget: Budget, points: u64) -> Result<State, Wait> {
        let now = self.now();
        self.shelf().take(payer, budget, points, now)
    }

    /// Gives points back that were taken and not used.
    pub fn give_back(&self, payer: Payer, budget: Budget, points: u64) -> State {
        let now = self.now();
        self.shelf().give_back(payer, budget, points, now)
    }

    fn now(&self) -> Duration {
        (self.clock)()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Payer;

    fn payer(address: &str) -> Payer {
        Payer::at(Some(address.parse().expect("an address")))
    }

    #[test]
    fn an_address_pays_for_its_network() {
        for (one, other, are_one) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            assert_eq!(payer(one) == payer(other), are_one, "{one} and {other}");
        }
        assert_eq!(Payer::at(None), Payer::at(None));
    }
}
