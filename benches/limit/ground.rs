//! The ground that both stand on: an embedded cluster with a seeded database, and a copy of that for each run.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgConnection, Row};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use stackmotive::{
    config::Settings,
    database::{
        Database,
        embedded::{Cluster, Options},
        migrate,
    },
    jobs::{JOBS, Job},
    sealing::Source,
    seed::{self, ADMIN_EMAIL, Size},
};
use uuid::Uuid;

use crate::{
    Outcome,
    workloads::{Mark, PAGE, Person},
};

/// The database that is being seeded; it gets its name once it is whole.
const UNFINISHED: &str = "unfinished";
/// The copy that a run works on.
const COPY: &str = "run";
/// How long PostgreSQL may take to hear of a changed setting, and to write its log.
const SETTLING_TIME: Duration = Duration::from_millis(300);
/// A statement of the seed is a large one on purpose.
const SLOW_SEED_MS: u64 = 60_000;

/// A running cluster with a copy of the seeded database.
pub struct Ground {
    cluster: Cluster,
    folder: PathBuf,
    settings: Settings,
    pub users: u32,
    pub fsync: bool,
}

impl Ground {
    /// Starts the cluster of this folder, seeds what it lacks, and makes a copy.
    pub async fn prepare(folder: &Path, users: u32, fsync: bool, fresh: bool) -> Outcome<Self> {
        let settings = Settings { slow_statement_ms: SLOW_SEED_MS, pool_size: 2, ..Settings::for_tests() };
        let cluster = Cluster::start(Options {
            data_dir: folder.to_owned(),
            postgres_bin: None,
            fetched_dir: settings.data_folder().map(|folder| folder.join("postgresql")),
            may_fetch: true,
            fsync,
        })
        .await?;
        let ground = Self { cluster, folder: folder.to_owned(), settings, users, fsync };
        // Whatever PostgreSQL tidies up by itself would be counted where it happens to run.
        ground
            .sql(
                "postgres",
                "ALTER SYSTEM SET autovacuum = off; ALTER SYSTEM SET log_statement = none; SELECT pg_reload_conf()",
            )
            .await?;
        let seeded = ground.seeded_name().await?;
        ground.drop_others(if fresh { "" } else { &seeded }).await?;
        let mut admin = ground.admin("postgres").await?;
        let known = sqlx::query("SELECT FROM pg_database WHERE datname = $1").bind(&seeded);
        if known.fetch_optional(&mut admin).await?.is_none() {
            ground.seed(&seeded).await?;
        }
        ground.sql("postgres", &format!("CREATE DATABASE {COPY} TEMPLATE {seeded} STRATEGY file_copy")).await?;
        ground.sql(COPY, "SELECT public.ensure_partitions(3)").await?;
        ground.rest().await?;
        Ok(ground)
    }

    /// Takes the copy away and stops the cluster.
    pub async fn clear(self) -> Outcome<()> {
        self.sql("postgres", &format!("DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")).await?;
        self.cluster.stop().await;
        Ok(())
    }

    /// The copy's address as its owner, whom row-level security does not concern.
    pub fn owner_url(&self) -> SecretString {
        self.cluster.admin_url(COPY)
    }

    /// The copy's address as the server's role.
    pub fn app_url(&self) -> SecretString {
        self.cluster.app_url(COPY)
    }

