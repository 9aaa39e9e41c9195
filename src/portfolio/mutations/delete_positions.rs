//! `deletePositions`: positions, in a batch.

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
    portfolio::types::{Portfolio, Position},
};

/// Positions to delete.
#[derive(InputObject)]
pub struct DeletePositionsInput {
    /// The positions, at least one and at most 100; a later import brings back what the broker still holds.
    pub ids: Vec<Id<Position>>,
    /// What happens when some of them cannot be deleted.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each position.
#[derive(SimpleObject)]
pub struct DeletePositionsPayload {
    /// The portfolios that follow, as they are now.
    portfolios: Vec<Portfolio>,
    /// One result for each position, in the order of the input.
    results: Vec<DeletedPosition>,
}

/// What came of one position.
#[derive(SimpleObject)]
pub struct DeletedPosition {
    /// Its place in the input, from 0.
    index: usize,
    /// The position that there was, null when it was not deleted.
    position_id: Option<Id<Position>>,
    /// Why it was not deleted, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct GoneAll {
    portfolios: Vec<Uuid>,
    items: Vec<Outcome<Gone>>,
}

/// A position that was deleted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Gone {
    pub position: Uuid,
    pub account: String,
}

/// One position to delete.
pub(super) struct ToDelete {
    pub id: Id<Position>,
    pub expected_updated_at: Option<DateTime>,
}

impl Item for ToDelete {
    type Done = Gone;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<Gone> {
        let standing = write.row(self.id, self.expected_updated_at).await?;
        write.delete(self.id).await?;
        Ok(Gone { position: standing.id, account: standing.account })
    }
}

impl Mutation for DeletePositionsInput {
    const MODULE: Module = MODULE;
    type Done = GoneAll;
    type Payload = DeletePositionsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "ids", &self.ids);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(GoneAll, Deed)> {
        let books = Books::open(write).await?;
        let items = self.ids.into_iter().map(|id| ToDelete { id, expected_updated_at: None }).collect();
        let items = batch::each(write, "ids", items, self.error_policy).await?;
        let gone: Vec<&Gone> = items.iter().filter_map(Outcome::done).collect();
        let accounts: Vec<String> = gone.iter().map(|gone| gone.account.clone()).collect();
        let positions: Vec<Uuid> = gone.iter().map(|gone| gone.position).collect();
        let settled = books.settle_accounts(write, &accounts, Vec::new(), &["input", "ids"]).await?;
        let deed = Deed::new(MODULE, "positions_deleted", "Positions were deleted.")
            .each::<Position>(Change::Deleted, positions.iter().copied());
        let done = GoneAll { portfolios: settled.portfolios(), items };
        Ok((done, settled.told_by(deed, &positions)))
    }

    async fn payload(call: &Call, gone: GoneAll) -> Result<DeletePositionsPayload> {
        let result = |(index, outcome): (usize, Outcome<Gone>)| {
            let (done, problems) = outcome.parts();
            DeletedPosition { index, position_id: done.map(|gone| Id::new(gone.position)), problems }
        };
        let results = gone.items.into_iter().enumerate().map(result).collect();
        Ok(DeletePositionsPayload { portfolios: portfolios(call, gone.portfolios).await?, results })
    }
}
