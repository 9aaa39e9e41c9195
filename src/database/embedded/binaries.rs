//! Finding PostgreSQL on the machine.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use super::super::failure::Failure;
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

/// Looks in the folder that was set; else in PATH, where `pg_config` points, where packages and installers put it,
/// and among what we fetched. Data that exists wants programs of its own release.
///
/// # Errors
/// When a folder was set and holds no PostgreSQL that can be used.
pub fn search(
    explicit: Option<&Path>,
    fetched: &Path,
    account: &Account,
    data_major: Option<u32>,
) -> Result<Search, Failure> {
    let folders = match explicit {
        Some(folder) => vec![folder.to_owned()],
        None => usual_folders(fetched),
    };
    let mut other = None;
    for folder in folders {
        let Some(binaries) = Binaries::at(&folder, account) else { continue };
        if data_major.is_none_or(|major| major == binaries.major) {
            return Ok(Search::Found(binaries));
        }
        other = other.or(Some(binaries));
    }
    match (other, explicit) {
        (Some(binaries), _) => Ok(Search::Mismatched(binaries)),
        (None, None) => Ok(Search::Nothing),
        (None, Some(folder)) => Err(Failure::new(format!(
            "{} holds no PostgreSQL {OLDEST_MAJOR} or newer that the user {} can run: name the folder of its \
             `initdb` and `postgres` with --postgres-bin.",
            folder.display(),
            account.name
        ))),
    }
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

fn usual_folders(fetched: &Path) -> Vec<PathBuf> {
    let mut folders = config::search_path();
    folders.extend(folder_of_pg_config());
    folders.extend(releases(Path::new("/usr/lib/postgresql"), "bin"));
    folders.extend(releases(Path::new("/usr"), "bin").into_iter().filter(|folder| is_pgdg(folder)));
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        folders.extend(releases(Path::new(homebrew), "bin"));
    }
    folders.extend(releases(Path::new("/Applications/Postgres.app/Contents/Versions"), "bin"));
    folders.extend(releases(Path::new("/Library/PostgreSQL"), "bin"));
    folders.extend(releases(fetched, "bin"));
    folders
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

/// Folders such as 17, postgresql@17 and 17.5.0 inside `parent`, newest first, each with `inside` appended.
fn releases(parent: &Path, inside: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| (numbers(&entry.file_name().to_string_lossy()), entry.path().join(inside)))
        .filter(|(version, _)| !version.is_empty())
        .collect();
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn numbers(name: &str) -> Vec<u32> {
    let parts = name.split(|letter: char| !letter.is_ascii_digit());
    parts.filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Binaries, major, numbers, releases};
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
        let found = releases(folder.path(), "bin");
        let names: Vec<_> = found.iter().filter_map(|path| path.strip_prefix(folder.path()).ok()).collect();
        assert_eq!(names, ["17.5.0/bin", "17/bin", "postgresql@16/bin", "9.6/bin"].map(Path::new));
        assert_eq!(numbers("notes"), Vec::<u32>::new());
    }

    #[test]
    fn a_link_to_one_program_alone_is_not_an_installation() {
        let folder = tempfile::tempdir().expect("a folder");
        let account = Account::choose(Path::new("/nonexistent")).expect("an account");
        std::os::unix::fs::symlink("/bin/true", folder.path().join("postgres")).expect("linked");
        assert_eq!(Binaries::at(folder.path(), &account), None);
    }
}
