//! `openTradeLogs`: several trades, each with a result of its own.

use std::sync::Arc;

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{
    MODULE, OpenTradeLogInput,
    open_trade_log::{Opened, hold_prices, open},
};
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::Result,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
    },
    journaling::{
        store::Facts,
        types::{TradeAnalysis, TradeLog},
    },
};

/// Trades that begin.
#[derive(InputObject)]
pub struct OpenTradeLogsInput {
    /// The trades, at least one and at most 100.
    pub items: Vec<OpenTradeLogInput>,
    /// What happens when some of them cannot be opened.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each trade.
#[derive(SimpleObject)]
pub struct OpenTradeLogsPayload {
    /// One result for each trade, in the order of the input.
    results: Vec<OpenedTradeLog>,
}

/// What came of one trade.
#[derive(SimpleObject)]
pub struct OpenedTradeLog {
    /// Its place in the input, from 0.
    index: usize,
    /// The new trade log, null when it was not opened.
    trade_log: Option<TradeLog>,
    /// Why it was not opened, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct AllOpened {
    items: Vec<Outcome<Opened>>,
}

struct ToOpen {
    facts: Arc<Facts>,
    given: OpenTradeLogInput,
}

impl Item for ToOpen {
    type Done = Opened;

    fn check(&self, check: &mut Check) {
        self.given.trade.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<Opened> {
        open(write, &self.facts, self.given).await
    }
}

impl Mutation for OpenTradeLogsInput {
    const MODULE: Module = MODULE;
    type Done = AllOpened;
    type Payload = OpenTradeLogsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "items", &self.items);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(AllOpened, Deed)> {
        hold_prices(write, self.items.iter().map(|given| &given.trade).collect()).await?;
        let facts = Arc::new(Facts::of(write.call().viewer()?, clock::now()));
        let items = self.items.into_iter().map(|given| ToOpen { facts: facts.clone(), given }).collect();
        let items = batch::each(write, "items", items, self.error_policy).await?;
        let opened: Vec<&Opened> = items.iter().filter_map(Outcome::done).collect();
        let deed = Deed::new(MODULE, "trade_logs_opened", "Trades were opened.")
            .each::<TradeLog>(Change::Created, opened.iter().map(|opened| opened.trade_log))
            .each::<TradeAnalysis>(Change::Created, opened.iter().filter_map(|opened| opened.analysis));
        Ok((AllOpened { items }, deed))
    }

    async fn payload(call: &Call, opened: AllOpened) -> Result<OpenTradeLogsPayload> {
        let shown = batch::shown(call, opened.items, |opened| opened.trade_log).await?.into_iter().enumerate();
        let results =
            shown.map(|(index, (trade_log, problems))| OpenedTradeLog { index, trade_log, problems }).collect();
        Ok(OpenTradeLogsPayload { results })
    }
}
