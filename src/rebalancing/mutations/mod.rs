//! Setting when portfolios are brought back to their targets, and doing it on paper.

mod delete_rebalance_schedule;
mod execute_rebalance_plan;
mod set_rebalance_schedule;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{
        error::Result,
        mutation::{Answered, perform},
    },
};
pub use delete_rebalance_schedule::{DeleteRebalanceScheduleInput, DeleteRebalanceSchedulePayload};
pub use execute_rebalance_plan::{ExecuteRebalancePlanInput, ExecuteRebalancePlanPayload};
pub use set_rebalance_schedule::{SetRebalanceScheduleInput, SetRebalanceSchedulePayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Rebalancing;

#[derive(Default)]
pub struct RebalancingMutations;

/// Setting when portfolios are brought back to their targets, and doing it on paper.
#[Object]
impl RebalancingMutations {
    /// Sets the viewer's one schedule, which is made when there is none; its next run is computed anew.
    async fn set_rebalance_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to stand in it.")] input: SetRebalanceScheduleInput,
    ) -> Result<Option<Answered<SetRebalanceSchedulePayload>>> {
        perform(ctx, input).await
    }

    /// Deletes the schedule; what it has set off stays on record.
    async fn delete_rebalance_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The schedule.")] input: DeleteRebalanceScheduleInput,
    ) -> Result<Option<Answered<DeleteRebalanceSchedulePayload>>> {
        perform(ctx, input).await
    }

    /// Carries a rebalancing plan out on paper: holdings and cash change as it says, at the prices that are known, and the
    /// record keeps what was done. No order is placed with any broker.
    async fn execute_rebalance_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan that was seen.")] input: ExecuteRebalancePlanInput,
    ) -> Result<Option<Answered<ExecuteRebalancePlanPayload>>> {
        perform(ctx, input).await
    }
}
