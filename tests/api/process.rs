//! The program as a person meets it: started, stopped, killed, and started wrongly.
//!
//! What serving is stands here; `commands` tries the other commands, `jobs` what is done without being asked, `keys` the keys, `refusals` the starts that fail.

mod commands;
mod jobs;
mod keys;
mod refusals;

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use sea_orm::sqlx::{self, PgPool};

/// A first start with its demo account, on a machine that does other things as well.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// A question that nobody is answered without the database: whose session this is.
const SESSIONS: &str = r#"{"query":"mutation { refreshSession(input: { refreshToken: \"none\" }) { accessToken } }"}"#;
/// An orderly end, or PostgreSQL's own after its server was killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// The program with an environment of its own, on a free port.
fn program() -> Command {
    program_at(Path::new(env!("CARGO_BIN_EXE_stackmotive")))
}

fn program_at(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("STACKMOTIVE_LISTEN", "127.0.0.1:0").env("STACKMOTIVE_POSTGRES_FETCH", "false");
    // For databases of one's own; the embedded one makes its own.
    command.env("STACKMOTIVE_KEYS", "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    command.stdin(Stdio::null());
    command
}

pub fn program_with(data: &Path) -> Command {
    let mut command = program();
    command.env("STACKMOTIVE_DATA_DIR", data).env_remove("STACKMOTIVE_KEYS");
    command
}

/// A folder that PostgreSQL's user can enter when the tests run as root.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("opened");
    folder
}

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    pub address: String,
    /// What it said before it listened.
    pub said: Vec<String>,
    later: Receiver<String>,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (lines, heard) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        // Held from here on, so that a server that never listens is killed too.
        let mut server = Self { child, address: String::new(), said: Vec::new(), later: heard };
        let deadline = Instant::now() + START_TIMEOUT;
        while server.address.is_empty() {
            let line = server.later.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("it never listened; it said {:?}", server.said));
            match line.strip_prefix("Listening on http://") {
                Some(address) => server.address = address.to_owned(),
                None => server.said.push(line),
            }
        }
        server
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a number"))
    }

    fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("sent");
    }

    pub fn stop(self, signal: Signal) -> ExitStatus {
        self.signal(signal);
        self.end()
    }

    fn end(mut self) -> ExitStatus {
        let mut status = None;
        eventually("the server ends", || {
            status = self.child.try_wait().expect("watched");
            status.is_some()
        });
        status.expect("its end")
    }

    fn has_made_a_demo_account(&self) -> bool {
        self.said.iter().any(|line| line.contains("demo account"))
    }

    /// Sends a request in two parts with something done between them, and returns the answer.
    fn ask(&self, body: &str, between: impl FnOnce()) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        stream.set_read_timeout(Some(STOP_TIMEOUT)).expect("set");
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        let (first, second) = body.split_at(10);
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(first.as_bytes())).expect("sent");
        between();
        stream.write_all(second.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    fn signs_in(&self, email: &str, password: &str) -> bool {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }";
        let variables = serde_json::json!({ "input": { "email": email, "password": password } });
        let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
        self.ask(&body, || ()).contains("\"accessToken\":\"")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + STOP_TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// PostgreSQL's process, as it wrote it down.
pub fn postgres_of(data: &Path) -> Option<Pid> {
    let file = std::fs::read_to_string(data.join("postgres/data/postmaster.pid")).ok()?;
    Some(Pid::from_raw(file.lines().next()?.parse().ok()?))
}

/// A process that has ended but that nobody has asked for its end, as in a container without an init, counts as gone.
fn is_running(pid: Pid) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    kill(pid, None).is_ok() && !state.contains(") Z ")
}

/// The embedded database as its superuser, past every policy.
pub async fn database_in(data: &Path) -> PgPool {
    let socket = data.join("run");
    let url = format!("postgres://postgres@localhost/stackmotive?host={}", socket.display());
    PgPool::connect(&url).await.expect("connected")
}

async fn emails_in(data: &Path) -> Vec<String> {
    let pool = database_in(data).await;
    let emails =
        sqlx::query_scalar("SELECT email::text FROM users ORDER BY email").fetch_all(&pool).await.expect("read");
    pool.close().await;
    emails
}

/// The one sentence of a start that was refused.
fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("run");
    let text = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(1), "{text}");
    let sentence = text.strip_prefix("stackmotive: ").unwrap_or_else(|| panic!("no sentence of ours: {text}"));
    assert_eq!(sentence.trim_end().lines().count(), 1, "more than a sentence: {text}");
    sentence.trim_end().to_owned()
}

