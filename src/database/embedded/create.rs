//! Making a new cluster, whole or not at all.

use std::fs::File;
use std::path::Path;
use std::process::Output;

use nix::sys::signal::Signal;

use super::super::failure::Failure;
use super::account::Account;
use super::binaries::Binaries;
use super::folders::Folders;
use super::process;

/// How a cluster is named while it is being made, before a mark that is different each time:
/// the `initdb` of a server that was killed may still be tidying up under its own name.
const UNFINISHED: &str = "data.unfinished-";

/// Makes the cluster where there is none. It is made under another name and renamed when it is whole,
/// so that an interrupted start leaves nothing that looks like data.
///
/// # Errors
/// When `initdb` fails; the error that it told is the reason.
pub fn create(folders: &Folders, binaries: &Binaries, account: &Account, fsync: bool) -> Result<(), Failure> {
    if folders.data().exists() {
        return Ok(());
    }
    remove_unfinished(folders);
    let unfinished = folders.home().join(format!("{UNFINISHED}{}", uuid::Uuid::new_v4().simple()));
    let outcome = initdb(&unfinished, folders, binaries, account, fsync)
        .and_then(|()| std::fs::rename(&unfinished, folders.data()).map_err(|error| failed(&error.to_string())));
    if outcome.is_err() {
        remove_unfinished(folders);
    }
    if fsync && outcome.is_ok() {
        // The new name has to be on the disk before rows are.
        let _ = File::open(folders.home()).and_then(|folder| folder.sync_all());
    }
    outcome
}

/// Removes what this start or a killed one has left. What can't be removed now is tried again by the next start.
fn remove_unfinished(folders: &Folders) {
    let Ok(entries) = std::fs::read_dir(folders.home()) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn initdb(
    unfinished: &Path,
    folders: &Folders,
    binaries: &Binaries,
    account: &Account,
    fsync: bool,
) -> Result<(), Failure> {
    let mut command = process::command(&binaries.program("initdb"), account, &folders.home(), Signal::SIGTERM);
    command.arg("-D").arg(unfinished).args([
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        // Only the account itself reaches the socket, through a folder that nobody else can enter.
        "--auth-local=trust",
        "--auth-host=reject",
        "--data-checksums",
    ]);
    if !fsync {
        command.arg("--no-sync");
    }
    let answer = command.output().map_err(|error| failed(&error.to_string()))?;
    if answer.status.success() { Ok(()) } else { Err(failed(&reason(&answer))) }
}

fn reason(answer: &Output) -> String {
    let text = String::from_utf8_lossy(&answer.stderr).into_owned();
    let told = text.lines().find(|line| line.contains("error:") || line.contains("FATAL:"));
    told.or_else(|| text.lines().last()).unwrap_or("no reason given").to_owned()
}

fn failed(reason: &str) -> Failure {
    Failure::new(format!("The embedded PostgreSQL can't be made: {}.", reason.trim_end_matches('.')))
}
