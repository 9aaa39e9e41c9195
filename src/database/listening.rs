//! What others tell through the database: LISTEN, on a connection of its own.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions, Executor};
use tokio::time::timeout;

use super::connect::prepare;
use super::pool::Pool;

/// A connection on which nothing was told for so long is asked whether it lives: firewalls forget idle ones.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a connection may take to be made, and to answer that question.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that hears of one channel. Once it has failed, nothing more comes of it.
pub struct Listening {
    listener: PgListener,
    pool: Pool,
}

impl Listening {
    /// Whatever is told after this returns is heard.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn begin(pool: &Pool, channel: &str) -> Result<Self, sqlx::Error> {
        if pool.pulse().is_silent() {
            return Err(sqlx::Error::PoolTimedOut);
        }
        let (options, preparation) = pool.way();
        let options = options.application_name("stackmotive_changes").disable_statement_logging();
        // The library listens on a connection of a pool, so this is a pool of one.
        let own = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(move |connection, _| {
                let preparation = preparation.clone();
                Box::pin(async move { prepare(connection, preparation).await })
            })
            .connect_lazy_with(options);
        let begin = async {
            let mut listener = PgListener::connect_with(&own).await?;
            // A connection that is lost is told of, not replaced behind our back: what was missed has to be known.
            listener.eager_reconnect(false);
            listener.listen(channel).await?;
            Ok(listener)
        };
        let listener = timeout(PATIENCE, begin).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(Self { listener, pool: pool.clone() })
    }

    /// The next thing that is told.
    ///
    /// # Errors
    /// When the connection is lost, or the database has gone silent.
    pub async fn next(&mut self) -> Result<String, sqlx::Error> {
        loop {
            let listener = &mut self.listener;
            let told = async { listener.try_recv().await?.ok_or_else(lost) };
            // Giving this wait up loses nothing of what is told.
            if let Ok(told) = timeout(SILENCE, self.pool.pulse().unless_silent(told)).await {
                return Ok(told?.payload().to_owned());
            }
            let asked = timeout(PATIENCE, self.listener.execute("SELECT 1")).await;
            asked.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        }
    }
}

fn lost() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into())
}
