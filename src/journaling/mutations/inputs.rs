//! What the journal's mutations take, and what makes it wrong.

use async_graphql::InputObject;

use crate::{
    graphql::{
        id::Id,
        input::Check,
        scalars::{Currency, Date, DateTime, Decimal, Json},
    },
    journaling::types::{AccountType, JournalEntry, JournalEntryType, TimeHorizon, TradeLog, TradeType},
    preferences::types::OrderType,
};

/// How long a free text may be, in characters.
const TEXT_MAX: usize = 50_000;
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
    pub trade_log: Option<CreateTradeLogInput>,
}

/// A new trade log.
#[derive(InputObject)]
pub struct CreateTradeLogInput {
    /// What was traded, at most 20 characters; stored in capitals.
    pub symbol: String,
    /// The currency of its prices; the viewer's preferred currency when left out.
    pub currency: Option<Currency>,
    /// The asset's full name, at most 255 characters.
    pub asset_name: Option<String>,
    /// Which way it goes.
    pub trade_type: TradeType,
    /// Price of a unit at entry; greater than 0, at most 4 decimal places.
    pub entry_price: Decimal,
    /// Units; greater than 0, at most 8 decimal places.
    pub quantity: Decimal,
    /// How it was ordered.
    #[graphql(default_with = "OrderType::Market")]
    pub order_type: OrderType,
    /// Fees so far in its currency; not negative, at most 2 decimal places.
    pub fees: Option<Decimal>,
    /// The broker, at most 100 characters.
    pub broker: Option<String>,
    /// Whether money is at stake.
    #[graphql(default_with = "AccountType::Real")]
    pub account_type: AccountType,
    /// The price to leave at with a gain; greater than 0, at most 4 decimal places.
    pub target_price: Option<Decimal>,
    /// The price to leave at with a loss; greater than 0, at most 4 decimal places.
    pub stop_loss_price: Option<Decimal>,
    /// The strategy followed, at most 100 characters.
    pub strategy: Option<String>,
    /// How long it is meant to last.
    #[graphql(default_with = "TimeHorizon::Medium")]
    pub time_horizon: TimeHorizon,
    /// How sure the trader is, 1 to 10.
    #[graphql(default = 5)]
    pub conviction_level: i32,
    /// How the market stood.
    pub market_conditions: Option<String>,
    /// Events of the day, as a JSON list.
    pub economic_events: Option<Json>,
    /// Indicators and their values, as a JSON object.
    pub technical_indicators: Option<Json>,
    /// The trading day; the entry's day when left out.
    pub trade_date: Option<Date>,
    /// When it was executed; now when left out.
    pub execution_time: Option<DateTime>,
    /// Its analysis.
    pub analysis: Option<CreateTradeAnalysisInput>,
}

/// A new analysis of a trade.
#[derive(InputObject)]
pub struct CreateTradeAnalysisInput {
    /// What was known before.
    pub pre_trade_analysis: Option<String>,
    /// What had to be true to enter.
    pub entry_criteria: Option<String>,
    /// What could go wrong.
    pub risk_assessment: Option<String>,
    /// How long it was expected to last.
    pub expected_duration: Option<String>,
    /// Notes on the way, as a JSON list.
    pub mid_trade_notes: Option<Json>,
    /// Why it was adjusted, as a JSON list.
    pub adjustment_reasons: Option<Json>,
    /// Emotions on the way, as a JSON list.
    pub emotional_state: Option<Json>,
    /// What is known afterwards.
    pub post_trade_analysis: Option<String>,
    /// What went right.
    pub what_went_right: Option<String>,
    /// What went wrong.
    pub what_went_wrong: Option<String>,
    /// What was learned.
    pub key_learnings: Option<String>,
    /// What would be done differently.
    pub would_do_differently: Option<String>,
    /// How well it was executed, 1 to 10.
    #[graphql(default = 5)]
    pub execution_quality: i32,
    /// How well it was timed, 1 to 10.
    #[graphql(default = 5)]
    pub timing_quality: i32,
    /// How well its risk was managed, 1 to 10.
    #[graphql(default = 5)]
    pub risk_management_quality: i32,
    /// The emotion before, at most 50 characters.
    pub pre_trade_emotion: Option<String>,
    /// The emotion during it, at most 50 characters.
    pub during_trade_emotion: Option<String>,
    /// The emotion after it, at most 50 characters.
    pub post_trade_emotion: Option<String>,
    /// How disciplined it was, 1 to 10.
    #[graphql(default = 5)]
    pub emotional_discipline_rating: i32,
}

