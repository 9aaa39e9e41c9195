//! Bringing the tables up to date, as the role that owns them and one process at a time.

use migration::Migrator;
use sea_orm::sqlx::postgres::{PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions};
use sea_orm::{DatabaseConnection, DbErr, SqlxPostgresConnector};
use sea_orm_migration::{MigrationStatus, MigratorTrait};
use secrecy::SecretString;

use super::address::Address;
use super::failure::Failure;

/// The key of the advisory lock, the same in every process: "STACKMOT" as a number.
const LOCK_KEY: i64 = 0x5354_4143_4B4D_4F54;

/// One migration, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with its number.
    pub name: String,
    /// Whether the database has it.
    pub is_applied: bool,
}

/// Applies the next `steps` migrations, or all when None, and returns the names of those applied.
///
/// # Errors
/// When the database can't be reached or the role may not change it; what was applied before stays.
pub async fn up(admin_url: &SecretString, steps: Option<u32>) -> Result<Vec<String>, Failure> {
    let session = Session::open(admin_url).await?;
    let outcome = session.up(steps).await;
    session.close(outcome).await
}

/// Takes back the last `steps` migrations, or all when None, and returns the names of those taken back.
///
/// # Errors
/// When the database can't be reached or the role may not change it; what was taken back before stays so.
pub async fn down(admin_url: &SecretString, steps: Option<u32>) -> Result<Vec<String>, Failure> {
    let session = Session::open(admin_url).await?;
    let outcome = session.down(steps).await;
    session.close(outcome).await
}

/// All migrations in their order. It changes nothing, and needs no lock.
///
/// # Errors
/// When the database can't be reached or the role may not read its list of migrations.
pub async fn status(admin_url: &SecretString) -> Result<Vec<Step>, Failure> {
    let session = Session::connect(admin_url).await?;
    let outcome = session.steps().await;
    session.close(outcome).await
}

/// One connection, because the lock belongs to it: the pool holds no second, and never replaces this one by age.
struct Session {
    address: Address,
    pool: PgPool,
    connection: DatabaseConnection,
}

impl Session {
    /// Connects and waits for the lock. SeaORM takes none, so two servers starting together would both migrate.
    async fn open(admin_url: &SecretString) -> Result<Self, Failure> {
        let session = Self::connect(admin_url).await?;
        match session.lock().await {
            Ok(()) => Ok(session),
            Err(error) => {
                let failure = of_locking(&error, &session.address);
                session.close(Err(failure)).await
            }
        }
    }

    async fn connect(admin_url: &SecretString) -> Result<Self, Failure> {
        let address = Address::read(admin_url, "ADMIN_DATABASE_URL (or DATABASE_URL)")?;
        let options = address.options().application_name("stackmotive migrate").disable_statement_logging();
        // The pool would try again and again where nothing listens; one connection tells the reason at once.
        let first = tokio::time::timeout(std::time::Duration::from_secs(5), options.connect()).await;
        let refused = |error: sqlx::Error| Failure::of_database(&error, &address);
        let first = first.map_err(|_| refused(sqlx::Error::PoolTimedOut))?.map_err(refused)?;
        sqlx::Connection::close(first).await.map_err(refused)?;
        let pool =
            PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).connect_lazy_with(options);
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        Ok(Self { address, pool, connection })
    }

    async fn lock(&self) -> Result<(), sqlx::Error> {
        let waiting = "SET client_min_messages = warning; SET lock_timeout = '60s'";
        sqlx::raw_sql(waiting).execute(&self.pool).await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK_KEY).execute(&self.pool).await?;
        // From here on a table that is in use must not hold everybody up behind us.
        sqlx::raw_sql("SET lock_timeout = '10s'").execute(&self.pool).await?;
        Ok(())
    }

    async fn up(&self, steps: Option<u32>) -> Result<Vec<String>, Failure> {
        let before = self.steps().await?;
        // Nothing to do needs no right to do it: SeaORM would make its own table first.
        if before.iter().all(|step| step.is_applied) {
            return Ok(Vec::new());
        }
        Migrator::up(&self.connection, steps).await.map_err(|error| self.failure(&error))?;
        let after = self.steps().await?;
        Ok(changed(&before, &after))
    }

    async fn down(&self, steps: Option<u32>) -> Result<Vec<String>, Failure> {
        let before = self.steps().await?;
        Migrator::down(&self.connection, steps).await.map_err(|error| self.failure(&error))?;
        let after = self.steps().await?;
        let mut names = changed(&before, &after);
        names.reverse();
        if after.iter().all(|step| !step.is_applied) {
            // The list of migrations goes with the last of them, so that down leaves nothing behind.
            Migrator::uninstall(&self.connection).await.map_err(|error| self.failure(&error))?;
        }
        Ok(names)
    }

    async fn steps(&self) -> Result<Vec<Step>, Failure> {
        let listed = Migrator::get_migration_with_status_read_only(&self.connection).await;
        let listed = listed.map_err(|error| self.failure(&error))?;
        let step = |migration: sea_orm_migration::Migration| Step {
            name: migration.name().to_owned(),
            is_applied: migration.status() == MigrationStatus::Applied,
        };
        Ok(listed.into_iter().map(step).collect())
    }

    /// Closing the connection gives the lock back.
    async fn close<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        self.pool.close().await;
        outcome
    }

    fn failure(&self, error: &DbErr) -> Failure {
        match error {
            // SeaORM's own words for a database that is ahead of this program.
            DbErr::Custom(text) if text.contains("its file is missing") => Failure::new(format!(
                "The database at {} was migrated by a newer StackMotive: start that one, or name another database.",
                self.address
            )),
            other => Failure::of_orm(other, &self.address),
        }
    }
}

/// The steps whose state is another than before.
fn changed(before: &[Step], after: &[Step]) -> Vec<String> {
    let differs = |(old, new): &(&Step, &Step)| old.is_applied != new.is_applied;
    before.iter().zip(after).filter(differs).map(|(_, step)| step.name.clone()).collect()
}

fn of_locking(error: &sqlx::Error, address: &Address) -> Failure {
    match error.as_database_error().and_then(|error| error.code()).as_deref() {
        Some("55P03") => Failure::new(format!(
            "Another process has been migrating the database at {address} for a minute: wait for it, then try again."
        )),
        _ => Failure::of_database(error, address),
    }
}
