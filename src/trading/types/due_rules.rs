//! What somebody's trade rules want done now.

use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use futures_util::future::try_join_all;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{TradeRule, TradeRuleType, evaluation::TradeRuleEvaluation};
use crate::graphql::{
    call::call,
    error::{Error, Result},
    input::{Check, symbol},
    scalars::Decimal,
    table::{BY_USER, Record},
};

/// How many prices may be given.
const PRICES_MAX: usize = 100;

/// The rules of a user.
pub struct RulesOfUser {
    pub user_id: Uuid,
}

/// A price to judge by.
#[derive(InputObject)]
pub struct GivenPriceInput {
    /// What it is the price of, at most 20 characters; once in the list.
    pub symbol: String,
    /// Price of a unit in the currency of the rule and of what is held, greater than 0.
    pub price: Decimal,
}

/// A rule, and what it wants.
#[derive(SimpleObject)]
pub struct JudgedTradeRule {
    /// The rule.
    pub trade_rule: TradeRule,
    /// What it wants, and by which price it was judged.
    pub evaluation: TradeRuleEvaluation,
}

/// What trade rules want done now, as a preview: nothing is written or ordered. Each list by symbol.
#[derive(SimpleObject)]
pub struct DueTradeRules {
    /// DCA rules that want to buy.
    pub buys: Vec<JudgedTradeRule>,
    /// Stop-losses that have fired.
    pub stops: Vec<JudgedTradeRule>,
    /// Rules that lack something to be judged by, such as a price; their reasons say what.
    pub not_evaluable: Vec<JudgedTradeRule>,
}

/// Fields of a user about what their rules want.
#[Object]
impl RulesOfUser {
    /// What the rules want done now, at the prices known or at given ones; null for everybody but the user.
    async fn due_trade_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Prices to judge by in place of those known, at most 100.")] prices: Option<
            Vec<GivenPriceInput>,
        >,
    ) -> Result<Option<DueTradeRules>> {
        let (call, given) = (call(ctx), given(prices.unwrap_or_default())?);
        if call.snapshot().scope().user_id().ok() != Some(self.user_id) {
            return Ok(None);
        }
        let rows = Box::pin(call.all::<TradeRule>(BY_USER, vec![self.user_id.into()])).await?;
        let rules = rows.iter().cloned().map(TradeRule::from_row).collect::<Result<Vec<_>>>()?;
        let judged = rules.into_iter().map(|trade_rule| {
            let price = given.get(&trade_rule.symbol).copied();
            async move {
                let evaluation = trade_rule.judgement.evaluated(call, price).await?;
                Ok::<_, Error>(JudgedTradeRule { trade_rule, evaluation })
            }
        });
        Ok(Some(DueTradeRules::of(Box::pin(try_join_all(judged)).await?)))
    }
}

impl DueTradeRules {
    fn of(mut judged: Vec<JudgedTradeRule>) -> Self {
        judged.sort_by(|one, other| {
            let place = |judged: &JudgedTradeRule| (judged.trade_rule.symbol.clone(), judged.trade_rule.id.0);
            place(one).cmp(&place(other))
        });
        let (due, rest): (Vec<_>, Vec<_>) = judged.into_iter().partition(|judged| judged.evaluation.is_due);
        let (stops, buys) = due.into_iter().partition(|judged| judged.trade_rule.rule_type == TradeRuleType::StopLoss);
        let not_evaluable = rest.into_iter().filter(|judged| !judged.evaluation.is_evaluable).collect();
        Self { buys, stops, not_evaluable }
    }
}

/// The prices by symbol, with every problem of theirs at once.
fn given(prices: Vec<GivenPriceInput>) -> Result<HashMap<String, Exact>> {
    let mut check = Check::new("prices");
    if prices.len() > PRICES_MAX {
        return Err(Error::invalid(&["prices"], "TOO_MANY", format!("prices has at most {PRICES_MAX} items.")));
    }
    let mut given = HashMap::new();
    for (place, one) in prices.iter().enumerate() {
        check.within(&place.to_string(), |check| {
            check.symbol("symbol", &one.symbol);
            check.positive("price", one.price, 20, 4);
            if given.insert(symbol(&one.symbol), one.price.0).is_some() {
                check.problem("symbol", "TWICE", "symbol stands in the list once.");
            }
        });
    }
    check.finish().map(|()| given)
}
