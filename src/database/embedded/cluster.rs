//! One embedded cluster, from finding PostgreSQL to stopping it.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use secrecy::SecretString;
use tokio::time::sleep;

use super::super::address::Address;
use super::super::failure::Failure;
use super::super::roles;
use super::account::Account;
use super::binaries::{self, Binaries, Search};
use super::folders::{Claim, Folders, Refusal};
use super::supervisor::{STOP_PATIENCE, Supervisor, is_up, last_words};
use super::{create, fetch};
use crate::config::Settings;

/// How a cluster is to be started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its data is kept, made when missing.
    pub data_dir: PathBuf,
    /// Where PostgreSQL's programs are; None looks for them.
    pub postgres_bin: Option<PathBuf>,
    /// Where fetched programs are kept; None keeps them beside the data.
    pub fetched_dir: Option<PathBuf>,
    /// Whether programs may be fetched where there are none.
    pub may_fetch: bool,
    /// Whether what is written is on the disk when PostgreSQL says so; off for tests alone.
    pub fsync: bool,
}

/// A running cluster. Dropping it stops PostgreSQL, where this process started it.
pub struct Cluster {
    folders: Folders,
    /// None where another process of ours runs the cluster.
    supervisor: Option<Supervisor>,
    /// The lock is given back last, after PostgreSQL has ended.
    _claim: Option<Claim>,
}

/// How long a cluster is waited for that another process of ours has just started, or starts again.
const UP_PATIENCE: Duration = Duration::from_secs(10);
const UP_POLL: Duration = Duration::from_millis(50);

/// A failure, and whether it is another server's lock.
struct Stop {
    failure: Failure,
    is_busy: bool,
}

impl Options {
    /// As the settings say, with data that is safe on the disk.
    ///
    /// # Errors
    /// When no folder is set and the account has no home to put one into.
    pub fn from_settings(settings: &Settings) -> Result<Self, Failure> {
        let data_dir = settings.data_folder().ok_or_else(|| {
            Failure::new("This account has no home folder for the data: name a folder with --data-dir.")
        })?;
        Ok(Self {
            data_dir,
            postgres_bin: settings.postgres_bin.clone(),
            fetched_dir: None,
            may_fetch: settings.postgres_fetch,
            fsync: true,
        })
    }
}

impl Cluster {
    /// Starts the cluster, making it first where there is none, and returns when it takes connections.
    ///
    /// # Errors
    /// When PostgreSQL is missing or of another release than the data, the folder can't be used,
    /// or another server has it. A first start that fails leaves nothing behind.
    pub async fn start(options: Options) -> Result<Self, Failure> {
        let folders = Folders::at(&options.data_dir)?;
        start(options, folders).await.map_err(|stop| stop.failure)
    }

    /// The same, but where a running server has the cluster, uses it together with that server.
    ///
    /// # Errors
    /// As [`Cluster::start`], and when the other server's cluster takes no connections.
    pub async fn start_or_join(options: Options) -> Result<Self, Failure> {
        let folders = Folders::at(&options.data_dir)?;
        match start(options, folders.clone()).await {
            Err(stop) if stop.is_busy && comes_up(&folders).await => {
                Ok(Self { folders, supervisor: None, _claim: None })
            }
            outcome => outcome.map_err(|stop| stop.failure),
        }
    }

    /// Address of a database as the cluster's superuser: for migrations, never for the server's work.
    #[must_use]
    pub fn admin_url(&self, database: &str) -> SecretString {
        self.url("postgres", database)
    }

    /// Address of a database as the application's role. It works once [`Cluster::admit_application`] has run.
    #[must_use]
    pub fn app_url(&self, database: &str) -> SecretString {
        self.url(roles::APPLICATION, database)
    }

