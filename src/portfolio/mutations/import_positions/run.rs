//! One import: rows become positions, as many as the policy lets.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    ImportPolicy,
    results::{ImportAction, ImportCounts, ImportedRow},
};
use crate::{
    graphql::{enumeration::Enumeration, error::Result, mutation::Write},
    portfolio::{
        formats::{Outcome, Parsed, Position},
        mutations::settle::preferred_currency,
        store::{
            feeding::{self, Obstacle},
            importing::{self, Batch},
        },
        types::SyncSource,
    },
};

/// A file on its way into the tables.
pub struct Import<'a> {
    pub source: SyncSource,
    /// The currency of positions whose file doesn't tell.
    pub currency: Option<&'a str>,
    pub policy: ImportPolicy,
    pub removes_missing: bool,
    pub parsed: Parsed,
    /// One for each row of the file, and behind them one for each position that it no longer names.
    pub rows: Vec<ImportedRow>,
    /// Portfolios that were made for positions.
    pub opened: Vec<Uuid>,
}

impl<'a> Import<'a> {
    pub fn new(parsed: Parsed, source: SyncSource, currency: Option<&'a str>) -> Self {
        let rows = parsed.rows.iter().map(|row| match row {
            Ok(position) => ImportedRow::of(position),
            Err(problem) => ImportedRow::problem(problem),
        });
        let rows = rows.collect();
        let (policy, removes_missing) = (ImportPolicy::RejectAll, false);
        Self { source, currency, policy, removes_missing, rows, parsed, opened: Vec::new() }
    }

    /// Writes what can be written. Positions of which it shows only then that they cannot go where they would have to are
    /// taken back together with the others, which are written once more without them; so a file that is rejected tells all
    /// its problems too.
    pub async fn run(&mut self, write: &Write<'_>) -> Result<()> {
        // Where nothing is held yet nothing is in the way, and nothing can be missing.
        let is_first = !importing::holds_any(write.transaction(), write.user_id(), &self.accounts()).await?;
        if !is_first {
            self.refuse_those_by_hand(write).await?;
        }
        loop {
            write.transaction().execute_unprepared("SAVEPOINT import").await?;
            let obstacles = self.put(write).await?;
            if obstacles.is_empty() {
                break;
            }
            write.transaction().execute_unprepared("ROLLBACK TO SAVEPOINT import").await?;
            self.refuse(&obstacles);
        }
        if self.is_rejected() {
            write.transaction().execute_unprepared("ROLLBACK TO SAVEPOINT import").await?;
            self.reject();
            return Ok(());
        }
        write.transaction().execute_unprepared("RELEASE SAVEPOINT import").await?;
        if is_first { Ok(()) } else { self.remove_missing(write).await }
    }

    /// Whether nothing is taken over.
    pub fn is_rejected(&self) -> bool {
        self.policy == ImportPolicy::RejectAll && self.has_failed()
    }

    pub fn has_failed(&self) -> bool {
        ImportCounts::of(&self.rows).has_failed()
    }

    /// How many positions are still there though the file no longer names them.
    pub fn kept(&self) -> usize {
        self.rows.iter().filter(|row| row.action == ImportAction::Removed && !row.is_deleted()).count()
    }

    /// The accounts that the file is about.
    pub fn accounts(&self) -> Vec<String> {
        accounts(self.rows.iter())
    }

    /// The symbols whose last price their positions may take.
    pub fn unpriced(&self) -> Vec<String> {
        let read = self.parsed.rows.iter().filter_map(|row| row.as_ref().ok());
        read.filter(|position| position.current_price.is_none()).map(|position| position.symbol.clone()).collect()
    }

    /// The positions that are not refused, each with the place of its row.
    fn positions(&self) -> Vec<(usize, &Position)> {
        let all = self.parsed.rows.iter().zip(&self.rows).enumerate();
        all.filter_map(|(place, (read, row))| Some((place, read.as_ref().ok().filter(|_| row.is_open())?))).collect()
    }

