//! Making, changing and ordering categories, and assigning assets to them.

mod assignment;
mod create_category_assignments;
mod create_vault_category;
mod delete_vault_category;
mod order_vault_categories;
mod remove_category_assignments;
mod settings;
mod update_category_assignment;
mod update_vault_category;

use async_graphql::{Context, Object};

use crate::{
    access::Module,
    graphql::{
        error::Result,
        mutation::{Answered, perform},
    },
};
pub use create_category_assignments::{
    CreateCategoryAssignmentsInput, CreateCategoryAssignmentsPayload, NewCategoryAssignmentInput,
};
pub use create_vault_category::{CreateVaultCategoryInput, CreateVaultCategoryPayload};
pub use delete_vault_category::{DeleteVaultCategoryInput, DeleteVaultCategoryPayload};
pub use order_vault_categories::{OrderVaultCategoriesInput, OrderVaultCategoriesPayload};
pub use remove_category_assignments::{RemoveCategoryAssignmentsInput, RemoveCategoryAssignmentsPayload};
pub use update_category_assignment::{UpdateCategoryAssignmentInput, UpdateCategoryAssignmentPayload};
pub use update_vault_category::{UpdateVaultCategoryInput, UpdateVaultCategoryPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::VaultCategories;

#[derive(Default)]
pub struct VaultCategoryMutations;

/// Making, changing and ordering categories, and assigning assets to them.
#[Object]
impl VaultCategoryMutations {
    /// Makes a category, behind those that there are unless its place is given.
    async fn create_vault_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category.")] input: CreateVaultCategoryInput,
    ) -> Result<Option<Answered<CreateVaultCategoryPayload>>> {
        perform(ctx, input).await
    }

    /// Changes a category of the viewer's own.
    async fn update_vault_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateVaultCategoryInput,
    ) -> Result<Option<Answered<UpdateVaultCategoryPayload>>> {
        perform(ctx, input).await
    }

    /// Deletes a category with everything that is assigned to it; holdings stay.
    async fn delete_vault_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category.")] input: DeleteVaultCategoryInput,
    ) -> Result<Option<Answered<DeleteVaultCategoryPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's categories into another order.
    async fn order_vault_categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: OrderVaultCategoriesInput,
    ) -> Result<Option<Answered<OrderVaultCategoriesPayload>>> {
        perform(ctx, input).await
    }

    /// Assigns symbols to a category, each with a result of its own.
    async fn create_category_assignments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The symbols.")] input: CreateCategoryAssignmentsInput,
    ) -> Result<Option<Answered<CreateCategoryAssignmentsPayload>>> {
        perform(ctx, input).await
    }

    /// Changes what is known of an assignment, and whether it rests.
    async fn update_category_assignment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateCategoryAssignmentInput,
    ) -> Result<Option<Answered<UpdateCategoryAssignmentPayload>>> {
        perform(ctx, input).await
    }

    /// Removes assignments, each with a result of its own; holdings stay.
    async fn remove_category_assignments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assignments.")] input: RemoveCategoryAssignmentsInput,
    ) -> Result<Option<Answered<RemoveCategoryAssignmentsPayload>>> {
        perform(ctx, input).await
    }
}