#[tokio::test]
async fn data_outlives_an_orderly_end_and_a_kill() {
    let folder = folder();
    let data = folder.path().join("data");

    let first = Server::start(&mut program_with(&data));
    assert!(first.has_made_a_demo_account(), "{:?}", first.said);
    let postgres = postgres_of(&data).expect("PostgreSQL");
    let answer = first.ask(r#"{"query":"{ __typename }"}"#, || first.signal(Signal::SIGTERM));
    assert!(answer.starts_with("HTTP/1.1 200"), "a request under way was lost: {answer}");
    assert_eq!(first.end().code(), Some(0));
    assert!(!is_running(postgres), "PostgreSQL ends before its server does");

    let second = Server::start(&mut program_with(&data));
    assert!(!second.has_made_a_demo_account(), "{:?}", second.said);
    let pool = database_in(&data).await;
    sqlx::query("UPDATE users SET email = 'renamed@example.com'").execute(&pool).await.expect("written");
    drop(pool);
    let postgres = postgres_of(&data).expect("PostgreSQL");
    let killed = second.stop(Signal::SIGKILL);
    assert_eq!(killed.code(), None, "it was killed");

    // At once, while the orphaned PostgreSQL may still be ending.
    let third = Server::start(&mut program_with(&data));
    assert!(!is_running(postgres), "the orphan is gone");
    assert!(!third.has_made_a_demo_account(), "{:?}", third.said);
    assert_eq!(emails_in(&data).await, ["renamed@example.com"]);
    assert_eq!(third.stop(Signal::SIGINT).code(), Some(0));
}

#[tokio::test]
async fn a_folder_has_one_server_which_other_commands_join() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));

    let sentence = refusal(&mut program_with(&data));
    assert!(sentence.contains(&format!("(process {})", server.child.id())), "{sentence}");
    assert!(sentence.contains(&data.display().to_string()), "{sentence}");

    let status = program_with(&data).args(["migrate", "status"]).output().expect("run");
    let table = String::from_utf8(status.stdout).expect("text");
    assert!(table.starts_with("MIGRATION"), "{table}");
    assert!(table.contains("m0001_roles") && !table.contains("missing"), "{table}");

    let postgres = postgres_of(&data).expect("PostgreSQL");
    server.stop(Signal::SIGKILL);
    eventually("PostgreSQL follows a killed server", || !is_running(postgres));
}

#[tokio::test]
async fn the_database_is_reached_by_its_owner_alone() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&mut program_with(&data));
    let pool = database_in(&data).await;
    let network: Option<String> =
        sqlx::query_scalar("SELECT nullif(setting, '') FROM pg_settings WHERE name = 'listen_addresses'")
            .fetch_one(&pool)
            .await
            .expect("read");
    assert_eq!(network, None, "no network");
    let durable: String = sqlx::query_scalar("SHOW fsync").fetch_one(&pool).await.expect("read");
    assert_eq!(durable, "on");
    let strong: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stackmotive' AND usename <> 'stackmotive_app'",
    )
    .fetch_one(&pool)
    .await
    .expect("read");
    assert_eq!(strong, 0, "the server signs in as the application's role");
    pool.close().await;
    for private in ["run", "postgres"] {
        let found = std::fs::metadata(data.join(private)).expect(private);
        assert_eq!(found.mode() & 0o777, 0o700, "{private}");
        assert_ne!(found.uid(), 0, "{private}");
    }
    // A database that ends by itself is started again, and the server goes on.
    let killed = postgres_of(&data).expect("PostgreSQL");
    kill(killed, Signal::SIGKILL).expect("sent");
    eventually("PostgreSQL is started again", || postgres_of(&data).is_some_and(|postgres| postgres != killed));
    eventually("the server answers", || server.ask(SESSIONS, || ()).contains("UNAUTHENTICATED"));
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[test]
fn a_first_start_that_is_killed_leaves_nothing_half_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let inside = || -> Vec<String> {
        let entries = std::fs::read_dir(data.join("postgres")).into_iter().flatten().filter_map(Result::ok);
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let mut killed = program_with(&data).stdout(Stdio::null()).spawn().expect("started");
    eventually("a cluster is being made", || inside().iter().any(|name| name.starts_with("data.unfinished")));
    killed.kill().expect("killed");
    killed.wait().expect("ended");

    let server = Server::start(&mut program_with(&data));
    eventually("what was left is gone", || inside() == ["data"]);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
}

#[test]
fn an_ordinary_user_has_it_at_home() {
    let folder = folder();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("made");
    let path = folder.path().join("stackmotive");
    std::fs::copy(env!("CARGO_BIN_EXE_stackmotive"), &path).expect("copied");
    let mut command = program_at(&path);
    command.env("HOME", &home).env_remove("STACKMOTIVE_KEYS").current_dir(&home);
    become_ordinary(&mut command, &home);

    let server = Server::start(&mut command);
    let data = home.join(".local/share/stackmotive");
    let postgres = postgres_of(&data).expect("PostgreSQL");
    let owner = |path: &Path| std::fs::metadata(path).expect("found").uid();
    assert_eq!(owner(&data.join("postgres/data")), owner(&home));
    assert_eq!(std::fs::metadata(&data).expect("found").mode() & 0o777, 0o700);
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
    assert!(!is_running(postgres));
}

/// As root, has the command run as `nobody`, whose home the folder becomes. Others are ordinary already.
fn become_ordinary(command: &mut Command, home: &Path) {
    if Uid::effective().is_root() {
        let nobody = User::from_name("nobody").expect("asked").expect("a user nobody");
        nix::unistd::chown(home, Some(nobody.uid), Some(nobody.gid)).expect("given");
        command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw());
    }
}
