//! Starting PostgreSQL, watching it, and stopping it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getppid};
use tokio::sync::watch;

use super::super::failure::Failure;
use super::account::Account;
use super::binaries::Binaries;
use super::folders::Folders;
use super::process;

/// Recovery after a crash reads what was written since the last checkpoint, which can take minutes.
const READY_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a PostgreSQL whose server was killed may take to end.
const PREDECESSOR_TIMEOUT: Duration = Duration::from_secs(20);
/// After this time a predecessor isn't ending by itself, and is asked to.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(2);
/// How often a running PostgreSQL is looked at.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);
/// How often one that is starting or ending is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// A PostgreSQL that ends by itself is started again, unless it has ended this often within this time.
const ENDS_MAX: usize = 5;
const ENDS_WINDOW: Duration = Duration::from_secs(60);
/// How long is waited before it is started again: nothing at first, since most ends have a cause that ended with them.
const RESTART_PAUSES: [Duration; ENDS_MAX] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// What PostgreSQL answers to whoever connects while it takes no connections, and writes down as gravely as its own end.
const NOT_NOW: [&str; 4] = [
    "FATAL:  the database system is starting up",
    "FATAL:  the database system is not yet accepting connections",
    "FATAL:  the database system is in recovery mode",
    "FATAL:  the database system is shutting down",
];
/// A log that has grown past this many bytes is put aside at the next start.
const LOG_BYTES_MAX: u64 = 5_000_000;
/// How long PostgreSQL gets to write everything, unless whoever stops it has less time.
pub const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// How long it gets to end at once, and to be gone: the next start recovers what it had not written.
const QUIT_PATIENCE: Duration = Duration::from_secs(1);

/// A running PostgreSQL. Dropping it stops PostgreSQL.
pub struct Supervisor {
    stop: Option<Sender<Duration>>,
    thread: Option<JoinHandle<()>>,
    ended: watch::Receiver<bool>,
}

impl Supervisor {
    /// Starts PostgreSQL and returns when it takes connections.
    ///
    /// The thread that starts it lives until PostgreSQL has ended for good, because Linux tells PostgreSQL that its
    /// server is gone when that very thread is. It blocks for as long as PostgreSQL takes to start.
    ///
    /// # Errors
    /// When PostgreSQL ends instead; the sentence holds its last words.
    pub fn start(folders: &Folders, binaries: &Binaries, account: &Account, fsync: bool) -> Result<Self, Failure> {
        wait_for_predecessor(folders);
        let (log, log_start) = open_log(&folders.log()).map_err(|error| failed(&error.to_string()))?;
        let mut command = postgres(folders, binaries, account, fsync);
        command.stdout(log.try_clone().map_err(|error| failed(&error.to_string()))?).stderr(log);
        let (stop, orders) = channel();
        let (ready, readiness) = channel();
        let (end, ended) = watch::channel(false);
        let mut charge = Charge { command, folders: folders.clone(), log_start, orders, ends: Vec::new() };
        let supervise = move || {
            match charge.launch() {
                Ok(child) if ready.send(Ok(())).is_ok() => charge.keep(child),
                Ok(mut child) => stop_child(&mut child, STOP_PATIENCE),
                Err(failure) => drop(ready.send(Err(failure))),
            }
            let _ = end.send(true);
        };
        let thread = std::thread::Builder::new().name(String::from("postgres")).spawn(supervise);
        let thread = thread.map_err(|error| failed(&error.to_string()))?;
        readiness.recv().map_err(|_| failed("its thread ended"))??;
        Ok(Self { stop: Some(stop), thread: Some(thread), ended })
    }

    /// Returns when PostgreSQL has ended, and is not started again.
    pub async fn ended(&self) {
        // An error means that the thread is gone, and PostgreSQL with it.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Stops PostgreSQL, which gets this long to write everything, and returns when it is gone. It blocks.
    pub fn stop(&mut self, patience: Duration) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(patience);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop(STOP_PATIENCE);
    }
}

/// What the thread has in its charge.
struct Charge {
    command: Command,
    folders: Folders,
    /// Where in the log the present PostgreSQL began.
    log_start: u64,
    /// To stop, within this time. Its other end is dropped by whoever forgets to say so.
    orders: Receiver<Duration>,
    /// When PostgreSQL ended by itself, lately.
    ends: Vec<Instant>,
}

impl Charge {
    /// Starts PostgreSQL, and stops it when it isn't ready in time.
    fn launch(&mut self) -> Result<Child, Failure> {
        let mut child = self.command.spawn().map_err(|error| failed(&error.to_string()))?;
        match wait_until_ready(&mut child, &self.folders, self.log_start, &self.orders) {
            Ok(()) => Ok(child),
            Err(failure) => {
                stop_child(&mut child, STOP_PATIENCE);
                Err(failure)
            }
        }
    }

