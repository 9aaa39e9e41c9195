//! `createHolding`: a holding by hand.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewHoldingInput,
    create_holdings::{Entered, Home, ToEnter},
    inputs::hold_prices,
    settle::Books,
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
    portfolio::types::{Holding, Portfolio},
};

/// A holding to enter.
#[derive(InputObject)]
pub struct CreateHoldingInput {
    /// An id of the client's choice, `holding_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<Holding>>,
    /// The portfolio that holds it; none when left out.
    pub portfolio_id: Option<Id<Portfolio>>,
    #[graphql(flatten)]
    pub given: NewHoldingInput,
}

/// A holding that was entered; its portfolio's figures have followed.
#[derive(SimpleObject)]
pub struct CreateHoldingPayload {
    /// The new holding.
    holding: Holding,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    holding: Uuid,
}

impl Mutation for CreateHoldingInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateHoldingPayload;

    fn check(&self, check: &mut Check) {
        self.given.check(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        hold_prices(write, self.given.unpriced().into_iter().collect()).await?;
        let books = Books::open(write).await?;
        let home = Home::named(write, self.portfolio_id).await?;
        let place = books.place(home.vault.as_deref());
        let id = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let Entered { holding } = ToEnter { id, home, given: self.given }.write(write).await?;
        let settled = books.settle(write, &[place], &["input", "quantity"]).await?;
        let deed = Deed::new(MODULE, "holding_created", "A holding was entered by hand.").created::<Holding>(holding);
        Ok((Made { holding }, settled.told_by(deed, &[holding])))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateHoldingPayload> {
        Ok(CreateHoldingPayload { holding: call.fetch(made.holding).await? })
    }
}
