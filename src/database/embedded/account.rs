//! The user that PostgreSQL runs as.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Gid, Uid, User, chown};

use super::super::failure::Failure;

/// A user of the operating system. PostgreSQL refuses to run as root, so root lends it another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name, for sentences.
    pub name: String,
    /// The user's number.
    pub uid: Uid,
    /// The number of the user's own group.
    pub gid: Gid,
    /// Whether programs have to be started as it, because we are root.
    pub is_lent: bool,
}

impl Account {
    /// Our own user; as root the one that owns the data already, else `postgres`, else `nobody`.
    ///
    /// # Errors
    /// When we are root and there is none of them, or when the data belongs to somebody else than we are.
    pub fn choose(data: &Path) -> Result<Self, Failure> {
        let owner = std::fs::metadata(data).ok().map(|data| (Uid::from_raw(data.uid()), Gid::from_raw(data.gid())));
        let own = Uid::effective();
        if own.is_root() {
            return match owner {
                Some((uid, gid)) if !uid.is_root() => Ok(Self { name: name_of(uid), uid, gid, is_lent: true }),
                _ => lend(),
            };
        }
        match owner {
            Some((uid, _)) if uid != own => Err(Failure::new(format!(
                "The data in {} belongs to the user {}: start the server as that user, \
                 or name another folder with --data-dir.",
                data.display(),
                name_of(uid)
            ))),
            _ => Ok(Self { name: name_of(own), uid: own, gid: Gid::effective(), is_lent: false }),
        }
    }

    /// Gives a file or folder to this user. It does nothing where we are that user.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn give(&self, path: &Path) -> std::io::Result<()> {
        if self.is_lent {
            chown(path, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }
}

fn lend() -> Result<Account, Failure> {
    for name in ["postgres", "nobody"] {
        if let Ok(Some(user)) = User::from_name(name)
            && !user.uid.is_root()
        {
            return Ok(Account { name: user.name, uid: user.uid, gid: user.gid, is_lent: true });
        }
    }
    Err(Failure::new(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody: \
         add one with `useradd --system postgres`, or start the server as an ordinary user.",
    ))
}

fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn postgresql_never_runs_as_root() {
        let account = Account::choose(std::path::Path::new("/nonexistent")).expect("an account");
        assert!(!account.uid.is_root());
        assert_eq!(account.is_lent, nix::unistd::Uid::effective().is_root());
    }
}
