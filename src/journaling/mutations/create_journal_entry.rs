//! `createJournalEntry`: the model for every write.
//!
//! The input is checked whole, its rows are written in the transaction of the mutation, and the payload is read from the
//! ids of what was made; the rest is [`perform`](crate::graphql::mutation::perform)'s.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    CreateJournalEntryInput, MODULE,
    open_trade_log::{hold_prices, insert_trade_log},
};
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

async fn insert(write: &Write<'_>, input: CreateJournalEntryInput) -> Result<Made> {
    hold_prices(write, input.trade_log.iter().collect()).await?;
    let facts = Facts::of(write.call().viewer()?, clock::now());
    let entry = input.id.map_or_else(Uuid::now_v7, |id| id.0);
    let entry_date = match input.entry_date {
        Some(day) => day.0,
        None => facts.today(write.transaction()).await?,
    };
    let (row, trade_log) = store::entry_row(entry, &facts, entry_date, input);
    write.insert(row).await.map_err(|error| error.renaming("tradeId", "aboutTradeId"))?;
    let mut made = Made { entry, trade_log: None, analysis: None };
    if let Some(log) = trade_log {
        let id = Uuid::now_v7();
        let analysis = insert_trade_log(write, &facts, (id, Some(entry), entry_date), log).await?;
        (made.trade_log, made.analysis) = (Some(id), analysis);
    }
    Ok(made)
}
