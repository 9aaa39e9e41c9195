//! The data folder: what lies where in it, who may enter it, and the lock against a second server.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use sha2::{Digest, Sha256};

use super::super::failure::Failure;
use super::account::Account;
use super::process;
use crate::config;

/// The file name of the socket, which PostgreSQL makes from its port.
const SOCKET_FILE: &str = ".s.PGSQL.5432";
/// The address of a socket is a field of 104 bytes on macOS and 108 on Linux.
const SOCKET_PATH_BYTES_MAX: usize = 99;

/// The paths inside one data folder.
#[derive(Clone, Debug)]
pub struct Folders {
    root: PathBuf,
}

/// A data folder that is ours until the lock is dropped.
pub struct Claim {
    lock: File,
    made: Vec<PathBuf>,
}

/// Why a data folder can't be claimed.
pub enum Refusal {
    /// Another server of ours has it; the sentence names it.
    Busy(Failure),
    /// It can't be used at all.
    Unusable(Failure),
}

impl Folders {
    /// The folders under `root`, which need not exist.
    ///
    /// # Errors
    /// When the path is relative and the current folder is gone.
    pub fn at(root: &Path) -> Result<Self, Failure> {
        let absolute = std::path::absolute(root).map_err(|error| unusable(root, &error))?;
        Ok(Self { root: absolute })
    }

    /// The folder that was named.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The account's own folder, which holds the cluster.
    pub fn home(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// The cluster.
    pub fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// What PostgreSQL has to say.
    pub fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// The private folder of the socket: inside the data folder, or among the temporary files under a name
    /// of its own where the data folder's path is too long for a socket.
    pub fn socket_folder(&self) -> PathBuf {
        let inside = self.root.join("run");
        if inside.join(SOCKET_FILE).as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
            return inside;
        }
        let digest = Sha256::digest(self.root.as_os_str().as_encoded_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        config::temporary_folder().join(format!("stackmotive-{name}"))
    }

    /// The socket itself.
    pub fn socket(&self) -> PathBuf {
        self.socket_folder().join(SOCKET_FILE)
    }

    /// The release that made the data, or None where there is no data yet.
    ///
    /// # Errors
    /// When the folder of the data holds something else.
    pub fn data_major(&self) -> Result<Option<u32>, Failure> {
        if !self.data().exists() {
            return Ok(None);
        }
        let version = std::fs::read_to_string(self.data().join("PG_VERSION")).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new(format!(
                "{} holds no PostgreSQL data: name another folder with --data-dir.",
                self.data().display()
            )),
            _ => unusable(&self.root, &error),
        })?;
        let unreadable = || Failure::new(format!("{} can't be read.", self.data().join("PG_VERSION").display()));
        version.trim().parse().map(Some).map_err(|_| unreadable())
    }

    /// Makes what is missing and takes the lock.
    ///
    /// # Errors
    /// [`Refusal::Busy`] while another server has the folder, [`Refusal::Unusable`] where rights are missing.
    pub fn claim(&self, account: &Account) -> Result<Claim, Refusal> {
        self.refuse_closed(account).map_err(Refusal::Unusable)?;
        let made = self.make_root(account).map_err(|error| Refusal::Unusable(unusable(&self.root, &error)))?;
        let lock = self.lock()?;
        let claim = Claim { lock, made };
        let outcome = self.make_inside(account);
        if let Err(failure) = outcome {
            claim.undo(self);
            return Err(Refusal::Unusable(failure));
        }
        Ok(claim)
    }

    /// PostgreSQL's user has to reach the folder, and homes are often closed to others.
    fn refuse_closed(&self, account: &Account) -> Result<(), Failure> {
        if !account.is_lent {
            return Ok(());
        }
        let mut existing = self.root.ancestors().filter(|folder| folder.exists());
        let nearest = existing.next().unwrap_or_else(|| Path::new("/"));
        let mut trial = process::command(Path::new("/bin/sh"), account, nearest, Signal::SIGKILL);
        match trial.args(["-c", ":"]).status() {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(Failure::new(format!(
                "PostgreSQL refuses to run as root, and the user {}, as whom it runs instead, can't enter {}: \
                 name a folder outside of private homes with --data-dir, such as /var/lib/stackmotive.",
                account.name,
                nearest.display()
            ))),
            Err(error) => Err(unusable(&self.root, &error)),
            Ok(_) => Ok(()),
        }
    }

    /// Makes the root and its missing parents, and returns those made, outermost first.
    fn make_root(&self, account: &Account) -> std::io::Result<Vec<PathBuf>> {
        let missing: Vec<PathBuf> =
            self.root.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        let mode = if account.is_lent { 0o755 } else { 0o700 };
        DirBuilder::new().recursive(true).mode(mode).create(&self.root)?;
        for folder in &missing {
            // Again, since the process's mask may have taken bits away.
            std::fs::set_permissions(folder, Permissions::from_mode(mode))?;
        }
        Ok(missing.into_iter().rev().collect())
    }

    /// Programs of ours never inherit the lock, so it falls with this process, even by kill -9.
    fn lock(&self) -> Result<File, Refusal> {
        let path = self.root.join("server.lock");
        let fault = |error: std::io::Error| Refusal::Unusable(unusable(&self.root, &error));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refusal::Busy(self.busy(&mut file))),
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(fault)?;
        Ok(file)
    }

    fn busy(&self, lock: &mut File) -> Failure {
        let mut holder = String::new();
        let _ = lock.read_to_string(&mut holder);
        let holder = holder.trim().parse::<u32>().map(|id| format!(" (process {id})")).unwrap_or_default();
        Failure::new(format!(
            "Another StackMotive server{holder} works in {}: stop it first, or name another folder with --data-dir.",
            self.root.display()
        ))
    }

    fn make_inside(&self, account: &Account) -> Result<(), Failure> {
        let fault = |error: std::io::Error| unusable(&self.root, &error);
        make_private(&self.home(), account).map_err(fault)?;
        make_private(&self.socket_folder(), account).map_err(fault)?;
        for file in [self.root.join("server.lock"), self.log()] {
            OpenOptions::new().append(true).create(true).mode(0o600).open(&file).map_err(fault)?;
            account.give(&file).map_err(fault)?;
        }
        Ok(())
    }
}

