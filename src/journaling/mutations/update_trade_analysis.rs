//! `updateTradeAnalysis`: what a trader thinks of a trade, changed.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::trade_analysis::{self, ActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::{TEXT_MAX, list},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Json},
    },
    journaling::types::TradeAnalysis,
};

/// What is to change of an analysis. A field that is left out stays as it is, and null clears it.
#[derive(InputObject)]
pub struct UpdateTradeAnalysisInput {
    /// One of the viewer's own analyses.
    pub id: Id<TradeAnalysis>,
    /// What was known before, at most 50,000 characters.
    pub pre_trade_analysis: MaybeUndefined<String>,
    /// What had to be true to enter, at most 50,000 characters.
    pub entry_criteria: MaybeUndefined<String>,
    /// What could go wrong, at most 50,000 characters.
    pub risk_assessment: MaybeUndefined<String>,
    /// How long it was expected to last, at most 50,000 characters.
    pub expected_duration: MaybeUndefined<String>,
    /// Notes on the way, as a JSON list, in place of those there are.
    pub mid_trade_notes: MaybeUndefined<Json>,
    /// Why it was adjusted, as a JSON list, in place of those there are.
    pub adjustment_reasons: MaybeUndefined<Json>,
    /// Emotions on the way, as a JSON list, in place of those there are.
    pub emotional_state: MaybeUndefined<Json>,
    /// What is known afterwards, at most 50,000 characters.
    pub post_trade_analysis: MaybeUndefined<String>,
    /// What went right, at most 50,000 characters.
    pub what_went_right: MaybeUndefined<String>,
    /// What went wrong, at most 50,000 characters.
    pub what_went_wrong: MaybeUndefined<String>,
    /// What was learned, at most 50,000 characters.
    pub key_learnings: MaybeUndefined<String>,
    /// What would be done differently, at most 50,000 characters.
    pub would_do_differently: MaybeUndefined<String>,
    /// How well it was executed, 1 to 10.
    pub execution_quality: MaybeUndefined<i32>,
    /// How well it was timed, 1 to 10.
    pub timing_quality: MaybeUndefined<i32>,
    /// How well its risk was managed, 1 to 10.
    pub risk_management_quality: MaybeUndefined<i32>,
    /// The emotion before, at most 50 characters.
    pub pre_trade_emotion: MaybeUndefined<String>,
    /// The emotion during it, at most 50 characters.
    pub during_trade_emotion: MaybeUndefined<String>,
    /// The emotion after it, at most 50 characters.
    pub post_trade_emotion: MaybeUndefined<String>,
    /// How disciplined it was, 1 to 10.
    pub emotional_discipline_rating: MaybeUndefined<i32>,
    /// The analysis's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An analysis that was changed.
#[derive(SimpleObject)]
pub struct UpdateTradeAnalysisPayload {
    /// The analysis as it is now.
    trade_analysis: TradeAnalysis,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    analysis: Uuid,
}

impl Mutation for UpdateTradeAnalysisInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateTradeAnalysisPayload;

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
            check.new_text(field, text, max);
        }
        for (field, rating) in [
            ("executionQuality", &self.execution_quality),
            ("timingQuality", &self.timing_quality),
            ("riskManagementQuality", &self.risk_management_quality),
            ("emotionalDisciplineRating", &self.emotional_discipline_rating),
        ] {
            check.new_range(field, rating, 1, 10);
        }
        list(check, "midTradeNotes", self.mid_trade_notes.value());
        list(check, "adjustmentReasons", self.adjustment_reasons.value());
        list(check, "emotionalState", self.emotional_state.value());
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let analysis: trade_analysis::Model = write.row(self.id, self.expected_updated_at).await?;
        write.update(self.id, self.columns()).await?;
        let deed = Deed::new(MODULE, "trade_analysis_updated", "An analysis of a trade was changed.");
        Ok((Changed { analysis: analysis.id }, deed.updated::<TradeAnalysis>(analysis.id)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateTradeAnalysisPayload> {
        Ok(UpdateTradeAnalysisPayload { trade_analysis: call.fetch(changed.analysis).await? })
    }
}

impl UpdateTradeAnalysisInput {
    fn columns(self) -> ActiveModel {
        ActiveModel {
            pre_trade_analysis: change(self.pre_trade_analysis, |text| text),
            entry_criteria: change(self.entry_criteria, |text| text),
            risk_assessment: change(self.risk_assessment, |text| text),
            expected_duration: change(self.expected_duration, |text| text),
            mid_trade_notes: change(self.mid_trade_notes, |notes| notes.0),
            adjustment_reasons: change(self.adjustment_reasons, |reasons| reasons.0),
            emotional_state: change(self.emotional_state, |emotions| emotions.0),
            post_trade_analysis: change(self.post_trade_analysis, |text| text),
            what_went_right: change(self.what_went_right, |text| text),
            what_went_wrong: change(self.what_went_wrong, |text| text),
            key_learnings: change(self.key_learnings, |text| text),
            would_do_differently: change(self.would_do_differently, |text| text),
            execution_quality: change(self.execution_quality, |rating| rating),
            timing_quality: change(self.timing_quality, |rating| rating),
            risk_management_quality: change(self.risk_management_quality, |rating| rating),
            pre_trade_emotion: change(self.pre_trade_emotion, |text| text),
            during_trade_emotion: change(self.during_trade_emotion, |text| text),
            post_trade_emotion: change(self.post_trade_emotion, |text| text),
            emotional_discipline_rating: change(self.emotional_discipline_rating, |rating| rating),
            ..Default::default()
        }
    }
}
