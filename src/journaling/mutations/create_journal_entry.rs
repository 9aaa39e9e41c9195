//! `createJournalEntry`: the model for every write.
//!
//! The input is checked whole, its rows are written in the transaction of the mutation, and the payload is read from the
//! ids of what was made; the rest is [`perform`](crate::graphql::mutation::perform)'s.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CreateJournalEntryInput, CreateTradeLogInput, MODULE};
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::Result,
        input::Check,
        mutation::{Deed, Mutation, Write},
    },
    journaling::{
        store::{self, Facts},
        trade,
        types::{JournalEntry, TradeAnalysis, TradeLog},
    },
};

/// An entry that was written.
#[derive(SimpleObject)]
pub struct CreateJournalEntryPayload {
    /// The new entry, with its trade log and analysis when they were given.
    journal_entry: JournalEntry,
}

/// The ids of what was made.
#[derive(Serialize, Deserialize)]
pub struct Made {
    entry: Uuid,
    trade_log: Option<Uuid>,
    analysis: Option<Uuid>,
}

impl Mutation for CreateJournalEntryInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateJournalEntryPayload;

    fn check(&self, check: &mut Check) {
        self.check_fields(check);
        check_total(check, self.trade_log.as_ref());
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        let made = insert(write, self).await?;
        let mut deed = Deed::new(MODULE, "journal_entry_created", "A journal entry was written.");
        deed = deed.created::<JournalEntry>(made.entry);
        if let Some(id) = made.trade_log {
            deed = deed.created::<TradeLog>(id);
        }
        if let Some(id) = made.analysis {
            deed = deed.created::<TradeAnalysis>(id);
        }
        Ok((made, deed))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateJournalEntryPayload> {
        Ok(CreateJournalEntryPayload { journal_entry: call.fetch(made.entry).await? })
    }
}

/// The one figure that may not fit although its factors do.
fn check_total(check: &mut Check, trade_log: Option<&CreateTradeLogInput>) {
    let Some(log) = trade_log else { return };
    let total = trade::total_value(log.entry_price.0, log.quantity.0);
    if total.is_none_or(|total| total >= store::TOTAL_LIMIT) {
        check.within("tradeLog", |check| {
            check.problem("quantity", "OUT_OF_RANGE", "entryPrice × quantity has at most 18 digits before the point.");
        });
    }
}

async fn insert(write: &Write<'_>, input: CreateJournalEntryInput) -> Result<Made> {
    let facts = Facts::read(write.transaction(), write.call().viewer()?, clock::now()).await?;
    let entry = input.id.map_or_else(Uuid::now_v7, |id| id.0);
    let entry_date = input.entry_date.map_or(facts.today, |date| date.0);
    let (row, trade_log) = store::entry_row(entry, &facts, entry_date, input);
    write.insert(row).await.map_err(|error| error.renaming("tradeId", "aboutTradeId"))?;
    let mut made = Made { entry, trade_log: None, analysis: None };
    if let Some(log) = trade_log {
        let (id, analysis) = insert_trade_log(write, &facts, (entry, entry_date), log).await?;
        (made.trade_log, made.analysis) = (Some(id), analysis);
    }
    Ok(made)
}

async fn insert_trade_log(
    write: &Write<'_>,
    facts: &Facts,
    entry: (Uuid, NaiveDate),
    mut input: CreateTradeLogInput,
) -> Result<(Uuid, Option<Uuid>)> {
    let analysis = input.analysis.take();
    let currency = input.currency.take().map_or_else(|| facts.currency.clone(), |currency| currency.0);
    let portfolio_value = store::portfolio_value(write.transaction(), facts.user_id, &currency).await?;
    let id = Uuid::now_v7();
    write.insert(store::trade_log_row(id, facts, entry, (currency, portfolio_value), input)?).await?;
    let Some(analysis) = analysis else { return Ok((id, None)) };
    let analysis_id = Uuid::now_v7();
    write.insert(store::analysis_row(analysis_id, facts.user_id, id, analysis)).await?;
    Ok((id, Some(analysis_id)))
}
