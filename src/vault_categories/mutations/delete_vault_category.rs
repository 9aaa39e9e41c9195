//! `deleteVaultCategory`: a category with what is assigned to it.

use async_graphql::{InputObject, SimpleObject};
use entity::vault_categories;
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
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
    },
    vault_categories::{
        store,
        types::{CategoryAssignment, VaultCategory},
    },
};

/// A category to delete.
#[derive(InputObject)]
pub struct DeleteVaultCategoryInput {
    /// One of the viewer's own categories.
    pub id: Id<VaultCategory>,
    /// The category's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// True to be told what would go while nothing is deleted.
    #[graphql(default)]
    pub dry_run: bool,
}

/// A category that is gone.
#[derive(SimpleObject)]
pub struct DeleteVaultCategoryPayload {
    /// The category that there was.
    vault_category_id: Id<VaultCategory>,
    /// What was assigned to it and is so no more, by symbol; holdings stay.
    assignments: Vec<GoneAssignment>,
}

/// An assignment that went with its category.
#[derive(SimpleObject)]
pub struct GoneAssignment {
    /// The assignment that there was.
    category_assignment_id: Id<CategoryAssignment>,
    /// The asset that was assigned.
    symbol: String,
}

#[derive(Serialize, Deserialize)]
pub struct Gone {
    category: Uuid,
    assignments: Vec<(Uuid, String)>,
}

impl Mutation for DeleteVaultCategoryInput {
    const MODULE: Module = MODULE;
    type Done = Gone;
    type Payload = DeleteVaultCategoryPayload;

    fn check(&self, _: &mut Check) {}

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Gone, Deed)> {
        let category: vault_categories::Model = write.row(self.id, self.expected_updated_at).await?;
        let assignments = store::assignments_of(write.transaction(), category.id).await?;
        write.delete(self.id).await?;
        let deed = Deed::new(MODULE, "vault_category_deleted", "A category was deleted.")
            .deleted::<VaultCategory>(category.id)
            .each::<CategoryAssignment>(Change::Deleted, assignments.iter().map(|(id, _)| *id));
        Ok((Gone { category: category.id, assignments }, deed))
    }

    async fn payload(_: &Call, gone: Gone) -> Result<DeleteVaultCategoryPayload> {
        let each = |(id, symbol)| GoneAssignment { category_assignment_id: Id::new(id), symbol };
        let assignments = gone.assignments.into_iter().map(each).collect();
        Ok(DeleteVaultCategoryPayload { vault_category_id: Id::new(gone.category), assignments })
    }
}
