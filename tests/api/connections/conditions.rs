//! A filter, as a client writes it and as the reference understands it.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::{Value, json};

use super::{
    schema::Relation,
    values::{Cell, holds, lower},
    world::{Row, World, table},
};

#[derive(Clone, Debug)]
pub enum Condition {
    /// `and`.
    All(Vec<Condition>),
    /// `or`.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// Several conditions side by side in one object; each names another field.
    Fields(Vec<Condition>),
    /// A field's operators, of which each has to pass.
    Tests {
        field: String,
        column: String,
        tests: Vec<Test>,
    },
    /// Some row of a relation passes, or none does.
    Related {
        relation: Relation,
        some: bool,
        inner: Box<Condition>,
    },
}

/// An operator with its operand.
#[derive(Clone, Debug)]
pub struct Test {
    pub operator: String,
    pub operand: Operand,
    /// The operand as a client writes it.
    pub written: Value,
    /// Whether it is written with the names of an enum.
    pub is_enum: bool,
}

#[derive(Clone, Debug)]
pub enum Operand {
    One(Cell),
    Several(Vec<Cell>),
}

impl Condition {
    /// The filter as a variable's value.
    pub fn json(&self) -> Value {
        let list = |parts: &[Self]| Value::Array(parts.iter().map(Self::json).collect());
        match self {
            Self::All(parts) => json!({ "and": list(parts) }),
            Self::Any(parts) => json!({ "or": list(parts) }),
            Self::Not(inner) => json!({ "not": inner.json() }),
            Self::Fields(parts) => {
                let fields = parts.iter().map(Self::json).flat_map(|part| part.as_object().unwrap().clone());
                Value::Object(fields.collect())
            }
            Self::Tests { field, tests, .. } => {
                let tests: BTreeMap<_, _> = tests.iter().map(|test| (&test.operator, &test.written)).collect();
                json!({ field: tests })
            }
            Self::Related { relation, some, inner } => {
                json!({ &relation.field: { if *some { "some" } else { "none" }: inner.json() } })
            }
        }
    }

    /// The filter as it stands in a document.
    pub fn literal(&self) -> String {
        format!("{{ {} }}", self.literal_fields())
    }

    fn literal_fields(&self) -> String {
        let list = |parts: &[Self]| parts.iter().map(Self::literal).collect::<Vec<_>>().join(", ");
        match self {
            Self::All(parts) => format!("and: [{}]", list(parts)),
            Self::Any(parts) => format!("or: [{}]", list(parts)),
            Self::Not(inner) => format!("not: {}", inner.literal()),
            Self::Fields(parts) => parts.iter().map(Self::literal_fields).collect::<Vec<_>>().join(", "),
            Self::Tests { field, tests, .. } => {
                let test = |test: &Test| format!("{}: {}", test.operator, literal(&test.written, test.is_enum));
                format!("{field}: {{ {} }}", tests.iter().map(test).collect::<Vec<_>>().join(", "))
            }
            Self::Related { relation, some, inner } => {
                format!("{}: {{ {}: {} }}", relation.field, if *some { "some" } else { "none" }, inner.literal())
            }
        }
    }

    /// Whether a row passes. Each part passes or does not; there is nothing between.
    pub fn passes(&self, world: &World, viewer: &Row, row: &Row) -> bool {
        match self {
            Self::All(parts) | Self::Fields(parts) => parts.iter().all(|part| part.passes(world, viewer, row)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(world, viewer, row)),
            Self::Not(inner) => !inner.passes(world, viewer, row),
            Self::Tests { column, tests, .. } => tests.iter().all(|test| test.passes(&row[column])),
            Self::Related { relation, some, inner } => {
                let related = world.related(viewer, relation, Some(row));
                related.into_iter().any(|row| inner.passes(world, viewer, row)) == *some
            }
        }
    }
}

impl Test {
    fn passes(&self, cell: &Cell) -> bool {
        if self.operator == "isNull" {
            return matches!(self.operand, Operand::One(Cell::Bool(is_null)) if is_null == cell.is_null());
        }
        if cell.is_null() {
            return self.operator == "ne";
        }
        match (&self.operand, self.operator.as_str()) {
            (Operand::Several(values), "in") => values.contains(cell),
            (Operand::One(value), "eq") => cell == value,
            (Operand::One(value), "ne") => cell != value,
            (Operand::One(value), "gt") => cell.compare(value) == Ordering::Greater,
            (Operand::One(value), "gte") => cell.compare(value) != Ordering::Less,
            (Operand::One(value), "lt") => cell.compare(value) == Ordering::Less,
            (Operand::One(value), "lte") => cell.compare(value) != Ordering::Greater,
            (Operand::One(Cell::Json(part)), "contains") => matches!(cell, Cell::Json(whole) if holds(whole, part)),
            (Operand::One(Cell::Text(part)), "contains") => lower(cell.text().unwrap()).contains(&lower(part)),
            (Operand::One(Cell::Text(part)), "startsWith") => lower(cell.text().unwrap()).starts_with(&lower(part)),
            (_, other) => panic!("the reference does not know the operator {other}; teach it in conditions.rs"),
        }
    }
}

/// The names of enum values by the texts that tables hold.
#[derive(Default)]
pub struct EnumNames(BTreeMap<String, BTreeMap<String, String>>);

impl EnumNames {
    /// Notes that the API shows a text of an enum's column as this name.
    pub fn learn(&mut self, ty: &str, text: &str, name: &str) {
        let names = self.0.entry(ty.to_owned()).or_default();
        let known = names.entry(text.to_owned()).or_insert_with(|| name.to_owned());
        assert_eq!(known, name, "{ty} shows {text} in two ways");
    }

    pub fn of(&self, ty: &str) -> BTreeMap<String, String> {
        self.0.get(ty).cloned().unwrap_or_default()
    }

    pub fn name(&self, ty: &str, text: &str) -> &str {
        &self.0[ty][text]
    }
}

/// A column's name in PostgreSQL, by its field.
pub fn column_of(world: &World, ty: &str, field: &str) -> String {
    let row = &world.rows(table(ty).sql)[0];
    let column = row.keys().find(|column| camel(column) == field);
    column.unwrap_or_else(|| panic!("{ty}.{field} is no column of {}", table(ty).sql)).clone()
}

/// A column's name as a field's: `asset_class` is `assetClass`.
pub fn camel(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}

/// A JSON value as GraphQL writes it.
fn literal(value: &Value, is_enum: bool) -> String {
    match value {
        Value::String(name) if is_enum => name.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| literal(item, is_enum)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", literal(value, false));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
