//! Questions about groups: by what, which of them, in which order, and how many.

use rust_decimal::Decimal;

use super::reference::{Figure, Figures, ZONE};
use crate::connections::{Dice, Fixture};

/// What rows can be grouped by.
#[derive(Clone)]
pub struct Key {
    pub name: String,
    pub field: String,
}

impl Key {
    pub fn all(fixture: &Fixture, ty: &str) -> Vec<Self> {
        let fields = fixture.schema.fields(&format!("{ty}GroupKey"));
        let names = fixture.schema.enum_values(&format!("{ty}GroupField"));
        assert_eq!(fields.len(), names.len(), "{ty}GroupKey and {ty}GroupField");
        names.into_iter().zip(fields).map(|(name, (field, _))| Self { name, field }).collect()
    }

    pub fn selection(keys: &[Self]) -> String {
        keys.iter().map(|key| key.field.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The same of rows, as far as they have the fields.
    pub fn selection_of_rows(keys: &[Self]) -> String {
        let own = keys.iter().filter(|key| !key.is_part() && key.name != "CURRENCY");
        own.map(|key| key.field.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn is_part(&self) -> bool {
        self.name.ends_with("_DAY") || self.name.ends_with("_MONTH")
    }

    /// Whether no row shows it as it is.
    pub fn is_computed(&self) -> bool {
        self.is_part() || self.name == "CURRENCY"
    }
}

/// One term of an order of groups.
#[derive(Clone)]
pub struct Term {
    pub name: String,
    pub descending: bool,
    pub nulls_first: bool,
}

/// That a figure is at least so much.
pub struct Having {
    pub of: String,
    written: String,
    pub at_least: Decimal,
}

/// A question about groups.
pub struct Question {
    pub by: Vec<Key>,
    pub having: Vec<Having>,
    pub order: Vec<Term>,
    pub first: usize,
    pub offset: usize,
}

impl Question {
    pub fn by(by: Vec<Key>) -> Self {
        Self { by, having: Vec::new(), order: Vec::new(), first: 100, offset: 0 }
    }

    pub fn at_random(figures: &Figures, keys: &[Key], dice: &mut Dice) -> Self {
        let mut by: Vec<Key> = Vec::new();
        for _ in 0..=dice.below(3) {
            let key = dice.pick(keys);
            if by.iter().all(|known| known.name != key.name) {
                by.push(key.clone());
            }
        }
        let has_currency = by.iter().any(|key| key.name == "CURRENCY");
        let comparable: Vec<&Figure> = figures.0.iter().filter(|figure| has_currency || !figure.is_money).collect();
        let mut order: Vec<Term> = Vec::new();
        for _ in 0..dice.below(3) {
            let name = match dice.below(3) {
                0 => "COUNT".to_owned(),
                1 => dice.pick(&by).name.clone(),
                _ => dice.pick(&comparable).name(),
            };
            order.push(Term { name, descending: dice.below(2) == 0, nulls_first: dice.below(2) == 0 });
        }
        let numbers: Vec<&&Figure> = comparable.iter().filter(|figure| figure.is_number()).collect();
        let mut having = Vec::new();
        if dice.below(2) == 0 && !numbers.is_empty() {
            let figure = dice.pick(&numbers);
            let at_least = ["-1", "0.01", "5", "7"][dice.below(4)];
            let written = format!("{} : {{ {}: {{ gte: \"{at_least}\" }} }}", figure.function, figure.field);
            having.push(Having { of: figure.name(), written, at_least: at_least.parse().unwrap() });
        }
        if dice.below(3) == 0 {
            let at_least = 1 + dice.below(3);
            let written = format!("count: {{ gte: {at_least} }}");
            having.push(Having { of: "COUNT".to_owned(), written, at_least: at_least.into() });
        }
        Self { by, having, order, first: 1 + dice.below(8), offset: dice.below(3) }
    }

    pub fn arguments(&self) -> String {
        let by: Vec<&str> = self.by.iter().map(|key| key.name.as_str()).collect();
        let mut text =
            format!("by: [{}], timeZone: \"{ZONE}\", first: {}, offset: {}", by.join(", "), self.first, self.offset);
        if !self.having.is_empty() {
            let having: Vec<&str> = self.having.iter().map(|having| having.written.as_str()).collect();
            text += &format!(", having: {{ {} }}", having.join(", "));
        }
        if !self.order.is_empty() {
            let term = |term: &Term| {
                let direction = if term.descending { "DESC" } else { "ASC" };
                let nulls = if term.nulls_first { "FIRST" } else { "LAST" };
                format!("{{ field: {}, direction: {direction}, nulls: {nulls} }}", term.name)
            };
            text += &format!(", orderBy: [{}]", self.order.iter().map(term).collect::<Vec<_>>().join(", "));
        }
        text
    }
}

impl Figure {
    /// Whether it is a number, which a condition compares with one.
    fn is_number(&self) -> bool {
        !["_at", "_date", "_of", "_time", "_updated", "timestamp"].iter().any(|ending| self.column.ends_with(ending))
    }
}
