//! Setting when portfolios are brought back to their targets.

mod delete_rebalance_schedule;
mod set_rebalance_schedule;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{error::Result, mutation::perform},
};
pub use delete_rebalance_schedule::{DeleteRebalanceScheduleInput, DeleteRebalanceSchedulePayload};
pub use set_rebalance_schedule::{SetRebalanceScheduleInput, SetRebalanceSchedulePayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Rebalancing;

#[derive(Default)]
pub struct RebalancingMutations;

/// Setting when portfolios are brought back to their targets.
#[Object]
impl RebalancingMutations {
    /// Sets the viewer's one schedule, which is made when there is none; its next run is computed anew.
    async fn set_rebalance_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to stand in it.")] input: SetRebalanceScheduleInput,
    ) -> Result<Option<SetRebalanceSchedulePayload>> {
        perform(ctx, input).await
    }

    /// Deletes the schedule; what it has set off stays on record.
    async fn delete_rebalance_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The schedule.")] input: DeleteRebalanceScheduleInput,
    ) -> Result<Option<DeleteRebalanceSchedulePayload>> {
        perform(ctx, input).await
    }
}
