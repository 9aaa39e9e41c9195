//! Running the statements of a plan.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    ops::Range,
    sync::Arc,
};

use dataloader::{BatchFn, cached::Loader};
use futures_util::future::BoxFuture;
use sea_orm::sqlx::{Row, postgres::PgRow};

use super::{
    plan::{Level, Plan},
    write,
};
use crate::graphql::{
    cost::prices,
    error::{Error, Result},
    loader::{BATCH_MAX, Snapshot, in_groups, ordinal},
    select::{self, COUNT},
    table::Key,
};

/// Text that is JSON.
pub type Written = bytes::Bytes;

/// A plan for one row that its relation hangs off.
#[derive(Clone)]
pub struct Ahead {
    pub plan: Arc<Plan>,
    pub key: Key,
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan) && self.key == other.key
    }
}

impl Eq for Ahead {}

impl Hash for Ahead {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.plan).hash(state);
        self.key.hash(state);
    }
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} levels of {:?}", self.plan.levels.len(), self.key)
    }
}

pub type Aheads = Loader<Ahead, Result<Written>, AheadBatch>;

pub fn aheads(snapshot: Arc<Snapshot>) -> Aheads {
    Loader::new(AheadBatch(snapshot)).with_max_batch_size(BATCH_MAX)
}

pub struct AheadBatch(Arc<Snapshot>);

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl BatchFn<Ahead, Result<Written>> for AheadBatch {
    fn load(&mut self, keys: &[Ahead]) -> BoxFuture<'_, HashMap<Ahead, Result<Written>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |key| Arc::as_ptr(&key.plan) as usize,
            move |group| {
                let snapshot = snapshot.clone();
                async move { written(&snapshot, &group).await }
            },
        ))
    }
}

/// What one level's statement brought.
#[derive(Default)]
pub struct Found {
    /// The rows that are shown, in the statement's order.
    pub rows: Vec<PgRow>,
    /// Where the rows of each parent stand.
    pub spans: Vec<Range<usize>>,
    /// Whether a parent has rows beyond its page.
    pub more: Vec<bool>,
    /// How many rows each parent's whole list has, where that was asked for.
    pub totals: Vec<i64>,
}

async fn written(snapshot: &Snapshot, group: &[Ahead]) -> Result<Vec<Written>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let keys: Vec<&Key> = group.iter().map(|ahead| &ahead.key).collect();
    let found = read(snapshot, &first.plan, &keys).await?;
    (0..keys.len()).map(|index| write::relation(&first.plan, &found, index).map(Into::into)).collect()
}

async fn read(snapshot: &Snapshot, plan: &Plan, keys: &[&Key]) -> Result<Vec<Found>> {
    let mut all: Vec<Found> = Vec::with_capacity(plan.levels.len());
    for (index, level) in plan.levels.iter().enumerate() {
        let parents = match level.parent {
            None => keys.len(),
            Some((parent, _)) => all.get(parent).map_or(0, |found| found.rows.len()),
        };
        let mut found = Found { spans: vec![0..0; parents], more: vec![false; parents], ..Found::default() };
        if level.reads_rows && parents > 0 {
            let rows = snapshot.run(select::level(&plan.levels, index, keys, snapshot.scope())).await?;
            share_out(&mut found, rows, level)?;
            snapshot.meter().add(price(level, parents, found.rows.len()));
            snapshot.meter().add(prices::ROW.saturating_mul((found.rows.len() * level.joined.len()) as u64));
        }
        if level.counts {
            found.totals = vec![0; parents];
            if parents > 0 {
                snapshot.meter().add(prices::FIGURE.saturating_mul(parents as u64));
                let counted = select::level_count(&plan.levels, index, keys, snapshot.scope());
                count(&mut found, snapshot.run(counted).await?)?;
            }
        }
        all.push(found);
    }
    Ok(all)
}

/// What reading a level costs, apart from what is joined to its rows. Looking for one row costs as much as finding it.
fn price(level: &Level, parents: usize, rows: usize) -> u64 {
    match &level.page {
        Some(page) => {
            page.price().saturating_mul(parents as u64).saturating_add(prices::ROW.saturating_mul(rows as u64))
        }
        None => prices::ROW.saturating_mul(parents as u64),
    }
}

/// Gives each parent its rows, which come in the parents' order. A page's statement brings one row more than it shows.
fn share_out(found: &mut Found, rows: Vec<PgRow>, level: &Level) -> Result<()> {
    let limit = level.page.as_ref().map_or(1, |page| page.limit as usize);
    for row in rows {
        let parent = ordinal(&row)?;
        let place = found.rows.len();
        let Some(span) = found.spans.get_mut(parent) else { continue };
        if span.start == span.end {
            *span = place..place;
        }
        if span.len() < limit {
            span.end += 1;
            found.rows.push(row);
        } else if let Some(more) = found.more.get_mut(parent) {
            *more = true;
        }
    }
    Ok(())
}

fn count(found: &mut Found, rows: Vec<PgRow>) -> Result<()> {
    for row in rows {
        if let Some(total) = found.totals.get_mut(ordinal(&row)?) {
            *total = row.try_get(COUNT).map_err(Error::from)?;
        }
    }
    Ok(())
}
