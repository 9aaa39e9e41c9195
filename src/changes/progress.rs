//! News of an import under way.
//!
//! What a transaction tells is heard when it commits, so news go over another connection. The import never waits for
//! them: with every connection of the pool busy importing, they would all wait for one more. News that find no
//! connection are left out.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    access::{Mode, Scope},
    database::{Pool, transaction::Transaction},
    graphql::error::{Error, Result},
    logging,
    portfolio::types::{ImportProgress, ImportStage},
};

/// How many pieces of news wait to be told: more than one import has.
const WAITING_MAX: usize = 16;

/// News of one import, as they go from server to server.
#[derive(Debug, Serialize, Deserialize)]
pub struct News {
    /// Whose import it is.
    pub user: Uuid,
    pub import: ImportProgress,
}

/// Tells how far an import is. Dropped before the end, it tells that there was none.
pub struct Reporter {
    now: ImportProgress,
    sender: mpsc::Sender<ImportProgress>,
}

impl Reporter {
    pub(super) fn begin(pool: Pool, user: Uuid, key: String) -> Self {
        let (sender, mut news) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            while let Some(import) = news.recv().await {
                if let Err(error) = tell(&pool, News { user, import }).await {
                    tracing::warn!(?error, "news of an import were not told");
                }
            }
        });
        Self { now: ImportProgress::waiting(&key), sender }
    }

    /// That the import has come to this, with so many rows, once that is known.
    pub fn tell(&mut self, stage: ImportStage, rows: Option<usize>) {
        let total = rows.map(|rows| i32::try_from(rows).unwrap_or(i32::MAX)).or(self.now.rows_total);
        let is_through = matches!(stage, ImportStage::Totalling | ImportStage::Done);
        self.now.stage = stage;
        self.now.rows_total = total;
        self.now.rows_done = if is_through { total.unwrap_or_default() } else { 0 };
        // Where nobody takes it any more the server is about to end.
        let _ = self.sender.try_send(self.now.clone());
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if !self.now.is_last() {
            self.tell(ImportStage::Failed, None);
        }
    }
}

async fn tell(pool: &Pool, news: News) -> Result<()> {
    let text = serde_json::to_string(&news).map_err(Error::internal)?;
    let transaction = Transaction::begin(pool, &Scope::user(news.user), Mode::Write).await?;
    logging::store::tell(&transaction, vec![text]).await?;
    Ok(transaction.commit().await?)
}