    /// Watches PostgreSQL, starting it again where it ends by itself, until it is told to stop it, or gives up.
    fn keep(mut self, mut child: Child) {
        loop {
            if let Some(patience) = watch_over(&mut child, &self.orders) {
                return stop_child(&mut child, patience);
            }
            child = match self.start_again() {
                Some(child) => child,
                None => return,
            };
        }
    }

    fn start_again(&mut self) -> Option<Child> {
        loop {
            let now = Instant::now();
            self.ends.retain(|end| now.duration_since(*end) < ENDS_WINDOW);
            let pause = *RESTART_PAUSES.get(self.ends.len())?;
            self.ends.push(now);
            let words = last_words(&self.folders.log(), self.log_start);
            tracing::error!(last_words = words, "the embedded PostgreSQL ended by itself and is started again");
            if !matches!(self.orders.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
                return None;
            }
            self.log_start = std::fs::metadata(self.folders.log()).map_or(0, |log| log.len());
            wait_for_predecessor(&self.folders);
            match self.launch() {
                Ok(child) => return Some(child),
                Err(failure) => tracing::error!(%failure, "it could not be started"),
            }
        }
    }
}

/// What PostgreSQL last said, for the sentence about its end: the text of its last FATAL or PANIC, or its last line.
pub fn last_words(log: &Path, from_byte: u64) -> String {
    let mut text = String::new();
    if let Ok(mut file) = File::open(log)
        && file.seek(SeekFrom::Start(from_byte)).is_ok()
    {
        let _ = file.take(LOG_BYTES_MAX).read_to_string(&mut text);
    }
    // What it says to those who knock while it starts or ends is no reason for its end.
    let is_answer = |line: &&str| NOT_NOW.iter().any(|answer| line.contains(answer));
    let grave = |line: &&str| (line.contains("FATAL:") || line.contains("PANIC:")) && !is_answer(line);
    let line = text
        .lines()
        .rev()
        .find(grave)
        .or_else(|| text.lines().rev().find(|line| !is_answer(line)))
        .unwrap_or("it gave no reason");
    let words = line.split_once("FATAL:").or_else(|| line.split_once("PANIC:")).map_or(line, |(_, words)| words);
    words.trim().trim_end_matches('.').to_owned()
}

fn postgres(folders: &Folders, binaries: &Binaries, account: &Account, fsync: bool) -> Command {
    let mut command = process::command(&binaries.program("postgres"), account, &folders.home(), Signal::SIGINT);
    // A container starts with the same process numbers again and again. PostgreSQL judges by its parent's parent
    // whether a leftover postmaster.pid names a living server or, by chance, one of its own ancestors.
    command.env("PG_GRANDPARENT_PID", getppid().to_string());
    command.arg("-D").arg(folders.data());
    command.arg("-c").arg(format!("unix_socket_directories={}", quoted(&folders.socket_folder())));
    let fixed = [
        "listen_addresses=",
        "port=5432",
        "unix_socket_permissions=0700",
        "wal_level=minimal",
        "max_wal_senders=0",
        "jit=off",
        "timezone=UTC",
        "log_timezone=UTC",
        // The log is about PostgreSQL's own health. A refused row would bring the statement and its values along.
        "log_min_messages=log",
        "log_error_verbosity=terse",
        "log_checkpoints=off",
    ];
    // Tests open many pools at once, and nobody misses their data.
    let forgetful = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300"];
    let durable = ["fsync=on"];
    let durability = if fsync { durable.as_slice() } else { forgetful.as_slice() };
    for setting in fixed.iter().chain(durability) {
        command.args(["-c", setting]);
    }
    command
}

/// PostgreSQL reads the setting as a list, whose items may be quoted.
fn quoted(folder: &Path) -> String {
    format!("\"{}\"", folder.display().to_string().replace('"', "\"\""))
}

