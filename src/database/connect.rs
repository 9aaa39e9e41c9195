//! The pool of connections that the server works with.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use secrecy::SecretString;

use super::address::Address;
use super::failure::Failure;
use super::roles;
use super::transaction::on_live_connection;
use crate::config::Settings;

/// The database, reached as the application's role alone.
#[derive(Clone, Debug)]
pub struct Database {
    /// Every connection in it works as [`roles::APPLICATION`], in UTC and with a limit on each statement.
    pub pool: PgPool,
}

impl Database {
    /// Looks once whether the database can be used, then opens the pool; its connections are made when needed.
    ///
    /// # Errors
    /// When the database can't be reached, isn't migrated, or would let its role past row-level security.
    pub async fn connect(url: &SecretString, settings: &Settings) -> Result<Self, Failure> {
        let address = Address::read(url, "DATABASE_URL")?;
        let options = connect_options(&address, settings);
        let preparation = preparation(settings);
        look(&address, &options, &preparation, settings.limits.acquire_timeout).await?;
        let pool = PgPoolOptions::new()
            .max_connections(settings.pool_size)
            .acquire_timeout(settings.limits.acquire_timeout)
            // A look before each use costs a round trip; a broken connection answers UNAVAILABLE once and is replaced.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let preparation = preparation.clone();
                Box::pin(async move { prepare(connection, preparation).await })
            })
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Whether the database answers a question now.
    pub async fn answers(&self) -> bool {
        on_live_connection(&self.pool, || sqlx::query("SELECT 1").execute(&self.pool)).await.is_ok()
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
    preparation: &str,
    patience: Duration,
) -> Result<(), Failure> {
    let refused = |error: sqlx::Error| of_preparing(&error, address);
    let opening = tokio::time::timeout(patience, PgConnection::connect_with(options));
    let mut connection = opening.await.map_err(|_| refused(sqlx::Error::PoolTimedOut))?.map_err(refused)?;
    prepare(&mut connection, preparation.to_owned()).await.map_err(refused)?;
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
/// and come in the same text for one key or a thousand.
fn preparation(settings: &Settings) -> String {
    format!(
        "{};\n\
         SET timezone = 'UTC';\n\
         SET plan_cache_mode = force_generic_plan;\n\
         SET statement_timeout = {};\n\
         SET lock_timeout = {};\n\
         SET idle_in_transaction_session_timeout = {}",
        roles::BECOME_APPLICATION,
        settings.statement_timeout_ms,
        settings.limits.lock_timeout.as_millis(),
        settings.limits.idle_transaction_timeout.as_millis(),
    )
}

async fn prepare(connection: &mut PgConnection, preparation: String) -> Result<(), sqlx::Error> {
    // The text holds numbers and our own constants, nothing that came from outside.
    sqlx::raw_sql(AssertSqlSafe(preparation)).execute(connection).await?;
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
