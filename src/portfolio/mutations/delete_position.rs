//! `deletePosition`.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    delete_positions::ToDelete,
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
    portfolio::types::{Portfolio, Position},
};

/// A position to delete.
#[derive(InputObject)]
pub struct DeletePositionInput {
    /// The position; a later import brings back what the broker still holds.
    pub id: Id<Position>,
    /// The position's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A position that is gone.
#[derive(SimpleObject)]
pub struct DeletePositionPayload {
    /// The position that there was.
    position_id: Id<Position>,
    /// The portfolios that follow, as they are now.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    position: Uuid,
    portfolios: Vec<Uuid>,
}

impl Mutation for DeletePositionInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeletePositionPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let books = Books::open(write).await?;
        let to_delete = ToDelete { id: self.id, expected_updated_at: self.expected_updated_at };
        let gone = to_delete.write(write).await?;
        let settled = books.settle_accounts(write, &[gone.account], Vec::new(), &["input", "id"]).await?;
        let deed = Deed::new(MODULE, "position_deleted", "A position was deleted.").deleted::<Position>(gone.position);
        let done = Gone { position: gone.position, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[gone.position])))
    }

    async fn payload(call: &Call, gone: Gone) -> Result<DeletePositionPayload> {
        let portfolios = portfolios(call, gone.portfolios).await?;
        Ok(DeletePositionPayload { position_id: Id::new(gone.position), portfolios })
    }
}
