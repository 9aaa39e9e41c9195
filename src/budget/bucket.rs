//! One leaky bucket.
//!
//! It is kept as the moment at which it will have drained, so that it needs no upkeep, and means the same on every
//! server. Points become time by the budget's rate. All arithmetic saturates.

use std::time::Duration;

use super::tiers::Budget;

const MINUTE_NANOS: u128 = 60_000_000_000;

/// A bucket: what was used and has not drained yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket {
    /// When it will have drained, on the clock of this server.
    empty_at: Duration,
    /// What was taken and not told to the other servers yet, in nanoseconds of draining; negative for what was given back.
    untold: i64,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub budget: Budget,
    /// Points that are left.
    pub remaining: u64,
    /// How long until all are back.
    pub full_in: Duration,
}

/// A refusal: so many points are not left now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How long until they are.
    pub wait: Duration,
    pub state: State,
}

impl Budget {
    /// How long so many points take to drain.
    fn time(self, points: u64) -> Duration {
        let nanos = u128::from(points).saturating_mul(MINUTE_NANOS) / u128::from(self.per_minute.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many points take so long to drain, rounded up.
    fn points(self, time: Duration) -> u64 {
        let points = time.as_nanos().saturating_mul(self.per_minute.into()).div_ceil(MINUTE_NANOS);
        u64::try_from(points).unwrap_or(u64::MAX)
    }
}

impl Bucket {
    /// A bucket that drains in so long.
    pub fn filled(level: Duration, now: Duration) -> Self {
        Self { empty_at: now.saturating_add(level), untold: 0 }
    }

    /// How long it takes to drain.
    pub fn level(&self, now: Duration) -> Duration {
        self.empty_at.saturating_sub(now)
    }

    /// Whether forgetting it changes nothing.
    pub fn is_forgettable(&self, now: Duration) -> bool {
        self.untold == 0 && self.level(now).is_zero()
    }

    /// How the budget stands.
    pub fn state(&self, budget: Budget, now: Duration) -> State {
        let level = self.level(now);
        State { budget, remaining: budget.bucket.saturating_sub(budget.points(level)), full_in: level }
    }

    /// Takes points, or none when fewer are left.
    ///
    /// # Errors
    /// How long to wait. More points than the bucket holds are never left; the caller refuses those before.
    pub fn take(&mut self, budget: Budget, points: u64, now: Duration) -> Result<State, Wait> {
        let (size, price) = (budget.time(budget.bucket), budget.time(points));
        let filled = self.level(now).saturating_add(price);
        if filled > size {
            return Err(Wait { wait: filled.saturating_sub(size), state: self.state(budget, now) });
        }
        self.empty_at = now.saturating_add(filled);
        self.untold = self.untold.saturating_add(nanos(price));
        Ok(self.state(budget, now))
    }

    /// Gives points back that were taken before.
    pub fn give_back(&mut self, budget: Budget, points: u64, now: Duration) -> State {
        let refund = budget.time(points).min(self.level(now));
        self.empty_at = self.empty_at.saturating_sub(refund);
        self.untold = self.untold.saturating_sub(nanos(refund));
        self.state(budget, now)
    }

    /// Whether the other servers have to be told something.
    pub fn has_news(&self) -> bool {
        self.untold != 0
    }

    /// What the other servers have to be told; from here on they count as told.
    pub fn tell(&mut self) -> i64 {
        std::mem::take(&mut self.untold)
    }

    /// The telling failed: it is due again, as far as it has not drained meanwhile.
    pub fn tell_again(&mut self, told: i64, now: Duration) {
        self.untold = self.untold.saturating_add(told).min(nanos(self.level(now)));
    }

    /// Takes over what all servers together took; what was taken here meanwhile comes on top.
    pub fn hear(&mut self, level: Duration, now: Duration) {
        let level = nanos(level).saturating_add(self.untold);
        self.empty_at = now.saturating_add(Duration::from_nanos(u64::try_from(level).unwrap_or(0)));
    }
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Bucket, Wait};
    use crate::budget::tiers::Budget;

    /// A point a second, and at most 100 at once.
    const BUDGET: Budget = Budget { per_minute: 60, bucket: 100 };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_fills_drains_and_refuses() {
        let mut bucket = Bucket::default();
        // When, how many points are asked for, and how many are left then; or how long to wait.
        for (seconds, points, expected) in [
            (0, 60, Ok(40)),
            (0, 40, Ok(0)),
            (0, 1, Err(1)),
            (0, 100, Err(100)),
            (9, 10, Err(1)),
            (10, 10, Ok(0)),
            (60, 0, Ok(50)),
            (60, 51, Err(1)),
            (1_000, 100, Ok(0)),
            (1_000, 101, Err(101)),
        ] {
            let outcome = bucket.take(BUDGET, points, at(seconds));
            let found = outcome.map(|state| state.remaining).map_err(|Wait { wait, .. }| wait.as_secs());
            assert_eq!(found, expected, "{points} points after {seconds} s");
        }
    }

    #[test]
    fn what_was_not_used_comes_back() {
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(BUDGET, 80, at(0)).map(|state| state.full_in), Ok(at(80)));
        let state = bucket.give_back(BUDGET, 70, at(2));
        assert_eq!((state.remaining, state.full_in), (92, at(8)));
        // More than was taken makes no more than a full budget.
        assert_eq!(bucket.give_back(BUDGET, 70, at(2)).remaining, 100);
        // What has drained meanwhile was taken all the same.
        assert_eq!(bucket.tell(), 2_000_000_000);
    }

