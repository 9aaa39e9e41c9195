//! How many files and sockets the operating system lets this process have.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Files and sockets that aren't clients' connections: the pool, the log, PostgreSQL's, and what libraries open.
const OTHERS: u64 = 256;

/// Asks for room for so many connections, besides everything else; answers for how many there is.
///
/// A shell often starts with 1,024, of which a process may ask for many more by itself.
#[must_use]
pub fn make_room(connections: u32, pool_size: u32) -> u32 {
    let others = OTHERS + u64::from(pool_size);
    let wanted = others + u64::from(connections);
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return connections };
    let raised = wanted.min(hard).max(soft);
    let limit = match setrlimit(Resource::RLIMIT_NOFILE, raised, hard) {
        Ok(()) => raised,
        Err(_) => soft,
    };
    let room = u32::try_from(limit.saturating_sub(others)).unwrap_or(u32::MAX).max(1);
    if room < connections {
        tracing::warn!(limit, connections, room, "the system's limit on open files leaves room for fewer connections");
    }
    room.min(connections)
}

#[cfg(test)]
mod tests {
    use super::make_room;

    #[test]
    fn there_is_room_for_what_the_system_allows() {
        assert_eq!(make_room(1, 1), 1);
        assert!(make_room(u32::MAX, 16) >= 1);
    }
}
