//! How slow is too slow.

use std::time::Duration;

/// What a transfer may take: a first time, whatever its size, and one second more for each so many bytes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub first: Duration,
    pub bytes_per_second: u64,
}

impl Pace {
    /// How long a transfer that has moved this many bytes may have lasted.
    pub fn allowance(self, bytes: u64) -> Duration {
        let seconds = bytes / self.bytes_per_second.max(1);
        self.first.saturating_add(Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use std::time::Duration;

    #[test]
    fn every_so_many_bytes_earn_a_second() {
        let pace = Pace { first: Duration::from_secs(20), bytes_per_second: 8192 };
        let allowed = |bytes| pace.allowance(bytes).as_secs();
        assert_eq!([0, 8191, 8192, 131_072].map(allowed), [20, 20, 21, 36]);
        assert_eq!(allowed(u64::MAX), 20 + u64::MAX / 8192);
        let endless = Pace { first: Duration::MAX, bytes_per_second: 1 };
        assert_eq!(endless.allowance(u64::MAX), Duration::MAX);
    }
}
