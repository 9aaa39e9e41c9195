//! `updateTradeRule`: what a rule watches, when it acts, and whether it rests.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::user_trade_rule;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, check_rule};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::{Check, after, change, keep_or_set, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Decimal},
    },
    trading::{
        rule::Rule,
        types::{TradeRule, TradeRuleFrequency, TradeRuleType},
    },
};

/// What is to change of a trade rule. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateTradeRuleInput {
    /// The rule.
    pub id: Id<TradeRule>,
    /// What it buys or watches, at most 20 characters; stored in capitals.
    pub symbol: MaybeUndefined<String>,
    /// What it does.
    pub rule_type: MaybeUndefined<TradeRuleType>,
    /// DCA: the highest price to buy at; Stop-Loss: per cent below the average cost, under 100. Greater than 0, at most 4
    /// decimal places.
    pub threshold: MaybeUndefined<Decimal>,
    /// How often it buys; null clears it, which a DCA rule does not take.
    pub frequency: MaybeUndefined<TradeRuleFrequency>,
    /// How much money it spends each time, greater than 0, at most 2 decimal places; null clears it, which a DCA rule does
    /// not take.
    pub amount: MaybeUndefined<Decimal>,
    /// False lets it rest, true wakes it.
    pub enabled: MaybeUndefined<bool>,
    /// The rule's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A trade rule that was changed.
#[derive(SimpleObject)]
pub struct UpdateTradeRulePayload {
    /// The rule as it is now.
    trade_rule: TradeRule,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    rule: Uuid,
}

impl UpdateTradeRuleInput {
    /// The rule as it would stand.
    fn applied_to(&self, row: &user_trade_rule::Model) -> Result<Rule> {
        Ok(Rule {
            kind: match self.rule_type.value() {
                Some(kind) => *kind,
                None => TradeRuleType::from_stored(&row.rule_type)?,
            },
            threshold: self.threshold.value().map_or(row.threshold, |threshold| threshold.0),
            has_frequency: after(&self.frequency, row.frequency.as_ref().map(|_| ()), |_| ()).is_some(),
            has_amount: after(&self.amount, row.amount.map(|_| ()), |_| ()).is_some(),
        })
    }
}

impl Mutation for UpdateTradeRuleInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateTradeRulePayload;

    fn check(&self, check: &mut Check) {
        check.never_null("symbol", &self.symbol);
        check.never_null("ruleType", &self.rule_type);
        check.never_null("threshold", &self.threshold);
        check.never_null("enabled", &self.enabled);
        check.new_symbol("symbol", &self.symbol);
        check.new_positive("threshold", &self.threshold, 20, 4);
        check.new_positive("amount", &self.amount, 20, 2);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let standing = write.row(self.id, self.expected_updated_at).await?;
        let mut check = Check::new("input");
        check_rule(&mut check, self.applied_to(&standing)?);
        check.finish()?;
        let row = user_trade_rule::ActiveModel {
            symbol: keep_or_set(self.symbol, |text| symbol(&text)),
            rule_type: keep_or_set(self.rule_type, |kind| kind.stored().to_owned()),
            threshold: keep_or_set(self.threshold, |threshold| threshold.0),
            frequency: change(self.frequency, |frequency| frequency.stored().to_owned()),
            amount: change(self.amount, |amount| amount.0),
            enabled: keep_or_set(self.enabled, |flag| flag),
            ..Default::default()
        };
        write.update(self.id, row).await?;
        let deed =
            Deed::new(MODULE, "trade_rule_updated", "A trade rule was changed.").updated::<TradeRule>(standing.id);
        Ok((Changed { rule: standing.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateTradeRulePayload> {
        Ok(UpdateTradeRulePayload { trade_rule: call.fetch(changed.rule).await? })
    }
}
