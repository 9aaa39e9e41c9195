//! How far a portfolio has moved away from its targets.

use std::cmp::Reverse;

use rust_decimal::{Decimal, RoundingStrategy};

/// The decimals of a weight.
const PLACES: u32 = 4;
/// The smallest step of a weight: 10⁻⁴ percentage points.
const STEP: Decimal = Decimal::from_parts(1, 0, 0, false, PLACES);

/// The four classes of the trading preferences' targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Cash,
    Equity,
    Bond,
    Alternative,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Cash, Self::Equity, Self::Bond, Self::Alternative];

    /// The class that an asset class, as it is stored, counts for: funds are equities, coins and commodities are
    /// alternatives.
    pub fn of(asset_class: &str) -> Self {
        match asset_class {
            "cash" => Self::Cash,
            "equity" | "fund" => Self::Equity,
            "bond" => Self::Bond,
            _ => Self::Alternative,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Equity => "equity",
            Self::Bond => "bond",
            Self::Alternative => "alternative",
        }
    }
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Holdings and cash together are worth nothing or less.
    NoValue,
    /// Neither active categories of type asset_class nor trading preferences name a target.
    NoTargets,
    /// The numbers are beyond what can be computed exactly.
    TooLarge,
}

/// A class with what is wanted of it, all in percentage points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<K> {
    pub key: K,
    /// The wanted share; `None` for a class that nothing is said of, which no plan touches.
    pub percent: Option<Decimal>,
    /// The drift above which rebalancing is due.
    pub threshold: Decimal,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    /// The largest share of one holding.
    pub position_max: Option<Decimal>,
}

/// Where a share stands against its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    Within,
    BelowMinimum,
    AboveMaximum,
}

/// A class as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassDrift<K> {
    pub target: Target<K>,
    pub value: Decimal,
    /// How many holdings are in it; the cash balance is none.
    pub holdings: usize,
    /// Value / total × 100; those of all classes add up to exactly 100.
    pub weight: Decimal,
    /// Weight − target, signed; `None` without a target.
    pub deviation: Option<Decimal>,
    /// |deviation|.
    pub drift: Option<Decimal>,
    /// Drift > threshold, strictly.
    pub is_due: bool,
    pub bounds: Bounds,
}

/// A holding that is larger than its class allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oversized {
    /// Its place among the holdings that were given.
    pub holding: usize,
    /// Its value in per cent of the total, cash included.
    pub weight: Decimal,
    pub max: Decimal,
}

/// A portfolio against its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report<K> {
    /// Holdings and cash.
    pub total: Decimal,
    /// In the order in which the targets were given.
    pub classes: Vec<ClassDrift<K>>,
    /// The largest drift of a class.
    pub drift: Decimal,
    /// Whether the drift of any class is above its threshold.
    pub is_due: bool,
    /// What the targets add up to: 100 when they are complete.
    pub targets_sum: Decimal,
    pub oversized: Vec<Oversized>,
}

/// A holding's value, in the class with this place among the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub class: usize,
    pub value: Decimal,
}

/// The report over these holdings and this cash, which counts for the class `cash_class`.
pub fn report<K: Clone>(
    targets: &[Target<K>],
    cash_class: usize,
    holdings: &[Held],
    cash: Decimal,
) -> Result<Report<K>, Unknown> {
    let wanted: Vec<Decimal> = targets.iter().filter_map(|target| target.percent).collect();
    if wanted.is_empty() {
        return Err(Unknown::NoTargets);
    }
    let mut values = vec![Decimal::ZERO; targets.len()];
    let with_cash = holdings.iter().copied().chain([Held { class: cash_class, value: cash }]);
    for held in with_cash {
        let value = values.get_mut(held.class).ok_or(Unknown::NoTargets)?;
        *value = value.checked_add(held.value).ok_or(Unknown::TooLarge)?;
    }
    let total = sum(&values)?;
    let mut classes = Vec::with_capacity(targets.len());
    for (place, ((target, value), weight)) in targets.iter().zip(&values).zip(shares(&values, total)?).enumerate() {
        let holdings = holdings.iter().filter(|held| held.class == place).count();
        classes.push(against(target, *value, holdings, weight));
    }
    Ok(Report {
        total,
        drift: classes.iter().filter_map(|class| class.drift).max().unwrap_or_default(),
        is_due: classes.iter().any(|class| class.is_due),
        targets_sum: sum(&wanted)?,
        oversized: oversized(targets, holdings, total)?,
        classes,
    })
}

