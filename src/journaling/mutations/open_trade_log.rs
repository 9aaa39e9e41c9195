//! `openTradeLog`: a trade of its own, or the one that an entry records.

use async_graphql::{InputObject, SimpleObject};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, NewTradeLogInput};
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::{Check, symbol},
        mutation::{Deed, Mutation, Write},
    },
    journaling::{
        store::{self, Facts},
        types::{JournalEntry, TradeAnalysis, TradeLog},
    },
    prices::{self, Hold},
};

/// A trade that begins.
#[derive(InputObject)]
pub struct OpenTradeLogInput {
    /// An id of the client's choice, `trade_log_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<TradeLog>>,
    /// One of the viewer's own entries, which has no trade log yet; without one the trade stands alone.
    pub journal_entry_id: Option<Id<JournalEntry>>,
    #[graphql(flatten)]
    pub trade: NewTradeLogInput,
}

/// A trade that was opened.
#[derive(SimpleObject)]
pub struct OpenTradeLogPayload {
    /// The new trade log, with its analysis when one was given.
    trade_log: TradeLog,
}

/// The ids of what was made.
#[derive(Clone, Serialize, Deserialize)]
pub struct Opened {
    pub trade_log: Uuid,
    pub analysis: Option<Uuid>,
}

impl Mutation for OpenTradeLogInput {
    const MODULE: Module = MODULE;
    type Done = Opened;
    type Payload = OpenTradeLogPayload;

    fn check(&self, check: &mut Check) {
        self.trade.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Opened, Deed)> {
        hold_prices(write, vec![&self.trade]).await?;
        let facts = Facts::of(write.call().viewer()?, clock::now());
        let opened = open(write, &facts, self).await?;
        let mut deed = Deed::new(MODULE, "trade_log_opened", "A trade was opened.");
        deed = deed.created::<TradeLog>(opened.trade_log);
        if let Some(id) = opened.analysis {
            deed = deed.created::<TradeAnalysis>(id);
        }
        Ok((opened, deed))
    }

    async fn payload(call: &Call, opened: Opened) -> Result<OpenTradeLogPayload> {
        Ok(OpenTradeLogPayload { trade_log: call.fetch(opened.trade_log).await? })
    }
}

/// Holds the last prices of what is traded; before everything else, see [`prices::hold`].
pub(super) async fn hold_prices(write: &Write<'_>, trades: Vec<&NewTradeLogInput>) -> Result<()> {
    let symbols = trades.into_iter().map(|trade| symbol(&trade.symbol)).collect();
    prices::hold(write.transaction(), symbols, Hold::Shared).await
}

/// Writes one trade log, and its analysis when it is given.
pub(super) async fn open(write: &Write<'_>, facts: &Facts, input: OpenTradeLogInput) -> Result<Opened> {
    let entry = input.journal_entry_id.map(|id| id.0);
    let day = match entry {
        None => facts.today(write.transaction()).await?,
        Some(entry) => {
            let day = store::entry_date(write.transaction(), facts.user_id, entry).await?;
            day.ok_or_else(|| {
                Error::invalid(&["input", "journalEntryId"], "NOT_FOUND", "There is no such journal entry.")
            })?
        }
    };
    let trade_log = input.id.map_or_else(Uuid::now_v7, |id| id.0);
    let analysis = insert_trade_log(write, facts, (trade_log, entry, day), input.trade).await?;
    Ok(Opened { trade_log, analysis })
}

/// Writes a trade log under this id, for this entry if for any, and its analysis; the day stands in for one not given.
pub(super) async fn insert_trade_log(
    write: &Write<'_>,
    facts: &Facts,
    (id, entry, day): (Uuid, Option<Uuid>, NaiveDate),
    mut input: NewTradeLogInput,
) -> Result<Option<Uuid>> {
    let analysis = input.analysis.take();
    let currency = input.currency.take().map_or_else(|| facts.currency.clone(), |currency| currency.0);
    let portfolio_value = store::portfolio_value(write.transaction(), facts.user_id, &currency).await?;
    write.insert(store::trade_log_row(id, facts, (entry, day), (currency, portfolio_value), input)?).await?;
    prices::value_at_last_price(write.transaction(), id).await?;
    let Some(analysis) = analysis else { return Ok(None) };
    let analysis_id = Uuid::now_v7();
    write.insert(store::analysis_row(analysis_id, facts.user_id, id, analysis)).await?;
    Ok(Some(analysis_id))
}