    /// Makes a database where there is none of this name.
    ///
    /// # Errors
    /// When the cluster takes no connection or refuses the database.
    pub async fn create_database(&self, name: &str) -> Result<(), Failure> {
        let mut admin = self.admin("postgres").await?;
        let known = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
        let is_there: bool = sqlx::query_scalar(known)
            .bind(name)
            .fetch_one(&mut admin.connection)
            .await
            .map_err(|error| admin.failure(&error))?;
        if !is_there {
            admin.run(format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""))).await?;
        }
        admin.close().await
    }

    /// Lets the application's role, which migrations make without a login, sign in to this cluster,
    /// so that the server never works on a superuser's connection.
    ///
    /// # Errors
    /// When the cluster takes no connection, or isn't migrated.
    pub async fn admit_application(&self) -> Result<(), Failure> {
        let mut admin = self.admin("postgres").await?;
        let known = "SELECT COALESCE((SELECT rolcanlogin FROM pg_roles WHERE rolname = $1), false)";
        let is_admitted: bool = sqlx::query_scalar(known)
            .bind(roles::APPLICATION)
            .fetch_one(&mut admin.connection)
            .await
            .map_err(|error| admin.failure(&error))?;
        if !is_admitted {
            admin.run(format!("ALTER ROLE {} LOGIN", roles::APPLICATION)).await?;
        }
        admin.close().await
    }

    /// Whether a migrated database holds no user, whoever would be allowed to see them.
    ///
    /// # Errors
    /// When the cluster takes no connection, or the database isn't migrated.
    pub async fn has_no_users(&self, database: &str) -> Result<bool, Failure> {
        let mut admin = self.admin(database).await?;
        let question = "SELECT NOT EXISTS (SELECT FROM public.users)";
        let answer = sqlx::query_scalar(question).fetch_one(&mut admin.connection).await;
        let is_empty = answer.map_err(|error| admin.failure(&error))?;
        admin.close().await?;
        Ok(is_empty)
    }

    /// Returns when PostgreSQL has ended again and again without being told to, with its last words: it is started
    /// again a few times before. A joined cluster never ends.
    pub async fn ended(&self) -> Failure {
        match &self.supervisor {
            Some(supervisor) => supervisor.ended().await,
            None => std::future::pending().await,
        }
        let words = last_words(&self.folders.log(), 0);
        Failure::new(format!("The embedded PostgreSQL ended by itself, again and again; it last said: {words}."))
    }

    /// Stops PostgreSQL, where this process started it, and returns when it is gone.
    pub async fn stop(self) {
        self.stop_within(STOP_PATIENCE).await;
    }

    /// The same, where PostgreSQL gets only this long to write everything. What it hasn't written then is recovered
    /// from its log at the next start; nothing that was committed is lost.
    pub async fn stop_within(mut self, patience: Duration) {
        let stopping = tokio::task::spawn_blocking(move || {
            if let Some(supervisor) = &mut self.supervisor {
                supervisor.stop(patience);
            }
        });
        let _ = stopping.await;
    }

    fn url(&self, user: &str, database: &str) -> SecretString {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("host", &self.folders.socket_folder().to_string_lossy());
        query.append_pair("dbname", database);
        query.append_pair("sslmode", "disable");
        SecretString::from(format!("postgres://{user}@localhost:5432/?{}", query.finish()))
    }

    async fn admin(&self, database: &str) -> Result<Admin, Failure> {
        let address = Address::read(&self.admin_url(database), "--data-dir")?;
        let options = address.options().disable_statement_logging();
        let begun = Instant::now();
        let connection = loop {
            match options.connect().await {
                // It was started again a moment ago, or gathers itself after one of its processes has crashed.
                Err(error) if is_for_now(&error) && begun.elapsed() < UP_PATIENCE => sleep(UP_POLL).await,
                outcome => break outcome.map_err(|error| Failure::of_database(&error, &address))?,
            }
        };
        Ok(Admin { address, connection })
    }
}

/// A connection as the cluster's superuser.
struct Admin {
    address: Address,
    connection: PgConnection,
}

impl Admin {
    async fn run(&mut self, statement: String) -> Result<(), Failure> {
        let outcome = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.connection).await;
        match outcome {
            // Somebody else made the same database a moment ago.
            Err(error) if error.as_database_error().and_then(|error| error.code()).as_deref() == Some("42P04") => {
                Ok(())
            }
            Err(error) => Err(self.failure(&error)),
            Ok(_) => Ok(()),
        }
    }

    fn failure(&self, error: &sqlx::Error) -> Failure {
        Failure::of_database(error, &self.address)
    }

    async fn close(self) -> Result<(), Failure> {
        let address = self.address;
        self.connection.close().await.map_err(|error| Failure::of_database(&error, &address))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self { failure, is_busy: false }
    }
}

/// Whether another process's PostgreSQL takes connections, or does so soon.
async fn comes_up(folders: &Folders) -> bool {
    let begun = Instant::now();
    while !is_up(folders) {
        if begun.elapsed() > UP_PATIENCE {
            return false;
        }
        sleep(UP_POLL).await;
    }
    true
}

/// Whether PostgreSQL takes no connections yet or for the moment, or its socket is about to be there.
fn is_for_now(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(cause) => cause.code().as_deref() == Some("57P03"),
        sqlx::Error::Io(cause) => matches!(cause.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound),
        _ => false,
    }
}

/// Looks for PostgreSQL before anything is made, so that a machine without it stays as it was.
async fn start(options: Options, folders: Folders) -> Result<Cluster, Stop> {
    let account = Account::choose(&folders.data())?;
    let fetched = options.fetched_dir.clone().unwrap_or_else(|| folders.root().join("postgresql"));
    let data_major = folders.data_major()?;
    let search = match &options.postgres_bin {
        Some(folder) => binaries::search([folder.clone()], &account, data_major),
        None => binaries::search(binaries::usual_folders(&fetched), &account, data_major),
    };
    let local = local(search, &options, &folders, &account, data_major)?;
    let claim = folders.claim(&account).map_err(|refusal| match refusal {
        Refusal::Busy(failure) => Stop { failure, is_busy: true },
        Refusal::Unusable(failure) => failure.into(),
    })?;
    let binaries = match local {
        Some(binaries) => Ok(binaries),
        None => fetch::fetch(&fetched, &account).await,
    };
    let run = move || {
        let outcome = binaries.and_then(|binaries| launch(&folders, &binaries, &account, options.fsync));
        match outcome {
            Ok(supervisor) => Ok(Cluster { folders, supervisor: Some(supervisor), _claim: Some(claim) }),
            Err(failure) => {
                claim.undo(&folders);
                Err(failure)
            }
        }
    };
    let launched = tokio::task::spawn_blocking(run).await;
    Ok(launched.map_err(|error| Failure::new(format!("Starting PostgreSQL was cut off: {error}.")))??)
}