impl CreateJournalEntryInput {
    pub fn check_fields(&self, check: &mut Check) {
        check.text("content", &self.content, TEXT_MAX);
        for (field, text, max) in [
            ("title", &self.title, 500),
            ("assetSymbol", &self.asset_symbol, 20),
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
        for (field, value, scale) in
            [("entryPrice", self.entry_price, 4), ("exitPrice", self.exit_price, 4), ("quantity", self.quantity, 8)]
        {
            if let Some(value) = value {
                check.positive(field, value, 20, scale);
            }
        }
        check.range("confidenceLevel", Some(self.confidence_level), 1, 10);
        check.range("successRating", self.success_rating, 1, 10);
        if self.tags.len() > TAGS_MAX {
            check.problem("tags", "TOO_LONG", format!("An entry has at most {TAGS_MAX} tags."));
        } else {
            check.within("tags", |check| {
                for (place, tag) in self.tags.iter().enumerate() {
                    check.text(&place.to_string(), tag, 50);
                }
            });
        }
        if let Some(trade_log) = &self.trade_log {
            check.within("tradeLog", |check| trade_log.check(check));
        }
    }
}

impl CreateTradeLogInput {
    fn check(&self, check: &mut Check) {
        check.text("symbol", &self.symbol, 20);
        for (field, text, max) in [
            ("assetName", &self.asset_name, 255),
            ("broker", &self.broker, 100),
            ("strategy", &self.strategy, 100),
            ("marketConditions", &self.market_conditions, TEXT_MAX),
        ] {
            check.optional_text(field, text.as_ref(), max);
        }
        check.positive("entryPrice", self.entry_price, 20, 4);
        check.positive("quantity", self.quantity, 20, 8);
        for (field, value) in [("targetPrice", self.target_price), ("stopLossPrice", self.stop_loss_price)] {
            if let Some(value) = value {
                check.positive(field, value, 20, 4);
            }
        }
        if let Some(fees) = self.fees {
            check.not_negative("fees", fees, 20, 2);
        }
        check.range("convictionLevel", Some(self.conviction_level), 1, 10);
        list(check, "economicEvents", self.economic_events.as_ref());
        if self.technical_indicators.as_ref().is_some_and(|value| !value.0.is_object()) {
            check.problem("technicalIndicators", "FORMAT", "technicalIndicators is a JSON object.");
        }
        if let Some(analysis) = &self.analysis {
            check.within("analysis", |check| analysis.check(check));
        }
    }
}

impl CreateTradeAnalysisInput {
    fn check(&self, check: &mut Check) {
        for (field, text, max) in [
            ("preTradeAnalysis", &self.pre_trade_analysis, TEXT_MAX),
            ("entryCriteria", &self.entry_criteria, TEXT_MAX),
            ("riskAssessment", &self.risk_assessment, TEXT_MAX),
            ("expectedDuration", &self.expected_duration, TEXT_MAX),
            ("postTradeAnalysis", &self.post_trade_analysis, TEXT_MAX),
            ("whatWentRight", &self.what_went_right, TEXT_MAX),
            ("whatWentWrong", &self.what_went_wrong, TEXT_MAX),
            ("keyLearnings", &self.key_learnings, TEXT_MAX),
            ("wouldDoDifferently", &self.would_do_differently, TEXT_MAX),
            ("preTradeEmotion", &self.pre_trade_emotion, 50),
            ("duringTradeEmotion", &self.during_trade_emotion, 50),
            ("postTradeEmotion", &self.post_trade_emotion, 50),
        ] {
            check.optional_text(field, text.as_ref(), max);
        }
        for (field, rating) in [
            ("executionQuality", self.execution_quality),
            ("timingQuality", self.timing_quality),
            ("riskManagementQuality", self.risk_management_quality),
            ("emotionalDisciplineRating", self.emotional_discipline_rating),
        ] {
            check.range(field, Some(rating), 1, 10);
        }
        list(check, "midTradeNotes", self.mid_trade_notes.as_ref());
        list(check, "adjustmentReasons", self.adjustment_reasons.as_ref());
        list(check, "emotionalState", self.emotional_state.as_ref());
    }
}

fn list(check: &mut Check, field: &str, value: Option<&Json>) {
    if value.is_some_and(|value| !value.0.is_array()) {
        check.problem(field, "FORMAT", format!("{field} is a JSON list."));
    }
}
