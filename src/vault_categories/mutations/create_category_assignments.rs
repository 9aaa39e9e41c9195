//! `createCategoryAssignments`: symbols into a category, in a batch.

use async_graphql::{InputObject, SimpleObject};
use entity::{asset_category_assignment::ActiveModel, vault_categories};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, assignment::AssignmentDetailsInput};
use crate::{
    access::Module,
    graphql::{
        call::Call,
        error::{Error, Issue, Result},
        id::Id,
        input::{Check, symbol},
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
    },
    vault_categories::{
        store,
        types::{CategoryAssignment, VaultCategory},
    },
};

/// A symbol to assign.
#[derive(InputObject)]
pub struct NewCategoryAssignmentInput {
    /// The asset, at most 20 characters; stored in capitals, once for each category.
    pub symbol: String,
    #[graphql(flatten)]
    pub details: AssignmentDetailsInput,
}

/// Symbols to assign to a category.
#[derive(InputObject)]
pub struct CreateCategoryAssignmentsInput {
    /// One of the viewer's own categories.
    pub category_id: Id<VaultCategory>,
    /// The symbols, at least one and at most 100.
    pub items: Vec<NewCategoryAssignmentInput>,
    /// What happens when some of them cannot be assigned.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What came of each symbol.
#[derive(SimpleObject)]
pub struct CreateCategoryAssignmentsPayload {
    /// The category.
    vault_category: VaultCategory,
    /// One result for each symbol, in the order of the input.
    results: Vec<CreatedCategoryAssignment>,
}

/// What came of one symbol.
#[derive(SimpleObject)]
pub struct CreatedCategoryAssignment {
    /// Its place in the input, from 0.
    index: usize,
    /// The new assignment, null when it was not made.
    category_assignment: Option<CategoryAssignment>,
    /// Why it was not made, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct Assigned {
    category: Uuid,
    items: Vec<Outcome<Uuid>>,
}

struct ToAssign {
    category: Uuid,
    given: NewCategoryAssignmentInput,
}

impl Item for ToAssign {
    type Done = Uuid;

    fn check(&self, check: &mut Check) {
        check.symbol("symbol", &self.given.symbol);
        self.given.details.check_fields(check);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<Uuid> {
        let (id, symbol) = (Uuid::now_v7(), symbol(&self.given.symbol));
        if store::is_assigned(write.transaction(), self.category, &symbol).await? {
            let sentence = "This symbol is in the category already, active or resting.";
            let issues = vec![Issue::new(&["input", "symbol"], "TAKEN", sentence)];
            return Err(Error { issues, ..Error::conflict(sentence) });
        }
        let mut row = ActiveModel {
            id: Set(id),
            user_id: Set(write.user_id()),
            category_id: Set(self.category),
            symbol: Set(symbol),
            ..self.given.details.columns()
        };
        if row.target_weight_in_category.is_not_set() {
            row.target_weight_in_category = Set(None);
        }
        // The table's default is one market among many.
        if row.market.is_not_set() {
            row.market = Set(None);
        }
        write.insert(row).await?;
        Ok(id)
    }
}

impl Mutation for CreateCategoryAssignmentsInput {
    const MODULE: Module = MODULE;
    type Done = Assigned;
    type Payload = CreateCategoryAssignmentsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "items", &self.items);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Assigned, Deed)> {
        // The category's row is the lock: of two who assign the same symbol at once the second finds it there.
        let category: vault_categories::Model = write.row(self.category_id, None).await?;
        let items = self.items.into_iter().map(|given| ToAssign { category: category.id, given }).collect();
        let items = batch::each(write, "items", items, self.error_policy).await?;
        let deed = Deed::new(MODULE, "category_assignments_created", "Symbols were assigned to a category.")
            .each::<CategoryAssignment>(Change::Created, items.iter().filter_map(Outcome::done).copied());
        Ok((Assigned { category: category.id, items }, deed))
    }

    async fn payload(call: &Call, assigned: Assigned) -> Result<CreateCategoryAssignmentsPayload> {
        let shown = batch::shown(call, assigned.items, |id| *id).await?.into_iter().enumerate();
        let results = shown
            .map(|(index, (category_assignment, problems))| CreatedCategoryAssignment {
                index,
                category_assignment,
                problems,
            })
            .collect();
        Ok(CreateCategoryAssignmentsPayload { vault_category: call.fetch(assigned.category).await?, results })
    }
}
