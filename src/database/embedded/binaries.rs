//! Finding PostgreSQL on the machine.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use super::account::Account;
use super::process;
use crate::config;

/// The oldest PostgreSQL that our tables work on.
pub const OLDEST_MAJOR: u32 = 14;

/// A folder with PostgreSQL's programs that our account can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `initdb` and `postgres`.
    pub folder: PathBuf,
    /// The release, such as 17.
    pub major: u32,
}

impl Binaries {
    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The programs in a folder, or None where they are missing, can't be run by the account, or are too old.
    pub fn at(folder: &Path, account: &Account) -> Option<Self> {
        let folder = real_folder(folder)?;
        let mut command = process::command(&folder.join("postgres"), account, Path::new("/"), Signal::SIGKILL);
        let answer = command.arg("--version").output().ok().filter(|answer| answer.status.success())?;
        let major = major(&String::from_utf8_lossy(&answer.stdout))?;
        (major >= OLDEST_MAJOR).then_some(Self { folder, major })
    }
}

/// What a search came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Search {
    /// Programs that fit the data.
    Found(Binaries),
    /// Programs, but all of another release than the data.
    Mismatched(Binaries),
    /// Nothing.
    Nothing,
}

/// Takes the first folder whose programs fit. Data that exists wants programs of its own release.
pub fn search(folders: impl IntoIterator<Item = PathBuf>, account: &Account, data_major: Option<u32>) -> Search {
    let mut other = None;
    for folder in folders {
        let Some(binaries) = Binaries::at(&folder, account) else { continue };
        if data_major.is_none_or(|major| major == binaries.major) {
            return Search::Found(binaries);
        }
        other = other.or(Some(binaries));
    }
    other.map_or(Search::Nothing, Search::Mismatched)
}

/// Where PostgreSQL may be: in PATH, where `pg_config` points, where packages and installers put it,
/// and among what we fetched. Each place is looked at only when the ones before it had nothing.
pub fn usual_folders(fetched: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let fetched = fetched.to_owned();
    let homebrew = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];
    let installers = ["/Applications/Postgres.app/Contents/Versions", "/Library/PostgreSQL"];
    config::search_path()
        .into_iter()
        .chain(std::iter::once_with(folder_of_pg_config).flatten())
        .chain(releases(Path::new("/usr/lib/postgresql")))
        .chain(releases(Path::new("/usr")).filter(|folder| is_pgdg(folder)))
        .chain(std::iter::once(PathBuf::from("/usr/local/pgsql/bin")))
        .chain(homebrew.into_iter().chain(installers).flat_map(|parent| releases(Path::new(parent))))
        .chain(std::iter::once_with(move || releases(&fetched)).flatten())
}

/// The release in the answer of `postgres --version`, such as "postgres (PostgreSQL) 17.5 (Debian 17.5-1)".
fn major(answer: &str) -> Option<u32> {
    let version = answer.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

/// Follows links to where the programs really stand. PATH often holds links or wrappers of single programs,
/// while PostgreSQL needs `initdb`, `postgres` and its library folders side by side.
fn real_folder(folder: &Path) -> Option<PathBuf> {
    let postgres = folder.join("postgres").canonicalize().ok()?;
    let real = postgres.parent()?.to_owned();
    real.join("initdb").is_file().then_some(real)
}

/// The packages of postgresql.org for Red Hat and its kin stand in /usr/pgsql-17.
fn is_pgdg(folder: &Path) -> bool {
    folder.to_string_lossy().starts_with("/usr/pgsql-")
}

fn folder_of_pg_config() -> Option<PathBuf> {
    let program =
        config::search_path().into_iter().map(|folder| folder.join("pg_config")).find(|file| file.is_file())?;
    let answer = std::process::Command::new(program).arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    (answer.status.success() && folder.is_absolute()).then_some(folder)
}

/// The folder `bin` of each release in `parent`, named such as 17, postgresql@17 or 17.5.0, newest first.
fn releases(parent: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .map(|entry| (numbers(&entry.file_name().to_string_lossy()), entry.path().join("bin")))
        .filter(|(version, _)| !version.is_empty())
        .collect();
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder)
}

fn numbers(name: &str) -> Vec<u32> {
    let parts = name.split(|letter: char| !letter.is_ascii_digit());
    parts.filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Binaries, Search, major, numbers, releases, search};
    use crate::database::embedded::account::Account;
    use std::path::Path;

    #[test]
    fn the_release_is_read_from_every_distribution() {
        assert_eq!(major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 17\n"), Some(17));
        assert_eq!(major("postgres: command not found"), None);
    }

    #[test]
    fn the_newest_release_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["9.6", "17", "postgresql@16", "17.5.0", "notes"] {
            std::fs::create_dir(folder.path().join(name)).expect("made");
        }
        let found: Vec<_> = releases(folder.path()).collect();
        let expected = ["17.5.0", "17", "postgresql@16", "9.6"].map(|name| folder.path().join(name).join("bin"));
        assert_eq!(found, expected);
        assert_eq!(numbers("notes"), Vec::<u32>::new());
    }

    /// Folders that look like PostgreSQL of the given releases, with programs that only tell their version.
    fn pretended(parent: &Path, majors: &[u32]) -> Vec<std::path::PathBuf> {
        let make = |major: &u32| {
            let folder = parent.join(major.to_string());
            std::fs::create_dir(&folder).expect("made");
            for name in ["postgres", "initdb"] {
                let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {major}.1'\n");
                std::fs::write(folder.join(name), script).expect("written");
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
                std::fs::set_permissions(folder.join(name), mode).expect("made executable");
            }
            folder
        };
        majors.iter().map(make).collect()
    }

    #[test]
    fn data_gets_programs_of_its_own_release() {
        let parent = crate::database::embedded::temporary::open_folder().expect("a folder");
        let account = Account::choose(Path::new("/nonexistent")).expect("an account");
        let folders = pretended(parent.path(), &[13, 17, 15]);
        let major_for = |data_major| match search(folders.clone(), &account, data_major) {
            Search::Found(binaries) => Ok(binaries.major),
            Search::Mismatched(binaries) => Err(binaries.major),
            Search::Nothing => Err(0),
        };
        assert_eq!(major_for(None), Ok(17), "the first that is new enough");
        assert_eq!(major_for(Some(15)), Ok(15), "the one that made the data");
        assert_eq!(major_for(Some(16)), Err(17), "none that made the data");
        assert_eq!(search([], &account, None), Search::Nothing);
    }

    #[test]
    fn a_link_to_one_program_alone_is_not_an_installation() {
        let folder = tempfile::tempdir().expect("a folder");
        let account = Account::choose(Path::new("/nonexistent")).expect("an account");
        std::os::unix::fs::symlink("/bin/true", folder.path().join("postgres")).expect("linked");
        assert_eq!(Binaries::at(folder.path(), &account), None);
    }
}