/// Waits for a PostgreSQL in the same folder whose server was killed a moment ago: it is ending by itself.
/// Where nothing told it (not on Linux), it is told here; our lock proves that no other server works with it.
/// A leftover postmaster.pid is not ours to judge or to remove: PostgreSQL does both.
fn wait_for_predecessor(folders: &Folders) {
    let start = Instant::now();
    let mut is_told = false;
    while let Some(pid) = predecessor(folders) {
        if start.elapsed() > PREDECESSOR_TIMEOUT {
            return;
        }
        if !is_told && start.elapsed() > PREDECESSOR_PATIENCE && UnixStream::connect(folders.socket()).is_ok() {
            let _ = kill(pid, Signal::SIGINT);
            is_told = true;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// The process in postmaster.pid, when it lives and is a PostgreSQL.
fn predecessor(folders: &Folders) -> Option<Pid> {
    let file = std::fs::read_to_string(folders.data().join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(file.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)?);
    kill(pid, None).ok()?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    // Without /proc the socket has to tell.
    let is_postgres =
        name.map_or_else(|_| UnixStream::connect(folders.socket()).is_ok(), |name| name.trim() == "postgres");
    is_postgres.then_some(pid)
}

fn open_log(path: &Path) -> std::io::Result<(File, u64)> {
    if std::fs::metadata(path).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

fn wait_until_ready(
    child: &mut Child,
    folders: &Folders,
    log_start: u64,
    orders: &Receiver<Duration>,
) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        if is_ready(child.id(), folders) {
            return Ok(());
        }
        if has_ended(child) {
            return Err(failed(&last_words(&folders.log(), log_start)));
        }
        if start.elapsed() > READY_TIMEOUT {
            return Err(failed("it was not ready within ten minutes"));
        }
        if !matches!(orders.recv_timeout(POLL_INTERVAL), Err(RecvTimeoutError::Timeout)) {
            return Err(failed("it was told to stop"));
        }
    }
}

/// PostgreSQL writes its state into the eighth line of postmaster.pid, for programs like this one.
fn is_ready(process: u32, folders: &Folders) -> bool {
    let Ok(file) = std::fs::read_to_string(folders.data().join("postmaster.pid")) else { return false };
    let mut lines = file.lines();
    let is_its_own = lines.next().is_some_and(|line| line.trim() == process.to_string());
    is_its_own && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// Whether another process's PostgreSQL in these folders takes connections.
pub fn is_up(folders: &Folders) -> bool {
    let process = predecessor(folders).and_then(|pid| u32::try_from(pid.as_raw()).ok());
    process.is_some_and(|process| is_ready(process, folders)) && UnixStream::connect(folders.socket()).is_ok()
}

/// Returns how long PostgreSQL gets when it is to be stopped, and None when it has ended by itself.
fn watch_over(child: &mut Child, orders: &Receiver<Duration>) -> Option<Duration> {
    loop {
        match orders.recv_timeout(WATCH_INTERVAL) {
            Ok(patience) => return Some(patience),
            Err(RecvTimeoutError::Disconnected) => return Some(STOP_PATIENCE),
            Err(RecvTimeoutError::Timeout) if has_ended(child) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Tells PostgreSQL to end, ever more urgently: end sessions and write everything; end at once; be gone.
fn stop_child(child: &mut Child, patience: Duration) {
    let ways = [(Signal::SIGINT, patience), (Signal::SIGQUIT, QUIT_PATIENCE), (Signal::SIGKILL, QUIT_PATIENCE)];
    for (signal, patience) in ways {
        if has_ended(child) {
            return;
        }
        if let Ok(pid) = i32::try_from(child.id()) {
            // The child isn't waited for yet, so its number can't belong to anybody else.
            let _ = kill(Pid::from_raw(pid), signal);
        }
        let start = Instant::now();
        while start.elapsed() < patience && !has_ended(child) {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}

/// An error of waiting means that there is nobody to wait for.
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

fn failed(reason: &str) -> Failure {
    Failure::new(format!("The embedded PostgreSQL can't be started: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::last_words;

    #[test]
    fn the_last_words_are_the_gravest() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let text = "old FATAL:  before\n2026-01-01 LOG:  starting\n2026-01-01 FATAL:  out of room.\nHINT: tidy up\n";
        std::fs::write(log.path(), text).expect("written");
        assert_eq!(last_words(log.path(), 19), "out of room");
        assert_eq!(last_words(log.path(), text.len() as u64), "it gave no reason");
    }

    #[test]
    fn what_is_said_to_those_who_knock_is_no_reason() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let knocking = "2026-01-01 FATAL:  the database system is starting up\n";
        for (text, reason) in [
            (format!("2026-01-01 FATAL:  out of room\n{knocking}{knocking}"), "out of room"),
            (format!("{knocking}2026-01-01 PANIC:  no valid checkpoint\n{knocking}"), "no valid checkpoint"),
            (format!("{knocking}2026-01-01 LOG:  it is over\n"), "2026-01-01 LOG:  it is over"),
            (format!("2026-01-01 LOG:  redo starts\n{knocking}"), "2026-01-01 LOG:  redo starts"),
            (knocking.to_owned(), "it gave no reason"),
        ] {
            std::fs::write(log.path(), &text).expect("written");
            assert_eq!(last_words(log.path(), 0), reason, "{text}");
        }
    }
}