    pub fn keys(&self) -> &str {
        self.settings.keys.as_ref().map_or("", |keys| keys.expose_secret())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process of PostgreSQL that all others of its are children of.
    pub fn postmaster(&self) -> Outcome<u32> {
        let file = fs::read_to_string(self.folder.join("postgres/data/postmaster.pid"))?;
        Ok(file.lines().next().unwrap_or_default().trim().parse()?)
    }

    pub async fn version(&self) -> Outcome<String> {
        let mut admin = self.admin("postgres").await?;
        Ok(sqlx::query("SHOW server_version").fetch_one(&mut admin).await?.try_get(0)?)
    }

    /// Signs everybody in.
    pub async fn sign_in(&self) -> Outcome<(Vec<Person>, Person)> {
        let mut admin = self.admin(COPY).await?;
        let rows = sqlx::query("SELECT id, email FROM users WHERE is_active ORDER BY id").fetch_all(&mut admin).await?;
        let (mut people, mut administrator) = (Vec::new(), None);
        for row in rows {
            let (id, email): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
            let session = Uuid::now_v7();
            let person = Person { id, session, token: format!("benchmark-{session}") };
            if email == ADMIN_EMAIL { administrator = Some(person) } else { people.push(person) }
        }
        let administrator = administrator.ok_or("the seed has made no administrator")?;
        let all = || people.iter().chain([&administrator]);
        let hash = |token: &str| Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        sqlx::query(
            "INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at) \
             SELECT *, now() + interval '1 day', now() + interval '1 day' FROM unnest($1::uuid[], $2::uuid[], $3::text[])",
        )
        .bind(all().map(|person| person.session).collect::<Vec<_>>())
        .bind(all().map(|person| person.id).collect::<Vec<_>>())
        .bind(all().map(|person| hash(&person.token)).collect::<Vec<_>>())
        .execute(&mut admin)
        .await?;
        // The administrator asks for far more than the smallest budget holds, even multiplied.
        self.sql(COPY, "UPDATE users SET tier = 'enterprise' WHERE is_admin; VACUUM ANALYZE user_sessions").await?;
        Ok((people, administrator))
    }

    /// Where pages of users begin, in the order of the server's cursors.
    pub async fn marks(&self, cursors: Vec<String>) -> Outcome<Vec<Mark>> {
        let mut admin = self.admin(COPY).await?;
        let order = "SELECT id, (extract(epoch FROM created_at) * 1000000)::bigint FROM users ORDER BY created_at DESC, id DESC";
        let rows = sqlx::query(order).fetch_all(&mut admin).await?;
        let marked = rows.chunks_exact(PAGE).filter_map(<[_]>::last).zip(cursors);
        marked.map(|(row, cursor)| Ok(Mark { id: row.try_get(0)?, moment: row.try_get(1)?, cursor })).collect()
    }

    /// Makes everybody's session one that was seen just now. The server notes once a minute that it was; with thousands
    /// who ask once each, that would be most of what is measured.
    pub async fn touch(&self) -> Outcome<()> {
        self.sql(COPY, "UPDATE user_sessions SET last_activity_at = now()").await?;
        self.sql(COPY, "VACUUM user_sessions").await
    }

    /// The messages that reach PostgreSQL while something runs, as its log tells them.
    pub async fn messages_of(&self, work: impl Future<Output = Outcome<()>>) -> Outcome<Vec<String>> {
        let path = self.folder.join("postgres.log");
        self.sql("postgres", "ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf()").await?;
        tokio::time::sleep(SETTLING_TIME).await;
        let begun = fs::metadata(&path)?.len();
        let outcome = work.await;
        tokio::time::sleep(SETTLING_TIME).await;
        let log = fs::read(&path)?;
        self.sql("postgres", "ALTER SYSTEM SET log_statement = 'none'; SELECT pg_reload_conf()").await?;
        outcome?;
        let log = log.get(usize::try_from(begun)?..).unwrap_or_default();
        Ok(messages(&String::from_utf8_lossy(log)))
    }

    /// Leaves the server nothing to do by itself: schedules of thousands who never had a server would all be due.
    async fn rest(&self) -> Outcome<()> {
        let names: Vec<&str> = JOBS.iter().map(Job::name).collect();
        let later =
            "INSERT INTO jobs (name, due_at) SELECT name, now() + interval '1 year' FROM unnest($1::text[]) AS name";
        sqlx::query(later).bind(names).execute(&mut self.admin(COPY).await?).await?;
        self.sql(COPY, "UPDATE rebalance_schedule SET enabled = false; VACUUM ANALYZE rebalance_schedule").await
    }

    async fn seed(&self, name: &str) -> Outcome<()> {
        self.cluster.create_database(UNFINISHED).await?;
        migrate::up(&self.cluster.admin_url(UNFINISHED), None).await?;
        self.cluster.admit_application().await?;
        let database = Database::connect(&self.cluster.app_url(UNFINISHED), &self.settings).await?;
        let keys = Source::of(&self.settings)?.open(&database).await?;
        let bar = ProgressBar::new(self.users.into());
        bar.set_style(ProgressStyle::with_template("Seeding {wide_bar} {pos} of {len} users, {eta} left")?);
        let seeded = seed::run(&database, &keys, Size { users: self.users }, |progress| {
            bar.set_position(progress.users_done.into())
        })
        .await;
        bar.finish_and_clear();
        database.close().await;
        seeded?;
        self.sql(UNFINISHED, "VACUUM ANALYZE").await?;
        // Whoever still looks whether the database is there would keep it from being renamed.
        let rename = format!(
            "ALTER DATABASE {UNFINISHED} ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{UNFINISHED}'; \
             ALTER DATABASE {UNFINISHED} RENAME TO {name}; ALTER DATABASE {name} ALLOW_CONNECTIONS true"
        );
        self.sql("postgres", &rename).await
    }

    /// A name that changes with the migrations and the number of users.
    async fn seeded_name(&self) -> Outcome<String> {
        // The list of migrations is the program's own, whichever database is asked for it.
        let steps = migrate::status(&self.cluster.admin_url("postgres")).await?;
        let mut hasher = DefaultHasher::new();
        steps.iter().for_each(|step| step.name.hash(&mut hasher));
        Ok(format!("seeded_{}_{:016x}", self.users, hasher.finish()))
    }

    async fn drop_others(&self, kept: &str) -> Outcome<()> {
        let mut admin = self.admin("postgres").await?;
        let names = sqlx::query(
            "SELECT datname FROM pg_database WHERE (datname LIKE 'seeded%' OR datname IN ($1, $2)) AND datname <> $3",
        );
        let names = names.bind(UNFINISHED).bind(COPY).bind(kept).fetch_all(&mut admin).await?;
        for name in names {
            let name: String = name.try_get(0)?;
            self.sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        Ok(())
    }

    /// Runs statements as the owner, each in a transaction of its own, since some refuse to share one.
    async fn sql(&self, database: &str, sql: &str) -> Outcome<()> {
        let mut admin = self.admin(database).await?;
        for statement in sql.split("; ") {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut admin).await?;
        }
        Ok(admin.close().await?)
    }

    async fn admin(&self, database: &str) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(self.cluster.admin_url(database).expose_secret()).await?)
    }
}

/// The statements in PostgreSQL's log. Those of several lines go on behind a tab.
fn messages(log: &str) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    let mut is_statement = false;
    for line in log.lines() {
        if let (Some(more), true) = (line.strip_prefix('\t'), is_statement) {
            if let Some(last) = messages.last_mut() {
                last.push('\n');
                last.push_str(more);
            }
            continue;
        }
        let text = line.split_once("LOG:  ").map_or("", |(_, text)| text);
        let statement = text.strip_prefix("statement: ");
        let statement = statement.or_else(|| Some(text.strip_prefix("execute ")?.split_once(": ")?.1));
        is_statement = statement.is_some();
        messages.extend(statement.map(str::to_owned));
    }
    messages
}
