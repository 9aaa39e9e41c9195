//! `deleteTradeRule`.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    trading::types::TradeRule,
};

/// A trade rule to delete.
#[derive(InputObject)]
pub struct DeleteTradeRuleInput {
    /// The rule.
    pub id: Id<TradeRule>,
    /// The rule's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A trade rule that is gone.
#[derive(SimpleObject)]
pub struct DeleteTradeRulePayload {
    /// The rule that there was.
    trade_rule_id: Id<TradeRule>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    rule: Uuid,
}

impl Mutation for DeleteTradeRuleInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteTradeRulePayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let rule = write.row(self.id, self.expected_updated_at).await?.id;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "trade_rule_deleted", "A trade rule was deleted.").deleted::<TradeRule>(rule);
        Ok((Gone { rule }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteTradeRulePayload> {
        Ok(DeleteTradeRulePayload { trade_rule_id: Id::new(gone.rule) })
    }
}
