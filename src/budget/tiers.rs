//! All budgets, in one table.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, Utc};

use crate::authentication::types::Tier;

/// How many points may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Points that come back in a minute, evenly.
    pub per_minute: u64,
    /// Points that can be used at once after a pause.
    pub bucket: u64,
}

/// The budget of a tier; without one, of an address whose people are not signed in.
pub const fn budget(tier: Option<Tier>) -> Budget {
    let (per_minute, bucket) = match tier {
        None => (2_000, 5_000),
        Some(Tier::Observer) => (10_000, 20_000),
        Some(Tier::Trader) => (20_000, 40_000),
        Some(Tier::Professional) => (50_000, 100_000),
        Some(Tier::Enterprise) => (200_000, 400_000),
    };
    Budget { per_minute, bucket }
}

/// How many calls with personal API tokens a tier has on a day in UTC, of all its user's tokens; as many as they like
/// where this is nothing.
pub const fn token_calls(tier: Tier) -> Option<u64> {
    match tier {
        Tier::Observer => Some(100),
        Tier::Trader => Some(1_000),
        Tier::Professional => Some(10_000),
        Tier::Enterprise => None,
    }
}

/// How long it takes until the next day begins in UTC, when those calls are back.
pub fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    tomorrow.and_then(|tomorrow| (tomorrow - now).to_std().ok()).unwrap_or_default()
}

impl Budget {
    /// So many percent of it, and never nothing.
    #[must_use]
    pub fn scaled(self, percent: u32) -> Self {
        Self { per_minute: percent_of(self.per_minute, percent), bucket: percent_of(self.bucket, percent) }
    }
}

/// So many percent of some points, and never nothing.
pub fn percent_of(points: u64, percent: u32) -> u64 {
    (points.saturating_mul(percent.into()) / 100).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Budget, budget, token_calls, until_tomorrow};
    use crate::authentication::types::Tier;

    #[test]
    fn a_higher_tier_has_more() {
        let ranks = [None, Some(Tier::Observer), Some(Tier::Trader), Some(Tier::Professional), Some(Tier::Enterprise)];
        for pair in ranks.windows(2) {
            let (lower, higher) = (budget(pair[0]), budget(pair[1]));
            assert!(lower.per_minute < higher.per_minute && lower.bucket < higher.bucket, "{pair:?}");
        }
    }

    #[test]
    fn calls_with_tokens_are_back_at_midnight_in_utc() {
        assert_eq!(token_calls(Tier::Observer), Some(100));
        assert_eq!(token_calls(Tier::Enterprise), None);
        for (now, seconds) in
            [("2026-03-01T00:00:00Z", 86_400), ("2026-03-01T23:59:59Z", 1), ("2026-12-31T12:00:00Z", 43_200)]
        {
            assert_eq!(until_tomorrow(now.parse().unwrap()), Duration::from_secs(seconds), "{now}");
        }
    }

    #[test]
    fn a_budget_is_scaled_and_never_empty() {
        let observer = budget(Some(Tier::Observer));
        assert_eq!(observer.scaled(100), observer);
        assert_eq!(observer.scaled(250), Budget { per_minute: 25_000, bucket: 50_000 });
        assert_eq!(observer.scaled(1), Budget { per_minute: 100, bucket: 200 });
        assert_eq!(Budget { per_minute: 5, bucket: 5 }.scaled(1), Budget { per_minute: 1, bucket: 1 });
    }
}
