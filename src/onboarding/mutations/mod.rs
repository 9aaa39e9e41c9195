//! Going through the onboarding, and the trading preferences that it leads to.

mod answers;
mod complete_onboarding;
mod reset_onboarding;
mod reset_trading_preferences;
mod reveal_personal_data;
mod update_onboarding;
mod update_personal_data;
mod update_trading_preferences;

use async_graphql::{Context, Object};
use entity::user_onboarding_progress;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::types::Onboarding;
use crate::{
    access::Module,
    graphql::{
        call::call,
        error::Result,
        id::Id,
        mutation::{Answered, Write, deed::Change, perform},
        scalars::DateTime,
    },
};
pub use answers::{OnboardingPersonalInput, OnboardingPortfolioInput, OnboardingSummaryInput, OnboardingTaxInput};
pub use complete_onboarding::{CompleteOnboardingInput, CompleteOnboardingPayload};
pub use reset_onboarding::{ResetOnboardingInput, ResetOnboardingPayload};
pub use reset_trading_preferences::{ResetTradingPreferencesInput, ResetTradingPreferencesPayload};
pub use reveal_personal_data::{RevealPersonalDataInput, RevealPersonalDataPayload};
pub use update_onboarding::{UpdateOnboardingInput, UpdateOnboardingPayload};
pub use update_personal_data::{UpdatePersonalDataInput, UpdatePersonalDataPayload};
pub use update_trading_preferences::{UpdateTradingPreferencesInput, UpdateTradingPreferencesPayload};

/// The part of the product, as activity rows name it.
const MODULE: Module = Module::Onboarding;

/// The viewer's onboarding, locked until the transaction ends, and whether it is new.
async fn own_onboarding(
    write: &Write<'_>,
    expected: Option<DateTime>,
) -> Result<(user_onboarding_progress::Model, Change)> {
    let (mut row, what) = write.own_row::<Onboarding>(expected).await?;
    if what == Change::Created {
        row.preferred_currency = begin_with_currency(write, row.id).await?;
    }
    Ok((row, what))
}

/// Lets an onboarding begin with the account's currency: whoever chose one is not to end up with the table's default.
async fn begin_with_currency(write: &Write<'_>, onboarding: Uuid) -> Result<Option<String>> {
    let currency = write.call().viewer()?.user.preferred_currency.clone();
    let begun =
        user_onboarding_progress::ActiveModel { preferred_currency: Set(currency.clone()), ..Default::default() };
    write.update(Id::<Onboarding>::new(onboarding), begun).await?;
    Ok(currency)
}

#[derive(Default)]
pub struct OnboardingMutations;

/// Going through the onboarding, and the trading preferences that it leads to.
#[Object]
impl OnboardingMutations {
    /// Saves answers of the viewer's onboarding, of any pages in any order, and completes a step with them if one is
    /// named.
    async fn update_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answers.")] input: UpdateOnboardingInput,
    ) -> Result<Option<Answered<UpdateOnboardingPayload>>> {
        perform(ctx, input).await
    }

    /// Completes the viewer's onboarding: all five steps are completed, the terms and the privacy policy accepted. Makes
    /// the viewer's trading preferences when there are none.
    async fn complete_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen of it.")] input: CompleteOnboardingInput,
    ) -> Result<Option<Answered<CompleteOnboardingPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's onboarding back to its beginning: no answer stays, telephone and tax numbers neither; trading
    /// preferences do.
    async fn reset_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen of it.")] input: ResetOnboardingInput,
    ) -> Result<Option<Answered<ResetOnboardingPayload>>> {
        perform(ctx, input).await
    }

    /// Stores the viewer's telephone and tax numbers, encrypted. A field that is left out stays as it is, null clears it.
    async fn update_personal_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The numbers.")] input: UpdatePersonalDataInput,
    ) -> Result<Option<UpdatePersonalDataPayload>> {
        Box::pin(update_personal_data::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Shows the viewer's telephone and tax numbers in full, for their password. The viewer's activity and the audit
    /// keep that they were shown.
    async fn reveal_personal_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof that it is the viewer who asks.")] input: RevealPersonalDataInput,
    ) -> Result<Option<RevealPersonalDataPayload>> {
        Box::pin(reveal_personal_data::run(call(ctx).unkept()?, input)).await.map(Some)
    }

    /// Changes the viewer's targets and limits for trading.
    async fn update_trading_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateTradingPreferencesInput,
    ) -> Result<Option<Answered<UpdateTradingPreferencesPayload>>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's targets and limits for trading back to their defaults.
    async fn reset_trading_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to put back.")] input: ResetTradingPreferencesInput,
    ) -> Result<Option<Answered<ResetTradingPreferencesPayload>>> {
        perform(ctx, input).await
    }
}
