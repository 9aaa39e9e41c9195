//! What a category may have besides its name, and what makes it wrong.

use async_graphql::{InputObject, MaybeUndefined};
use entity::vault_categories::ActiveModel;
use rust_decimal::Decimal as Number;

use crate::{
    graphql::{
        enumeration::Enumeration,
        input::{Check, after, change},
        scalars::{Decimal, HexColor},
    },
    vault_categories::{
        targets::{Bounds, Disorder},
        types::{CategoryFrequency, RiskLevel},
    },
};

/// How long a description may be, in characters.
const DESCRIPTION_MAX: usize = 5_000;

/// The settings of a category.
#[derive(InputObject)]
pub struct CategorySettingsInput {
    /// What it is about, at most 5,000 characters; null clears it.
    pub category_description: MaybeUndefined<String>,
    /// Its colour; #3B82F6 for a new category that leaves it out; null for none.
    pub category_color: MaybeUndefined<HexColor>,
    /// Name of its icon, at most 100 characters; null for none.
    pub category_icon: MaybeUndefined<String>,
    /// Wanted share in per cent, 0 to 100, between minimum and maximum, at most 4 decimal places; null for no target,
    /// which a new category that leaves it out has too.
    pub target_allocation_percent: MaybeUndefined<Decimal>,
    /// Smallest share in per cent, 0 to 100, at most 4 decimal places; null counts as 0.
    pub min_allocation_percent: MaybeUndefined<Decimal>,
    /// Largest share in per cent, 0 to 100, at most 4 decimal places; null counts as 100.
    pub max_allocation_percent: MaybeUndefined<Decimal>,
    /// Drift in percentage points above which rebalancing is due, 0 to 100, at most 4 decimal places; 5 for a new category
    /// that leaves it out; null leaves it to the schedule.
    pub rebalance_threshold: MaybeUndefined<Decimal>,
    /// How often its share is looked at; MONTHLY for a new category that leaves it out; null leaves it to the schedule.
    pub rebalance_frequency: MaybeUndefined<CategoryFrequency>,
    /// Whether it takes part in rebalancing; true for a new category that leaves it out; null leaves it open.
    pub auto_rebalance_enabled: MaybeUndefined<bool>,
    /// How risky its assets are; MEDIUM for a new category that leaves it out; null leaves it open.
    pub risk_level: MaybeUndefined<RiskLevel>,
    /// Largest share of one holding in per cent, above 0 to 100, at most 4 decimal places; 10 for a new category that
    /// leaves it out; null for no limit.
    pub max_single_position_percent: MaybeUndefined<Decimal>,
    /// Volatility in per cent that is accepted, above 0 to 100, at most 4 decimal places; 25 for a new category that
    /// leaves it out; null for no limit.
    pub volatility_limit: MaybeUndefined<Decimal>,
    /// How much tax matters here, 1 to 10; 5 for a new category that leaves it out; null leaves it open.
    pub tax_efficiency_priority: MaybeUndefined<i32>,
    /// Whether losses that could be realised for tax are shown; true for a new category that leaves it out; null leaves
    /// it open.
    pub tax_loss_harvesting_enabled: MaybeUndefined<bool>,
    /// False for a category that rests; true for a new category that leaves it out; null stands for false.
    pub is_active: MaybeUndefined<bool>,
    /// Its place in the list, from 1; a new category that leaves it out comes last, and so does null.
    pub display_order: MaybeUndefined<i32>,
}

impl CategorySettingsInput {
    pub fn check_fields(&self, check: &mut Check) {
        check.new_text("categoryDescription", &self.category_description, DESCRIPTION_MAX);
        check.new_text("categoryIcon", &self.category_icon, 100);
        for (field, share) in [
            ("targetAllocationPercent", &self.target_allocation_percent),
            ("minAllocationPercent", &self.min_allocation_percent),
            ("maxAllocationPercent", &self.max_allocation_percent),
            ("rebalanceThreshold", &self.rebalance_threshold),
        ] {
            check.up_to(field, share, (true, 100), 4);
        }
        check.up_to("maxSinglePositionPercent", &self.max_single_position_percent, (false, 100), 4);
        check.up_to("volatilityLimit", &self.volatility_limit, (false, 100), 4);
        check.new_range("taxEfficiencyPriority", &self.tax_efficiency_priority, 1, 10);
        check.at_least("displayOrder", &self.display_order, 1);
    }

    /// Whether target and limits are in order, where these stand.
    pub fn check_bounds(&self, check: &mut Check, standing: Bounds) {
        let share = |given: &MaybeUndefined<Decimal>, standing: Option<Number>| after(given, standing, |share| share.0);
        let bounds = Bounds {
            min: share(&self.min_allocation_percent, standing.min),
            target: share(&self.target_allocation_percent, standing.target),
            max: share(&self.max_allocation_percent, standing.max),
        };
        // A share that is none is a problem already.
        let is_share = |share: Option<Number>| share.is_none_or(|it| it >= Number::ZERO && it <= Number::ONE_HUNDRED);
        if ![bounds.min, bounds.target, bounds.max].into_iter().all(is_share) {
            return;
        }
        let (min, target, max) = (
            ("minAllocationPercent", !self.min_allocation_percent.is_undefined()),
            ("targetAllocationPercent", !self.target_allocation_percent.is_undefined()),
            ("maxAllocationPercent", !self.max_allocation_percent.is_undefined()),
        );
        let (sentence, fields) = match bounds.disorder() {
            None => return,
            Some(Disorder::MinAboveMax) => ("The minimum is not above the maximum.", [min, max]),
            Some(Disorder::TargetBelowMin) => ("The target is not below the minimum.", [target, min]),
            Some(Disorder::TargetAboveMax) => ("The target is not above the maximum.", [target, max]),
        };
        // The problem stands at what was sent, not at what stands there already.
        if let Some((field, _)) = fields.into_iter().find(|(_, is_given)| *is_given) {
            check.problem(field, "OUT_OF_RANGE", sentence);
        }
    }

    /// The columns that change; those left out keep what they hold, or get the table's default in a new row.
    pub fn columns(self) -> ActiveModel {
        ActiveModel {
            category_description: change(self.category_description, |text| text),
            category_color: change(self.category_color, |color| color.0),
            category_icon: change(self.category_icon, |text| text),
            target_allocation_percent: change(self.target_allocation_percent, |share| share.0),
            min_allocation_percent: change(self.min_allocation_percent, |share| share.0),
            max_allocation_percent: change(self.max_allocation_percent, |share| share.0),
            rebalance_threshold: change(self.rebalance_threshold, |points| points.0),
            rebalance_frequency: change(self.rebalance_frequency, |frequency| frequency.stored().to_owned()),
            auto_rebalance_enabled: change(self.auto_rebalance_enabled, |flag| flag),
            risk_level: change(self.risk_level, |level| level.stored().to_owned()),
            max_single_position_percent: change(self.max_single_position_percent, |share| share.0),
            volatility_limit: change(self.volatility_limit, |limit| limit.0),
            tax_efficiency_priority: change(self.tax_efficiency_priority, |priority| priority),
            tax_loss_harvesting_enabled: change(self.tax_loss_harvesting_enabled, |flag| flag),
            is_active: change(self.is_active, |flag| flag),
            display_order: change(self.display_order, |place| place),
            ..Default::default()
        }
    }
}