fn against<K: Clone>(target: &Target<K>, value: Decimal, holdings: usize, weight: Decimal) -> ClassDrift<K> {
    // Both lie within what a column holds, so the difference does too.
    let deviation = target.percent.and_then(|percent| weight.checked_sub(percent));
    let drift = deviation.map(|deviation| deviation.abs());
    let bounds = match (target.min, target.max) {
        (Some(min), _) if weight < min => Bounds::BelowMinimum,
        (_, Some(max)) if weight > max => Bounds::AboveMaximum,
        _ => Bounds::Within,
    };
    let is_due = drift.is_some_and(|drift| drift > target.threshold);
    ClassDrift { target: target.clone(), value, holdings, weight, deviation, drift, is_due, bounds }
}

fn oversized<K>(targets: &[Target<K>], holdings: &[Held], total: Decimal) -> Result<Vec<Oversized>, Unknown> {
    let mut found = Vec::new();
    for (holding, held) in holdings.iter().enumerate() {
        let Some(max) = targets.get(held.class).and_then(|target| target.position_max) else { continue };
        let weight = round(percent(held.value, total)?, RoundingStrategy::MidpointAwayFromZero);
        if weight > max {
            found.push(Oversized { holding, weight, max });
        }
    }
    Ok(found)
}

/// Each value in per cent of the total, to four places, adding up to exactly 100.
///
/// The steps that rounding down leaves over go to the largest remainders, so that no share is a whole step off.
pub fn shares(values: &[Decimal], total: Decimal) -> Result<Vec<Decimal>, Unknown> {
    if total <= Decimal::ZERO {
        return Err(Unknown::NoValue);
    }
    let mut shares = Vec::with_capacity(values.len());
    let mut remainders = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let exact = percent(*value, total)?;
        let down = round(exact, RoundingStrategy::ToNegativeInfinity);
        remainders.push((Reverse(exact.checked_sub(down).ok_or(Unknown::TooLarge)?), place));
        shares.push(down);
    }
    let mut rest = Decimal::ONE_HUNDRED.checked_sub(sum(&shares)?).ok_or(Unknown::TooLarge)?;
    remainders.sort_unstable();
    for (_, place) in remainders {
        if rest < STEP {
            break;
        }
        if let Some(share) = shares.get_mut(place) {
            *share = share.checked_add(STEP).ok_or(Unknown::TooLarge)?;
            rest = rest.checked_sub(STEP).ok_or(Unknown::TooLarge)?;
        }
    }
    Ok(shares)
}

fn percent(value: Decimal, total: Decimal) -> Result<Decimal, Unknown> {
    if total <= Decimal::ZERO {
        return Err(Unknown::NoValue);
    }
    value.checked_mul(Decimal::ONE_HUNDRED).and_then(|value| value.checked_div(total)).ok_or(Unknown::TooLarge)
}

/// Always with as many decimals.
fn round(value: Decimal, strategy: RoundingStrategy) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(PLACES, strategy);
    rounded.rescale(PLACES);
    rounded
}

