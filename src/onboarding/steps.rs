//! The five steps of onboarding, in order.

/// A step and what it needs to be complete.
pub struct Step {
    pub number: i32,
    pub name: &'static str,
    /// Columns of user_onboarding_progress that have to be filled; for the last step, that have to be true.
    pub required: &'static [&'static str],
}

/// Welcome, portfolio, personal, tax, summary.
pub const STEPS: [Step; 5] = [
    Step { number: 1, name: "welcome", required: &[] },
    Step { number: 2, name: "portfolio", required: &["trading_experience", "risk_tolerance", "investment_horizon"] },
    Step { number: 3, name: "personal", required: &["full_name", "preferred_currency"] },
    Step { number: 4, name: "tax", required: &["tax_residency", "employment_status"] },
    Step { number: 5, name: "summary", required: &["terms_accepted", "privacy_policy_accepted"] },
];
