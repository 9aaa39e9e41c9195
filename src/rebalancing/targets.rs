//! What is wanted of each class, and which class a holding counts for.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::drift::{Class, Target};

/// An active category of type asset_class, in the order in which the user shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    pub percent: Option<Decimal>,
    /// `None` leaves it to the default.
    pub threshold: Option<Decimal>,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub position_max: Option<Decimal>,
}

/// The targets of the trading preferences, each counting as 0 when another one is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub cash: Option<Decimal>,
    pub equity: Option<Decimal>,
    pub bond: Option<Decimal>,
    pub alternative: Option<Decimal>,
}

/// What a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The category with this place among those that were given.
    Category(usize),
    Class(Class),
    /// Holdings that no category takes in.
    Unassigned,
}

/// The classes with their targets, and who counts for which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub targets: Vec<Target<Key>>,
    /// The place of the class that the cash balance counts for.
    pub cash_class: usize,
    /// Places by symbol, as assigned.
    assigned: HashMap<String, usize>,
    /// Places by the name of an asset class.
    named: HashMap<String, usize>,
    /// The place of everything else.
    rest: usize,
}

impl Wanted {
    /// The classes of categories; `assigned` are symbols with the place of their category, the first of a symbol counts.
    ///
    /// A holding that isn't assigned counts for the category whose code is the name of its asset class (or of the wider
    /// class that this counts for); cash counts for the category with the code `cash`, and without one should be 0.
    pub fn of_categories<'a>(
        categories: &[Category],
        assigned: impl IntoIterator<Item = (&'a str, usize)>,
        threshold: Decimal,
    ) -> Self {
        let mut targets: Vec<Target<Key>> = categories
            .iter()
            .enumerate()
            .map(|(place, category)| Target {
                key: Key::Category(place),
                percent: category.percent,
                threshold: category.threshold.unwrap_or(threshold),
                min: category.min,
                max: category.max,
                position_max: category.position_max,
            })
            .collect();
        let named: HashMap<String, usize> = categories
            .iter()
            .enumerate()
            .rev()
            .map(|(place, category)| (category.code.to_lowercase(), place))
            .collect();
        let cash_class = named.get(Class::Cash.name()).copied().unwrap_or(targets.len());
        if cash_class == targets.len() {
            targets.push(bare(Key::Class(Class::Cash), Some(Decimal::ZERO), threshold));
        }
        let rest = targets.len();
        targets.push(bare(Key::Unassigned, None, threshold));
        let mut first = HashMap::new();
        for (symbol, place) in assigned {
            let known = first.entry(symbol.to_owned()).or_insert(place);
            // In the order in which the categories are shown.
            *known = place.min(*known);
        }
        Self { targets, cash_class, assigned: first, named, rest }
    }

    /// The four classes of the trading preferences; `None` when they name no target.
    pub fn of_preferences(preferences: Preferences, threshold: Decimal) -> Option<Self> {
        let Preferences { cash, equity, bond, alternative } = preferences;
        let percents = [cash, equity, bond, alternative];
        if percents.iter().all(Option::is_none) {
            return None;
        }
        let target = |(class, percent): (Class, Option<Decimal>)| {
            bare(Key::Class(class), Some(percent.unwrap_or_default()), threshold)
        };
        Some(Self {
            targets: Class::ALL.into_iter().zip(percents).map(target).collect(),
            cash_class: 0,
            assigned: HashMap::new(),
            named: Class::ALL.into_iter().enumerate().map(|(place, class)| (class.name().to_owned(), place)).collect(),
            rest: 0,
        })
    }

    /// The place of the class that a holding counts for.
    pub fn class_of(&self, symbol: &str, asset_class: &str) -> usize {
        let by_name = |name: &str| self.named.get(name).copied();
        let assigned = self.assigned.get(symbol).copied();
        let named = assigned.or_else(|| by_name(asset_class)).or_else(|| by_name(Class::of(asset_class).name()));
        // Money is cash wherever no category says otherwise.
        let cash = (asset_class == Class::Cash.name()).then_some(self.cash_class);
        named.or(cash).unwrap_or(self.rest)
    }
}

fn bare(key: Key, percent: Option<Decimal>, threshold: Decimal) -> Target<Key> {
    Target { key, percent, threshold, min: None, max: None, position_max: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(code: &str, percent: i64, threshold: Option<i64>) -> Category {
        Category {
            code: code.to_owned(),
            percent: Some(percent.into()),
            threshold: threshold.map(Into::into),
            min: Some(Decimal::ONE),
            max: None,
            position_max: Some(Decimal::TEN),
        }
    }

    fn rows(wanted: &Wanted) -> Vec<(Key, Option<i64>, i64)> {
        let whole = |number: Decimal| i64::try_from(number).unwrap();
        wanted.targets.iter().map(|target| (target.key, target.percent.map(whole), whole(target.threshold))).collect()
    }

    #[test]
    fn categories_take_in_what_is_assigned_and_what_their_code_names() {
        let categories = [category("Crypto", 20, Some(2)), category("growth", 70, None), category("CASH", 10, None)];
        let assigned = [("BTC", 1), ("BTC", 0), ("VTI", 1), ("MMF", 1)];
        let wanted = Wanted::of_categories(&categories, assigned, 5.into());
        let expected = [
            (Key::Category(0), Some(20), 2),
            (Key::Category(1), Some(70), 5),
            (Key::Category(2), Some(10), 5),
            (Key::Unassigned, None, 5),
        ];
        assert_eq!(rows(&wanted), expected);
        assert_eq!(wanted.cash_class, 2);
        for (symbol, asset_class, place) in [
            ("BTC", "crypto", 0),
            ("ETH", "crypto", 0),
            ("VTI", "fund", 1),
            ("MMF", "cash", 1),
            ("TERM", "cash", 2),
            ("AAPL", "equity", 3),
            ("GOLD", "commodity", 3),
        ] {
            assert_eq!(wanted.class_of(symbol, asset_class), place, "{symbol}");
        }
    }

    #[test]
    fn cash_without_a_category_should_be_none() {
        let wanted = Wanted::of_categories(&[category("equity", 100, None)], [], 5.into());
        let expected =
            [(Key::Category(0), Some(100), 5), (Key::Class(Class::Cash), Some(0), 5), (Key::Unassigned, None, 5)];
        assert_eq!(rows(&wanted), expected);
        let found = ["equity", "fund", "cash", "bond"].map(|asset_class| wanted.class_of("X", asset_class));
        assert_eq!(found, [0, 0, 1, 2]);
    }

    #[test]
    fn preferences_know_four_classes() {
        assert_eq!(Wanted::of_preferences(Preferences::default(), 5.into()), None);
        let preferences = Preferences { equity: Some(60.into()), bond: Some(40.into()), ..Preferences::default() };
        let wanted = Wanted::of_preferences(preferences, 3.into()).unwrap();
        let expected = [(Class::Cash, 0), (Class::Equity, 60), (Class::Bond, 40), (Class::Alternative, 0)];
        assert_eq!(rows(&wanted), expected.map(|(class, percent)| (Key::Class(class), Some(percent), 3)));
        for (asset_class, place) in
            [("cash", 0), ("equity", 1), ("fund", 1), ("bond", 2), ("crypto", 3), ("commodity", 3), ("alternative", 3)]
        {
            assert_eq!(wanted.class_of("X", asset_class), place, "{asset_class}");
        }
    }
}
