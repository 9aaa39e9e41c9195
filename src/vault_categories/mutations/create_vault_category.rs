//! `createVaultCategory`: a category to sort assets into.

use async_graphql::{InputObject, SimpleObject};
use entity::vault_categories::ActiveModel;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, settings::CategorySettingsInput};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
    },
    vault_categories::{
        store,
        targets::Bounds,
        types::{CategoryType, VaultCategory},
    },
};

/// How long a name may be, in characters.
pub(super) const NAME_MAX: usize = 255;
/// How long a code may be, in characters.
pub(super) const CODE_MAX: usize = 50;

/// A new category.
#[derive(InputObject)]
pub struct CreateVaultCategoryInput {
    /// An id of the client's choice, `vault_category_` and a UUID, so that a retry cannot write twice; made when left out.
    pub id: Option<Id<VaultCategory>>,
    /// What it is called, not blank, at most 255 characters.
    pub category_name: String,
    /// Its short name, not blank, at most 50 characters, unique among the viewer's; stored without spaces around it.
    pub category_code: String,
    /// What it sorts by.
    pub category_type: CategoryType,
    #[graphql(flatten)]
    pub settings: CategorySettingsInput,
}

/// A category that was made.
#[derive(SimpleObject)]
pub struct CreateVaultCategoryPayload {
    /// The new category.
    vault_category: VaultCategory,
}

#[derive(Serialize, Deserialize)]
pub struct Made {
    category: Uuid,
}

impl Mutation for CreateVaultCategoryInput {
    const MODULE: Module = MODULE;
    type Done = Made;
    type Payload = CreateVaultCategoryPayload;

    fn check(&self, check: &mut Check) {
        check.text("categoryName", &self.category_name, NAME_MAX);
        check.text("categoryCode", &self.category_code, CODE_MAX);
        self.settings.check_fields(check);
        let new = Bounds { min: Some(Decimal::ZERO), target: None, max: Some(Decimal::ONE_HUNDRED) };
        self.settings.check_bounds(check, new);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Made, Deed)> {
        let category = self.id.map_or_else(Uuid::now_v7, |id| id.0);
        let mut row = ActiveModel {
            id: Set(category),
            user_id: Set(write.user_id()),
            category_name: Set(self.category_name),
            category_code: Set(self.category_code.trim().to_owned()),
            category_type: Set(self.category_type.stored().to_owned()),
            ..self.settings.columns()
        };
        if row.target_allocation_percent.is_not_set() {
            row.target_allocation_percent = Set(None);
        }
        if row.display_order.is_not_set() {
            row.display_order = Set(Some(store::next_place(write.transaction(), write.user_id()).await?));
        }
        write.insert(row).await.map_err(|error| error.renaming("userIdCategoryCode", "categoryCode"))?;
        let deed = Deed::new(MODULE, "vault_category_created", "A category was made.");
        Ok((Made { category }, deed.created::<VaultCategory>(category)))
    }

    async fn payload(call: &Call, made: Made) -> Result<CreateVaultCategoryPayload> {
        Ok(CreateVaultCategoryPayload { vault_category: call.fetch(made.category).await? })
    }
}
