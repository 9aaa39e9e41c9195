//! Snippets read in batches: one statement for each search, of however many entries.

use std::{collections::HashMap, sync::Arc};

use dataloader::{BatchFn, cached::Loader};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::store::search::{self, Marked};
use crate::graphql::{
    error::{Error, Result},
    loader::{Snapshot, in_groups},
};

/// An entry in which a text was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub text: Arc<str>,
    pub entry: Uuid,
}

pub type MarkedTexts = Loader<Wanted, Result<Option<Marked>>, MarkedBatch>;

pub struct MarkedBatch(Arc<Snapshot>);

pub fn marked_texts(snapshot: Arc<Snapshot>) -> MarkedTexts {
    Loader::new(MarkedBatch(snapshot))
}

/// The entry's texts with what was found in them; nothing when it can't be seen.
pub async fn marked(loader: &MarkedTexts, wanted: Wanted) -> Result<Option<Marked>> {
    loader.try_load(wanted).await.unwrap_or_else(|error| Err(Error::internal(error)))
}

#[allow(refining_impl_trait, reason = "a boxed future is known to be Send, which the trait does not say")]
impl BatchFn<Wanted, Result<Option<Marked>>> for MarkedBatch {
    fn load(&mut self, keys: &[Wanted]) -> BoxFuture<'_, HashMap<Wanted, Result<Option<Marked>>>> {
        let (snapshot, keys) = (self.0.clone(), keys.to_vec());
        Box::pin(in_groups(
            keys,
            |wanted| wanted.text.clone(),
            move |group| {
                let snapshot = snapshot.clone();
                async move { mark(&snapshot, &group).await }
            },
        ))
    }
}

async fn mark(snapshot: &Snapshot, group: &[Wanted]) -> Result<Vec<Option<Marked>>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let entries: Vec<Uuid> = group.iter().map(|wanted| wanted.entry).collect();
    let found = search::marked(snapshot, &first.text, &entries).await?;
    let mut by_entry: HashMap<Uuid, Marked> = found.into_iter().map(|marked| (marked.id, marked)).collect();
    Ok(entries.iter().map(|entry| by_entry.remove(entry)).collect())
}
