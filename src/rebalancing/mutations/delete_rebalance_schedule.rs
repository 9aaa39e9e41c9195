//! `deleteRebalanceSchedule`.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    rebalancing::types::RebalanceSchedule,
};

/// A schedule to delete.
#[derive(InputObject)]
pub struct DeleteRebalanceScheduleInput {
    /// The viewer's schedule.
    pub id: Id<RebalanceSchedule>,
    /// The schedule's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A schedule that is gone.
#[derive(SimpleObject)]
pub struct DeleteRebalanceSchedulePayload {
    /// The schedule that there was.
    rebalance_schedule_id: Id<RebalanceSchedule>,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    schedule: Uuid,
}

impl Mutation for DeleteRebalanceScheduleInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteRebalanceSchedulePayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let schedule = write.row(self.id, self.expected_updated_at).await?.id;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "rebalance_schedule_deleted", "The rebalancing schedule was deleted.")
            .deleted::<RebalanceSchedule>(schedule);
        Ok((Gone { schedule }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteRebalanceSchedulePayload> {
        Ok(DeleteRebalanceSchedulePayload { rebalance_schedule_id: Id::new(gone.schedule) })
    }
}
