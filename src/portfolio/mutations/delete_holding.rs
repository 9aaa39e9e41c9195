//! `deleteHolding`: a holding that was entered by hand.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    delete_holdings::ToDelete,
    settle::{Books, portfolios},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write, batch::Item},
        scalars::DateTime,
    },
    portfolio::types::{Holding, Portfolio},
};

/// A holding to delete.
#[derive(InputObject)]
pub struct DeleteHoldingInput {
    /// The holding, not a derived one, which goes with its positions.
    pub id: Id<Holding>,
    /// The holding's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A holding that is gone.
#[derive(SimpleObject)]
pub struct DeleteHoldingPayload {
    /// The holding that there was.
    holding_id: Id<Holding>,
    /// The portfolio that held it, as it is now; null when none did.
    portfolio: Option<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    holding: Uuid,
    portfolios: Vec<Uuid>,
}

impl Mutation for DeleteHoldingInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteHoldingPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let books = Books::open(write).await?;
        let to_delete = ToDelete { id: self.id, expected_updated_at: self.expected_updated_at, path: &["input", "id"] };
        let gone = to_delete.write(write).await?;
        let place = books.place(gone.vault.as_deref());
        let settled = books.settle(write, &[place], &["input", "id"]).await?;
        let deed = Deed::new(MODULE, "holding_deleted", "A holding was deleted.").deleted::<Holding>(gone.holding);
        let done = Gone { holding: gone.holding, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[gone.holding])))
    }

    async fn payload(call: &Call, gone: Gone) -> Result<DeleteHoldingPayload> {
        let portfolio = portfolios(call, gone.portfolios).await?.into_iter().next();
        Ok(DeleteHoldingPayload { holding_id: Id::new(gone.holding), portfolio })
    }
}
