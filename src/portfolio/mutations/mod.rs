//! Making, changing and deleting portfolios, holdings and positions by hand.

mod create_holding;
mod create_holdings;
mod create_portfolio;
mod create_position;
mod create_positions;
mod delete_holding;
mod delete_holdings;
mod delete_portfolio;
mod delete_position;
mod delete_positions;
mod import_positions;
mod inputs;
mod set_account_portfolio;
mod settle;
mod update_holding;
mod update_portfolio;
mod update_position;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{
        error::Result,
        mutation::{Answered, perform},
    },
};
pub use create_holding::{CreateHoldingInput, CreateHoldingPayload};
pub use create_holdings::{CreateHoldingsInput, CreateHoldingsPayload};
pub use create_portfolio::{CreatePortfolioInput, CreatePortfolioPayload};
pub use create_position::{CreatePositionInput, CreatePositionPayload};
pub use create_positions::{CreatePositionsInput, CreatePositionsPayload};
pub use delete_holding::{DeleteHoldingInput, DeleteHoldingPayload};
pub use delete_holdings::{DeleteHoldingsInput, DeleteHoldingsPayload};
pub use delete_portfolio::{DeletePortfolioInput, DeletePortfolioPayload};
pub use delete_position::{DeletePositionInput, DeletePositionPayload};
pub use delete_positions::{DeletePositionsInput, DeletePositionsPayload};
pub use import_positions::{ImportPositionsInput, ImportPositionsPayload};
pub use inputs::{NewHoldingInput, NewPositionInput};
pub use set_account_portfolio::{SetAccountPortfolioInput, SetAccountPortfolioPayload};
pub use update_holding::{UpdateHoldingInput, UpdateHoldingPayload};
pub use update_portfolio::{UpdatePortfolioInput, UpdatePortfolioPayload};
pub use update_position::{UpdatePositionInput, UpdatePositionPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Portfolio;

#[derive(Default)]
pub struct PortfolioMutations;

/// Making, changing and deleting portfolios, holdings and positions by hand.
#[Object]
impl PortfolioMutations {
    /// Makes a portfolio, with its holdings when they are given: all of it or nothing.
    async fn create_portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The portfolio.")] input: CreatePortfolioInput,
    ) -> Result<Option<Answered<CreatePortfolioPayload>>> {
        perform(ctx, input).await
    }

    /// Changes a portfolio's name, which renames it wherever it is named, its cash or its currency.
    async fn update_portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdatePortfolioInput,
    ) -> Result<Option<Answered<UpdatePortfolioPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a portfolio with its holdings; CONFLICT while positions feed it.
    async fn delete_portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The portfolio.")] input: DeletePortfolioInput,
    ) -> Result<Option<Answered<DeletePortfolioPayload>>> {
        perform(ctx, input).await
    }

    /// Enters a holding by hand.
    async fn create_holding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holding.")] input: CreateHoldingInput,
    ) -> Result<Option<Answered<CreateHoldingPayload>>> {
        perform(ctx, input).await
    }

    /// Enters holdings by hand, each with a result of its own.
    async fn create_holdings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holdings.")] input: CreateHoldingsInput,
    ) -> Result<Option<Answered<CreateHoldingsPayload>>> {
        perform(ctx, input).await
    }

    /// Changes a holding or moves it to another portfolio. Of a derived one, which follows from positions, only the label
    /// changes.
    async fn update_holding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateHoldingInput,
    ) -> Result<Option<Answered<UpdateHoldingPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a holding that was entered by hand.
    async fn delete_holding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holding.")] input: DeleteHoldingInput,
    ) -> Result<Option<Answered<DeleteHoldingPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes holdings that were entered by hand, each with a result of its own.
    async fn delete_holdings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holdings.")] input: DeleteHoldingsInput,
    ) -> Result<Option<Answered<DeleteHoldingsPayload>>> {
        perform(ctx, input).await
    }

    /// Enters a position by hand; the portfolio that its account feeds follows, and is made when it is missing.
    async fn create_position(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position.")] input: CreatePositionInput,
    ) -> Result<Option<Answered<CreatePositionPayload>>> {
        perform(ctx, input).await
    }

    /// Enters positions by hand, each with a result of its own.
    async fn create_positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The positions.")] input: CreatePositionsInput,
    ) -> Result<Option<Answered<CreatePositionsPayload>>> {
        perform(ctx, input).await
    }

    /// Changes a position; its holding and portfolio follow. Of an imported one the broker says what is held, so its
    /// symbol, account, currency and quantity stay.
    async fn update_position(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdatePositionInput,
    ) -> Result<Option<Answered<UpdatePositionPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a position; its holding and portfolio follow.
    async fn delete_position(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position.")] input: DeletePositionInput,
    ) -> Result<Option<Answered<DeletePositionPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes positions, each with a result of its own.
    async fn delete_positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The positions.")] input: DeletePositionsInput,
    ) -> Result<Option<Answered<DeletePositionsPayload>>> {
        perform(ctx, input).await
    }

    /// Takes over what a broker's file says. Positions are made or changed, and the portfolios that their accounts feed follow,
    /// all in one transaction with one run in the log. The same file again is ALREADY_IMPORTED, with the earlier run in
    /// `extensions.current`.
    async fn import_positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: ImportPositionsInput,
    ) -> Result<Option<Answered<ImportPositionsPayload>>> {
        perform(ctx, input).await
    }

    /// Says which portfolio an account feeds, or that it feeds the one that bears its name; its holdings move there.
    async fn set_account_portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account, and its portfolio.")] input: SetAccountPortfolioInput,
    ) -> Result<Option<Answered<SetAccountPortfolioPayload>>> {
        perform(ctx, input).await
    }
}
