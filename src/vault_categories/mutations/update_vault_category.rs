//! `updateVaultCategory`: a category's name, targets and limits.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::vault_categories::{ActiveModel, Model};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MODULE,
    create_vault_category::{CODE_MAX, NAME_MAX},
    settings::CategorySettingsInput,
};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::Result,
        id::Id,
        input::{Check, keep_or_set},
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
    },
    vault_categories::{
        targets::Bounds,
        types::{CategoryType, VaultCategory},
    },
};

/// What is to change of a category. A field that is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateVaultCategoryInput {
    /// One of the viewer's own categories.
    pub id: Id<VaultCategory>,
    /// What it is called, not blank, at most 255 characters.
    pub category_name: MaybeUndefined<String>,
    /// Its short name, not blank, at most 50 characters, unique among the viewer's; stored without spaces around it.
    pub category_code: MaybeUndefined<String>,
    /// What it sorts by.
    pub category_type: MaybeUndefined<CategoryType>,
    #[graphql(flatten)]
    pub settings: CategorySettingsInput,
    /// The category's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// A category that was changed.
#[derive(SimpleObject)]
pub struct UpdateVaultCategoryPayload {
    /// The category as it is now.
    vault_category: VaultCategory,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    category: Uuid,
}

impl Mutation for UpdateVaultCategoryInput {
    const MODULE: Module = MODULE;
    type Done = Changed;
    type Payload = UpdateVaultCategoryPayload;

    fn check(&self, check: &mut Check) {
        check.never_null("categoryName", &self.category_name);
        check.never_null("categoryCode", &self.category_code);
        check.never_null("categoryType", &self.category_type);
        check.new_text("categoryName", &self.category_name, NAME_MAX);
        check.new_text("categoryCode", &self.category_code, CODE_MAX);
        self.settings.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let category: Model = write.row(self.id, self.expected_updated_at).await?;
        let mut check = Check::new("input");
        let standing = Bounds {
            min: category.min_allocation_percent,
            target: category.target_allocation_percent,
            max: category.max_allocation_percent,
        };
        self.settings.check_bounds(&mut check, standing);
        check.finish()?;
        let row = ActiveModel {
            category_name: keep_or_set(self.category_name, |name| name),
            category_code: keep_or_set(self.category_code, |code| code.trim().to_owned()),
            category_type: keep_or_set(self.category_type, |kind| kind.stored().to_owned()),
            ..self.settings.columns()
        };
        write.update(self.id, row).await.map_err(|error| error.renaming("userIdCategoryCode", "categoryCode"))?;
        let deed = Deed::new(MODULE, "vault_category_updated", "A category was changed.");
        Ok((Changed { category: category.id }, deed.updated::<VaultCategory>(category.id)))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateVaultCategoryPayload> {
        Ok(UpdateVaultCategoryPayload { vault_category: call.fetch(changed.category).await? })
    }
}
