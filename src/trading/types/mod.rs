//! The types of this part, one file each.

pub mod due_rules;
pub mod evaluation;
pub mod trade_rule;

pub use due_rules::RulesOfUser;
pub use evaluation::Judgement;
pub use trade_rule::{TradeRule, TradeRuleFrequency, TradeRuleType};
