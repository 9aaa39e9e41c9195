//! Adding up a document.

use std::collections::HashMap;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};

use super::{
    fields::{Kind, SCHEMA, Schema},
    prices, values,
};

/// How deep selections are followed, through fragments too; what lies deeper is priced beyond every budget.
/// The guard lets in much less, so this only keeps the sum safe by itself.
const DEPTH_MAX: usize = 64;

/// What a document may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The points that it costs at most.
    pub requested: u64,
    /// How many of them are due whatever is read: mutations and introspection.
    pub fixed: u64,
}

impl Estimate {
    /// Adds up an operation. Its variables hold their defaults already.
    pub fn of(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Self {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let schema = &*SCHEMA;
        let mut sum = Sum { document, variables, schema, fragments: HashMap::new(), depth: 0 };
        let cost = schema.named(root).map_or(Cost::FREE, |root| sum.selections(root, &operation.selection_set.node));
        let requested = cost.once.saturating_add(cost.fixed).max(prices::MINIMUM);
        Self { requested, fixed: cost.fixed }
    }

    /// The same, with so many points due whatever is read.
    pub fn at_least_fixed(self, points: u64) -> Self {
        Self { requested: self.requested.max(points), fixed: self.fixed.max(points) }
    }

    /// What it cost in the end, when so many points were used for what was read.
    pub fn actual(&self, read: u64) -> u64 {
        self.fixed.saturating_add(read).clamp(prices::MINIMUM, self.requested)
    }
}

/// The cost of some selections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    /// Due once for each object that they are selected on.
    once: u64,
    /// In a page: due for each of its rows.
    each: u64,
    /// In a page: whether its rows have to be read.
    reads_rows: bool,
    /// In a page: due for going through all rows of its list once.
    through: u64,
    /// Due whatever is read.
    fixed: u64,
}

impl Cost {
    const FREE: Self = Self { once: 0, each: 0, reads_rows: false, through: 0, fixed: 0 };
    const BEYOND: Self = Self { once: u64::MAX, each: 0, reads_rows: false, through: 0, fixed: 0 };

    fn once(points: u64) -> Self {
        Self { once: points, ..Self::FREE }
    }

    fn and(self, other: Self) -> Self {
        Self {
            once: self.once.saturating_add(other.once),
            each: self.each.saturating_add(other.each),
            reads_rows: self.reads_rows || other.reads_rows,
            through: self.through.saturating_add(other.through),
            fixed: self.fixed.saturating_add(other.fixed),
        }
    }
}

/// A document being added up; each fragment once, however often it is spread.
struct Sum<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    schema: &'static Schema,
    fragments: HashMap<&'a str, Cost>,
    depth: usize,
}

impl<'a> Sum<'a> {
    fn selections(&mut self, of: usize, selections: &'a SelectionSet) -> Cost {
        if self.depth == DEPTH_MAX {
            return Cost::BEYOND;
        }
        self.depth += 1;
        let mut sum = Cost::FREE;
        // An object is of one type alone, so of what is selected on several the dearest counts.
        let mut either: Vec<(usize, Cost)> = Vec::new();
        for selection in &selections.items {
            if !values::is_selected(selection.node.directives(), self.variables) {
                continue;
            }
            let (on, cost) = self.selection(of, &selection.node);
            if on == of || !self.schema.is_abstract(of) {
                sum = sum.and(cost);
            } else if let Some((_, way)) = either.iter_mut().find(|(ty, _)| *ty == on) {
                *way = way.and(cost);
            } else {
                either.push((on, cost));
            }
        }
        self.depth -= 1;
        either.into_iter().map(|(_, cost)| cost).max_by_key(|cost| cost.once).map_or(sum, |dearest| sum.and(dearest))
    }

    /// What one selection costs, and the type that it is selected on. What does not fit the schema is free: it is
    /// refused before anything is read.
    fn selection(&mut self, of: usize, selection: &'a Selection) -> (usize, Cost) {
        match selection {
            Selection::Field(field) => (of, self.field(of, &field.node)),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let on = condition.map_or(Some(of), |condition| self.schema.named(&condition.node.on.node));
                let on = on.unwrap_or(of);
                (on, self.selections(on, &fragment.node.selection_set.node))
            }
            Selection::FragmentSpread(spread) => self.fragment(of, spread.node.fragment_name.node.as_str()),
        }
    }

    fn fragment(&mut self, of: usize, name: &'a str) -> (usize, Cost) {
        let Some(fragment) = self.document.fragments.get(name) else { return (of, Cost::FREE) };
        let Some(on) = self.schema.named(&fragment.node.type_condition.node.on.node) else { return (of, Cost::FREE) };
        if let Some(cost) = self.fragments.get(name) {
            return (on, *cost);
        }
        // A fragment that spreads itself meets this, and is refused later.
        self.fragments.insert(name, Cost::FREE);
        let cost = self.selections(on, &fragment.node.selection_set.node);
        self.fragments.insert(name, cost);
        (on, cost)
    }

    fn field(&mut self, of: usize, field: &'a Field) -> Cost {
        let Some(priced) = self.schema.field(of, &field.name.node) else { return Cost::FREE };
        let inner = match priced.of {
            Some(ty) => self.selections(ty, &field.selection_set.node),
            None => Cost::FREE,
        };
        let row = inner.once.saturating_add(prices::ROW);
        match priced.kind {
            Kind::Leaf => Cost::FREE,
            Kind::Part => Cost::once(inner.once),
            Kind::Parts => Cost::once(inner.once.saturating_mul(prices::PLAIN_LIST)),
            Kind::Computed { price, is_list } => {
                let items = if is_list { prices::PLAIN_LIST } else { 1 };
                // A relation in the filter is looked up for every row, as in a list.
                let looks = values::relations(field, self.variables).saturating_add(1);
                Cost::once(inner.once.saturating_mul(items).saturating_add(price.saturating_mul(looks)))
            }
            Kind::Row => Cost::once(row),
            Kind::Rows(by) => Cost::once(row.saturating_mul(values::items(field, by, self.variables))),
            Kind::Page => Cost::once(self.page(field, inner)),
            Kind::RowsOfPage => Cost { each: inner.once, reads_rows: true, ..Cost::FREE },
            Kind::FactOfPage => Cost { once: inner.once, reads_rows: true, ..Cost::FREE },
            Kind::Aggregate { is_list } => {
                let groups = if is_list { values::page_size(field, self.variables) } else { 0 };
                let shown = prices::ROW.saturating_mul(groups).saturating_add(inner.once);
                Cost { once: shown, through: prices::AGGREGATE, ..Cost::FREE }
            }
            Kind::Figure => Cost::once(inner.once.saturating_add(prices::FIGURE)),
            Kind::Fixed(price) => Cost { once: inner.once, fixed: price, ..Cost::FREE },
        }
    }

    fn page(&self, field: &Field, inner: Cost) -> u64 {
        let relations = values::relations(field, self.variables);
        // A relation in the filter is looked up for every row.
        let figures = inner.through.saturating_mul(relations.saturating_add(1)).saturating_add(inner.once);
        if !inner.reads_rows {
            return figures;
        }
        let list = prices::list(values::offset(field, self.variables), relations);
        let row = inner.each.saturating_add(prices::ROW);
        let rows = row.saturating_mul(values::page_size(field, self.variables));
        list.saturating_add(rows).saturating_add(figures)
    }
}
