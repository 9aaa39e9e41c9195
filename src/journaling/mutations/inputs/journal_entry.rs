//! A new journal entry, and what makes it wrong.

use async_graphql::InputObject;

use super::{NewTradeLogInput, TEXT_MAX};
use crate::{
    graphql::{
        id::Id,
        input::Check,
        scalars::{Date, Decimal},
    },
    journaling::types::{JournalEntry, JournalEntryType, TradeLog, TradeType},
};

/// How many tags an entry has at most.
const TAGS_MAX: usize = 50;

/// A new journal entry.
#[derive(InputObject)]
pub struct CreateJournalEntryInput {
    /// An id of the client's choice, `journal_entry_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<JournalEntry>>,
    /// The heading, at most 500 characters.
    pub title: Option<String>,
    /// The text, not blank, at most 50,000 characters.
    pub content: String,
    /// What it is about.
    #[graphql(default_with = "JournalEntryType::General")]
    pub entry_type: JournalEntryType,
    /// A trade of the viewer's own that the entry writes about; its own trade goes into `tradeLog`.
    pub about_trade_id: Option<Id<TradeLog>>,
    /// The symbol that it is about, at most 20 characters; stored in capitals.
    pub asset_symbol: Option<String>,
    /// Which way the trade goes.
    pub trade_type: Option<TradeType>,
    /// Price of a unit at entry; greater than 0, at most 4 decimal places.
    pub entry_price: Option<Decimal>,
    /// Price of a unit at exit; greater than 0, at most 4 decimal places.
    pub exit_price: Option<Decimal>,
    /// Units; greater than 0, at most 8 decimal places.
    pub quantity: Option<Decimal>,
    /// The strategy followed, at most 100 characters.
    pub strategy_used: Option<String>,
    /// Why.
    pub reasoning: Option<String>,
    /// How the market stood.
    pub market_conditions: Option<String>,
    /// How confident the author is, 1 to 10.
    #[graphql(default = 5)]
    pub confidence_level: i32,
    /// What was expected.
    pub expected_outcome: Option<String>,
    /// What came of it.
    pub actual_outcome: Option<String>,
    /// How well it went, 1 to 10.
    pub success_rating: Option<i32>,
    /// What was learned.
    pub lessons_learned: Option<String>,
    /// Words to find it by, at most 50, each at most 50 characters.
    #[graphql(default)]
    pub tags: Vec<String>,
    /// The author's mood, at most 50 characters.
    pub mood: Option<String>,
    /// The market's phase, at most 50 characters.
    pub market_phase: Option<String>,
    /// Whether everybody signed in may read it; its trade log and analysis stay private.
    #[graphql(default)]
    pub is_public: bool,
    /// The day that it is about; today in the viewer's time zone when left out.
    pub entry_date: Option<Date>,
    /// The trade that it records.
    pub trade_log: Option<NewTradeLogInput>,
}

impl CreateJournalEntryInput {
    pub fn check_fields(&self, check: &mut Check) {
        check.text("content", &self.content, TEXT_MAX);
        for (field, text, max) in [
            ("title", &self.title, 500),
            ("strategyUsed", &self.strategy_used, 100),
            ("reasoning", &self.reasoning, TEXT_MAX),
            ("marketConditions", &self.market_conditions, TEXT_MAX),
            ("expectedOutcome", &self.expected_outcome, TEXT_MAX),
            ("actualOutcome", &self.actual_outcome, TEXT_MAX),
            ("lessonsLearned", &self.lessons_learned, TEXT_MAX),
            ("mood", &self.mood, 50),
            ("marketPhase", &self.market_phase, 50),
        ] {
            check.optional_text(field, text.as_ref(), max);
        }
        if let Some(symbol) = &self.asset_symbol {
            check.symbol("assetSymbol", symbol);
        }
        for (field, value, scale) in
            [("entryPrice", self.entry_price, 4), ("exitPrice", self.exit_price, 4), ("quantity", self.quantity, 8)]
        {
            if let Some(value) = value {
                check.positive(field, value, 20, scale);
            }
        }
        check.range("confidenceLevel", Some(self.confidence_level), 1, 10);
        check.range("successRating", self.success_rating, 1, 10);
        check_tags(check, &self.tags);
        if let Some(trade_log) = &self.trade_log {
            check.within("tradeLog", |check| trade_log.check_fields(check));
        }
    }
}

/// Words to find an entry by.
pub fn check_tags(check: &mut Check, tags: &[String]) {
    if tags.len() > TAGS_MAX {
        check.problem("tags", "TOO_LONG", format!("An entry has at most {TAGS_MAX} tags."));
        return;
    }
    check.within("tags", |check| {
        for (place, tag) in tags.iter().enumerate() {
            check.text(&place.to_string(), tag, 50);
        }
    });
}
