//! `updatePrices`: what a feed has brought.

use std::collections::{BTreeMap, HashSet};

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime as Moment, SubsecRound, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    quote::Quote,
    store::{self, Changed, Judged, News, Revalued},
};
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Issue, Result},
        id,
        input::{Check, symbol},
        mutation::{
            Actor, Answered, Deed, Mutation, Write,
            batch::{ErrorPolicy, Problem},
            deed::{Change, Notice},
            perform,
        },
        scalars::{DateTime, Decimal},
        table::Record,
    },
    journaling::types::TradeLog,
    portfolio::types::{Holding, Portfolio, Position},
    watchlists::types::WatchlistItem,
};

/// How many prices a batch takes: as many as fit into the body of a request.
const PRICES_MAX: usize = 500;
/// How long the name of a feed may be, in characters.
const SOURCE_MAX: usize = 50;

/// What a unit of something costs.
#[derive(InputObject)]
pub struct NewPriceInput {
    /// What it is the price of, at most 20 characters; capitals and small letters are the same.
    pub symbol: String,
    /// What a unit costs: above 0, below 10^12, at most 4 decimal places.
    pub price: Decimal,
    /// ISO 4217 code of its currency. It applies only to what is in the same.
    pub currency: String,
    /// What a unit cost when the day before ended, for gains of the day; they stay as they are when it is left out.
    pub previous_close: Option<Decimal>,
    /// When it cost that, at most 5 minutes ahead of the server's clock.
    pub time: DateTime,
}

/// A batch of prices.
#[derive(InputObject)]
pub struct UpdatePricesInput {
    /// The prices, at least one and at most 500, one for each symbol and currency.
    pub prices: Vec<NewPriceInput>,
    /// What the feed is called, at most 50 characters; the price history names it.
    pub source: String,
    /// What happens when some of them are refused. Other than with batches of people the rest is taken when nothing is said: one
    /// symbol's slip does not hold up the others.
    #[graphql(default_with = "ErrorPolicy::ApplyValid")]
    pub error_policy: ErrorPolicy,
}

/// What came of a price.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceOutcome {
    /// It is the latest now: kept in the history, and everything follows from it.
    Taken,
    /// The same price of the same time was there already; only what came to hold, watch or trade the symbol since follows.
    Unchanged,
    /// One of the same time or of a later one was there already; nothing was changed.
    Stale,
    /// It is wrong, or nobody holds, watches or trades the symbol in this currency; the problems tell.
    Refused,
}

/// What came of one price.
#[derive(SimpleObject)]
pub struct UpdatedPrice {
    /// Its place in the input, from 0.
    index: usize,
    /// The symbol, as holdings have it.
    symbol: String,
    /// The currency, as it was sent.
    currency: String,
    /// What came of it.
    outcome: PriceOutcome,
    /// How many holdings are worth something else now, of all users. One that knew a later price, such as from an import, or
    /// whose value would not fit its column, stays as it is.
    holdings: u64,
    /// How many positions have it now.
    positions: u64,
    /// How many watchlist items have it now.
    watchlist_items: u64,
    /// How many open trade logs have it now; those that were begun later don't.
    trade_logs: u64,
    /// Why it was refused, empty when it was not.
    problems: Vec<Problem>,
}

/// What came of a batch of prices.
#[derive(SimpleObject)]
pub struct UpdatePricesPayload {
    /// How many were taken.
    taken: u64,
    /// How many portfolios have other figures now.
    portfolios: u64,
    /// How many portfolios kept their figures and prices, because they would be worth less than nothing, as what they hold
    /// no longer covers the cash that they owe, or more than 18 digits before the point can hold.
    portfolios_kept: u64,
    /// One result for each price, in the order of the input.
    results: Vec<UpdatedPrice>,
}

/// What was done, for the payload.
#[derive(Serialize, Deserialize)]
pub struct Updated {
    portfolios: u64,
    portfolios_kept: u64,
    prices: Vec<Done>,
}

#[derive(Serialize, Deserialize)]
struct Done {
    symbol: String,
    currency: String,
    outcome: PriceOutcome,
    /// Holdings, positions, watchlist items and trade logs.
    rows: [u64; 4],
    issues: Vec<Issue>,
}

