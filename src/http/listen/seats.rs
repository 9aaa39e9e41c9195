//! How many connections there are at once: altogether, and from one address.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

use crate::config::Limits;

/// How many connections beyond the limit are still answered, with no more than that there is no room.
const STANDING_MAX: u32 = 64;

/// The seats of a server.
pub struct Seats {
    rows: Arc<Mutex<Rows>>,
    /// Every seat holds one of these, so that the last one's end is noticed.
    taken: watch::Receiver<()>,
    max: u32,
    max_per_address: u32,
}

/// What is left when nobody is let in any more.
pub struct Leaving {
    rows: Arc<Mutex<Rows>>,
    seats: watch::Sender<()>,
}

/// The place of one connection, given back when it is dropped.
pub struct Seat {
    rows: Arc<Mutex<Rows>>,
    _taken: watch::Receiver<()>,
    address: Option<IpAddr>,
    is_standing: bool,
}

#[derive(Default)]
struct Rows {
    sitting: u32,
    standing: u32,
    by_address: HashMap<IpAddr, u32>,
}

impl Seats {
    pub fn new(limits: &Limits) -> (Self, Leaving) {
        let (seats, taken) = watch::channel(());
        let (max, max_per_address) = (limits.connections_max, limits.connections_per_address_max);
        let rows: Arc<Mutex<Rows>> = Arc::default();
        (Self { rows: rows.clone(), taken, max, max_per_address }, Leaving { rows, seats })
    }

    /// A place for a connection from this address; None when there isn't even room to stand.
    pub fn take(&self, address: IpAddr) -> Option<Seat> {
        let counted = if self.max_per_address == 0 { None } else { household(address) };
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counted.and_then(|address| rows.by_address.get(&address)).copied().unwrap_or_default();
        let has_seat = rows.sitting < self.max && (counted.is_none() || here < self.max_per_address);
        if !has_seat && rows.standing >= STANDING_MAX {
            return None;
        }
        let address = if has_seat {
            rows.sitting += 1;
            counted.inspect(|address| *rows.by_address.entry(*address).or_default() += 1)
        } else {
            rows.standing += 1;
            None
        };
        let (rows, taken) = (self.rows.clone(), self.taken.clone());
        Some(Seat { rows, _taken: taken, address, is_standing: !has_seat })
    }
}

impl Seat {
    /// Whether this connection came when all seats were taken.
    pub fn is_standing(&self) -> bool {
        self.is_standing
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_standing {
            rows.standing -= 1;
        } else {
            rows.sitting -= 1;
        }
        if let Some(address) = self.address
            && let Entry::Occupied(mut count) = rows.by_address.entry(address)
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl Leaving {
    /// Returns when the seats themselves are gone, and every one that was taken was given back.
    pub async fn all_gone(&self) {
        self.seats.closed().await;
    }

    /// How many connections there are.
    pub fn left(&self) -> usize {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        (rows.sitting + rows.standing) as usize
    }
}

/// Whom an address stands for: itself, or with IPv6 the whole network that one household gets.
/// None for this machine, where a proxy would be.
fn household(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        own if own.is_loopback() => None,
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            Some(IpAddr::V6(Ipv6Addr::from(network)))
        }
        address => Some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::{Leaving, STANDING_MAX, Seats};
    use crate::config::Limits;

    fn seats(connections_max: u32, connections_per_address_max: u32) -> (Seats, Leaving) {
        Seats::new(&Limits { connections_max, connections_per_address_max, ..Limits::default() })
    }

    #[test]
    fn who_finds_no_seat_stands_and_beyond_that_nobody_enters() {
        let (seats, leaving) = seats(2, 0);
        let address = "203.0.113.7".parse().expect("an address");
        let mut inside: Vec<_> = std::iter::from_fn(|| seats.take(address)).collect();
        assert_eq!(inside.iter().map(super::Seat::is_standing).filter(|standing| !standing).count(), 2);
        assert_eq!(inside.len(), 2 + STANDING_MAX as usize);
        assert_eq!(leaving.left(), inside.len());
        inside.remove(0);
        assert!(!seats.take(address).expect("a seat").is_standing(), "what was given back can be taken");
        inside.clear();
        assert_eq!(leaving.left(), 0);
    }

    #[test]
    fn one_address_leaves_seats_to_the_others() {
        let (seats, _leaving) = seats(100, 2);
        let of = |address: &str| seats.take(address.parse().expect("an address")).expect("room");
        let held = [of("203.0.113.7"), of("203.0.113.7"), of("2001:db8::1"), of("::ffff:203.0.113.8")];
        assert!(held.iter().all(|seat| !seat.is_standing()));
        assert!(of("203.0.113.7").is_standing());
        assert!(of("::ffff:203.0.113.7").is_standing(), "the same address, written as IPv6");
        assert!(!of("2001:db8::2").is_standing());
        let second = of("2001:db8::2");
        assert!(!second.is_standing());
        assert!(of("2001:db8::ffff:3").is_standing(), "the same network");
        assert!(!of("2001:db8:0:1::1").is_standing());
        let own: Vec<_> = (0..10).map(|_| of("127.0.0.1")).collect();
        assert!(own.iter().all(|seat| !seat.is_standing()), "this machine isn't counted");
        drop(held);
        assert!(!of("203.0.113.7").is_standing());
    }
}