fn sum(numbers: &[Decimal]) -> Result<Decimal, Unknown> {
    let sum = numbers.iter().try_fold(Decimal::ZERO, |sum, number| sum.checked_add(*number));
    sum.ok_or(Unknown::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn target(percent: Option<&str>, threshold: &str) -> Target<&'static str> {
        let percent = percent.map(number);
        Target { key: "", percent, threshold: number(threshold), min: None, max: None, position_max: None }
    }

    fn held(class: usize, value: &str) -> Held {
        Held { class, value: number(value) }
    }

    #[test]
    fn an_asset_class_counts_for_one_of_four() {
        for (stored, class) in [
            ("cash", Class::Cash),
            ("equity", Class::Equity),
            ("fund", Class::Equity),
            ("bond", Class::Bond),
            ("crypto", Class::Alternative),
            ("commodity", Class::Alternative),
            ("alternative", Class::Alternative),
        ] {
            assert_eq!(Class::of(stored), class, "{stored}");
        }
    }

    #[test]
    fn a_deviation_is_signed_and_the_largest_drift_is_the_portfolios() {
        let targets = [target(Some("10"), "5"), target(Some("60"), "5"), target(Some("30"), "5")];
        let holdings = [held(1, "5000"), held(1, "2000"), held(2, "2500")];
        let found = report(&targets, 0, &holdings, number("500")).unwrap();
        let rows: Vec<_> =
            found.classes.iter().map(|class| (class.weight, class.deviation.unwrap(), class.is_due)).collect();
        let expected = [("5", "-5", false), ("70", "10", true), ("25", "-5", false)];
        let expected: Vec<_> = expected.map(|(weight, by, due)| (number(weight), number(by), due)).into();
        assert_eq!(rows, expected);
        assert_eq!(found.classes.iter().map(|class| class.holdings).collect::<Vec<_>>(), [0, 2, 1]);
        let all = (found.total, found.drift, found.is_due, found.targets_sum);
        assert_eq!(all, (number("10000"), number("10"), true, number("100")));
    }

    #[test]
    fn due_is_strictly_above_the_threshold() {
        for (value, threshold, due) in [
            ("55", "5", false),
            ("55", "4.9999", true),
            ("55.0001", "5", true),
            ("44.9999", "5", true),
            ("50", "0", false),
        ] {
            let targets = [target(Some("50"), threshold), target(Some("50"), "100")];
            let rest = number("100") - number(value);
            let found = report(&targets, 1, &[held(0, value)], rest).unwrap();
            assert_eq!(found.is_due, due, "{value} {threshold}");
        }
    }

    #[test]
    fn targets_that_do_not_add_up_are_told() {
        for (percents, sum) in [(["60", "30"], "90"), (["100", "45"], "145"), (["0", "0"], "0")] {
            let targets = percents.map(|percent| target(Some(percent), "5"));
            assert_eq!(report(&targets, 0, &[held(1, "1")], number("1")).unwrap().targets_sum, number(sum));
        }
    }

    #[test]
    fn a_class_without_a_target_has_no_drift() {
        let targets = [target(Some("100"), "5"), target(None, "5")];
        let found = report(&targets, 0, &[held(1, "99")], number("1")).unwrap();
        assert_eq!((found.classes[1].deviation, found.classes[1].drift, found.classes[1].is_due), (None, None, false));
        assert_eq!(found.drift, number("99"));
    }

    #[test]
    fn limits_of_classes_and_of_holdings() {
        let limits = |min: &str, max: &str, position: &str| Target {
            min: Some(number(min)),
            max: Some(number(max)),
            position_max: Some(number(position)),
            ..target(Some("30"), "100")
        };
        let targets = [target(None, "5"), limits("20", "40", "20"), limits("31", "40", "20"), limits("10", "29", "30")];
        let holdings = [held(1, "20"), held(1, "10"), held(2, "30"), held(3, "30")];
        let found = report(&targets, 0, &holdings, number("10")).unwrap();
        let bounds: Vec<_> = found.classes.iter().map(|class| class.bounds).collect();
        assert_eq!(bounds, [Bounds::Within, Bounds::Within, Bounds::BelowMinimum, Bounds::AboveMaximum]);
        assert_eq!(found.oversized, [Oversized { holding: 2, weight: number("30"), max: number("20") }]);
    }

    #[test]
    fn where_there_is_no_figure_there_is_a_reason() {
        let targets = [target(Some("50"), "5"), target(Some("50"), "5")];
        let max = "79228162514264337593543950335";
        assert_eq!(report(&targets, 0, &[], Decimal::ZERO), Err(Unknown::NoValue));
        assert_eq!(report(&targets, 0, &[held(1, "5")], number("-5")), Err(Unknown::NoValue));
        assert_eq!(report(&[target(None, "5")], 0, &[], number("5")), Err(Unknown::NoTargets));
        assert_eq!(report(&targets, 0, &[held(1, max), held(1, max)], Decimal::ZERO), Err(Unknown::TooLarge));
        assert_eq!(report(&targets, 0, &[held(1, max)], Decimal::ZERO), Err(Unknown::TooLarge));
    }

    #[test]
    fn shares_add_up_to_a_hundred() {
        for (values, expected) in [
            (&["1", "1", "1"][..], &["33.3334", "33.3333", "33.3333"][..]),
            (&["2", "1", "0"], &["66.6667", "33.3333", "0"]),
            (&["1", "1", "1", "1", "1", "1"], &["16.6667", "16.6667", "16.6667", "16.6667", "16.6666", "16.6666"]),
            (&["-10", "40", "70"], &["-10", "40", "70"]),
            (&["-1", "2", "2"], &["-33.3333", "66.6667", "66.6666"]),
        ] {
            let values: Vec<_> = values.iter().copied().map(number).collect();
            let expected: Vec<_> = expected.iter().copied().map(number).collect();
            assert_eq!(shares(&values, values.iter().sum()), Ok(expected), "{values:?}");
        }
    }
}
