//! The five steps of onboarding, in order, and how far somebody has come.

use rust_decimal::Decimal;

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

/// The step with this number.
pub fn find(number: i32) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.number == number)
}

impl Step {
    /// The required columns that are not filled.
    pub fn missing(&self, is_filled: impl Fn(&str) -> bool) -> Vec<&'static str> {
        self.required.iter().copied().filter(|column| !is_filled(column)).collect()
    }
}

/// How far somebody has come.
#[derive(Debug, PartialEq, Eq)]
pub struct Progress {
    /// Numbers of the completed steps, in order.
    pub completed: Vec<i32>,
    /// The first step that is not completed; the last one when all are.
    pub current: i32,
    /// Completed steps in per cent of all.
    pub percentage: Decimal,
}

/// How far somebody has come who has completed these steps, in whatever order.
pub fn progress(completed: &[i32]) -> Progress {
    let is_done = |step: &&Step| completed.contains(&step.number);
    let (done, open): (Vec<&Step>, Vec<&Step>) = STEPS.iter().partition(is_done);
    let last = STEPS.last().map_or(1, |step| step.number);
    // So few steps neither overflow nor are none.
    let share = Decimal::from(done.len() * 100).checked_div(Decimal::from(STEPS.len())).unwrap_or_default();
    Progress {
        completed: done.iter().map(|step| step.number).collect(),
        current: open.first().map_or(last, |step| step.number),
        percentage: share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_step_is_the_first_that_is_open() {
        for (completed, expected, current, percentage) in [
            (vec![], vec![], 1, 0),
            (vec![1], vec![1], 2, 20),
            (vec![3, 1], vec![1, 3], 2, 40),
            (vec![2, 2, 9, 0], vec![2], 1, 20),
            (vec![4, 3, 2, 1], vec![1, 2, 3, 4], 5, 80),
            (vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 5], 5, 100),
        ] {
            let expected = Progress { completed: expected, current, percentage: Decimal::from(percentage) };
            assert_eq!(progress(&completed), expected, "{completed:?}");
        }
    }

    #[test]
    fn a_step_names_what_it_lacks() {
        let personal = find(3).unwrap();
        assert_eq!(personal.missing(|column| column == "full_name"), ["preferred_currency"]);
        assert_eq!(personal.missing(|_| true), Vec::<&str>::new());
        assert_eq!(find(1).unwrap().missing(|_| false), Vec::<&str>::new());
        assert!(find(0).is_none() && find(6).is_none());
    }
}
