//! `recordTradeRuleTrigger`: that a rule was acted on.

use async_graphql::{InputObject, SimpleObject};
use entity::user_trade_rule;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    trading::types::TradeRule,
};

/// A trade rule that was acted on.
#[derive(InputObject)]
pub struct RecordTradeRuleTriggerInput {
    /// The rule.
    pub id: Id<TradeRule>,
    /// When it was acted on: not in the future, and not before the last time. Now when left out.
    pub triggered_at: Option<DateTime>,
    /// The rule's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A trade rule whose trigger was noted.
#[derive(SimpleObject)]
pub struct RecordTradeRuleTriggerPayload {
    /// The rule as it is now.
    trade_rule: TradeRule,
}

#[derive(Serialize, Deserialize)]
pub struct Triggered {
    rule: Uuid,
}

impl Mutation for RecordTradeRuleTriggerInput {
    const MODULE: Module = MODULE;
    type Done = Triggered;
    type Payload = RecordTradeRuleTriggerPayload;

    fn check(&self, check: &mut Check) {
        if self.triggered_at.is_some_and(|time| time.0 > clock::now()) {
            check.problem("triggeredAt", "OUT_OF_RANGE", "triggeredAt does not lie in the future.");
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Triggered, Deed)> {
        let standing = write.row(self.id, self.expected_updated_at).await?;
        let last = standing.last_triggered.map(DateTime::from);
        let triggered_at = match self.triggered_at {
            Some(time) if last.is_some_and(|last| time < last) => {
                let sentence = "triggeredAt does not lie before the last time that the rule was acted on.";
                return Err(Error::invalid(&["input", "triggeredAt"], "OUT_OF_RANGE", sentence));
            }
            Some(time) => time,
            None => DateTime(clock::now()),
        };
        let row = user_trade_rule::ActiveModel { last_triggered: Set(Some(triggered_at.into())), ..Default::default() };
        write.update(self.id, row).await?;
        let deed = Deed::new(MODULE, "trade_rule_triggered", "It was noted that a trade rule was acted on.")
            .updated::<TradeRule>(standing.id);
        Ok((Triggered { rule: standing.id }, deed))
    }

    async fn payload(call: &Call, triggered: Triggered) -> Result<RecordTradeRuleTriggerPayload> {
        Ok(RecordTradeRuleTriggerPayload { trade_rule: call.fetch(triggered.rule).await? })
    }
}
