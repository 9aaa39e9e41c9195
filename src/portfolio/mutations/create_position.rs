//! `createPosition`: a position by hand.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewPositionInput,
    create_positions::ToEnter,
    inputs::hold_prices,
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
    },
    portfolio::types::{Portfolio, Position},
};

/// A position to enter.
#[derive(InputObject)]
pub struct CreatePositionInput {
    /// An id of the client's choice, `position_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<Position>>,
    #[graphql(flatten)]
    pub given: NewPositionInput,
}

/// A position that was entered.
#[derive(SimpleObject)]
pub struct CreatePositionPayload {
    /// The new position.
    position: Position,
    /// The portfolios that follow, as they are now; new ones too.
    portfolios: Vec<Portfolio>,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    position: Uuid,
    portfolios: Vec<Uuid>,
}

impl Mutation for CreatePositionInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreatePositionPayload;

    fn check(&self, check: &mut Check) {
        self.given.check(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        hold_prices(write, self.given.unpriced().into_iter().collect()).await?;
        let books = Books::open(write).await?;
        let to_enter = ToEnter { id: self.id.map_or_else(Uuid::now_v7, |id| id.0), given: self.given };
        let entered = to_enter.write(write).await?;
        let settled = books.settle_accounts(write, &[entered.account], Vec::new(), &["input", "quantity"]).await?;
        let settled = settled.having_opened(entered.opened);
        let position = entered.position;
        let deed =
            Deed::new(MODULE, "position_created", "A position was entered by hand.").created::<Position>(position);
        let done = Made { position, portfolios: settled.portfolios() };
        Ok((done, settled.told_by(deed, &[position])))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreatePositionPayload> {
        let portfolios = portfolios(call, made.portfolios).await?;
        Ok(CreatePositionPayload { position: call.fetch(made.position).await?, portfolios })
    }
}