    async fn refuse_those_by_hand(&mut self, write: &Write<'_>) -> Result<()> {
        let positions: Vec<&Position> = self.positions().into_iter().map(|(_, position)| position).collect();
        let by_hand = importing::by_hand(write.transaction(), write.user_id(), &positions).await?;
        let obstacle = |(account, symbol): (String, String)| {
            let sentence = format!("{symbol} was entered in this account by hand: delete that position first.");
            Obstacle { account, symbol, code: "HELD_BY_HAND", sentence }
        };
        self.refuse(&by_hand.into_iter().map(obstacle).collect::<Vec<_>>());
        Ok(())
    }

    fn refuse<'o>(&mut self, obstacles: &'o [Obstacle]) {
        let met = |obstacle: &'o Obstacle| ((obstacle.account.as_str(), obstacle.symbol.as_str()), obstacle);
        let met: HashMap<(&str, &str), &Obstacle> = obstacles.iter().map(met).collect();
        for row in self.rows.iter_mut().filter(|row| row.is_open()) {
            if let Some(obstacle) = row.key().and_then(|key| met.get(&key).copied()) {
                row.refuse(ImportAction::Failed, Some("symbol"), obstacle.code, &obstacle.sentence);
            }
        }
    }

    /// Writes the positions; answers those of the file that cannot go where they would have to.
    async fn put(&mut self, write: &Write<'_>) -> Result<Vec<Obstacle>> {
        let (transaction, user) = (write.transaction(), write.user_id());
        let preferred = preferred_currency(write)?;
        let source = self.source.stored();
        let batch = Batch { user, source, currency: self.currency, preferred: &preferred };
        let (places, positions): (Vec<usize>, Vec<&Position>) = self.positions().into_iter().unzip();
        let put = importing::put(transaction, &batch, &positions).await?;
        for (place, put) in places.into_iter().zip(put) {
            if let Some(row) = self.rows.get_mut(place) {
                row.settle(put.id, put.is_new);
            }
        }
        let accounts = self.accounts();
        self.opened = feeding::open_bases(transaction, user, &accounts, &preferred).await?;
        let mut obstacles = feeding::obstacles(transaction, user, &accounts).await?;
        // What stood in the way before is not this file's matter.
        let open: HashSet<(&str, &str)> =
            self.rows.iter().filter(|row| row.is_open()).filter_map(ImportedRow::key).collect();
        obstacles.retain(|met| open.contains(&(met.account.as_str(), met.symbol.as_str())));
        Ok(obstacles)
    }

    /// Tells, and where it was asked for and every row could be read deletes, what the file no longer names.
    async fn remove_missing(&mut self, write: &Write<'_>) -> Result<()> {
        let says_none = |row: &Outcome| row.as_ref().is_err_and(|problem| problem.says_none());
        let all = self.parsed.rows.iter().zip(&self.rows);
        let named: Vec<(&str, &str)> =
            all.filter(|(read, _)| !says_none(read)).filter_map(|(_, row)| row.key()).collect();
        let (transaction, user) = (write.transaction(), write.user_id());
        let source = (user, self.source.stored());
        // A row that breaks off before its account says nothing of any.
        let accounts = accounts(self.rows.iter().filter(|row| row.action != ImportAction::Failed));
        let missing = importing::missing(transaction, source, &accounts, &named).await?;
        let is_deleted = self.removes_missing && !self.has_failed();
        if is_deleted {
            let ids: Vec<Uuid> = missing.iter().map(|position| position.id).collect();
            importing::remove(transaction, user, &ids).await?;
        }
        self.rows.extend(missing.iter().map(|position| ImportedRow::missing(position, is_deleted)));
        Ok(())
    }

    /// Says of each row that is right that it was not taken over all the same.
    fn reject(&mut self) {
        self.opened.clear();
        let sentence = "Other rows failed, so that nothing of the file was taken over.";
        for row in self.rows.iter_mut().filter(|row| row.is_open()) {
            row.refuse(ImportAction::Skipped, None, "REJECTED", sentence);
        }
    }
}

/// The accounts of these rows, each once.
fn accounts<'a>(rows: impl Iterator<Item = &'a ImportedRow>) -> Vec<String> {
    let mut all: Vec<String> = rows.filter_map(|row| row.home().map(str::to_owned)).collect();
    all.sort_unstable();
    all.dedup();
    all
}
