//! Chance that repeats itself: the same draws for the same person, on every machine and after every update.
//!
//! Only the ChaCha stream itself is used, whose numbers are laid down by its specification; ranges and choices are made
//! here, because libraries change theirs between versions.

use chrono::{DateTime, TimeDelta, Utc};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Where all streams begin. Another number would be another set of data.
const SEED: u64 = 0x0057_AC40_0710_7E22;

/// One stream of draws.
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream with this number. Streams don't depend on each other, so ten people are the first ten of two thousand.
    pub fn stream(number: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        generator.set_stream(number);
        Self(generator)
    }

    /// A number from `low` to `high`, both included. The bias of the remainder is far below anything that shows here.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        let drawn = self.0.next_u64() % span;
        low.min(high).saturating_add_unsigned(drawn)
    }

    /// The same as the smaller whole number that most columns hold.
    pub fn small(&mut self, low: i32, high: i32) -> i32 {
        i32::try_from(self.between(low.into(), high.into())).unwrap_or(low)
    }

    /// A decimal number whose digits lie from `low` to `high`, with so many of them behind the point.
    pub fn decimal(&mut self, low: i64, high: i64, scale: u32) -> Decimal {
        Decimal::new(self.between(low, high), scale)
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// The value, so many times in a hundred.
    pub fn maybe<T>(&mut self, percent: i64, value: T) -> Option<T> {
        self.chance(percent).then_some(value)
    }

    /// One of a list; the type's default from an empty one.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let place = self.place(from.len());
        from.get(place).copied().unwrap_or_default()
    }

    /// One of a list as text of its own.
    pub fn text(&mut self, from: &[&'static str]) -> String {
        self.pick(from).to_owned()
    }

    /// One of a list, drawn by the weight beside it.
    pub fn weighted<T: Copy + Default>(&mut self, from: &[(T, i64)]) -> T {
        let total: i64 = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(1, total.max(1));
        for (value, weight) in from {
            left -= weight;
            if left <= 0 {
                return *value;
            }
        }
        T::default()
    }

    /// So many different ones of a list, in a random order; all of them when there are fewer.
    pub fn sample<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut all = from.to_vec();
        for place in 0..count.min(all.len()) {
            let other = place + self.place(all.len() - place);
            all.swap(place, other);
        }
        all.truncate(count);
        all
    }

    /// A moment between two, to the second; the first when they are in the wrong order.
    pub fn moment(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = (to - from).num_seconds().max(0);
        from + TimeDelta::seconds(self.between(0, seconds))
    }

    /// A UUIDv7 of that moment, so that rows sort by age as the server's own do.
    pub fn uuid(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut noise = [0; 10];
        self.0.fill_bytes(&mut noise);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid()
    }

    fn place(&mut self, length: usize) -> usize {
        let last = i64::try_from(length).unwrap_or(1).max(1) - 1;
        usize::try_from(self.between(0, last)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_itself_and_is_not_another() {
        let draw = |stream| {
            let mut random = Random::stream(stream);
            (0..8).map(|_| random.between(0, i64::MAX)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        // The very numbers: if these change, so does everybody's data.
        let mut random = Random::stream(1);
        assert_eq!([(); 3].map(|()| random.between(0, 999)), [440, 199, 923]);
    }

    #[test]
    fn draws_stay_in_their_range_and_reach_both_ends() {
        let mut random = Random::stream(1);
        let drawn: Vec<i64> = (0..200).map(|_| random.between(-1, 1)).collect();
        assert!(drawn.iter().all(|number| (-1..=1).contains(number)));
        assert!(drawn.contains(&-1) && drawn.contains(&1));
        assert_eq!(random.between(5, 5), 5);
    }

    #[test]
    fn a_sample_has_no_doubles() {
        let mut random = Random::stream(1);
        let all: Vec<u8> = (0..30).collect();
        let mut some = random.sample(&all, 25);
        some.sort_unstable();
        some.dedup();
        assert_eq!(some.len(), 25);
        assert_eq!(random.sample(&all, 99).len(), 30);
    }

    #[test]
    fn weights_of_nothing_are_never_drawn() {
        let mut random = Random::stream(1);
        assert!((0..100).all(|_| random.weighted(&[("never", 0), ("always", 1)]) == "always"));
    }
}
