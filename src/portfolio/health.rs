//! What is worth a look in a portfolio, each with the number that says so.

use rust_decimal::Decimal;

use super::{
    concentration::{Concentration, Unknown, weight},
    freshness::Freshness,
};
use crate::{
    rebalancing::{
        drift::{self, Bounds, ClassDrift, Report},
        targets::Key,
    },
    vault_categories::targets::is_complete,
};

/// The HHI above which a portfolio hangs on few holdings: that of four equal ones.
pub const HHI_LIMIT: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// How many holdings are named when too much hangs on few.
const LARGEST: usize = 3;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// HHI > [`HHI_LIMIT`].
    Concentration,
    /// Weight of a holding > the largest share that its category allows for one.
    PositionAboveLimit,
    /// Weight of a category < its minimum.
    BelowMinimum,
    /// Weight of a category > its maximum.
    AboveMaximum,
    /// Drift of a class > its threshold; cash has the next two.
    Drift,
    /// Cash is above its target by more than its threshold.
    CashAboveTarget,
    /// Cash is below its target by more than its threshold.
    CashBelowTarget,
    /// The cash balance is below 0.
    CashBorrowed,
    /// The targets of a type of category, or of the trading preferences, come to something else than 100.
    TargetsIncomplete,
    /// Holdings count for no class that has a target.
    WithoutClass,
    /// Prices are stale.
    StalePrices,
    /// Holdings have no known cost.
    CostUnknown,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub check: Check,
    pub value: Decimal,
    /// What the value is held against.
    pub limit: Decimal,
    /// Places of the holdings that it is about, among those that were given.
    pub holdings: Vec<usize>,
    pub about: About,
}

/// What a finding is about, besides holdings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Portfolio,
    /// A class of the report.
    Class(Key),
    /// The category with this place among those that were given.
    Category(usize),
    /// Categories of this type.
    CategoryType(String),
}

/// Why checks could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Holdings(Unknown),
    Targets(drift::Unknown),
}

/// A holding, as far as its health needs it.
#[derive(Clone, Debug)]
pub struct Held {
    pub value: Decimal,
    pub cost_is_known: bool,
    pub fresh: Freshness,
    /// The place of its class in the report.
    pub class: Option<usize>,
    /// Places of the categories of other types that it is assigned to.
    pub categories: Vec<usize>,
}

/// An active category, as far as its limits go.
#[derive(Clone, Debug)]
pub struct Category {
    pub kind: String,
    /// Whether the report has it as a class, whose limits are looked at there.
    pub is_class: bool,
    pub target: Option<Decimal>,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub position_max: Option<Decimal>,
}

/// A portfolio, as far as its health needs it.
pub struct Patient<'a> {
    pub holdings: &'a [Held],
    pub cash: Decimal,
    pub concentration: Result<Concentration, Unknown>,
    pub report: Result<&'a Report<Key>, drift::Unknown>,
    /// The place of the class that the cash balance counts for.
    pub cash_class: Option<usize>,
    pub categories: &'a [Category],
}

/// All that was found, and the checks that could not be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub findings: Vec<Finding>,
    pub skipped: Vec<(Check, Obstacle)>,
}

