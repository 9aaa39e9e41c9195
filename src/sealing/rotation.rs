//! Sealing everything anew with the first key, while servers go on working.
//!
//! Values go a batch at a time, each in a short transaction of its own, in the order of their rows: whoever interrupts it
//! and begins again goes on where it was. A value that changed or is locked meanwhile is left out and tried again.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Fault, KeyRing,
    columns::{ALL, HASHED_PASSWORD, SealedColumn},
    store::{self, Stored, Which},
};
use crate::{
    access::{Mode, Scope},
    database::{Database, Failure, transaction::Transaction},
    logging::{
        audit::{Event, record_in},
        types::AuditOperation,
    },
};

/// Values of one batch: few enough that nobody waits long for their locks.
const BATCH: u64 = 500;
/// How often all columns are gone through, until nothing is left.
const ROUNDS: u32 = 3;
/// How long those who hold a lock get to finish before the next round.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Values that are sealed with the first key now and were not before.
    pub resealed: u64,
    /// Values that somebody held locked, or changed at that moment, the last time too.
    pub in_use: u64,
    /// Values that do not open, and so stay as they are; the log says where.
    pub unopened: u64,
}

/// Seals everything that another key has sealed, or none, with the first key. `progress` is told how many were looked
/// at in this round.
///
/// # Errors
/// When the database fails; what was sealed before stays so.
pub async fn rotate(database: &Database, keys: &KeyRing, progress: impl Fn(u64)) -> Result<Summary, Failure> {
    let which = Which::NotUnder(keys.first());
    let summary = rounds(database, keys, &ALL, which, &progress).await?;
    if summary.resealed > 0 {
        record(database, &summary).await?;
    }
    Ok(summary)
}

/// Seals the password hashes that stand there from before they were sealed, or from an older backup.
///
/// # Errors
/// When the database fails.
pub(super) async fn seal_passwords(database: &Database, keys: &KeyRing) -> Result<Summary, Failure> {
    rounds(database, keys, &[HASHED_PASSWORD], Which::Unsealed, &|_| ()).await
}

/// Tells the audit, once for all that was sealed.
async fn record(database: &Database, summary: &Summary) -> Result<(), Failure> {
    let event = Event::new(AuditOperation::KeysRotated).with("resealed", summary.resealed);
    let event = event.with("in_use", summary.in_use).with("unopened", summary.unopened);
    let begun = Transaction::begin(&database.pool, &Scope::system(), Mode::Write).await;
    let transaction = begun.map_err(|error| failed(&error))?;
    record_in(&transaction, &event).await.map_err(|error| Failure::new(error.message))?;
    transaction.commit().await.map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("The database failed ({error}): what was sealed stays so; run it again to go on."))
}

async fn rounds(
    database: &Database,
    keys: &KeyRing,
    columns: &[SealedColumn],
    which: Which<'_>,
    progress: &impl Fn(u64),
) -> Result<Summary, Failure> {
    let mut total = Summary::default();
    for round in 1..=ROUNDS {
        let mut looked_at = 0;
        let mut found = Summary::default();
        for column in columns {
            let mut behind = Uuid::nil();
            while let Some((last, count)) = step(database, keys, (*column, which), behind, &mut found).await? {
                behind = last;
                looked_at += count;
                progress(looked_at);
            }
        }
        total = Summary { resealed: total.resealed + found.resealed, ..found };
        if found.in_use == 0 {
            break;
        }
        if round < ROUNDS {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(total)
}

/// Seals one batch anew; answers its last row and its size, or `None` when there was nothing more.
async fn step(
    database: &Database,
    keys: &KeyRing,
    (column, which): (SealedColumn, Which<'_>),
    behind: Uuid,
    summary: &mut Summary,
) -> Result<Option<(Uuid, u64)>, Failure> {
    let begun = Transaction::begin(&database.pool, &Scope::resealing(), Mode::Write).await;
    let transaction = begun.map_err(|error| failed(&error))?;
    let found = store::batch(&transaction, column, which, behind, BATCH).await.map_err(|error| failed(&error))?;
    let last = found.last().map(|stored| (stored.row, u64::try_from(found.len()).unwrap_or(u64::MAX)));
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for stored in found {
        match anew(keys, column, &stored) {
            Ok(text) => {
                old.push(stored);
                new.push(text);
            }
            Err(cause) => {
                tracing::error!(row = %stored.row, %cause, "a value was left as it is");
                summary.unopened += 1;
            }
        }
    }
    if !old.is_empty() {
        let count = u64::try_from(old.len()).unwrap_or(u64::MAX);
        let replaced = store::replace(&transaction, column, &old, new).await.map_err(|error| failed(&error))?;
        transaction.commit().await.map_err(|error| failed(&error))?;
        summary.resealed += replaced;
        summary.in_use += count.saturating_sub(replaced);
    }
    Ok(last)
}

/// The same text under the first key.
fn anew(keys: &KeyRing, column: SealedColumn, stored: &Stored) -> Result<String, Fault> {
    let text = match keys.open(column, stored.row, &stored.value) {
        // The table's rule lets nothing but a bcrypt hash stand there unsealed.
        Err(Fault::NotSealed(HASHED_PASSWORD)) => Ok(SecretString::from(stored.value.as_str())),
        opened => opened,
    };
    keys.seal(column, stored.row, text?.expose_secret())
}