impl Claim {
    /// Takes back what claiming made, after a first start that failed. A folder that was there before stays.
    pub fn undo(self, folders: &Folders) {
        let is_first = self.made.contains(&folders.root) && !folders.data().exists();
        if is_first {
            let _ = std::fs::remove_dir_all(folders.socket_folder());
            let _ = std::fs::remove_dir_all(folders.root());
            for folder in self.made.iter().rev() {
                let _ = std::fs::remove_dir(folder);
            }
        }
        drop(self.lock);
    }
}

/// A folder that its owner alone can enter. One that stands there already has to be just that,
/// because among temporary files somebody else may have put it there.
fn make_private(folder: &Path, account: &Account) -> std::io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => return account.give(folder),
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    let found = std::fs::symlink_metadata(folder)?;
    let is_private = found.is_dir() && found.uid() == account.uid.as_raw() && found.mode() & 0o077 == 0;
    if is_private {
        return Ok(());
    }
    Err(std::io::Error::other(format!(
        "{} is not a folder that the user {} alone can enter",
        folder.display(),
        account.name
    )))
}

fn unusable(root: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "The data folder {} can't be used ({error}): make it writable for this account, \
         or name another one with --data-dir.",
        root.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::{Folders, Refusal, SOCKET_PATH_BYTES_MAX, make_private};
    use crate::database::embedded::account::Account;
    use std::path::Path;

    fn account() -> Account {
        Account::choose(Path::new("/nonexistent")).expect("an account")
    }

    #[test]
    fn a_socket_always_fits_its_address() {
        let short = Folders::at(Path::new("/var/lib/stackmotive")).expect("folders");
        assert_eq!(short.socket_folder(), Path::new("/var/lib/stackmotive/run"));
        let long = Folders::at(&Path::new("/srv").join("long".repeat(30))).expect("folders");
        assert!(long.socket().as_os_str().len() <= SOCKET_PATH_BYTES_MAX);
        let other = Folders::at(&Path::new("/srv").join("more".repeat(30))).expect("folders");
        assert_ne!(long.socket(), other.socket());
    }

    #[test]
    fn a_folder_has_one_owner_at_a_time_and_a_failed_first_start_leaves_nothing() {
        let parent = crate::database::embedded::temporary::open_folder().expect("a folder");
        let folders = Folders::at(&parent.path().join("made/here")).expect("folders");
        let Ok(claim) = folders.claim(&account()) else { panic!("not claimed") };
        let Err(Refusal::Busy(failure)) = folders.claim(&account()) else { panic!("claimed twice") };
        assert!(failure.to_string().contains(&format!("process {}", std::process::id())), "{failure}");
        claim.undo(&folders);
        assert!(!parent.path().join("made").exists());
    }

    #[test]
    fn a_folder_of_somebody_else_is_not_taken_for_private() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("run");
        make_private(&folder, &account()).expect("made");
        make_private(&folder, &account()).expect("taken again");
        std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("opened");
        assert!(make_private(&folder, &account()).is_err());
        std::os::unix::fs::symlink("/tmp", parent.path().join("link")).expect("linked");
        assert!(make_private(&parent.path().join("link"), &account()).is_err());
    }
}
