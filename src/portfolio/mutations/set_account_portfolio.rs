//! `setAccountPortfolio`: which portfolio an account feeds.

use async_graphql::{InputObject, SimpleObject};
use entity::account_portfolios;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    inputs::NAME_MAX,
    settle::{Books, portfolio_named, portfolios},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    portfolio::{
        store,
        types::{AccountPortfolio, Portfolio},
    },
};

/// Which portfolio an account feeds.
#[derive(InputObject)]
pub struct SetAccountPortfolioInput {
    /// The account, as its positions name it or imports will; at most 100 characters.
    pub account: String,
    /// The portfolio that it feeds; left out or null, it feeds the one that bears its name, which is made when positions
    /// need it.
    pub portfolio_id: Option<Id<Portfolio>>,
    /// The mapping's `updatedAt` as it was last seen. Changed since, or gone, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// Where an account's holdings are from now on.
#[derive(SimpleObject)]
pub struct SetAccountPortfolioPayload {
    /// The mapping as it is now, null when the account feeds the portfolio that bears its name.
    account_portfolio: Option<AccountPortfolio>,
    /// The portfolios that follow, as they are now: where the holdings are, and where they were.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Settled {
    mapping: Option<Uuid>,
    portfolios: Vec<Uuid>,
}

impl Mutation for SetAccountPortfolioInput {
    const MODULE: Module = MODULE;
    type Done = Settled;
    type Payload = SetAccountPortfolioPayload;

    fn check(&self, check: &mut Check) {
        check.text("account", self.account.trim(), NAME_MAX);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Settled, Deed)> {
        let books = Books::open(write).await?;
        let account = self.account.trim().to_owned();
        let vault = match self.portfolio_id {
            Some(id) => Some(portfolio_named(write, id, "portfolioId").await?.vault_id),
            None => None,
        };
        let deed = Deed::new(MODULE, "account_portfolio_set", "It was said which portfolio an account feeds.");
        let (mapping, deed) = map(write, &account, vault, (self.expected_updated_at, deed)).await?;
        let settled = books.settle_accounts(write, &[account], Vec::new(), &["input", "account"]).await?;
        let done = Settled { mapping, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[])))
    }

    async fn payload(call: &Call, settled: Settled) -> Result<SetAccountPortfolioPayload> {
        let account_portfolio = match settled.mapping {
            Some(mapping) => Some(call.fetch(mapping).await?),
            None => None,
        };
        Ok(SetAccountPortfolioPayload { account_portfolio, portfolios: portfolios(call, settled.portfolios).await? })
    }
}

/// Writes what was said of an account; answers the mapping that stands then, and the deed that tells of it.
async fn map(
    write: &Write<'_>,
    account: &str,
    vault: Option<String>,
    (expected, deed): (Option<DateTime>, Deed),
) -> Result<(Option<Uuid>, Deed)> {
    let standing = store::mapping_of(write.transaction(), write.user_id(), account).await?;
    let Some(standing) = standing else {
        if expected.is_some() {
            return Err(Error::conflict("This account is not mapped any more; nothing was changed."));
        }
        let Some(vault) = vault else { return Ok((None, deed)) };
        let mapping = Uuid::now_v7();
        let row = account_portfolios::ActiveModel {
            id: Set(mapping),
            user_id: Set(write.user_id()),
            account: Set(account.to_owned()),
            vault_id: Set(vault),
            ..Default::default()
        };
        write.insert(row).await.map_err(|error| error.renaming("userIdAccount", "account"))?;
        return Ok((Some(mapping), deed.created::<AccountPortfolio>(mapping)));
    };
    let id = Id::<AccountPortfolio>::new(standing.id);
    write.row(id, expected).await?;
    let Some(vault) = vault else {
        write.delete(id).await?;
        return Ok((None, deed.deleted::<AccountPortfolio>(standing.id)));
    };
    let row = account_portfolios::ActiveModel { vault_id: Set(vault), ..Default::default() };
    write.update(id, row).await?;
    Ok((Some(standing.id), deed.updated::<AccountPortfolio>(standing.id)))
}
