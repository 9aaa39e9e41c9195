//! Several servers on one database: each tells what its people took, and hears what all took.
//!
//! A request never waits for this. Between two exchanges each server lets through what it believes is left, so all
//! together may let through more than the budget, by at most what the other servers let through in one interval. What was
//! too much is not forgotten: it stands in the bucket, and has to drain before anything else is let through.

use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::sqlx;

use super::{Budgets, Payer, store};
use crate::{app::App, graphql::id};

/// How often servers exchange.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// How many payers are told of at once; the others wait for the next time.
const TOLD_MAX: usize = 20_000;
/// How many exchanges come between two looks for buckets to delete.
const FORGET_EVERY: u32 = 60;

/// This server's part in the exchange.
pub struct Exchange {
    app: Arc<App>,
    /// When the last exchange that succeeded began.
    last: Option<Instant>,
    is_failing: bool,
}

impl Exchange {
    pub fn new(app: Arc<App>) -> Self {
        Self { app, last: None, is_failing: false }
    }

    /// Exchanges for as long as the server lives.
    pub async fn keep(mut self) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for count in 1_u32.. {
            ticks.tick().await;
            let outcome = self.once().await;
            self.log(outcome);
            if count.is_multiple_of(FORGET_EVERY)
                && let Err(error) = self.forget().await
            {
                tracing::debug!(%error, "drained buckets could not be deleted");
            }
        }
    }

    /// Tells what was taken here since the last time, and hears what all took.
    ///
    /// # Errors
    /// When the database can't be reached; the buckets of this server go on alone, and what could not be told is told
    /// the next time, as far as it has not drained by then.
    pub async fn once(&mut self) -> Result<(), sqlx::Error> {
        let budgets = &self.app.budgets;
        let began = Instant::now();
        let since = self.last.map_or(Duration::ZERO, |last| began.duration_since(last));
        let told = budgets.tell(TOLD_MAX);
        let lines = told.iter().map(|(payer, nanos)| (payer.to_string(), nanos / 1_000)).collect();
        match store::exchange(&self.app.database.pool, lines, since).await {
            Ok(heard) => {
                self.last = Some(began);
                budgets.hear(&heard);
                Ok(())
            }
            Err(error) => {
                budgets.tell_again(&told);
                Err(error)
            }
        }
    }

    /// Deletes the buckets that have drained a while ago.
    ///
    /// # Errors
    /// When the database can't be reached; they are deleted the next time.
    pub async fn forget(&self) -> Result<(), sqlx::Error> {
        store::forget(&self.app.database.pool).await
    }

    /// Says once that servers count alone, and once that they count together again.
    fn log(&mut self, outcome: Result<(), sqlx::Error>) {
        match outcome {
            Err(error) if !self.is_failing => {
                self.is_failing = true;
                tracing::warn!(%error, "budgets are counted by each server alone until the database answers");
            }
            Ok(()) if self.is_failing => {
                self.is_failing = false;
                tracing::info!("budgets are counted by all servers together again");
            }
            _ => {}
        }
    }
}

impl Budgets {
    fn tell(&self, max: usize) -> Vec<(Payer, i64)> {
        let now = self.now();
        self.shelf().tell(max, now)
    }

    fn tell_again(&self, told: &[(Payer, i64)]) {
        let now = self.now();
        self.shelf().tell_again(told, now);
    }

    fn hear(&self, heard: &[store::Line]) {
        let now = self.now();
        let mut shelf = self.shelf();
        for (name, micros) in heard {
            // A name that cannot be read was written by a newer server.
            if let Ok(payer) = name.parse() {
                shelf.hear(payer, Duration::from_micros(u64::try_from(*micros).unwrap_or(0)), now);
            }
        }
    }
}

/// How a payer's bucket is called in the table.
impl std::fmt::Display for Payer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => formatter.write_str(&id::text("user", *id)),
            Self::Address(address) => write!(formatter, "address_{address}"),
        }
    }
}

impl FromStr for Payer {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name.split_once('_').ok_or(())? {
            ("user", id) => id.parse().map(Self::User).map_err(drop),
            ("address", address) => address.parse().map(Self::Address).map_err(drop),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Payer;

    #[test]
    fn a_payer_is_read_as_it_is_written() {
        let user = Payer::User(uuid::Uuid::from_u128(7));
        for payer in [user, Payer::at(None), Payer::at("2001:db8::1".parse().ok())] {
            assert_eq!(payer.to_string().parse(), Ok(payer));
        }
        assert_eq!(user.to_string(), "user_00000000-0000-0000-0000-000000000007");
        assert_eq!("device_7".parse::<Payer>(), Err(()));
        assert_eq!("".parse::<Payer>(), Err(()));
    }
}
