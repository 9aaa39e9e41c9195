//! How far an import is, while it is under way.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

/// How long the key of an import may be, in characters.
const KEY_MAX: usize = 64;

/// What an import is at.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    /// Nothing was heard of it. Told first of all, when imports under this key are listened for, and again after an
    /// outage, in which news may have been missed.
    Waiting,
    /// The file is there, and is being read.
    Reading,
    /// The file is read, and its positions are being written.
    Writing,
    /// Positions are written, and holdings and portfolios follow.
    Totalling,
    /// It is over, and its run is in the log: what came of it is in the mutation's answer. Of a dry run everything was
    /// tried. The last that is told.
    Done,
    /// It was refused or broke off, and nothing was changed: the mutation's answer says why. The last that is told.
    Failed,
}

/// How far an import is, told while it is under way and before it is committed.
#[derive(SimpleObject, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// The import's `progressKey`.
    pub key: String,
    /// What it is at.
    pub stage: ImportStage,
    /// How many of its rows have become positions, or were found to be none.
    pub rows_done: i32,
    /// How many rows there are, several about one symbol in one account counting once; null until the file is read.
    pub rows_total: Option<i32>,
}

impl ImportProgress {
    /// That nothing was heard of it.
    pub fn waiting(key: &str) -> Self {
        Self { key: key.to_owned(), stage: ImportStage::Waiting, rows_done: 0, rows_total: None }
    }

    /// Whether nothing more is told.
    pub fn is_last(&self) -> bool {
        matches!(self.stage, ImportStage::Done | ImportStage::Failed)
    }

    /// Whether a text may be the key of an import.
    pub fn is_key(text: &str) -> bool {
        (1..=KEY_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// What is wrong with a text that may not.
    pub fn key_sentence() -> String {
        format!("A key is one word of at most {KEY_MAX} visible ASCII characters, such as a UUID.")
    }
}
