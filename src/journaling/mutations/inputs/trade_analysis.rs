//! A new analysis of a trade, and what makes it wrong.

use async_graphql::InputObject;

use super::{TEXT_MAX, list};
use crate::graphql::{input::Check, scalars::Json};

/// A new analysis of a trade.
#[derive(InputObject)]
pub struct NewTradeAnalysisInput {
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

impl NewTradeAnalysisInput {
    pub fn check_fields(&self, check: &mut Check) {
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