impl UpdatePricesInput {
    fn quotes(&self) -> Vec<Quote> {
        let quote = |given: &NewPriceInput| Quote {
            symbol: symbol(&given.symbol),
            currency: given.currency.clone(),
            price: given.price.0,
            previous_close: given.previous_close.map(|close| close.0),
            // What the tables hold is microseconds.
            time: given.time.0.trunc_subsecs(6),
        };
        self.prices.iter().map(quote).collect()
    }
}

impl Mutation for UpdatePricesInput {
    const MODULE: Module = Module::Portfolio;
    const ACTOR: Actor = Actor::PriceFeed;
    // They stand in the price history.
    const WITHHELD: &'static [&'static str] = &["prices"];
    type Done = Updated;
    type Payload = UpdatePricesPayload;

    fn check(&self, check: &mut Check) {
        check.text("source", &self.source, SOURCE_MAX);
        if self.prices.is_empty() {
            check.problem("prices", "REQUIRED", "prices holds at least one.");
        } else if self.prices.len() > PRICES_MAX {
            check.problem("prices", "TOO_MANY", format!("prices holds at most {PRICES_MAX}."));
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Updated, Deed)> {
        let quotes = self.quotes();
        let mut items = looked_at(&quotes, clock::now());
        let news: Vec<News<'_>> = items.iter().filter(|item| item.is_right()).map(Item::news).collect();
        for judged in store::take(write.transaction(), &news, self.source.trim()).await? {
            if let Some(item) = items.get_mut(judged.item) {
                item.judge(judged);
            }
        }
        if self.error_policy == ErrorPolicy::RejectAll && !items.iter().all(Item::is_right) {
            return Err(Error::issues(items.into_iter().flat_map(|item| item.issues).collect()));
        }
        let news: Vec<News<'_>> = items.iter().filter(|item| item.is_latest()).map(Item::news).collect();
        let (revalued, portfolios_kept) = follow(write, &news).await?;
        let taken = items.iter().filter(|item| item.is_taken()).count();
        let sentence = format!("Prices came from a feed: {taken} of {} were taken.", items.len());
        let portfolios = revalued.portfolios.theirs.iter().map(|theirs| theirs.count).sum();
        let prices = items.into_iter().map(|item| item.done(&revalued)).collect();
        let deed = Deed::new(Module::Portfolio, "prices_updated", sentence).telling(notices(revalued));
        Ok((Updated { portfolios, portfolios_kept, prices }, deed))
    }

    async fn payload(_: &Call, updated: Updated) -> Result<UpdatePricesPayload> {
        let taken = updated.prices.iter().filter(|done| done.outcome == PriceOutcome::Taken).count() as u64;
        let result = |(index, done): (usize, Done)| {
            let [holdings, positions, watchlist_items, trade_logs] = done.rows;
            UpdatedPrice {
                index,
                symbol: done.symbol,
                currency: done.currency,
                outcome: done.outcome,
                holdings,
                positions,
                watchlist_items,
                trade_logs,
                problems: done.issues.into_iter().map(Problem::from).collect(),
            }
        };
        Ok(UpdatePricesPayload {
            taken,
            portfolios: updated.portfolios,
            portfolios_kept: updated.portfolios_kept,
            results: updated.prices.into_iter().enumerate().map(result).collect(),
        })
    }
}

/// A price of a batch, with what is known of it so far.
struct Item<'a> {
    place: usize,
    quote: &'a Quote,
    issues: Vec<Issue>,
    judged: Option<Judged>,
}

/// What is wrong with each price by itself, or because there was one of its symbol before it.
fn looked_at(quotes: &[Quote], now: Moment<Utc>) -> Vec<Item<'_>> {
    let mut seen = HashSet::new();
    let look = |(place, quote)| {
        let mut item = Item { place, quote, issues: Vec::new(), judged: None };
        for fault in quote.faults(now) {
            item.refuse(fault.field, fault.code, fault.message);
        }
        if item.is_right() && !seen.insert((&quote.symbol, &quote.currency)) {
            let sentence = format!("{} in {} stands further up in the batch.", quote.symbol, quote.currency);
            item.refuse("symbol", "DUPLICATE", sentence);
        }
        item
    };
    quotes.iter().enumerate().map(look).collect()
}

impl<'a> Item<'a> {
    fn is_right(&self) -> bool {
        self.issues.is_empty()
    }

    fn is_taken(&self) -> bool {
        self.outcome() == PriceOutcome::Taken
    }

