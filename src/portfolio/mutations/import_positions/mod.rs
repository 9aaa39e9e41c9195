//! `importPositions`: a broker's file becomes positions.

mod reading;
mod results;
mod run;
mod source;

use async_graphql::{Enum, InputObject, SimpleObject};
use entity::portfolio_sync_log;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::{NAME_MAX, hold_prices},
    settle::{Books, portfolios},
};
use crate::{
    access::Module,
    changes::progress::Reporter,
    clock,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, ErrorCode, Result},
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::Currency,
        upload::Upload,
    },
    portfolio::{
        store::importing,
        types::{ImportProgress, ImportStage, Portfolio, Position, SyncRun},
    },
};
use reading::{Read, Reading};
use results::ImportAction;
pub use results::{ImportCounts, ImportedRow};
use run::Import;
pub use source::{ImportMappingInput, ImportSource};

/// How long a file may be that comes as text, in bytes.
const TEXT_MAX: usize = 100 * 1024;
/// How long the name of a file may be, in characters.
const FILENAME_MAX: usize = 500;

/// What is done about a file in which some rows fail.
#[derive(Enum, Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImportPolicy {
    /// Nothing is taken over, and the run ends with `ERROR`.
    RejectAll,
    /// What is right is taken over, and the run ends with `PARTIAL`.
    ImportValid,
}

/// A broker's file.
#[derive(InputObject)]
pub struct ImportPositionsInput {
    /// The text of the file, at most 100 KB; UTF-8, with or without a byte order mark. Either this or `file` is given.
    pub content: Option<String>,
    /// The file itself, at most 20 MB; UTF-8, with or without a byte order mark. Either this or `content` is given.
    pub file: Option<Upload>,
    /// What kind of file it is; recognised from its content when left out.
    pub source: Option<ImportSource>,
    /// The names of its columns, for a CSV file that has others than the usual ones.
    pub mapping: Option<ImportMappingInput>,
    /// The account that rows belong to which name none, at most 100 characters; when left out it is called as the broker.
    pub account: Option<String>,
    /// The currency of positions of which neither the file nor an earlier import tells it; when left out that of the
    /// portfolio which the account feeds, or the preferred one.
    pub currency: Option<Currency>,
    /// What the file is called, at most 500 characters.
    pub filename: Option<String>,
    /// Under which key `importProgress` tells how far it is: one word of at most 64 visible ASCII characters that the client
    /// makes up, such as a UUID. Nothing is told when it is left out.
    pub progress_key: Option<String>,
    /// What happens when some of its rows fail.
    #[graphql(default_with = "ImportPolicy::RejectAll")]
    pub error_policy: ImportPolicy,
    /// Whether positions from this source that the file no longer names are deleted from the accounts that it names; only
    /// when no row fails.
    #[graphql(default)]
    pub remove_missing: bool,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of a file.
#[derive(SimpleObject)]
pub struct ImportPositionsPayload {
    /// The run, as the log keeps it.
    run: SyncRun,
    /// What kind of file it was.
    source: ImportSource,
    /// How many rows ended how.
    counts: ImportCounts,
    /// What came of each row, in the order of the file, and behind them what the file no longer names.
    rows: Vec<ImportedRow>,
    /// The portfolios that follow, as they are now; new ones too.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Imported {
    run: Uuid,
    source: ImportSource,
    rows: Vec<ImportedRow>,
    portfolios: Vec<Uuid>,
    /// Under which key somebody follows it.
    #[serde(default)]
    progress_key: Option<String>,
    /// What tells the end of it, once it is committed; none when it was done before and is only answered once more.
    #[serde(skip)]
    reporter: Option<Reporter>,
}

impl Imported {
    /// What tells whoever follows it that it is done.
    fn reporter(&mut self, call: &Call) -> Result<Option<Reporter>> {
        let (begun, key) = (self.reporter.take(), self.progress_key.take());
        let user = call.viewer()?.user.id;
        Ok(begun.or_else(|| Some(call.app.changes.reporter(user, key?))))
    }
}

/// ALREADY_IMPORTED, with the earlier run.
fn already(earlier: &portfolio_sync_log::Model) -> Error {
    let at = earlier.sync_completed.format("%Y-%m-%d %H:%M");
    let sentence = format!("This file was imported into this account on {at} UTC; nothing was changed.");
    Error { code: ErrorCode::AlreadyImported, ..Write::conflict::<SyncRun>(earlier, sentence) }
}

impl Mutation for ImportPositionsInput {
    const MODULE: Module = MODULE;
    type Done = Imported;
    type Payload = ImportPositionsPayload;

