//! `createPortfolio`: a portfolio with its holdings.

use async_graphql::{InputObject, SimpleObject};
use entity::portfolio_summary;
use rust_decimal::Decimal as Number;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewHoldingInput,
    create_holdings::{Entered, Home, holdings_to_enter},
    inputs::{NAME_MAX, hold_prices},
    settle::{Books, preferred_currency},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, ITEMS_MAX},
            deed::Change,
        },
        scalars::{Currency, Decimal},
    },
    portfolio::types::{Holding, Portfolio},
};

/// A new portfolio.
#[derive(InputObject)]
pub struct CreatePortfolioInput {
    /// An id of the client's choice, `portfolio_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<Portfolio>>,
    /// What it is called, not blank, at most 100 characters; once for each person.
    pub vault_id: String,
    /// The one currency of everything in it; the viewer's preferred one when left out, or USD.
    pub currency: Option<Currency>,
    /// Cash in it, negative when it is borrowed; at most 2 decimal places; 0 when left out. The portfolio cannot be worth
    /// less than nothing.
    pub cash_balance: Option<Decimal>,
    /// What it holds; at most 100 now, more can be added later.
    #[graphql(default)]
    pub holdings: Vec<NewHoldingInput>,
}

/// A portfolio that was made.
#[derive(SimpleObject)]
pub struct CreatePortfolioPayload {
    /// The new portfolio.
    portfolio: Portfolio,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    portfolio: Uuid,
}

impl Mutation for CreatePortfolioInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreatePortfolioPayload;

    fn check(&self, check: &mut Check) {
        check.text("vaultId", self.vault_id.trim(), NAME_MAX);
        if let Some(cash) = self.cash_balance {
            check.decimal("cashBalance", cash, 20, 2);
        }
        if self.holdings.len() > ITEMS_MAX {
            check.problem("holdings", "TOO_MANY", format!("holdings has at most {ITEMS_MAX} items."));
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        hold_prices(write, self.holdings.iter().filter_map(NewHoldingInput::unpriced).collect()).await?;
        let books = Books::open(write).await?;
        let (portfolio, user) = (self.id.map_or_else(Uuid::now_v7, |id| id.0), write.user_id());
        let vault = self.vault_id.trim().to_owned();
        let cash = self.cash_balance.map_or(Number::ZERO, |cash| cash.0);
        let currency = self.currency.map_or_else(|| preferred_currency(write), |currency| Ok(currency.0))?;
        let row = portfolio_summary::ActiveModel {
            id: Set(portfolio),
            user_id: Set(user),
            vault_id: Set(vault.clone()),
            currency: Set(currency.clone()),
            cash_balance: Set(cash),
            ..Default::default()
        };
        write.insert(row).await.map_err(|error| error.renaming("userIdVaultId", "vaultId"))?;
        let home = Home { vault: Some(vault.clone()), currency };
        let holdings = holdings_to_enter(&home, self.holdings);
        let entered = batch::each(write, "holdings", holdings, ErrorPolicy::RejectAll).await?;
        let entered: Vec<Uuid> =
            entered.iter().filter_map(|outcome| outcome.done()).map(|Entered { holding }| *holding).collect();

        let place = books.place(Some(&vault));
        let blamed = if cash.is_sign_negative() { "cashBalance" } else { "holdings" };
        let settled = books.settle(write, &[place], &["input", blamed]).await?;
        let deed = Deed::new(MODULE, "portfolio_created", "A portfolio was made.")
            .created::<Portfolio>(portfolio)
            .each::<Holding>(Change::Created, entered.iter().copied());
        let named: Vec<Uuid> = entered.into_iter().chain([portfolio]).collect();
        Ok((Made { portfolio }, settled.told_by(deed, &named)))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreatePortfolioPayload> {
        Ok(CreatePortfolioPayload { portfolio: call.fetch(made.portfolio).await? })
    }
}
