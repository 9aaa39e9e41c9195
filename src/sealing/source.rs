//! Where the keys of this process come from, and whether they are those that the database needs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use sea_orm::sqlx;
use secrecy::ExposeSecret;

use super::{
    KeyRing, key_file,
    rotation::seal_passwords,
    store::{self, Usage},
};
use crate::{
    config::Settings,
    database::{Database, Failure, Place},
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

    /// The keys, once it is sure that they open what the database holds. Password hashes that stand there from before
    /// they were sealed, or from an older backup, are sealed here.
    ///
    /// # Errors
    /// When a file can't be made or read, the database needs a key that is missing or another one of the same name, or
    /// the database fails.
    pub async fn open(self, database: &Database) -> Result<KeyRing, Failure> {
        let usage = usage(database).await?;
        let used: BTreeSet<&str> = usage.iter().filter_map(|usage| usage.key_id.as_deref()).collect();
        let keys = self.keys(&used)?;
        refuse_missing(&keys, &used)?;
        refuse_wrong(&keys, &usage, database).await?;
        if usage.iter().any(|usage| usage.key_id.is_none()) {
            let sealed = seal_passwords(database, &keys).await?;
            tracing::info!(sealed = sealed.resealed, in_use = sealed.in_use, "password hashes were sealed");
        }
        Ok(keys)
    }

    /// The keys, whatever the database holds; `used` are the ids of those that it needs.
    ///
    /// # Errors
    /// When a file can't be made or read, or is missing although the database needs keys.
    pub fn keys(self, used: &BTreeSet<&str>) -> Result<KeyRing, Failure> {
        match self {
            Self::Given(keys) => Ok(keys),
            Self::Beside(path) => {
                if !path.exists() && !used.is_empty() {
                    return Err(Failure::new(format!(
                        "The key file {} is gone, and the database needs {}: put it back.",
                        path.display(),
                        named(used)
                    )));
                }
                if !path.exists() {
                    key_file::make(&path)?;
                }
                read(&path)
            }
        }
    }
}

/// How often each key is used, column by column.
///
/// # Errors
/// When the database fails or isn't migrated.
pub async fn usage(database: &Database) -> Result<Vec<Usage>, Failure> {
    store::usage(database).await.map_err(|error| failed(&error))
}

fn refuse_missing(keys: &KeyRing, used: &BTreeSet<&str>) -> Result<(), Failure> {
    let known = keys.ids();
    let missing: BTreeSet<&str> = used.iter().copied().filter(|id| !known.iter().any(|known| known == id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "The database holds values that were sealed with {}, which this server lacks: add it to the keys, behind the \
         first one.",
        named(&missing)
    )))
}

/// Tries each key on a few values that it has sealed. One that opens none of them is another key of the same name;
/// a single value that doesn't open is that row's trouble.
async fn refuse_wrong(keys: &KeyRing, usage: &[Usage], database: &Database) -> Result<(), Failure> {
    for id in keys.ids() {
        let (mut tried, mut opened) = (0, 0);
        for Usage { column, rows, .. } in usage.iter().filter(|usage| usage.key_id.as_ref() == Some(&id)) {
            for row in rows {
                let stored = store::stored(database, *column, *row).await.map_err(|error| failed(&error))?;
                let Some(stored) = stored else { continue };
                tried += 1;
                opened += usize::from(keys.open(*column, *row, &stored).is_ok());
            }
        }
        if tried > 0 && opened == 0 {
            return Err(Failure::new(format!(
                "The key {id} does not open what the key of that name has sealed in this database: name the right one."
            )));
        }
    }
    Ok(())
}

/// `the key a`, `the keys a and b`.
fn named(ids: &BTreeSet<&str>) -> String {
    let ids: Vec<&str> = ids.iter().copied().collect();
    match ids.as_slice() {
        [one] => format!("the key {one}"),
        several => format!("the keys {}", several.join(" and ")),
    }
}

fn read(path: &Path) -> Result<KeyRing, Failure> {
    KeyRing::read(&key_file::read(path)?, &format!("The key file {}", path.display()))
}

fn failed(error: &sqlx::Error) -> Failure {
    let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    Failure::new(match code.as_deref() {
        // The function that knows sealed text is made by the migrations.
        Some("42883") => String::from("The database is not up to date: run `stackmotive migrate up` first."),
        _ => format!("What the database has sealed can't be looked at: {error}."),
    })
}
