//! A cluster for tests: fast, forgetful, and gone with the process that made it.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::super::failure::Failure;
use super::cluster::{Cluster, Options};
use crate::config::{self, Settings};

/// How the folders are named, so that a later run knows them.
const PREFIX: &str = "stackmotive-test-";
/// A folder without a lock is somebody's who is just making it, unless it is older than this.
const SETTLING_TIME: Duration = Duration::from_secs(600);

/// Removes the folder when this process has ended in whatever way: the shell waits for the end of its input,
/// which this process holds open, and then for PostgreSQL, which ends by itself.
const JANITOR: &str = r#"
    trap '' INT TERM HUP
    read -r _
    tries=0
    while [ -e "$1/postgres/data/postmaster.pid" ] && [ "$tries" -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
    rm -rf -- "$1"
"#;

impl Cluster {
    /// Starts a cluster in a temporary folder, with fsync off. Its folder is removed when the process ends.
    ///
    /// # Errors
    /// When PostgreSQL is missing or can't be started.
    pub async fn start_temporary(settings: &Settings) -> Result<Self, Failure> {
        sweep(&config::temporary_folder());
        let fault = |error: std::io::Error| Failure::new(format!("No temporary folder can be made: {error}."));
        let folder = make_folder().map_err(fault)?;
        hire_janitor(&folder).map_err(fault)?;
        Self::start(Options {
            data_dir: folder,
            postgres_bin: settings.postgres_bin.clone(),
            // What was fetched once serves every run.
            fetched_dir: settings.data_folder().map(|folder| folder.join("postgresql")),
            may_fetch: settings.postgres_fetch,
            fsync: false,
        })
        .await
    }
}

/// Others can enter it, because PostgreSQL may run as another user; what matters inside is private.
fn make_folder() -> std::io::Result<PathBuf> {
    let folder = config::temporary_folder().join(format!("{PREFIX}{}", uuid::Uuid::new_v4().simple()));
    std::fs::DirBuilder::new().mode(0o755).create(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

fn hire_janitor(folder: &Path) -> std::io::Result<()> {
    let mut janitor = Command::new("/bin/sh");
    janitor.args(["-c", JANITOR, "sh"]).arg(folder);
    janitor.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let child = janitor.spawn()?;
    // Our end of its input is never closed by us, and so is closed by the end of the process alone.
    std::mem::forget(child);
    Ok(())
}

/// Removes what runs have left whose janitor was killed as well.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The lock is free when the process that held it is gone.
fn is_left(folder: &Path) -> bool {
    if folder.join("postgres/data/postmaster.pid").exists() && is_young(folder) {
        return false;
    }
    match std::fs::File::open(folder.join("server.lock")) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => !is_young(folder),
    }
}

fn is_young(folder: &Path) -> bool {
    let changed = std::fs::metadata(folder).and_then(|folder| folder.modified());
    changed.is_ok_and(|changed| SystemTime::now().duration_since(changed).is_ok_and(|age| age < SETTLING_TIME))
}

/// A temporary folder that other users can enter, for tests that start programs as another user.
#[cfg(test)]
pub fn open_folder() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}
