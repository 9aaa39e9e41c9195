//! `createHoldings`: holdings by hand, in a batch.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewHoldingInput,
    inputs::hold_prices,
    settle::{Books, portfolio_named, portfolios, preferred_currency},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
    },
    portfolio::types::{Holding, Portfolio},
};

/// Holdings to enter.
#[derive(InputObject)]
pub struct CreateHoldingsInput {
    /// The portfolio that holds them; none when left out.
    pub portfolio_id: Option<Id<Portfolio>>,
    /// The holdings, at least one and at most 100.
    pub items: Vec<NewHoldingInput>,
    /// What happens when some of them cannot be entered.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each holding.
#[derive(SimpleObject)]
pub struct CreateHoldingsPayload {
    /// The portfolios whose figures follow, as they are now.
    portfolios: Vec<Portfolio>,
    /// One result for each holding, in the order of the input.
    results: Vec<CreatedHolding>,
}

/// What came of one holding.
#[derive(SimpleObject)]
pub struct CreatedHolding {
    /// Its place in the input, from 0.
    index: usize,
    /// The new holding, null when it was not entered.
    holding: Option<Holding>,
    /// Why it was not entered, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct EnteredAll {
    portfolios: Vec<Uuid>,
    items: Vec<Outcome<Entered>>,
}

/// A holding that was entered.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entered {
    pub holding: Uuid,
}

/// Where a holding goes, and in which currency it is held there.
#[derive(Clone)]
pub(super) struct Home {
    /// The portfolio; none when it belongs to none.
    pub vault: Option<String>,
    pub currency: String,
}

impl Home {
    /// The portfolio that the input names, if it names one.
    pub async fn named(write: &Write<'_>, portfolio: Option<Id<Portfolio>>) -> Result<Self> {
        let Some(id) = portfolio else { return Ok(Self { vault: None, currency: preferred_currency(write)? }) };
        let portfolio = portfolio_named(write, id, "portfolioId").await?;
        Ok(Self { vault: Some(portfolio.vault_id), currency: portfolio.currency })
    }
}

/// One holding, with the place where it goes.
pub(super) struct ToEnter {
    pub id: Uuid,
    pub home: Home,
    pub given: NewHoldingInput,
}

/// The holdings of an input, for one place.
pub(super) fn holdings_to_enter(home: &Home, items: Vec<NewHoldingInput>) -> Vec<ToEnter> {
    let to_enter = |given| ToEnter { id: Uuid::now_v7(), home: home.clone(), given };
    items.into_iter().map(to_enter).collect()
}

/// A symbol that is there already, under the name of its field.
pub(super) fn named_symbol(error: Error) -> Error {
    error.renaming("userIdVaultIdSymbol", "symbol").renaming("idxPortfolioHoldingsUserIdSymbol", "symbol")
}

impl Item for ToEnter {
    type Done = Entered;

    fn check(&self, check: &mut Check) {
        self.given.check(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<Entered> {
        let last = self.given.last_price(write, &self.home.currency).await?;
        let row = self.given.into_row(self.id, write.user_id(), self.home.vault, last);
        write.insert(row).await.map_err(named_symbol)?;
        Ok(Entered { holding: self.id })
    }
}

impl Mutation for CreateHoldingsInput {
    const MODULE: Module = MODULE;
    type Done = EnteredAll;
    type Payload = CreateHoldingsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "items", &self.items);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(EnteredAll, Deed)> {
        hold_prices(write, self.items.iter().filter_map(NewHoldingInput::unpriced).collect()).await?;
        let books = Books::open(write).await?;
        let home = Home::named(write, self.portfolio_id).await?;
        let items = holdings_to_enter(&home, self.items);
        let items = batch::each(write, "items", items, self.error_policy).await?;
        let entered: Vec<Uuid> = items.iter().filter_map(Outcome::done).map(|Entered { holding }| *holding).collect();
        let place = books.place(home.vault.as_deref());
        let settled = books.settle(write, &[place], &["input", "items"]).await?;
        let deed = Deed::new(MODULE, "holdings_created", "Holdings were entered by hand.")
            .each::<Holding>(Change::Created, entered.iter().copied());
        let done = EnteredAll { portfolios: settled.portfolios(), items };
        Ok((done, settled.told_by(deed, &entered)))
    }

    async fn payload(call: &Call, entered: EnteredAll) -> Result<CreateHoldingsPayload> {
        let shown = batch::shown(call, entered.items, |entered| entered.holding).await?.into_iter().enumerate();
        let results = shown.map(|(index, (holding, problems))| CreatedHolding { index, holding, problems }).collect();
        Ok(CreateHoldingsPayload { portfolios: portfolios(call, entered.portfolios).await?, results })
    }
}
