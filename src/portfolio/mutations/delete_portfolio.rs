//! `deletePortfolio`: a portfolio with everything in it.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, settle::Books};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
    },
    portfolio::{
        store::{self, feeding::refused},
        types::{AccountPortfolio, Holding, Portfolio},
    },
    preferences::types::Preferences,
};

/// A portfolio to delete.
#[derive(InputObject)]
pub struct DeletePortfolioInput {
    /// The portfolio.
    pub id: Id<Portfolio>,
    /// The portfolio's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// Whether everything is only to be tried: the answer is the same, and nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A portfolio that is gone.
#[derive(SimpleObject)]
pub struct DeletePortfolioPayload {
    /// The portfolio that there was.
    portfolio_id: Id<Portfolio>,
    /// Its holdings, which went with it.
    holding_ids: Vec<Id<Holding>>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    portfolio: Uuid,
    holdings: Vec<Uuid>,
}

impl Mutation for DeletePortfolioInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeletePortfolioPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let books = Books::open(write).await?;
        let standing = write.row(self.id, self.expected_updated_at).await?;
        let (portfolio, user, vault) = (standing.id, standing.user_id, standing.vault_id);
        if let Some(feed) = books.before().iter().find(|feed| feed.vault == vault || feed.base == vault) {
            let sentence = format!(
                "Positions of the account {} feed this portfolio: delete them first, or let the account feed another.",
                feed.account
            );
            return Err(refused(&["input", "id"], "FED", sentence));
        }
        let holdings = store::holdings_of(write.transaction(), user, &vault).await?;
        let mappings = store::mappings_to(write.transaction(), user, &vault).await?;
        let preferences = store::rename_default(write.transaction(), user, (&vault, None)).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "portfolio_deleted", "A portfolio was deleted with its holdings.")
            .deleted::<Portfolio>(portfolio)
            .each::<Holding>(Change::Deleted, holdings.iter().copied())
            .each::<AccountPortfolio>(Change::Deleted, mappings)
            .each::<Preferences>(Change::Updated, preferences);
        Ok((Gone { portfolio, holdings }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeletePortfolioPayload> {
        let holding_ids = gone.holdings.into_iter().map(Id::new).collect();
        Ok(DeletePortfolioPayload { portfolio_id: Id::new(gone.portfolio), holding_ids })
    }
}