    fn check(&self, check: &mut Check) {
        match (&self.content, &self.file) {
            (None, None) => check.problem("file", "REQUIRED", "Send a file, or its text as content."),
            (Some(_), Some(_)) => check.problem("file", "NOT_BOTH", "Send a file or its text, not both."),
            (Some(text), None) if text.len() > TEXT_MAX => {
                let sentence = format!("content has at most {} KB; send more as a file.", TEXT_MAX / 1024);
                check.problem("content", "TOO_LONG", sentence);
            }
            _ => {}
        }
        check.optional_text("account", self.account.as_ref(), NAME_MAX);
        check.optional_text("filename", self.filename.as_ref(), FILENAME_MAX);
        if self.progress_key.as_ref().is_some_and(|key| !ImportProgress::is_key(key)) {
            check.problem("progressKey", "FORMAT", ImportProgress::key_sentence());
        }
        let Some(mapping) = &self.mapping else { return };
        check.within("mapping", |check| mapping.check(check));
        if !matches!(self.source, None | Some(ImportSource::Csv | ImportSource::Sharesies)) {
            check.problem("mapping", "NOT_TAKEN", "Only CSV files of no particular broker have their columns named.");
        }
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Imported, Deed)> {
        let started = clock::now();
        let progress_key = self.progress_key.clone();
        let mut reporter = progress_key.clone().map(|key| write.call().app.changes.reporter(write.user_id(), key));
        let mut tell = |stage, rows| {
            if let Some(reporter) = &mut reporter {
                reporter.tell(stage, rows);
            }
        };
        tell(ImportStage::Reading, None);
        let reading = Reading::new(&self);
        let path = ["input", reading.field];
        let Read { parsed, digest } = reading.finish().await?;
        let account = parsed.account.clone();
        tell(ImportStage::Writing, Some(parsed.rows.len()));
        importing::one_at_a_time(write.transaction(), write.user_id()).await?;
        let same = (digest.as_str(), account.as_str(), self.remove_missing);
        if let Some(earlier) = importing::earlier_run(write.transaction(), write.user_id(), same).await? {
            return Err(already(&earlier));
        }
        let source = ImportSource::from(parsed.format);
        let mut import = Import {
            policy: self.error_policy,
            removes_missing: self.remove_missing,
            ..Import::new(parsed, source.sync_source(), self.currency.as_ref().map(|currency| currency.0.as_str()))
        };
        hold_prices(write, import.unpriced()).await?;
        let books = Books::open_accounts(write, &import.accounts()).await?;
        import.run(write).await?;
        tell(ImportStage::Totalling, None);

        let counts = ImportCounts::of(&import.rows);
        let accounts = if import.is_rejected() { Vec::new() } else { import.accounts() };
        let settled = books.settle_imported(write, &accounts, import.opened.clone(), &path).await?;
        let run = Uuid::now_v7();
        let log = portfolio_sync_log::ActiveModel {
            id: Set(run),
            user_id: Set(write.user_id()),
            sync_source: Set(import.source.stored().to_owned()),
            status: Set(counts.status().stored().to_owned()),
            records_imported: Set(i32::try_from(counts.taken()).unwrap_or(i32::MAX)),
            error_message: Set(import.rows.iter().find_map(ImportedRow::complaint)),
            filename: Set(self.filename.clone()),
            sync_started: Set(started.into()),
            sync_completed: Set(clock::now().into()),
            metadata: Set(Some(counts.metadata(&digest, &account, source, import.kept()))),
            ..Default::default()
        };
        write.insert(log).await?;
        let deed = told(&import.rows, run);
        let positions: Vec<Uuid> = import.rows.iter().filter_map(|row| row.position).collect();
        let portfolios = settled.portfolios();
        let done = Imported { run, source, portfolios, rows: import.rows, progress_key, reporter };
        Ok((done, settled.told_by(deed, &positions)))
    }

    async fn payload(call: &Call, mut imported: Imported) -> Result<ImportPositionsPayload> {
        let reporter = imported.reporter(call)?;
        let Imported { run, source, rows, portfolios: fed, .. } = imported;
        if let Some(mut reporter) = reporter {
            let of_the_file = rows.iter().filter(|row| row.action != ImportAction::Removed).count();
            call.afterwards(move || reporter.tell(ImportStage::Done, Some(of_the_file)));
        }
        Ok(ImportPositionsPayload {
            run: call.fetch(run).await?,
            source,
            counts: ImportCounts::of(&rows),
            rows,
            portfolios: portfolios(call, fed).await?,
        })
    }
}

/// The deed that has done this.
fn told(rows: &[ImportedRow], run: Uuid) -> Deed {
    let those = |is_meant: fn(&ImportedRow) -> bool| {
        let meant = rows.iter().filter(move |row| is_meant(row));
        meant.filter_map(|row| row.position).collect::<Vec<_>>()
    };
    Deed::new(MODULE, "positions_imported", "A broker's file was imported.")
        .created::<SyncRun>(run)
        .each::<Position>(Change::Created, those(|row| row.action == ImportAction::Created))
        .each::<Position>(Change::Updated, those(|row| row.action == ImportAction::Updated))
        .each::<Position>(Change::Deleted, those(ImportedRow::is_deleted))
}
