//! `createJournalEntry`: the model for every write.
//!
//! Check the whole input; begin a transaction in the viewer's scope; write the rows; commit them with their activity;
//! read the payload from what then stands.

use async_graphql::InputType;
use chrono::NaiveDate;
use uuid::Uuid;

use super::{CreateJournalEntryInput, CreateTradeLogInput, MODULE};
use crate::{
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        input::Check,
        table::{BY_ID, Record},
        write::{Deed, Write},
    },
    journaling::{
        store::{self, Facts},
        trade,
        types::{JournalEntry, TradeLog},
    },
};

pub async fn run(call: &Call, input: CreateJournalEntryInput) -> Result<JournalEntry> {
    call.viewer()?;
    let mut check = Check::new("input");
    input.check(&mut check);
    check_total(&mut check, input.trade_log.as_ref());
    check.finish()?;

    let record = InputType::to_value(&input).into_json().map_err(Error::internal)?;
    let write = Write::of_viewer(call).await?;
    let (entry_id, trade_log_id) = insert(call, &write, input).await?;
    let mut deed = Deed::new(MODULE, "journal_entry_created", "A journal entry was written.")
        .with_input(record)
        .about(JournalEntry::TABLE.prefix, entry_id);
    if let Some(id) = trade_log_id {
        deed = deed.about(TradeLog::TABLE.prefix, id);
    }
    write.commit(deed).await?;

    let row = call.one::<JournalEntry>(BY_ID, vec![entry_id.into()]).await?;
    JournalEntry::from_row(row.ok_or_else(|| Error::not_found("journal entry"))?)
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

/// Writes the rows; answers the ids of the entry and of its trade log.
async fn insert(call: &Call, write: &Write<'_>, input: CreateJournalEntryInput) -> Result<(Uuid, Option<Uuid>)> {
    let transaction = write.transaction();
    let facts = Facts::read(transaction, call.viewer()?, clock::now()).await?;
    let entry_id = input.id.map_or_else(Uuid::now_v7, |id| id.0);
    let entry_date = input.entry_date.map_or(facts.today, |date| date.0);
    let (row, trade_log) = store::entry_row(entry_id, &facts, entry_date, input);
    store::insert_entry(transaction, row).await.map_err(|error| error.renaming("tradeId", "aboutTradeId"))?;
    let trade_log_id = match trade_log {
        Some(log) => Some(insert_trade_log(write, &facts, entry_id, entry_date, log).await?),
        None => None,
    };
    Ok((entry_id, trade_log_id))
}

async fn insert_trade_log(
    write: &Write<'_>,
    facts: &Facts,
    entry_id: Uuid,
    entry_date: NaiveDate,
    mut input: CreateTradeLogInput,
) -> Result<Uuid> {
    let transaction = write.transaction();
    let analysis = input.analysis.take();
    let currency = input.currency.take().map_or_else(|| facts.currency.clone(), |currency| currency.0);
    let portfolio_value = store::portfolio_value(transaction, facts.user_id, &currency).await?;
    let id = Uuid::now_v7();
    let row = store::trade_log_row(id, facts, (entry_id, entry_date), (currency, portfolio_value), input)?;
    store::insert_trade_log(transaction, row).await?;
    if let Some(analysis) = analysis {
        let row = store::analysis_row(facts.user_id, id, analysis);
        store::insert_analysis(transaction, row).await?;
    }
    Ok(id)
}