/// What the search means: programs to start, None when they are to be fetched, or a sentence.
fn local(
    search: Search,
    options: &Options,
    folders: &Folders,
    account: &Account,
    data_major: Option<u32>,
) -> Result<Option<Binaries>, Failure> {
    let may_fetch = options.may_fetch && data_major.is_none_or(|major| major == fetch::MAJOR);
    match (search, &options.postgres_bin) {
        (Search::Found(binaries), _) => Ok(Some(binaries)),
        (Search::Nothing, Some(folder)) => Err(Failure::new(format!(
            "{} holds no PostgreSQL {} or newer that the user {} can run: \
             name the folder of its `initdb` and `postgres` with --postgres-bin.",
            folder.display(),
            binaries::OLDEST_MAJOR,
            account.name
        ))),
        (_, None) if may_fetch => Ok(None),
        (Search::Mismatched(binaries), _) => Err(mismatch(folders, data_major, &binaries)),
        (Search::Nothing, None) => Err(match data_major {
            None => fetch::nothing_found("fetching it is switched off"),
            Some(major) => Failure::new(format!(
                "The data in {} was made by PostgreSQL {major}, which was not found on this machine: \
                 install it, or name its folder with --postgres-bin.",
                folders.root().display()
            )),
        }),
    }
}

fn launch(folders: &Folders, binaries: &Binaries, account: &Account, fsync: bool) -> Result<Supervisor, Failure> {
    create::create(folders, binaries, account, fsync)?;
    Supervisor::start(folders, binaries, account, fsync)
}

fn mismatch(folders: &Folders, data_major: Option<u32>, binaries: &Binaries) -> Failure {
    let made_by = data_major.map(|major| major.to_string()).unwrap_or_default();
    Failure::new(format!(
        "The data in {} was made by PostgreSQL {made_by}, but {} holds PostgreSQL {}: install PostgreSQL {made_by} \
         beside it and name its folder with --postgres-bin, or move the data with pg_dump and a new --data-dir.",
        folders.root().display(),
        binaries.folder.display(),
        binaries.major
    ))
}

#[cfg(test)]
mod tests {
    use super::{Account, Binaries, Folders, Options, Search, local};
    use std::path::{Path, PathBuf};

    fn decided(search: Search, postgres_bin: Option<&str>, may_fetch: bool, data_major: Option<u32>) -> String {
        let options = Options {
            data_dir: PathBuf::from("/srv/data"),
            postgres_bin: postgres_bin.map(PathBuf::from),
            fetched_dir: None,
            may_fetch,
            fsync: true,
        };
        let folders = Folders::at(&options.data_dir).expect("folders");
        let account = Account::choose(Path::new("/nonexistent")).expect("an account");
        match local(search, &options, &folders, &account, data_major) {
            Ok(Some(binaries)) => format!("start {}", binaries.major),
            Ok(None) => String::from("fetch"),
            Err(failure) => failure.to_string(),
        }
    }

    fn of(major: u32) -> Binaries {
        Binaries { folder: PathBuf::from("/opt/postgresql"), major }
    }

    #[test]
    fn a_machine_without_postgresql_fetches_it_or_is_told_what_to_install() {
        assert_eq!(decided(Search::Nothing, None, true, None), "fetch");
        let sentence = decided(Search::Nothing, None, false, None);
        assert!(sentence.starts_with("No PostgreSQL 14 or newer was found on this machine"), "{sentence}");
        assert!(sentence.contains("apt install postgresql") && sentence.contains("DATABASE_URL"), "{sentence}");
        let sentence = decided(Search::Nothing, Some("/opt/empty"), true, None);
        assert!(sentence.starts_with("/opt/empty holds no PostgreSQL 14 or newer"), "{sentence}");
    }

    #[test]
    fn data_is_never_opened_by_another_release() {
        assert_eq!(decided(Search::Found(of(15)), None, true, Some(15)), "start 15");
        assert_eq!(decided(Search::Mismatched(of(16)), None, true, Some(17)), "fetch", "the release that we fetch");
        for may_fetch in [true, false] {
            let sentence = decided(Search::Mismatched(of(17)), None, may_fetch, Some(15));
            assert!(sentence.contains("made by PostgreSQL 15, but /opt/postgresql holds PostgreSQL 17"), "{sentence}");
            let sentence = decided(Search::Nothing, None, may_fetch, Some(15));
            assert!(sentence.contains("made by PostgreSQL 15, which was not found"), "{sentence}");
        }
        let sentence = decided(Search::Mismatched(of(16)), Some("/opt/postgresql"), true, Some(17));
        assert!(sentence.contains("but /opt/postgresql holds PostgreSQL 16"), "{sentence}");
    }
}