    #[test]
    fn a_part_of_a_point_is_not_left() {
        let mut bucket = Bucket::default();
        let state = bucket.take(BUDGET, 1, at(0)).expect("100 are left");
        assert_eq!(state.remaining, 99);
        assert_eq!(bucket.state(BUDGET, Duration::from_millis(1)).remaining, 99);
        assert_eq!(bucket.state(BUDGET, Duration::from_millis(1_000)).remaining, 100);
    }

    #[test]
    fn nothing_overflows() {
        let budget = Budget { per_minute: 1, bucket: u64::MAX };
        let mut bucket = Bucket::default();
        for _ in 0..3 {
            let _ = bucket.take(budget, u64::MAX, at(0));
            bucket.give_back(budget, u64::MAX, at(0));
            bucket.hear(Duration::MAX, Duration::MAX);
            bucket.tell_again(i64::MAX, at(0));
        }
    }

    #[test]
    fn two_servers_add_up() {
        let (mut here, mut there) = (Bucket::default(), Bucket::default());
        here.take(BUDGET, 70, at(0)).expect("100 are left here");
        there.take(BUDGET, 60, at(0)).expect("100 are left there");
        let all = Duration::from_nanos(u64::try_from(here.tell() + there.tell()).expect("both took"));
        // Meanwhile one takes more, which the sum does not know yet.
        here.take(BUDGET, 5, at(0)).expect("30 are left here");
        here.hear(all, at(0));
        there.hear(all, at(0));
        assert_eq!((here.level(at(0)), there.level(at(0))), (at(135), at(130)));
        assert_eq!(here.take(BUDGET, 1, at(0)).map_err(|refused| refused.wait), Err(at(36)));
        assert_eq!(there.take(BUDGET, 1, at(0)).map_err(|refused| refused.wait), Err(at(31)));
    }

    #[test]
    fn what_could_not_be_told_is_told_later_unless_it_has_drained() {
        let mut bucket = Bucket::default();
        bucket.take(BUDGET, 50, at(0)).expect("100 are left");
        let told = bucket.tell();
        bucket.tell_again(told, at(20));
        assert_eq!(bucket.tell(), 30_000_000_000);
        bucket.tell_again(told, at(60));
        assert!(bucket.is_forgettable(at(60)));
    }
}
