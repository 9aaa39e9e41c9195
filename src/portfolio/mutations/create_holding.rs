//! `createHolding`: a holding by hand.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE, NewHoldingInput,
    create_holdings::named_symbol,
    settle::{Books, portfolio_named},
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
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
        let books = Books::open(write).await?;
        let vault = match self.portfolio_id {
            Some(id) => Some(portfolio_named(write, id, "portfolioId").await?.vault_id),
            None => None,
        };
        let holding = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let row = self.given.into_row(holding, write.user_id(), vault.clone());
        write.insert(row).await.map_err(named_symbol)?;
        let place = books.place(vault.as_deref());
        let settled = books.settle(write, &[place], &["input", "quantity"]).await?;
        let deed = Deed::new(MODULE, "holding_created", "A holding was entered by hand.").created::<Holding>(holding);
        Ok((Made { holding }, settled.told_by(deed, &[holding])))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateHoldingPayload> {
        Ok(CreateHoldingPayload { holding: call.fetch(made.holding).await? })
    }
}
