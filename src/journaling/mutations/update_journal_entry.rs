//! `updateJournalEntry`: what an entry says, and who may read it.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::journal_entries::{self, ActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    MODULE,
    inputs::{TEXT_MAX, check_tags},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::{Check, change, keep_or_set, symbol},
        mutation::{Deed, Mutation, Write},
        scalars::{Date, DateTime, Decimal},
    },
    journaling::types::{JournalEntry, JournalEntryType, TradeLog, TradeType},
};

/// What is to change of an entry. A field that is left out stays as it is. Its own trade log has mutations of its own.
#[derive(InputObject)]
pub struct UpdateJournalEntryInput {
    /// One of the viewer's own entries.
    pub id: Id<JournalEntry>,
    /// The heading, at most 500 characters; null clears it.
    pub title: MaybeUndefined<String>,
    /// The text, not blank, at most 50,000 characters.
    pub content: MaybeUndefined<String>,
    /// What it is about; null leaves it open.
    pub entry_type: MaybeUndefined<JournalEntryType>,
    /// A trade of the viewer's own that the entry writes about; null for none.
    pub about_trade_id: MaybeUndefined<Id<TradeLog>>,
    /// The symbol that it is about, at most 20 characters; stored in capitals; null clears it.
    pub asset_symbol: MaybeUndefined<String>,
    /// Which way the trade goes; null clears it.
    pub trade_type: MaybeUndefined<TradeType>,
    /// Price of a unit at entry; greater than 0, at most 4 decimal places; null clears it.
    pub entry_price: MaybeUndefined<Decimal>,
    /// Price of a unit at exit; greater than 0, at most 4 decimal places; null clears it.
    pub exit_price: MaybeUndefined<Decimal>,
    /// Units; greater than 0, at most 8 decimal places; null clears them.
    pub quantity: MaybeUndefined<Decimal>,
    /// The strategy followed, at most 100 characters; null clears it.
    pub strategy_used: MaybeUndefined<String>,
    /// Why, at most 50,000 characters; null clears it.
    pub reasoning: MaybeUndefined<String>,
    /// How the market stood, at most 50,000 characters; null clears it.
    pub market_conditions: MaybeUndefined<String>,
    /// How confident the author is, 1 to 10; null clears it.
    pub confidence_level: MaybeUndefined<i32>,
    /// What was expected, at most 50,000 characters; null clears it.
    pub expected_outcome: MaybeUndefined<String>,
    /// What came of it, at most 50,000 characters; null clears it.
    pub actual_outcome: MaybeUndefined<String>,
    /// How well it went, 1 to 10; null clears it.
    pub success_rating: MaybeUndefined<i32>,
    /// What was learned, at most 50,000 characters; null clears it.
    pub lessons_learned: MaybeUndefined<String>,
    /// Words to find it by, in place of those there are; at most 50, each at most 50 characters; null clears them.
    pub tags: MaybeUndefined<Vec<String>>,
    /// The author's mood, at most 50 characters; null clears it.
    pub mood: MaybeUndefined<String>,
    /// The market's phase, at most 50 characters; null clears it.
    pub market_phase: MaybeUndefined<String>,
    /// Whether everybody signed in may read it, without its trade log and analysis; null stands for false.
    pub is_public: MaybeUndefined<bool>,
    /// The day that it is about.
    pub entry_date: MaybeUndefined<Date>,
    /// The entry's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An entry that was changed.
#[derive(SimpleObject)]
pub struct UpdateJournalEntryPayload {
    /// The entry as it is now.
    journal_entry: JournalEntry,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    entry: Uuid,
}

impl Mutation for UpdateJournalEntryInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateJournalEntryPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("content", &self.content);
        check.never_null("entryDate", &self.entry_date);
        for (field, text, max) in [
            ("title", &self.title, 500),
            ("content", &self.content, TEXT_MAX),
            ("strategyUsed", &self.strategy_used, 100),
            ("reasoning", &self.reasoning, TEXT_MAX),
            ("marketConditions", &self.market_conditions, TEXT_MAX),
            ("expectedOutcome", &self.expected_outcome, TEXT_MAX),
            ("actualOutcome", &self.actual_outcome, TEXT_MAX),
            ("lessonsLearned", &self.lessons_learned, TEXT_MAX),
            ("mood", &self.mood, 50),
            ("marketPhase", &self.market_phase, 50),
        ] {
            check.new_text(field, text, max);
        }
        check.new_symbol("assetSymbol", &self.asset_symbol);
        check.new_positive("entryPrice", &self.entry_price, 20, 4);
        check.new_positive("exitPrice", &self.exit_price, 20, 4);
        check.new_positive("quantity", &self.quantity, 20, 8);
        check.new_range("confidenceLevel", &self.confidence_level, 1, 10);
        check.new_range("successRating", &self.success_rating, 1, 10);
        if let Some(tags) = self.tags.value() {
            check_tags(check, tags);
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let entry: journal_entries::Model = write.row(self.id, self.expected_updated_at).await?;
        let id = self.id;
        write.update(id, self.columns()).await.map_err(|error| error.renaming("tradeId", "aboutTradeId"))?;
        let deed = Deed::new(MODULE, "journal_entry_updated", "A journal entry was changed.");
        Ok((Changed { entry: entry.id }, deed.updated::<JournalEntry>(entry.id)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateJournalEntryPayload> {
        Ok(UpdateJournalEntryPayload { journal_entry: call.fetch(changed.entry).await? })
    }
}

impl UpdateJournalEntryInput {
    fn columns(self) -> ActiveModel {
        ActiveModel {
            title: change(self.title, |text| text),
            content: keep_or_set(self.content, |text| text),
            entry_type: change(self.entry_type, |kind| kind.stored().to_owned()),
            trade_id: change(self.about_trade_id, |id| id.0),
            asset_symbol: change(self.asset_symbol, |text| symbol(&text)),
            trade_type: change(self.trade_type, |kind| kind.stored().to_owned()),
            entry_price: change(self.entry_price, |price| price.0),
            exit_price: change(self.exit_price, |price| price.0),
            quantity: change(self.quantity, |quantity| quantity.0),
            strategy_used: change(self.strategy_used, |text| text),
            reasoning: change(self.reasoning, |text| text),
            market_conditions: change(self.market_conditions, |text| text),
            confidence_level: change(self.confidence_level, |level| level),
            expected_outcome: change(self.expected_outcome, |text| text),
            actual_outcome: change(self.actual_outcome, |text| text),
            success_rating: change(self.success_rating, |rating| rating),
            lessons_learned: change(self.lessons_learned, |text| text),
            tags: change(self.tags, |tags| json!(tags)),
            mood: change(self.mood, |text| text),
            market_phase: change(self.market_phase, |text| text),
            is_public: change(self.is_public, |flag| flag),
            entry_date: keep_or_set(self.entry_date, |date| date.0),
            ..Default::default()
        }
    }
}
