//! How far each step of an onboarding has come.

use async_graphql::SimpleObject;
use entity::user_onboarding_progress::Model;

use crate::{
    graphql::table::camel_case,
    onboarding::steps::{STEPS, Step},
};

/// How far one step has come.
#[derive(SimpleObject)]
pub struct StepProgress {
    /// Its place, from 1 to 5.
    number: i32,
    /// Its name, and the field of `updateOnboarding` that takes its answers: portfolio, personal, tax or summary; the
    /// first, welcome, asks nothing.
    name: &'static str,
    /// True once it was completed.
    is_completed: bool,
    /// The fields that it needs and that are not filled, in the last step not true; empty when it can be completed.
    missing_fields: Vec<String>,
}

/// How far each step has come, in their order.
pub fn steps_of(row: &Model) -> Vec<StepProgress> {
    let completed = completed_of(row);
    let of = |step: &Step| StepProgress {
        number: step.number,
        name: step.name,
        is_completed: completed.contains(&step.number),
        missing_fields: step.missing(|column| is_filled(row, column)).into_iter().map(camel_case).collect(),
    };
    STEPS.iter().map(of).collect()
}

/// The numbers of the completed steps.
pub fn completed_of(row: &Model) -> Vec<i32> {
    serde_json::from_value(row.completed_steps.clone()).unwrap_or_default()
}

/// Whether a column that a step requires holds what it needs.
pub fn is_filled(row: &Model, column: &str) -> bool {
    match column {
        "trading_experience" => row.trading_experience.is_some(),
        "risk_tolerance" => row.risk_tolerance.is_some(),
        "investment_horizon" => row.investment_horizon.is_some(),
        "full_name" => row.full_name.is_some(),
        "preferred_currency" => row.preferred_currency.is_some(),
        "tax_residency" => row.tax_residency.is_some(),
        "employment_status" => row.employment_status.is_some(),
        "terms_accepted" => row.terms_accepted == Some(true),
        "privacy_policy_accepted" => row.privacy_policy_accepted == Some(true),
        _ => false,
    }
}
