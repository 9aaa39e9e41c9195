//! `removeCategoryAssignments`: symbols out of their categories, in a batch.

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
        mutation::{
            Deed, Mutation, Write,
            batch::{self, ErrorPolicy, Item, Outcome, Problem},
            deed::Change,
        },
    },
    vault_categories::types::CategoryAssignment,
};

/// Assignments to remove.
#[derive(InputObject)]
pub struct RemoveCategoryAssignmentsInput {
    /// The viewer's own assignments, at least one and at most 100; of any category.
    pub ids: Vec<Id<CategoryAssignment>>,
    /// What happens when some of them cannot be removed.
    #[graphql(default_with = "ErrorPolicy::RejectAll")]
    pub error_policy: ErrorPolicy,
}

/// What came of each assignment.
#[derive(SimpleObject)]
pub struct RemoveCategoryAssignmentsPayload {
    /// One result for each assignment, in the order of the input.
    results: Vec<RemovedCategoryAssignment>,
}

/// What came of one assignment.
#[derive(SimpleObject)]
pub struct RemovedCategoryAssignment {
    /// Its place in the input, from 0.
    index: usize,
    /// The assignment that there was, null when it was not removed.
    category_assignment_id: Option<Id<CategoryAssignment>>,
    /// Why it was not removed, empty when it was.
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
pub struct Removed {
    items: Vec<Outcome<Uuid>>,
}

struct ToRemove(Id<CategoryAssignment>);

impl Item for ToRemove {
    type Done = Uuid;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<Uuid> {
        write.delete(self.0).await?;
        Ok(self.0.0)
    }
}

impl Mutation for RemoveCategoryAssignmentsInput {
    const MODULE: Module = MODULE;
    type Done = Removed;
    type Payload = RemoveCategoryAssignmentsPayload;

    fn check(&self, check: &mut Check) {
        batch::check_size(check, "ids", &self.ids);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Removed, Deed)> {
        let items = self.ids.into_iter().map(ToRemove).collect();
        let items = batch::each(write, "ids", items, self.error_policy).await?;
        let deed = Deed::new(MODULE, "category_assignments_removed", "Assignments to categories were removed.")
            .each::<CategoryAssignment>(Change::Deleted, items.iter().filter_map(Outcome::done).copied());
        Ok((Removed { items }, deed))
    }

    async fn payload(_: &Call, removed: Removed) -> Result<RemoveCategoryAssignmentsPayload> {
        let each = |(index, outcome): (usize, Outcome<Uuid>)| {
            let (done, problems) = outcome.parts();
            RemovedCategoryAssignment { index, category_assignment_id: done.map(Id::new), problems }
        };
        Ok(RemoveCategoryAssignmentsPayload { results: removed.items.into_iter().enumerate().map(each).collect() })
    }
}
