//! Of a user's second factor what they alone may know.

use std::sync::Arc;

use async_graphql::{Context, Object};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    authentication::store::second_factor,
    graphql::{call::call, error::Result, loader::Snapshot},
};

/// The second factor of a user.
pub struct SecondFactor {
    pub user_id: Uuid,
}

/// Fields of a user about their second factor.
#[Object]
impl SecondFactor {
    /// How many recovery codes are good, 0 while the second factor is off; null for everybody but the user
    /// who has signed in.
    async fn recovery_codes_left(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        let call = call(ctx);
        let snapshot = call.snapshot();
        let scope = snapshot.scope();
        if scope.user_id().ok() != Some(self.user_id) || scope.may_read("user_recovery_codes").is_err() {
            return Ok(None);
        }
        let left = call.loader(|snapshot| Left { snapshot, count: Arc::default() });
        left.of(self.user_id).await.map(Some)
    }
}

/// The number of the one who reads, asked for once however often their user is met in a document.
#[derive(Clone)]
struct Left {
    snapshot: Arc<Snapshot>,
    count: Arc<OnceCell<u64>>,
}

impl Left {
    async fn of(&self, user_id: Uuid) -> Result<u64> {
        let count = async || second_factor::recovery_codes_left(self.snapshot.transaction().await?, user_id).await;
        self.count.get_or_try_init(count).await.copied()
    }
}
