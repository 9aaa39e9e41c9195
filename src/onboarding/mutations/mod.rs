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

use crate::{
    access::Module,
    graphql::{call::call, error::Result, mutation::perform},
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
    ) -> Result<Option<UpdateOnboardingPayload>> {
        perform(ctx, input).await
    }

    /// Completes the viewer's onboarding: all five steps are completed, the terms and the privacy policy accepted. Makes
    /// the viewer's trading preferences when there are none.
    async fn complete_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen of it.")] input: CompleteOnboardingInput,
    ) -> Result<Option<CompleteOnboardingPayload>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's onboarding back to its beginning: no answer stays, telephone and tax numbers neither; trading
    /// preferences do.
    async fn reset_onboarding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was seen of it.")] input: ResetOnboardingInput,
    ) -> Result<Option<ResetOnboardingPayload>> {
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
    ) -> Result<Option<UpdateTradingPreferencesPayload>> {
        perform(ctx, input).await
    }

    /// Puts the viewer's targets and limits for trading back to their defaults.
    async fn reset_trading_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to put back.")] input: ResetTradingPreferencesInput,
    ) -> Result<Option<ResetTradingPreferencesPayload>> {
        perform(ctx, input).await
    }
}
