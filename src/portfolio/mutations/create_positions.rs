//! `createPositions`: positions by hand, in a batch.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewPositionInput,
    inputs::hold_prices,
    settle::{Books, open_portfolios, portfolios, preferred_currency},
};
use crate::{
    access::Module,
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
    portfolio::{
        store,
        types::{Portfolio, Position},
    },
};

/// Positions to enter.
#[derive(InputObject)]
pub struct CreatePositionsInput {
    /// The positions, at least one and at most 100.
    pub items: Vec<NewPositionInput>,
    /// What happens when some of them cannot be entered.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each position.
#[derive(SimpleObject)]
pub struct CreatePositionsPayload {
    /// The portfolios that follow, as they are now; new ones too.
    portfolios: Vec<Portfolio>,
    /// One result for each position, in the order of the input.
    results: Vec<CreatedPosition>,
}

/// What came of one position.
#[derive(SimpleObject)]
pub struct CreatedPosition {
    /// Its place in the input, from 0.
    index: usize,
    /// The new position, null when it was not entered.
    position: Option<Position>,
    /// Why it was not entered, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct EnteredAll {
    portfolios: Vec<Uuid>,
    items: Vec<Outcome<Entered>>,
}

/// A position that was entered.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entered {
    pub position: Uuid,
    pub account: String,
    /// Portfolios that were made for it.
    pub opened: Vec<Uuid>,
}

/// One position to enter.
pub(super) struct ToEnter {
    pub id: Uuid,
    pub given: NewPositionInput,
}

impl Item for ToEnter {
    type Done = Entered;

    fn check(&self, check: &mut Check) {
        self.given.check(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<Entered> {
        let (position, user, account) = (self.id, write.user_id(), self.given.account());
        let currency = match &self.given.currency {
            Some(currency) => Some(currency.0.clone()),
            None => store::currency_of_account(write.transaction(), user, &account).await?,
        };
        let currency = currency.map_or_else(|| preferred_currency(write), Ok)?;
        let last = self.given.last_price(write, &currency).await?;
        let inserted = write.insert(self.given.into_row(position, user, currency, last)).await;
        inserted.map_err(|error| error.renaming("userIdSymbolAccount", "symbol"))?;
        let opened = open_portfolios(write, std::slice::from_ref(&account), &["input", "symbol"]).await?;
        Ok(Entered { position, account, opened })
    }
}

impl Mutation for CreatePositionsInput {
    const MODULE: Module = MODULE;
    type Done = EnteredAll;
    type Payload = CreatePositionsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "items", &self.items);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(EnteredAll, Deed)> {
        hold_prices(write, self.items.iter().filter_map(NewPositionInput::unpriced).collect()).await?;
        let books = Books::open(write).await?;
        let items = self.items.into_iter().map(|given| ToEnter { id: Uuid::now_v7(), given }).collect();
        let items = batch::each(write, "items", items, self.error_policy).await?;
        let entered: Vec<&Entered> = items.iter().filter_map(Outcome::done).collect();
        let accounts: Vec<String> = entered.iter().map(|entered| entered.account.clone()).collect();
        let positions: Vec<Uuid> = entered.iter().map(|entered| entered.position).collect();
        let opened = entered.iter().flat_map(|entered| entered.opened.iter().copied());
        let settled =
            books.settle_accounts(write, &accounts, Vec::new(), &["input", "items"]).await?.having_opened(opened);
        let deed = Deed::new(MODULE, "positions_created", "Positions were entered by hand.")
            .each::<Position>(Change::Created, positions.iter().copied());
        let done = EnteredAll { portfolios: settled.portfolios(), items };
        Ok((done, settled.told_by(deed, &positions)))
    }

    async fn payload(call: &Call, entered: EnteredAll) -> Result<CreatePositionsPayload> {
        let shown = batch::shown(call, entered.items, |entered| entered.position).await?.into_iter().enumerate();
        let results =
            shown.map(|(index, (position, problems))| CreatedPosition { index, position, problems }).collect();
        Ok(CreatePositionsPayload { portfolios: portfolios(call, entered.portfolios).await?, results })
    }
}
