//! Making, changing and acting on trade rules.

mod create_trade_rule;
mod delete_trade_rule;
mod record_trade_rule_trigger;
mod update_trade_rule;

use async_graphql::{Context, Object};

use super::rule::Rule;
use crate::{
    access::Module,
    graphql::{
        error::Result,
        input::Check,
        mutation::{Answered, perform},
    },
};
pub use create_trade_rule::{CreateTradeRuleInput, CreateTradeRulePayload};
pub use delete_trade_rule::{DeleteTradeRuleInput, DeleteTradeRulePayload};
pub use record_trade_rule_trigger::{RecordTradeRuleTriggerInput, RecordTradeRuleTriggerPayload};
pub use update_trade_rule::{UpdateTradeRuleInput, UpdateTradeRulePayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Trading;

#[derive(Default)]
pub struct TradingMutations;

/// Making, changing and acting on trade rules.
#[Object]
impl TradingMutations {
    /// Makes a rule that buys at intervals (DCA) or sells when a price falls (Stop-Loss).
    async fn create_trade_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: CreateTradeRuleInput,
    ) -> Result<Option<Answered<CreateTradeRulePayload>>> {
        perform(ctx, input).await
    }

    /// Changes a rule, or lets it rest with `enabled: false`.
    async fn update_trade_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateTradeRuleInput,
    ) -> Result<Option<Answered<UpdateTradeRulePayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a rule.
    async fn delete_trade_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: DeleteTradeRuleInput,
    ) -> Result<Option<Answered<DeleteTradeRulePayload>>> {
        perform(ctx, input).await
    }

    /// Notes that a rule was acted on, from which its next time is counted; no order is placed.
    async fn record_trade_rule_trigger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule, and when.")] input: RecordTradeRuleTriggerInput,
    ) -> Result<Option<Answered<RecordTradeRuleTriggerPayload>>> {
        perform(ctx, input).await
    }
}

/// Notes what the rule's type makes wrong.
fn check_rule(check: &mut Check, rule: Rule) {
    for (field, code, message) in rule.faults() {
        check.problem(field, code, message);
    }
}
