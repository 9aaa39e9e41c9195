//! What is answered about an import: each row, and how many ended how.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::source::ImportSource;
use crate::{
    graphql::{call::call, error::Result, id::Id},
    portfolio::{
        formats::{Position as Read, Problem, Verdict, row::Note},
        types::{Position, SyncStatus},
    },
};

/// The code of a position that the file no longer names and that was deleted.
const DELETED: &str = "DELETED";

/// How a row of a file ended.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImportAction {
    /// Its position is new.
    Created,
    /// Its position was changed.
    Updated,
    /// Its position was already as the row says.
    Unchanged,
    /// It is right, and is not taken over: the code says why.
    Skipped,
    /// It cannot be read or taken over: the code says why.
    Failed,
    /// No row: a position that the file no longer names. It is deleted when `removeMissing` was true, and else kept.
    Removed,
}

/// Something to know about a position that was taken over.
#[derive(SimpleObject, Serialize, Deserialize, Clone, Debug)]
pub struct ImportNote {
    /// A short word, such as `ROUNDED` or `COST_OF_PURCHASES`.
    code: String,
    /// A sentence for a person.
    message: String,
}

/// What came of a row of a file, or of several that are about the same symbol.
#[derive(SimpleObject, Serialize, Deserialize, Clone, Debug)]
#[graphql(complex)]
pub struct ImportedRow {
    /// The lines in the file, counted from 1; none for a position that the file no longer names.
    lines: Vec<u32>,
    /// The symbol, null when the row has none.
    symbol: Option<String>,
    /// The account, null when it cannot be told.
    account: Option<String>,
    /// How it ended.
    pub(super) action: ImportAction,
    #[graphql(skip)]
    pub(super) position: Option<Uuid>,
    /// The position's field that stands in the way, such as `quantity`; null when it is the row as a whole, or nothing.
    field: Option<String>,
    /// Why it ended so, as a short word such as `SHORT_POSITION`; null when there is nothing to say.
    pub(super) code: Option<String>,
    /// The same as a sentence for a person.
    message: Option<String>,
    /// What is to be known about the figures, such as that an average price is over purchases alone.
    notes: Vec<ImportNote>,
}

#[ComplexObject]
impl ImportedRow {
    /// The id of the position that was made, changed, found or deleted; null when the row is not taken over.
    async fn position_id(&self) -> Option<Id<Position>> {
        self.position.map(Id::new)
    }

    /// That position as it stands now; null when the row is not taken over, or the position was deleted.
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<Position>> {
        match self.position {
            Some(id) => call(ctx).find(id).await,
            None => Ok(None),
        }
    }
}

/// How many rows ended how; several rows about one symbol in one account count once.
#[derive(SimpleObject, Clone, Copy, Debug, Default)]
pub struct ImportCounts {
    /// New positions.
    created: usize,
    /// Changed positions.
    updated: usize,
    /// Positions that were already as the file says.
    unchanged: usize,
    /// Rows that are right and were not taken over.
    skipped: usize,
    /// Rows that cannot be read or taken over.
    failed: usize,
    /// Positions that the file no longer names, whether they were deleted or kept.
    removed: usize,
}

impl ImportedRow {
    /// A position before it is known what becomes of it.
    pub fn of(position: &Read) -> Self {
        let note = |note: &Note| ImportNote { code: note.code.to_owned(), message: note.message.clone() };
        Self {
            lines: position.lines.clone(),
            symbol: Some(position.symbol.clone()),
            account: position.account.clone(),
            action: ImportAction::Unchanged,
            position: None,
            field: None,
            code: None,
            message: None,
            notes: position.notes.iter().map(note).collect(),
        }
    }

    /// A row that is no position.
    pub fn problem(problem: &Problem) -> Self {
        Self {
            lines: problem.lines.to_vec(),
            symbol: problem.symbol.clone(),
            account: problem.account.clone(),
            action: match problem.verdict {
                Verdict::Skipped => ImportAction::Skipped,
                Verdict::Failed => ImportAction::Failed,
            },
            position: None,
            field: problem.field.map(str::to_owned),
            code: Some(problem.code.to_owned()),
            message: Some(problem.message.to_string()),
            notes: Vec::new(),
        }
    }

