//! Lists of things to write: each item is checked and written for itself, and has a result of its own.

use std::future::Future;

use async_graphql::{Enum, SimpleObject};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Write;
use crate::graphql::{
    call::Call,
    error::{Error, ErrorCode, Issue, Result},
    input::Check,
    table::Record,
};

/// How many items a batch takes.
pub const ITEMS_MAX: usize = 100;

/// What is done about a batch in which something is wrong.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPolicy {
    /// Nothing is written; the error lists the problems of every item.
    RejectAll,
    /// What is right is written; the others are reported with their problems.
    ApplyValid,
}

/// Something that was wrong with one item of a batch.
#[derive(SimpleObject)]
pub struct Problem {
    /// From the field's argument inwards, such as `["input", "items", "3", "symbol"]`.
    path: Vec<String>,
    /// A short word that a form can act on, such as `TOO_LONG`.
    code: String,
    /// A sentence for a person.
    message: String,
}

impl From<Issue> for Problem {
    fn from(issue: Issue) -> Self {
        Self { path: issue.path, code: issue.code.into_owned(), message: issue.message }
    }
}

/// One item of a batch.
pub trait Item: Send + Sized {
    /// What was done, as ids.
    type Done: Serialize + DeserializeOwned + Send + Sync;

    /// Notes every problem that shows without looking at the database.
    fn check(&self, check: &mut Check);

    fn write(self, write: &mut Write<'_>) -> impl Future<Output = Result<Self::Done>> + Send;
}

/// What came of an item.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Outcome<D> {
    Done(D),
    Failed(Vec<Issue>),
}

impl<D> Outcome<D> {
    /// What was done, when something was.
    pub fn done(&self) -> Option<&D> {
        match self {
            Self::Done(done) => Some(done),
            Self::Failed(_) => None,
        }
    }

    /// What was done, and else what was wrong.
    pub fn parts(self) -> (Option<D>, Vec<Problem>) {
        match self {
            Self::Done(done) => (Some(done), Vec::new()),
            Self::Failed(issues) => (None, issues.into_iter().map(Problem::from).collect()),
        }
    }
}

/// What came of each item: the row that `id` names as it stands now, and else what was wrong. All rows are read at once.
pub async fn shown<D, T: Record>(
    call: &Call,
    outcomes: Vec<Outcome<D>>,
    id: impl Fn(&D) -> Uuid,
) -> Result<Vec<(Option<T>, Vec<Problem>)>> {
    let mut rows = call.find_each(outcomes.iter().filter_map(Outcome::done).map(id)).await?.into_iter();
    let shown = outcomes.into_iter().map(|outcome| match outcome.parts() {
        (Some(_), problems) => (rows.next().flatten(), problems),
        (None, problems) => (None, problems),
    });
    Ok(shown.collect())
}

/// Notes what is wrong with the list itself; its items are looked at one by one as they are written.
pub fn check_size<I>(check: &mut Check, field: &str, items: &[I]) {
    if items.is_empty() {
        check.problem(field, "EMPTY", format!("{field} names at least one."));
    } else if items.len() > ITEMS_MAX {
        check.problem(field, "TOO_MANY", format!("{field} has at most {ITEMS_MAX} items."));
    }
}

/// Writes each item, or as the policy says none when one of them is wrong.
pub async fn each<I: Item>(
    write: &mut Write<'_>,
    field: &str,
    items: Vec<I>,
    policy: ErrorPolicy,
) -> Result<Vec<Outcome<I::Done>>> {
    let mut outcomes = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        outcomes.push(attempt(write, &["input", field, &place.to_string()], item).await?);
    }
    let issues = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Failed(issues) => Some(issues.clone()),
        Outcome::Done(_) => None,
    });
    let issues: Vec<Issue> = issues.flatten().collect();
    if policy == ErrorPolicy::RejectAll && !issues.is_empty() { Err(Error::issues(issues)) } else { Ok(outcomes) }
}

/// Writes one item; what the database refuses is taken back to where the item began.
async fn attempt<I: Item>(write: &mut Write<'_>, path: &[&str], item: I) -> Result<Outcome<I::Done>> {
    let mut check = Check::at(path);
    item.check(&mut check);
    if let Err(error) = check.finish() {
        return Ok(Outcome::Failed(error.issues));
    }
    write.transaction().execute_unprepared("SAVEPOINT item").await?;
    match item.write(write).await {
        Ok(done) => {
            write.transaction().execute_unprepared("RELEASE SAVEPOINT item").await?;
            Ok(Outcome::Done(done))
        }
        Err(error) if matches!(error.code, ErrorCode::Invalid | ErrorCode::Conflict | ErrorCode::NotFound) => {
            write.transaction().execute_unprepared("ROLLBACK TO SAVEPOINT item").await?;
            Ok(Outcome::Failed(placed(error, path)))
        }
        Err(error) => Err(error),
    }
}

/// The problems of an item, with paths that begin at the whole input.
fn placed(error: Error, path: &[&str]) -> Vec<Issue> {
    if error.issues.is_empty() {
        return vec![Issue::new(path, error.code.text(), error.message)];
    }
    let whole = |issue: Issue| {
        let rest = issue.path.iter().skip_while(|part| *part == "input").cloned();
        Issue { path: path.iter().map(ToString::to_string).chain(rest).collect(), ..issue }
    };
    error.issues.into_iter().map(whole).collect()
}
