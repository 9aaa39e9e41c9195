//! `orderVaultCategories`: the order in which categories are shown.

use std::collections::HashSet;

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::Result,
        id::{Id, text},
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        table::Record,
    },
    vault_categories::{store, types::VaultCategory},
};

/// How many categories somebody may have who orders them in one request.
const CATEGORIES_MAX: usize = 1_000;

/// A new order of the viewer's categories.
#[derive(InputObject)]
pub struct OrderVaultCategoriesInput {
    /// Every category of the viewer's once, in the order wanted; at most 1,000.
    pub category_ids: Vec<Id<VaultCategory>>,
}

/// Categories in their new order.
#[derive(SimpleObject)]
pub struct OrderVaultCategoriesPayload {
    /// All of the viewer's categories, with their places from 1.
    vault_categories: Vec<VaultCategory>,
}

#[derive(Serialize, Deserialize)]
pub struct Ordered {
    categories: Vec<Uuid>,
}

impl Mutation for OrderVaultCategoriesInput {
    const MODULE: Module = MODULE;
    type Done = Ordered;
    type Payload = OrderVaultCategoriesPayload;

    fn check(&self, check: &mut Check) {
        if self.category_ids.len() > CATEGORIES_MAX {
            check.problem("categoryIds", "TOO_MANY", format!("categoryIds has at most {CATEGORIES_MAX} items."));
            return;
        }
        let mut seen = HashSet::new();
        check.within("categoryIds", |check| {
            for (place, id) in self.category_ids.iter().enumerate() {
                if !seen.insert(id.0) {
                    check.problem(&place.to_string(), "REPEATED", "This category stands further up already.");
                }
            }
        });
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Ordered, Deed)> {
        let wanted: Vec<Uuid> = self.category_ids.iter().map(|id| id.0).collect();
        let standing = store::categories_of(write.transaction(), write.user_id()).await?;
        same_categories(&wanted, &standing)?;
        let moved = store::place_categories(write.transaction(), write.user_id(), wanted.clone()).await?;
        let deed = Deed::new(MODULE, "vault_categories_ordered", "Categories were put into another order.")
            .each::<VaultCategory>(Change::Updated, moved);
        Ok((Ordered { categories: wanted }, deed))
    }

    async fn payload(call: &Call, ordered: Ordered) -> Result<OrderVaultCategoriesPayload> {
        let found = call.find_each(ordered.categories).await?;
        Ok(OrderVaultCategoriesPayload { vault_categories: found.into_iter().flatten().collect() })
    }
}

/// Tells each id that is not one of the viewer's, and each category that is left out.
fn same_categories(wanted: &[Uuid], standing: &[Uuid]) -> Result<()> {
    let mut check = Check::new("input");
    let known: HashSet<&Uuid> = standing.iter().collect();
    check.within("categoryIds", |check| {
        for (place, _) in wanted.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
            check.problem(&place.to_string(), "NOT_FOUND", "There is no such category.");
        }
    });
    let named: HashSet<&Uuid> = wanted.iter().collect();
    for id in standing.iter().filter(|id| !named.contains(id)) {
        let id = text(VaultCategory::TABLE.prefix, *id);
        check.problem("categoryIds", "MISSING", format!("There is the category {id} too."));
    }
    check.finish()
}
