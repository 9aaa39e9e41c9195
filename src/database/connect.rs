//! The pool of connections that the server works with.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use secrecy::SecretString;

use super::address::Address;
use super::failure::Failure;
use super::pool::Pool;
use super::roles;
use crate::config::Settings;

/// What every new connection is told.
pub(super) type Preparation = Arc<str>;

/// The database, reached as the application's role alone.
#[derive(Clone, Debug)]
pub struct Database {
    /// Every connection in it works as [`roles::APPLICATION`], in UTC and with a limit on each statement.
    pub pool: Pool,
}

impl Database {
    /// Looks once whether the database can be used, then opens it.
    ///
    /// # Errors
    /// When the database can't be reached, isn't migrated, or would let its role past row-level security.
    pub async fn connect(url: &SecretString, settings: &Settings) -> Result<Self, Failure> {
        let address = Address::read(url, "DATABASE_URL")?;
        let options = connect_options(&address, settings);
        look(&address, &options, preparation(settings), settings.limits.acquire_timeout).await?;
        Self::open(url, settings)
    }

    /// Opens the database without a look: its connections are made when needed, and until it is there it is unavailable.
    ///
    /// # Errors
    /// When the text is no address.
    pub fn open(url: &SecretString, settings: &Settings) -> Result<Self, Failure> {
        let address = Address::read(url, "DATABASE_URL")?;
        Ok(Self { pool: Pool::open(connect_options(&address, settings), preparation(settings), settings) })
    }

    /// Whether the database answers, as far as is known: it is asked all the time, so asking costs nothing here.
    #[must_use]
    pub fn answers(&self) -> bool {
        !self.pool.is_closed() && !self.pool.pulse().is_silent()
    }

    /// Waits for statements under way and closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// One connection, made and thrown away: it gives the reason of a failure, where a pool would only time out.
async fn look(
    address: &Address,
    options: &PgConnectOptions,
    preparation: Preparation,
    patience: Duration,
) -> Result<(), Failure> {
    let refused = |error: sqlx::Error| of_preparing(&error, address);
    let opening = tokio::time::timeout(patience, PgConnection::connect_with(options));
    let mut connection = opening.await.map_err(|_| refused(sqlx::Error::PoolTimedOut))?.map_err(refused)?;
    prepare(&mut connection, preparation).await.map_err(refused)?;
    refuse_empty(&mut connection, address).await?;
    roles::refuse_powerful(&mut connection, address).await?;
    connection.close().await.map_err(refused)
}

async fn refuse_empty(connection: &mut PgConnection, address: &Address) -> Result<(), Failure> {
    let question = sqlx::query_scalar("SELECT to_regclass('public.users') IS NOT NULL");
    let has_tables: bool =
        question.fetch_one(connection).await.map_err(|error| Failure::of_database(&error, address))?;
    if has_tables {
        Ok(())
    } else {
        Err(Failure::new(format!("The database at {address} has no tables yet: run `stackmotive migrate up` first.")))
    }
}

fn connect_options(address: &Address, settings: &Settings) -> PgConnectOptions {
    let slow = Duration::from_millis(settings.slow_statement_ms);
    let options = address.options().application_name("stackmotive");
    // Every statement is told at the level trace, where tests count them; slow ones are told to everybody.
    match ("trace".parse(), "warn".parse()) {
        (Ok(trace), Ok(warn)) => options.log_statements(trace).log_slow_statements(warn, slow),
        _ => options,
    }
}

/// What every new connection is told, in one round trip.
///
/// A plan is made once for each statement (`force_generic_plan`), because our statements hold keys as one array
/// and come in the same text for one key or a thousand. None is compiled: that takes a large statement longer than its rows.
/// PostgreSQL looks every second whether the one who waits for a statement is still there, where the system lets it;
/// and a server that vanished without a word is noticed within a minute, so that its locks don't outlive it.
fn preparation(settings: &Settings) -> Preparation {
    let limits = &settings.limits;
    let text = format!(
        "{};\n\
         SET timezone = 'UTC';\n\
         SET plan_cache_mode = force_generic_plan;\n\
         SET jit = off;\n\
         SET statement_timeout = {};\n\
         SET lock_timeout = {};\n\
         SET idle_in_transaction_session_timeout = {};\n\
         SET tcp_keepalives_idle = 30;\n\
         SET tcp_keepalives_interval = 10;\n\
         SET tcp_keepalives_count = 3;\n\
         DO $$ BEGIN SET client_connection_check_interval = '1s'; EXCEPTION WHEN OTHERS THEN NULL; END $$",
        roles::BECOME_APPLICATION,
        settings.statement_timeout_ms,
        limits.lock_timeout.as_millis(),
        limits.idle_transaction_timeout.as_millis(),
    );
    text.into()
}

pub(super) async fn prepare(connection: &mut PgConnection, preparation: Preparation) -> Result<(), sqlx::Error> {
    // The text holds numbers and our own constants, nothing that came from outside.
    sqlx::raw_sql(AssertSqlSafe(preparation.to_string())).execute(connection).await?;
    Ok(())
}
/// Becoming the application's role fails in two ways of its own, both with a remedy.
fn of_preparing(error: &sqlx::Error, address: &Address) -> Failure {
    let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    let (role, user) = (roles::APPLICATION, address.user());
    match code.as_deref() {
        Some("22023") => Failure::new(format!(
            "The database at {address} has no role {role} yet: run `stackmotive migrate up` first."
        )),
        Some("42501") => Failure::new(format!(
            "The role {user} may not work as {role}: run `GRANT {role} TO {user}` as the database's administrator."
        )),
        _ => Failure::of_database(error, address),
    }
}
