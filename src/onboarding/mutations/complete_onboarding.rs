//! `completeOnboarding`: everything was answered, and trading preferences come of it.

use async_graphql::{InputObject, SimpleObject};
use entity::{user_onboarding_progress, user_trading_preferences, users};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MODULE, own_onboarding, update_onboarding::missing_of};
use crate::{
    access::Module,
    authentication::types::User,
    clock,
    graphql::{
        call::Call,
        enumeration::{Enumeration, optional},
        error::{Error, Issue, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::DateTime,
    },
    onboarding::{
        steps::STEPS,
        style::style,
        types::{Onboarding, RiskTolerance, TradingPreferences, progress::completed_of},
    },
};

/// The viewer's onboarding, to be completed.
#[derive(InputObject)]
pub struct CompleteOnboardingInput {
    /// The onboarding's `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// An onboarding that is complete.
#[derive(SimpleObject)]
pub struct CompleteOnboardingPayload {
    /// The onboarding as it is now.
    onboarding: Onboarding,
    /// What comes of it: made from the risk tolerance and the preferred currency, or as they were if there were some.
    trading_preferences: TradingPreferences,
    /// The viewer, who has completed the onboarding now.
    user: User,
}

#[derive(Serialize, Deserialize)]
pub struct Completed {
    onboarding: Uuid,
    trading_preferences: Uuid,
    user: Uuid,
}

impl Mutation for CompleteOnboardingInput {
    const MODULE: Module = MODULE;
    type Done = Completed;
    type Payload = CompleteOnboardingPayload;

    fn check(&self, _: &mut Check) {}

    async fn write(self, write: &mut Write<'_>) -> Result<(Completed, Deed)> {
        let (row, _) = own_onboarding(write, self.expected_updated_at).await?;
        if row.is_complete {
            return Err(Error::conflict("The onboarding was completed before; nothing was changed now."));
        }
        let issues = open_steps(&row);
        if !issues.is_empty() {
            return Err(Error::issues(issues));
        }
        let (now, user) = (clock::now(), Id::<User>::new(write.user_id()));
        let columns = user_onboarding_progress::ActiveModel {
            is_complete: Set(true),
            completed_at: Set(Some(now.into())),
            last_active_at: Set(now.into()),
            ..Default::default()
        };
        write.update(Id::<Onboarding>::new(row.id), columns).await?;
        let columns = users::ActiveModel {
            has_completed_onboarding: Set(true),
            onboarding_completed_at: Set(Some(now.into())),
            onboarding_step: Set(i32::try_from(STEPS.len()).ok()),
            ..Default::default()
        };
        write.update(user, columns).await?;
        let mut deed = Deed::new(MODULE, "onboarding_completed", "The onboarding was completed.")
            .updated::<Onboarding>(row.id)
            .updated::<User>(user.0);
        let (trading_preferences, is_new) = trading_preferences(write, &row).await?;
        if is_new {
            deed = deed.created::<TradingPreferences>(trading_preferences);
        }
        Ok((Completed { onboarding: row.id, trading_preferences, user: user.0 }, deed))
    }

    async fn payload(call: &Call, done: Completed) -> Result<CompleteOnboardingPayload> {
        Ok(CompleteOnboardingPayload {
            onboarding: call.fetch(done.onboarding).await?,
            trading_preferences: call.fetch(done.trading_preferences).await?,
            user: call.fetch(done.user).await?,
        })
    }
}

/// Every step that is not completed, with what it lacks or, where it lacks nothing, with itself.
fn open_steps(row: &user_onboarding_progress::Model) -> Vec<Issue> {
    let completed = completed_of(row);
    let problems = STEPS.iter().flat_map(|step| {
        let mut issues = missing_of(row, step);
        if issues.is_empty() && !completed.contains(&step.number) {
            let sentence = format!("The step {} is not completed.", step.name);
            issues.push(Issue::new(&["input", step.name], "NOT_COMPLETED", sentence));
        }
        issues
    });
    problems.collect()
}

/// The trading preferences that come of the answers, unless the user has chosen some already; and whether they are new.
async fn trading_preferences(write: &Write<'_>, row: &user_onboarding_progress::Model) -> Result<(Uuid, bool)> {
    let (preferences, what) = write.own_row::<TradingPreferences>(None).await?;
    if what != Change::Created {
        return Ok((preferences.id, false));
    }
    let tolerance: Option<RiskTolerance> = optional(row.risk_tolerance.clone())?;
    let columns = user_trading_preferences::ActiveModel {
        trading_style: Set(tolerance.map(|tolerance| style(tolerance).stored().to_owned())),
        base_currency: Set(row.preferred_currency.clone()),
        ..Default::default()
    };
    write.update(Id::<TradingPreferences>::new(preferences.id), columns).await?;
    Ok((preferences.id, true))
}
