//! `updateCategoryAssignment`: what is known of an assignment, and whether it rests.

use async_graphql::{InputObject, SimpleObject};
use entity::asset_category_assignment::Model;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, assignment::AssignmentDetailsInput};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    vault_categories::types::CategoryAssignment,
};

/// What is to change of an assignment. A field that is left out stays as it is; its symbol and category do too.
#[derive(InputObject)]
pub struct UpdateCategoryAssignmentInput {
    /// One of the viewer's own assignments.
    pub id: Id<CategoryAssignment>,
    #[graphql(flatten)]
    pub details: AssignmentDetailsInput,
    /// The assignment's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An assignment that was changed.
#[derive(SimpleObject)]
pub struct UpdateCategoryAssignmentPayload {
    /// The assignment as it is now.
    category_assignment: CategoryAssignment,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    assignment: Uuid,
}

impl Mutation for UpdateCategoryAssignmentInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateCategoryAssignmentPayload;

    fn check(&self, check: &mut Check) {
        self.details.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let assignment: Model = write.row(self.id, self.expected_updated_at).await?;
        // Only rows that were not written here can stand twice in a category, one of them resting.
        let twice = |error: Error| error.renaming("idxAssetCategoryAssignmentCategoryIdSymbol", "isActive");
        write.update(self.id, self.details.columns()).await.map_err(twice)?;
        let deed = Deed::new(MODULE, "category_assignment_updated", "An assignment to a category was changed.");
        Ok((Changed { assignment: assignment.id }, deed.updated::<CategoryAssignment>(assignment.id)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateCategoryAssignmentPayload> {
        Ok(UpdateCategoryAssignmentPayload { category_assignment: call.fetch(changed.assignment).await? })
    }
}
