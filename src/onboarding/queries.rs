//! Reading what onboarding asks for.

use async_graphql::{Object, SimpleObject};

use super::steps::STEPS;
use crate::graphql::table::camel_case;

/// One step of onboarding.
#[derive(SimpleObject)]
pub struct OnboardingStep {
    /// Its place, from 1 to 5.
    number: i32,
    /// Its name: welcome, portfolio, personal, tax or summary.
    name: &'static str,
    /// The fields of `Onboarding` that must be filled, and in the last step true, before the step is complete.
    required_fields: Vec<String>,
}

#[derive(Default)]
pub struct OnboardingQueries;

/// Reading what onboarding asks for.
#[Object]
impl OnboardingQueries {
    /// The steps of onboarding in their order; the same for everybody.
    async fn onboarding_steps(&self) -> Vec<OnboardingStep> {
        STEPS
            .iter()
            .map(|step| OnboardingStep {
                number: step.number,
                name: step.name,
                required_fields: step.required.iter().map(|column| camel_case(column)).collect(),
            })
            .collect()
    }
}
