//! Activities counted in batches: one statement for each figure, of however many users.

use std::{collections::HashMap, sync::Arc};

use dataloader::{BatchFn, cached::Loader};
use futures_util::future::BoxFuture;

use super::store::{self, Counted, Period};
use crate::graphql::{
    cost::prices,
    error::{Error, Result},
    loader::{Snapshot, in_groups},
};

/// What is counted, by what.
pub type Key = (Counted, Period);
/// Each value with how many activities have it.
pub type Counts = Arc<Vec<(String, u64)>>;
pub type ActivityCounts = Loader<Key, Result<Counts>, CountBatch>;

pub struct CountBatch(Arc<Snapshot>);

pub fn activity_counts(snapshot: Arc<Snapshot>) -> ActivityCounts {
    Loader::new(CountBatch(snapshot))
}

/// What is counted, once for a document.
pub async fn counted(loader: &ActivityCounts, key: Key) -> Result<Counts> {
    loader.try_load(key).await.unwrap_or_else(|error| Err(Error::internal(error)))
}

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl BatchFn<Key, Result<Counts>> for CountBatch {
    fn load(&mut self, keys: &[Key]) -> BoxFuture<'_, HashMap<Key, Result<Counts>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |(counted, _)| *counted,
            move |group| {
                let snapshot = snapshot.clone();
                async move { count(&snapshot, &group).await }
            },
        ))
    }
}

async fn count(snapshot: &Snapshot, group: &[Key]) -> Result<Vec<Counts>> {
    let Some((counted, _)) = group.first() else { return Ok(Vec::new()) };
    let periods: Vec<&Period> = group.iter().map(|(_, period)| period).collect();
    snapshot.meter().add(prices::FIGURE.saturating_mul(periods.len() as u64));
    let counts = store::count(snapshot, *counted, &periods).await?;
    Ok(counts.into_iter().map(Arc::new).collect())
}