    /// A position that the file no longer names.
    pub fn missing(position: &entity::portfolio_position::Model, is_deleted: bool) -> Self {
        let (code, sentence) = if is_deleted {
            (DELETED, "The file says of none that it is held, and it was deleted.")
        } else {
            (
                "KEPT",
                "The file says of none that it is held; it was kept. With removeMissing, and no row that fails, it is deleted.",
            )
        };
        Self {
            lines: Vec::new(),
            symbol: Some(position.symbol.clone()),
            account: Some(position.account.clone()),
            action: ImportAction::Removed,
            position: Some(position.id),
            field: None,
            code: Some(code.to_owned()),
            message: Some(sentence.to_owned()),
            notes: Vec::new(),
        }
    }

    /// Whether it can still be taken over, or has been.
    pub fn is_open(&self) -> bool {
        !matches!(self.action, ImportAction::Skipped | ImportAction::Failed | ImportAction::Removed)
    }

    /// The account that it is about.
    pub fn home(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The account and the symbol.
    pub fn key(&self) -> Option<(&str, &str)> {
        Some((self.account.as_deref()?, self.symbol.as_deref()?))
    }

    /// The row, which is not taken over.
    pub fn refuse(&mut self, action: ImportAction, field: Option<&str>, code: &str, sentence: &str) {
        self.action = action;
        self.position = None;
        self.field = field.map(str::to_owned);
        self.code = Some(code.to_owned());
        self.message = Some(sentence.to_owned());
        self.notes.clear();
    }

    /// The row with what became of its position; `None` when it was as the file says.
    pub fn settle(&mut self, id: Uuid, is_new: Option<bool>) {
        self.position = Some(id);
        self.action = match is_new {
            Some(true) => ImportAction::Created,
            Some(false) => ImportAction::Updated,
            None => ImportAction::Unchanged,
        };
    }

    /// Whether its position was deleted.
    pub fn is_deleted(&self) -> bool {
        self.action == ImportAction::Removed && self.code.as_deref() == Some(DELETED)
    }

    /// Why the row failed.
    pub fn complaint(&self) -> Option<String> {
        let line = self.lines.first().map(|line| format!("Line {line}: ")).unwrap_or_default();
        let is_failed = self.action == ImportAction::Failed;
        self.message.as_ref().filter(|_| is_failed).map(|message| format!("{line}{message}"))
    }
}

impl ImportCounts {
    pub fn of(rows: &[ImportedRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            let count = match row.action {
                ImportAction::Created => &mut counts.created,
                ImportAction::Updated => &mut counts.updated,
                ImportAction::Unchanged => &mut counts.unchanged,
                ImportAction::Skipped => &mut counts.skipped,
                ImportAction::Failed => &mut counts.failed,
                ImportAction::Removed => &mut counts.removed,
            };
            *count += 1;
        }
        counts
    }

    /// How many positions are now as the file says.
    pub fn taken(&self) -> usize {
        self.created + self.updated + self.unchanged
    }

    /// How the run ended.
    pub fn status(&self) -> SyncStatus {
        match (self.failed, self.taken()) {
            (0, _) => SyncStatus::Success,
            (_, 0) => SyncStatus::Error,
            _ => SyncStatus::Partial,
        }
    }

    /// What the log keeps of the run; `kept` positions are still there though the file no longer names them.
    pub fn metadata(&self, digest: &str, account: &str, source: ImportSource, kept: usize) -> Value {
        json!({
            "digest": digest, "account": account, "source": source, "created": self.created, "updated": self.updated,
            "unchanged": self.unchanged, "skipped": self.skipped, "failed": self.failed, "removed": self.removed,
            "kept": kept,
        })
    }

    /// Whether any row cannot be read or taken over.
    pub fn has_failed(&self) -> bool {
        self.failed > 0
    }
}
