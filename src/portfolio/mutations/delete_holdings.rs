//! `deleteHoldings`: holdings that were entered by hand, in a batch.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    settle::{Books, portfolios},
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
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
        scalars::DateTime,
    },
    portfolio::{
        store::feeding::refused,
        types::{Holding, Portfolio},
    },
};

/// Holdings to delete.
#[derive(InputObject)]
pub struct DeleteHoldingsInput {
    /// The holdings, at least one and at most 100.
    pub ids: Vec<Id<Holding>>,
    /// What happens when some of them cannot be deleted.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each holding.
#[derive(SimpleObject)]
pub struct DeleteHoldingsPayload {
    /// The portfolios whose figures follow, as they are now.
    portfolios: Vec<Portfolio>,
    /// One result for each holding, in the order of the input.
    results: Vec<DeletedHolding>,
}

/// What came of one holding.
#[derive(SimpleObject)]
pub struct DeletedHolding {
    /// Its place in the input, from 0.
    index: usize,
    /// The holding that there was, null when it was not deleted.
    holding_id: Option<Id<Holding>>,
    /// Why it was not deleted, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct GoneAll {
    portfolios: Vec<Uuid>,
    items: Vec<Outcome<Gone>>,
}

/// A holding that was deleted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Gone {
    pub holding: Uuid,
    /// The portfolio that held it.
    pub vault: Option<String>,
}

/// One holding to delete.
pub(super) struct ToDelete {
    pub id: Id<Holding>,
    pub expected_updated_at: Option<DateTime>,
    /// Where the input names it.
    pub path: &'static [&'static str],
}

impl Item for ToDelete {
    type Done = Gone;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<Gone> {
        let standing = write.row(self.id, self.expected_updated_at).await?;
        if standing.is_derived {
            let sentence = "This holding follows from positions: delete those.";
            return Err(refused(self.path, "DERIVED", sentence));
        }
        write.delete(self.id).await?;
        Ok(Gone { holding: standing.id, vault: standing.vault_id })
    }
}

impl Mutation for DeleteHoldingsInput {
    const MODULE: Module = MODULE;
    type Done = GoneAll;
    type Payload = DeleteHoldingsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "ids", &self.ids);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(GoneAll, Deed)> {
        let books = Books::open(write).await?;
        let items =
            self.ids.into_iter().map(|id| ToDelete { id, expected_updated_at: None, path: &["input"] }).collect();
        let items = batch::each(write, "ids", items, self.error_policy).await?;
        let gone: Vec<&Gone> = items.iter().filter_map(Outcome::done).collect();
        let places: Vec<_> = gone.iter().map(|gone| books.place(gone.vault.as_deref())).collect();
        let holdings: Vec<Uuid> = gone.iter().map(|gone| gone.holding).collect();
        let settled = books.settle(write, &places, &["input", "ids"]).await?;
        let deed = Deed::new(MODULE, "holdings_deleted", "Holdings were deleted.")
            .each::<Holding>(Change::Deleted, holdings.iter().copied());
        let done = GoneAll { portfolios: settled.portfolios(), items };
        Ok((done, settled.told_by(deed, &holdings)))
    }

    async fn payload(call: &Call, gone: GoneAll) -> Result<DeleteHoldingsPayload> {
        let result = |(index, outcome): (usize, Outcome<Gone>)| {
            let (done, problems) = outcome.parts();
            DeletedHolding { index, holding_id: done.map(|gone| Id::new(gone.holding)), problems }
        };
        let results = gone.items.into_iter().enumerate().map(result).collect();
        Ok(DeleteHoldingsPayload { portfolios: portfolios(call, gone.portfolios).await?, results })
    }
}