    /// Whether it is the latest price, be it new or not.
    fn is_latest(&self) -> bool {
        matches!(self.outcome(), PriceOutcome::Taken | PriceOutcome::Unchanged)
    }

    fn refuse(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.issues.push(Issue::new(&["input", "prices", &self.place.to_string(), field], code, message));
    }

    fn judge(&mut self, judged: Judged) {
        if !judged.is_known {
            let Quote { symbol, currency, .. } = self.quote;
            self.refuse("symbol", "UNKNOWN_SYMBOL", format!("Nobody holds, watches or trades {symbol} in {currency}."));
        }
        self.judged = Some(judged);
    }

    fn news(&self) -> News<'a> {
        News::new(self.place, self.quote, self.judged.as_ref().and_then(|judged| judged.change))
    }

    fn outcome(&self) -> PriceOutcome {
        match &self.judged {
            Some(judged) if judged.is_taken => PriceOutcome::Taken,
            Some(judged) if judged.is_known && judged.standing == Some((self.quote.price, self.quote.time)) => {
                PriceOutcome::Unchanged
            }
            Some(judged) if judged.is_known => PriceOutcome::Stale,
            _ => PriceOutcome::Refused,
        }
    }

    fn done(self, revalued: &Revalued) -> Done {
        let of = |changed: &Changed| changed.counts.get(&self.place).copied().unwrap_or_default();
        Done {
            symbol: self.quote.symbol.clone(),
            currency: self.quote.currency.clone(),
            outcome: self.outcome(),
            rows: [&revalued.holdings, &revalued.positions, &revalued.items, &revalued.logs].map(of),
            issues: self.issues,
        }
    }
}

/// Makes everything follow from what was taken; answers what has changed, and how many portfolios stay as they are.
///
/// Hardly ever does a portfolio have no room for its new figures, so that is found out when PostgreSQL refuses them, and
/// costs the others nothing: what was done is taken back, and done again without those.
async fn follow(write: &Write<'_>, news: &[News<'_>]) -> Result<(Revalued, u64)> {
    let transaction = write.transaction();
    let news = json!(news).into();
    store::lock(transaction, &news).await?;
    // Room to sort and to hash the rows of a large batch.
    transaction.execute_unprepared("SET LOCAL work_mem = '64MB'; SAVEPOINT prices").await?;
    match store::revalue(transaction, &news, &[]).await {
        Err(error) if error.code == ErrorCode::Invalid => {}
        outcome => return Ok((outcome?, 0)),
    }
    transaction.execute_unprepared("ROLLBACK TO SAVEPOINT prices").await?;
    let kept = store::misfits(transaction, &news).await?;
    let revalued = store::revalue(transaction, &news, &kept).await.map_err(Error::internal)?;
    Ok((revalued, kept.len() as u64))
}

/// One notice for each user: their rows that have changed.
fn notices(revalued: Revalued) -> Vec<Notice> {
    let mut told: BTreeMap<Uuid, Vec<(Change, String)>> = BTreeMap::new();
    let Revalued { holdings, positions, items, logs, portfolios } = revalued;
    for (prefix, changed) in [
        (Portfolio::TABLE.prefix, portfolios),
        (Holding::TABLE.prefix, holdings),
        (Position::TABLE.prefix, positions),
        (WatchlistItem::TABLE.prefix, items),
        (TradeLog::TABLE.prefix, logs),
    ] {
        for theirs in changed.theirs {
            told.entry(theirs.user).or_default().extend(named(prefix, &theirs.rows));
        }
    }
    told.into_iter().map(|(user, changes)| Notice { user, changes }).collect()
}

/// Rows by their ids, or by their type where so many have changed that they are not named.
fn named(prefix: &str, rows: &[Uuid]) -> Vec<(Change, String)> {
    if rows.is_empty() {
        return vec![(Change::Updated, prefix.to_owned())];
    }
    rows.iter().map(|row| (Change::Updated, id::text(prefix, *row))).collect()
}

#[derive(Default)]
pub struct PriceMutations;

/// What feeds bring.
#[Object]
impl PriceMutations {
    /// Takes prices from a feed: holdings, positions, watchlist items and open trade logs of everybody who has the symbols
    /// follow, and their portfolios' totals, in one transaction. It needs a token with the scope `prices:write`.
    async fn update_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: UpdatePricesInput,
    ) -> Result<Option<Answered<UpdatePricesPayload>>> {
        perform(ctx, input).await
    }
}
