//! What the targets of somebody's categories add up to.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use strum::VariantArray;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{VaultCategory, category::CategoryType};
use crate::{
    graphql::{call::call, enumeration::Enumeration, error::Result, loader::Snapshot, scalars::Decimal, table::Record},
    vault_categories::{store, targets},
};

/// The sums of a user.
pub struct TargetSums {
    pub user_id: Uuid,
}

/// The targets of one type of category, added up.
#[derive(SimpleObject, Clone, Copy)]
pub struct TargetSum {
    /// What the categories sort by.
    category_type: CategoryType,
    /// The targets of its active categories together, in per cent; a category without a target adds nothing.
    sum: Decimal,
    /// True when that is 100; otherwise the targets say nothing of the rest, or too much.
    is_complete: bool,
}

/// Fields of a user about their targets.
#[Object]
impl TargetSums {
    /// What the targets of active categories add up to, for each type that has any; null for everybody but the user.
    async fn target_sums(&self, ctx: &Context<'_>) -> Result<Option<Vec<TargetSum>>> {
        let call = call(ctx);
        call.snapshot().scope().may_read(VaultCategory::TABLE.sql)?;
        if call.snapshot().scope().user_id().ok() != Some(self.user_id) {
            return Ok(None);
        }
        let sums = call.loader(|snapshot| Sums { snapshot, found: Arc::default() });
        sums.of(self.user_id).await.map(Some)
    }
}

/// The sums of the one who reads, asked for once however often their user is met in a document.
#[derive(Clone)]
struct Sums {
    snapshot: Arc<Snapshot>,
    found: Arc<OnceCell<Vec<TargetSum>>>,
}

impl Sums {
    async fn of(&self, user_id: Uuid) -> Result<Vec<TargetSum>> {
        let read = async || read(&self.snapshot, user_id).await;
        self.found.get_or_try_init(read).await.cloned()
    }
}

async fn read(snapshot: &Snapshot, user_id: Uuid) -> Result<Vec<TargetSum>> {
    let mut sums = Vec::new();
    for (kind, sum) in store::target_sums(snapshot.transaction().await?, user_id).await? {
        let (category_type, mut sum) = (CategoryType::from_stored(&kind)?, sum.unwrap_or_default());
        sum.rescale(targets::PERCENT_SCALE);
        sums.push(TargetSum { category_type, sum: Decimal(sum), is_complete: targets::is_complete(sum) });
    }
    sums.sort_unstable_by_key(|sum| CategoryType::VARIANTS.iter().position(|kind| *kind == sum.category_type));
    Ok(sums)
}
