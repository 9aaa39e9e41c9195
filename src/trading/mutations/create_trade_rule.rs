//! `createTradeRule`: a rule that buys at intervals or sells when a price falls.

use async_graphql::{InputObject, SimpleObject};
use entity::user_trade_rule;
use sea_orm::ActiveValue::Set;
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
        input::{Check, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::Decimal,
    },
    trading::{
        rule::Rule,
        types::{TradeRule, TradeRuleFrequency, TradeRuleType},
    },
};

/// A new trade rule.
#[derive(InputObject)]
pub struct CreateTradeRuleInput {
    /// An id of the client's choice, `trade_rule_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<TradeRule>>,
    /// What it buys or watches, at most 20 characters; stored in capitals.
    pub symbol: String,
    /// What it does.
    pub rule_type: TradeRuleType,
    /// DCA: the highest price to buy at; Stop-Loss: per cent below the average cost, under 100. Greater than 0, at most 4
    /// decimal places.
    pub threshold: Decimal,
    /// How often it buys; a DCA rule needs it.
    pub frequency: Option<TradeRuleFrequency>,
    /// How much money it spends each time, greater than 0, at most 2 decimal places; a DCA rule needs it.
    pub amount: Option<Decimal>,
    /// False to let it rest at first.
    #[graphql(default = true)]
    pub enabled: bool,
}

/// A trade rule that was made.
#[derive(SimpleObject)]
pub struct CreateTradeRulePayload {
    /// The new rule.
    trade_rule: TradeRule,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    rule: Uuid,
}

impl Mutation for CreateTradeRuleInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateTradeRulePayload;

    fn check(&self, check: &mut Check) {
        check.symbol("symbol", &self.symbol);
        check.positive("threshold", self.threshold, 20, 4);
        if let Some(amount) = self.amount {
            check.positive("amount", amount, 20, 2);
        }
        let rule = Rule {
            kind: self.rule_type,
            threshold: self.threshold.0,
            has_frequency: self.frequency.is_some(),
            has_amount: self.amount.is_some(),
        };
        check_rule(check, rule);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        let rule = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let row = user_trade_rule::ActiveModel {
            id: Set(rule),
            user_id: Set(write.user_id()),
            symbol: Set(symbol(&self.symbol)),
            rule_type: Set(self.rule_type.stored().to_owned()),
            threshold: Set(self.threshold.0),
            frequency: Set(self.frequency.map(|frequency| frequency.stored().to_owned())),
            amount: Set(self.amount.map(|amount| amount.0)),
            enabled: Set(self.enabled),
            ..Default::default()
        };
        write.insert(row).await?;
        let deed = Deed::new(MODULE, "trade_rule_created", "A trade rule was made.").created::<TradeRule>(rule);
        Ok((Made { rule }, deed))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateTradeRulePayload> {
        Ok(CreateTradeRulePayload { trade_rule: call.fetch(made.rule).await? })
    }
}