impl Patient<'_> {
    pub fn health(&self) -> Health {
        let mut health = Health::default();
        self.spread(&mut health);
        self.classes(&mut health);
        self.limits(&mut health);
        self.targets(&mut health);
        self.facts(&mut health);
        health
    }

    fn spread(&self, health: &mut Health) {
        match self.concentration {
            Ok(found) if found.hhi > HHI_LIMIT => {
                let mut places = self.places(|_| true);
                places.truncate(LARGEST);
                health.add(Check::Concentration, found.hhi, HHI_LIMIT, places, About::Portfolio);
            }
            Ok(_) => {}
            Err(unknown) => health.skip(Check::Concentration, Obstacle::Holdings(unknown)),
        }
    }

    /// Where classes stand against targets and limits.
    fn classes(&self, health: &mut Health) {
        let report = match self.report {
            Ok(report) => report,
            Err(unknown) => {
                for check in [Check::Drift, Check::PositionAboveLimit, Check::BelowMinimum, Check::AboveMaximum] {
                    health.skip(check, Obstacle::Targets(unknown));
                }
                return;
            }
        };
        for (place, class) in report.classes.iter().enumerate() {
            let about = About::Class(class.target.key);
            let inside = self.places(|held| held.class == Some(place));
            match (class.bounds, class.target.min, class.target.max) {
                (Bounds::BelowMinimum, Some(min), _) => {
                    health.add(Check::BelowMinimum, class.weight, min, inside.clone(), about.clone());
                }
                (Bounds::AboveMaximum, _, Some(max)) => {
                    health.add(Check::AboveMaximum, class.weight, max, inside.clone(), about.clone());
                }
                _ => {}
            }
            if class.target.key == Key::Unassigned && !inside.is_empty() {
                health.add(Check::WithoutClass, class.weight, Decimal::ZERO, inside, about);
            } else if class.is_due {
                drifted(health, class, self.cash_class == Some(place), inside, about);
            }
        }
        for found in &report.oversized {
            let class = self.holdings.get(found.holding).and_then(|held| report.classes.get(held.class?));
            let about = class.map_or(About::Portfolio, |class| About::Class(class.target.key));
            health.add(Check::PositionAboveLimit, found.weight, found.max, vec![found.holding], about);
        }
    }

    /// Where categories of other types stand against their limits; weights include cash here too.
    fn limits(&self, health: &mut Health) {
        let values = self.holdings.iter().map(|held| held.value).chain([self.cash]);
        let Some(total) = values.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add) else {
            return health.skip(Check::AboveMaximum, Obstacle::Holdings(Unknown::TooLarge));
        };
        for (place, category) in self.categories.iter().enumerate().filter(|(_, category)| !category.is_class) {
            let inside = self.places(|held| held.categories.contains(&place));
            let held = inside.iter().filter_map(|at| self.holdings.get(*at));
            let value = held.clone().map(|held| held.value).try_fold(Decimal::ZERO, Decimal::checked_add);
            let share = match value.ok_or(Unknown::TooLarge).and_then(|value| weight(value, total)) {
                Ok(share) => share,
                // Nothing has a weight where all is worth nothing, which the report says already.
                Err(_) => continue,
            };
            let about = About::Category(place);
            if let Some(min) = category.min.filter(|min| share < *min) {
                health.add(Check::BelowMinimum, share, min, inside.clone(), about.clone());
            }
            if let Some(max) = category.max.filter(|max| share > *max) {
                health.add(Check::AboveMaximum, share, max, inside.clone(), about.clone());
            }
            for (at, held) in inside.iter().zip(held) {
                let share = weight(held.value, total).ok();
                if let Some((share, max)) = share.zip(category.position_max).filter(|(share, max)| share > max) {
                    health.add(Check::PositionAboveLimit, share, max, vec![*at], about.clone());
                }
            }
        }
    }

    /// Whether targets come to 100; a type of which no category has one says nothing of the whole.
    fn targets(&self, health: &mut Health) {
        let mut kinds: Vec<&str> = self.categories.iter().map(|category| category.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in &kinds {
            let targets = self.categories.iter().filter(|category| category.kind == *kind);
            let sum = targets.filter_map(|category| category.target).try_fold(Decimal::ZERO, Decimal::checked_add);
            if let Some(sum) = sum.filter(|sum| *sum > Decimal::ZERO && !is_complete(*sum)) {
                let about = About::CategoryType((*kind).to_owned());
                health.add(Check::TargetsIncomplete, sum, Decimal::ONE_HUNDRED, Vec::new(), about);
            }
        }
        let by_preferences = !self.categories.iter().any(|category| category.is_class);
        let sum = self.report.ok().filter(|_| by_preferences).map(|report| report.targets_sum);
        if let Some(sum) = sum.filter(|sum| !is_complete(*sum)) {
            health.add(Check::TargetsIncomplete, sum, Decimal::ONE_HUNDRED, Vec::new(), About::Portfolio);
        }
    }

    fn facts(&self, health: &mut Health) {
        if self.cash < Decimal::ZERO {
            health.add(Check::CashBorrowed, self.cash, Decimal::ZERO, Vec::new(), About::Portfolio);
        }
        for (check, inside) in [
            (Check::StalePrices, self.places(|held| held.fresh.is_stale)),
            (Check::CostUnknown, self.places(|held| !held.cost_is_known)),
        ] {
            if !inside.is_empty() {
                health.add(check, inside.len().into(), Decimal::ZERO, inside, About::Portfolio);
            }
        }
    }

    /// The holdings of which this is true, the largest first.
    fn places(&self, is_meant: impl Fn(&Held) -> bool) -> Vec<usize> {
        let meant = self.holdings.iter().enumerate().filter(|(_, held)| is_meant(held));
        let mut places: Vec<usize> = meant.map(|(place, _)| place).collect();
        places.sort_by_key(|place| std::cmp::Reverse(self.holdings.get(*place).map(|held| held.value)));
        places
    }
}

fn drifted(health: &mut Health, class: &ClassDrift<Key>, is_cash: bool, inside: Vec<usize>, about: About) {
    let (Some(drift), Some(deviation), Some(target)) = (class.drift, class.deviation, class.target.percent) else {
        return;
    };
    if !is_cash {
        health.add(Check::Drift, drift, class.target.threshold, inside, about);
    } else if deviation > Decimal::ZERO {
        health.add(Check::CashAboveTarget, class.weight, target, inside, about);
    } else {
        health.add(Check::CashBelowTarget, class.weight, target, inside, about);
    }
}

impl Health {
    fn add(&mut self, check: Check, value: Decimal, limit: Decimal, holdings: Vec<usize>, about: About) {
        self.findings.push(Finding { check, value, limit, holdings, about });
    }

    fn skip(&mut self, check: Check, obstacle: Obstacle) {
        self.skipped.push((check, obstacle));
    }
}

#[cfg(test)]
mod tests;
