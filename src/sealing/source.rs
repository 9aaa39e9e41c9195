//! Where the keys of this process come from.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::{KeyRing, key_file};
use crate::{
    config::Settings,
    database::{Failure, Place},
};

/// The folder of the key file beside the embedded database. It is not PostgreSQL's to enter.
const FOLDER: &str = "keys";
const FILE: &str = "stackmotive.keys";

/// Where the keys of this process come from.
#[derive(Debug)]
pub enum Source {
    /// The environment, or a file that was named.
    Given(KeyRing),
    /// The file beside the embedded database, made when there is none.
    Beside(PathBuf),
}

impl Source {
    /// Looks before anything is started, so that a server without its keys starts nothing.
    ///
    /// # Errors
    /// When the keys that are named can't be used, or none are named for a database of the person's own.
    pub fn of(settings: &Settings) -> Result<Self, Failure> {
        // An empty variable is one that somebody meant to leave unset.
        let keys = settings.keys.as_ref().filter(|keys| !keys.expose_secret().trim().is_empty());
        let file = settings.keys_file.as_ref().filter(|file| !file.as_os_str().is_empty());
        match (keys, file) {
            (Some(_), Some(_)) => Err(Failure::new(
                "The keys come from STACKMOTIVE_KEYS or from STACKMOTIVE_KEYS_FILE, not from both: unset one.",
            )),
            (Some(keys), None) => KeyRing::read(keys, "STACKMOTIVE_KEYS").map(Self::Given),
            (None, Some(file)) => read(file).map(Self::Given),
            (None, None) if Place::is_own(settings) => Err(Failure::new(
                "There are no keys for passwords and personal data: make some with \
                 `(umask 077; stackmotive keys new > stackmotive.keys)`, keep a copy, \
                 and name the file with --keys-file or STACKMOTIVE_KEYS_FILE.",
            )),
            (None, None) => {
                let folder = settings.data_folder().ok_or_else(|| {
                    Failure::new("This account has no home folder for the keys: name a file with --keys-file.")
                })?;
                Ok(Self::Beside(folder.join(FOLDER).join(FILE)))
            }
        }
    }

    /// The keys.
    ///
    /// # Errors
    /// When a file can't be made or read.
    pub fn open(self) -> Result<KeyRing, Failure> {
        match self {
            Self::Given(keys) => Ok(keys),
            Self::Beside(path) => {
                if !path.exists() {
                    key_file::make(&path)?;
                }
                read(&path)
            }
        }
    }
}

fn read(path: &Path) -> Result<KeyRing, Failure> {
    KeyRing::read(&key_file::read(path)?, &format!("The key file {}", path.display()))
}
