//! How long and how much: what one client may take of the server, and one request of the database.

use std::time::Duration;

use clap::Args;

/// The limits of one process. Each is an option and a variable; `--help` shows those that people change.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once, at most; further ones are told 503
    #[arg(
        long, global = true, env = "STACKMOTIVE_CONNECTIONS_MAX", hide_short_help = true, value_name = "COUNT",
        default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Limits"
    )]
    pub connections_max: u32,

    /// Connections at once from one address (IPv6: one /64), at most; 0 sets no limit, for a server behind a proxy.
    /// This machine's own addresses aren't counted
    #[arg(
        long,
        global = true,
        env = "STACKMOTIVE_CONNECTIONS_PER_ADDRESS_MAX",
        hide_short_help = true,
        value_name = "COUNT",
        default_value_t = 250,
        help_heading = "Limits"
    )]
    pub connections_per_address_max: u32,

    /// Milliseconds in which a request's head has to arrive, from its first byte or the connection's beginning
    #[arg(
        long, global = true, env = "STACKMOTIVE_HEAD_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "10000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub head_timeout: Duration,

    /// Milliseconds that a connection may be idle between two requests
    #[arg(
        long, global = true, env = "STACKMOTIVE_IDLE_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "75000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub idle_timeout: Duration,

    /// Milliseconds for a body to arrive or an answer to be taken, besides one second for each transfer-rate-min bytes
    #[arg(
        long, global = true, env = "STACKMOTIVE_TRANSFER_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "20000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub transfer_timeout: Duration,

    /// Bytes a second at which a body or an answer has to move, once its first time is over
    #[arg(
        long, global = true, env = "STACKMOTIVE_TRANSFER_RATE_MIN", hide_short_help = true, value_name = "BYTES",
        default_value_t = 8192, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits"
    )]
    pub transfer_rate_min: u64,

    /// Milliseconds that a request may take to be answered, once its body is there
    #[arg(
        long, global = true, env = "STACKMOTIVE_REQUEST_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "30000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub request_timeout: Duration,

    /// Milliseconds that a request waits for a connection to the database
    #[arg(
        long, global = true, env = "STACKMOTIVE_ACQUIRE_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "2000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub acquire_timeout: Duration,

    /// Milliseconds of silence after which the database counts as gone
    #[arg(
        long, global = true, env = "STACKMOTIVE_DATABASE_SILENCE_MS", hide_short_help = true, value_name = "MS",
        default_value = "2000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub database_silence: Duration,

    /// Milliseconds that a statement waits for a lock
    #[arg(
        long, global = true, env = "STACKMOTIVE_LOCK_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value = "5000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub lock_timeout: Duration,

    /// Milliseconds that a transaction may do nothing before PostgreSQL ends it
    #[arg(
        long, global = true, env = "STACKMOTIVE_IDLE_TRANSACTION_TIMEOUT_MS", hide_short_help = true,
        value_name = "MS", default_value = "60000", value_parser = milliseconds, help_heading = "Limits"
    )]
    pub idle_transaction_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 2000,
            connections_per_address_max: 250,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            transfer_timeout: Duration::from_secs(20),
            transfer_rate_min: 8192,
            request_timeout: Duration::from_secs(30),
            acquire_timeout: Duration::from_secs(2),
            database_silence: Duration::from_secs(2),
            lock_timeout: Duration::from_secs(5),
            idle_transaction_timeout: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// The defaults, but for a machine so busy with other tests that its database may seem to have gone silent.
    pub(super) fn for_tests() -> Self {
        Self { database_silence: Duration::from_secs(20), ..Self::default() }
    }
}

/// A time of at least a millisecond and at most a day.
fn milliseconds(text: &str) -> Result<Duration, String> {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    match text.parse() {
        Ok(count @ 1..=DAY_MS) => Ok(Duration::from_millis(count)),
        _ => Err(format!("write it as milliseconds, 1 to {DAY_MS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, milliseconds};
    use clap::{Args, Command, FromArgMatches};
    use std::time::Duration;

    #[test]
    fn the_defaults_of_the_command_line_are_those_of_the_code() {
        let command = Limits::augment_args(Command::new("test"));
        // Options that stand in the environment of whoever runs the tests would be read too.
        let command = command.mut_args(|argument| argument.env(clap::builder::Resettable::Reset));
        let matches = command.try_get_matches_from(["test"]).expect("read");
        assert_eq!(Limits::from_arg_matches(&matches).expect("limits"), Limits::default());
    }

    #[test]
    fn a_time_is_never_zero() {
        assert_eq!(milliseconds("1500"), Ok(Duration::from_millis(1500)));
        for wrong in ["", "0", "-1", "1.5", "90000000"] {
            assert!(milliseconds(wrong).is_err(), "{wrong} was taken");
        }
    }
}
