//! `updateOnboarding`: the answers of one or several pages, and whether one of them is finished.

use async_graphql::{InputObject, SimpleObject};
use entity::{user_onboarding_progress, users};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    MODULE,
    answers::{OnboardingPersonalInput, OnboardingPortfolioInput, OnboardingSummaryInput, OnboardingTaxInput},
    own_onboarding,
};
use crate::{
    access::Module,
    authentication::types::User,
    clock,
    graphql::{
        call::Call,
        error::{Error, Issue, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::DateTime,
        table::camel_case,
    },
    onboarding::{
        steps::{self, Progress, STEPS, Step},
        types::{
            Onboarding,
            progress::{completed_of, is_filled},
        },
    },
};

/// Answers of the viewer's onboarding: drafts, unless a step is completed with them.
#[derive(InputObject)]
pub struct UpdateOnboardingInput {
    /// Answers of the second step; null like left out changes nothing.
    pub portfolio: Option<OnboardingPortfolioInput>,
    /// Answers of the third step; null like left out changes nothing.
    pub personal: Option<OnboardingPersonalInput>,
    /// Answers of the fourth step; null like left out changes nothing.
    pub tax: Option<OnboardingTaxInput>,
    /// Answers of the fifth step; null like left out changes nothing.
    pub summary: Option<OnboardingSummaryInput>,
    /// The number of a step, 1 to 5, that is completed with these and earlier answers; those that it needs and that are
    /// missing are told all at once, and then nothing is saved.
    pub complete_step: Option<i32>,
    /// The onboarding's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// Answers that were saved.
#[derive(SimpleObject)]
pub struct UpdateOnboardingPayload {
    /// The onboarding as it is now; it begins with its first answer.
    onboarding: Onboarding,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    onboarding: Uuid,
}

impl Mutation for UpdateOnboardingInput {
    const MODULE: Module = MODULE;
    const WITHHELD: &'static [&'static str] = &[
        "fullName",
        "firstName",
        "lastName",
        "dateOfBirth",
        "taxResidency",
        "secondaryTaxResidency",
        "employmentStatus",
        "initialInvestment",
        "existingPortfolioValue",
    ];
    type Done = Changed;
    type Payload = UpdateOnboardingPayload;

    fn check(&self, check: &mut Check) {
        if let Some(portfolio) = &self.portfolio {
            check.within("portfolio", |check| portfolio.check(check));
        }
        if let Some(personal) = &self.personal {
            check.within("personal", |check| personal.check(check, clock::now().date_naive()));
        }
        if let Some(tax) = &self.tax {
            check.within("tax", |check| tax.check(check));
        }
        if let Some(summary) = &self.summary {
            check.within("summary", |check| summary.check(check));
        }
        if self.complete_step.is_some_and(|number| steps::find(number).is_none()) {
            check.problem("completeStep", "OUT_OF_RANGE", format!("completeStep lies between 1 and {}.", STEPS.len()));
        }
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let (row, what) = own_onboarding(write, self.expected_updated_at).await?;
        let step = self.complete_step.and_then(steps::find);
        let id = Id::<Onboarding>::new(row.id);
        write.update(id, self.columns(&row)).await?;
        let (row, _) = write.own_row::<Onboarding>(None).await?;
        let progress = progress(&row, step)?;
        let is_moved = write.call().viewer()?.user.onboarding_step != Some(count(&progress));
        write.update(id, progress_columns(&row, &progress)).await?;
        let (action, context) = match step {
            Some(_) => ("onboarding_step_completed", "A step of the onboarding was completed."),
            None => ("onboarding_updated", "Answers of the onboarding were saved."),
        };
        let mut deed = Deed::new(MODULE, action, context).each::<Onboarding>(what, [row.id]);
        if is_moved {
            let user = Id::<User>::new(write.user_id());
            write
                .update(user, users::ActiveModel { onboarding_step: Set(Some(count(&progress))), ..Default::default() })
                .await?;
            deed = deed.updated::<User>(user.0);
        }
        Ok((Changed { onboarding: row.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdateOnboardingPayload> {
        Ok(UpdateOnboardingPayload { onboarding: call.fetch(changed.onboarding).await? })
    }
}

impl UpdateOnboardingInput {
    fn columns(self, row: &user_onboarding_progress::Model) -> user_onboarding_progress::ActiveModel {
        let now = clock::now();
        let mut columns =
            user_onboarding_progress::ActiveModel { last_active_at: Set(now.into()), ..Default::default() };
        if let Some(portfolio) = self.portfolio {
            portfolio.put(&mut columns);
        }
        if let Some(personal) = self.personal {
            personal.put(&mut columns);
        }
        if let Some(tax) = self.tax {
            tax.put(&mut columns);
        }
        if let Some(summary) = self.summary {
            summary.put(&mut columns, [row.terms_accepted, row.privacy_policy_accepted], now);
        }
        columns
    }
}

/// How far the onboarding has come with a further step. A step that lost an answer that it needs is open again, but
/// not once the whole was completed: then the answer stays.
fn progress(row: &user_onboarding_progress::Model, step: Option<&'static Step>) -> Result<Progress> {
    let needed = STEPS.iter().filter(|of| row.is_complete || step.is_some_and(|step| step.number == of.number));
    let issues: Vec<Issue> = needed.flat_map(|of| missing_of(row, of)).collect();
    if !issues.is_empty() {
        return Err(Error::issues(issues));
    }
    let mut completed = completed_of(row);
    completed.extend(step.map(|step| step.number));
    completed.retain(|number| steps::find(*number).is_some_and(|step| missing_of(row, step).is_empty()));
    Ok(steps::progress(&completed))
}

/// What a step needs and lacks, as problems of the page's input.
pub(super) fn missing_of(row: &user_onboarding_progress::Model, step: &Step) -> Vec<Issue> {
    let missing = step.missing(|column| is_filled(row, column));
    let issue = |column: &str| {
        let field = camel_case(column);
        let sentence = format!("The step {} needs {field}.", step.name);
        Issue::new(&["input", step.name, &field], "REQUIRED", sentence)
    };
    missing.into_iter().map(issue).collect()
}

fn progress_columns(
    row: &user_onboarding_progress::Model,
    progress: &Progress,
) -> user_onboarding_progress::ActiveModel {
    let mut columns = user_onboarding_progress::ActiveModel {
        current_step: Set(progress.current),
        completed_steps: Set(json!(progress.completed)),
        completion_percentage: Set(progress.percentage),
        ..Default::default()
    };
    if progress.completed.contains(&1) && !row.welcome_viewed {
        columns.welcome_viewed = Set(true);
        columns.welcome_viewed_at = Set(Some(clock::now().into()));
    }
    columns
}

/// How far the account says that the onboarding came: the number of completed steps.
fn count(progress: &Progress) -> i32 {
    i32::try_from(progress.completed.len()).unwrap_or(i32::MAX)
}
