//! What an assignment may have besides its symbol, and what makes it wrong.

use async_graphql::{InputObject, MaybeUndefined};
use entity::asset_category_assignment::ActiveModel;

use crate::{
    graphql::{
        enumeration::Enumeration,
        input::{Check, change},
        scalars::Decimal,
    },
    vault_categories::types::AssignmentType,
};

/// How long a rule may be, in characters.
const RULE_MAX: usize = 5_000;

/// What is known of an assignment.
#[derive(InputObject)]
pub struct AssignmentDetailsInput {
    /// The asset's full name, at most 255 characters; null clears it.
    pub asset_name: MaybeUndefined<String>,
    /// The kind of asset, at most 50 characters; null clears it.
    pub asset_class: MaybeUndefined<String>,
    /// Its branch of the economy, at most 100 characters; null clears it.
    pub sector: MaybeUndefined<String>,
    /// The market that trades it, at most 50 characters; null clears it.
    pub market: MaybeUndefined<String>,
    /// Who or what sorts it in; MANUAL for a new assignment that leaves it out; null leaves it open.
    pub assignment_type: MaybeUndefined<AssignmentType>,
    /// The rule that sorts it in, at most 5,000 characters; null clears it.
    pub assignment_rule: MaybeUndefined<String>,
    /// How sure that is, 0 to 1, at most 4 decimal places; 1 for a new assignment that leaves it out; null clears it.
    pub assignment_confidence: MaybeUndefined<Decimal>,
    /// Wanted share of the category in per cent, 0 to 100, at most 4 decimal places; null for no target, which a new
    /// assignment that leaves it out has too.
    pub target_weight_in_category: MaybeUndefined<Decimal>,
    /// False for an assignment that rests; true for a new one that leaves it out; null stands for false.
    pub is_active: MaybeUndefined<bool>,
}

impl AssignmentDetailsInput {
    pub fn check_fields(&self, check: &mut Check) {
        for (field, text, max) in [
            ("assetName", &self.asset_name, 255),
            ("assetClass", &self.asset_class, 50),
            ("sector", &self.sector, 100),
            ("market", &self.market, 50),
            ("assignmentRule", &self.assignment_rule, RULE_MAX),
        ] {
            check.new_text(field, text, max);
        }
        check.up_to("assignmentConfidence", &self.assignment_confidence, (true, 1), 4);
        check.up_to("targetWeightInCategory", &self.target_weight_in_category, (true, 100), 4);
    }

    /// The columns that change; those left out keep what they hold, or get the table's default in a new row.
    pub fn columns(self) -> ActiveModel {
        ActiveModel {
            asset_name: change(self.asset_name, |text| text),
            asset_class: change(self.asset_class, |text| text),
            sector: change(self.sector, |text| text),
            market: change(self.market, |text| text),
            assignment_type: change(self.assignment_type, |kind| kind.stored().to_owned()),
            assignment_rule: change(self.assignment_rule, |text| text),
            assignment_confidence: change(self.assignment_confidence, |share| share.0),
            target_weight_in_category: change(self.target_weight_in_category, |share| share.0),
            is_active: change(self.is_active, |flag| flag),
            ..Default::default()
        }
    }
}
