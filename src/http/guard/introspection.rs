//! How much an introspection answers, about.
//!
//! A schema is a graph: each type leads to its fields, and each field to a type. A short document that follows that
//! around answers gigabytes, so what it asks for is multiplied, level by level, before it runs.
//! The figures are those of this API's schema, rounded up; the query that tools ask with comes to some 900,000.

use std::ops::Add;

/// Whether a type is one of those that describe the schema.
pub fn is_introspection(type_name: &str) -> bool {
    type_name.starts_with("__")
}

/// Fields in an answer, by where the selection stands.
///
/// Below `types` every type comes once, and most have few fields; elsewhere it may be the largest that is asked for
/// again and again. A fragment is measured before it is known where it is spread, hence for both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    pub below_types: usize,
    pub elsewhere: usize,
}

impl Entries {
    /// Those of a field, whose selection has these.
    pub fn within(self, field: &str) -> Self {
        let inner = if field == "types" { self.below_types } else { self.elsewhere };
        let times = |count: usize| inner.saturating_mul(count).saturating_add(count);
        Self { below_types: times(count(field, true)), elsewhere: times(count(field, false)) }
    }
}

impl Add for Entries {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            below_types: self.below_types.saturating_add(other.below_types),
            elsewhere: self.elsewhere.saturating_add(other.elsewhere),
        }
    }
}

/// How many a field of introspection answers.
fn count(field: &str, below_types: bool) -> usize {
    match field {
        "types" => 250,
        "fields" | "inputFields" | "enumValues" if below_types => 10,
        "fields" | "inputFields" | "enumValues" => 40,
        "args" => 6,
        "possibleTypes" => 30,
        "directives" | "locations" => 5,
        "interfaces" => 2,
        _ => 1,
    }
}
