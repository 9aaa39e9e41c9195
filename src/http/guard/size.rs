//! How large a parsed document is once its fragments stand where they are spread.
//!
//! Each fragment is measured once, after those that it spreads, so that a document is measured in the time that it
//! takes to read it, whatever it comes to.

use std::{
    collections::HashMap,
    ops::{Add, AddAssign},
};

use async_graphql::{
    Positioned, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        VariableDefinition,
    },
};

use super::{
    Refusal,
    introspection::{Entries, is_introspection},
    limits::Limit,
    spreads, values,
};
use crate::graphql::error::Result;

/// What selections come to. Sums stop at the largest number there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Fields within each other.
    pub depth: usize,
    /// Selections within each other, those of fragments too.
    pub nesting: usize,
    pub fields: usize,
    pub aliases: usize,
    /// The directives of the place that has most of them.
    pub directives: usize,
    /// What arguments hold.
    pub values: usize,
    /// What an introspection answers.
    pub entries: Entries,
}

impl Size {
    /// The size of a document of one operation.
    ///
    /// # Errors
    /// When its fragments cannot be put in order.
    pub fn of(document: &ExecutableDocument, variables: &Variables) -> Result<Self, Refusal> {
        let Some((_, operation)) = document.operations.iter().next() else { return Ok(Self::default()) };
        let mut scale = Scale::new(&operation.node, variables);
        for (name, fragment) in spreads::in_order(document, &operation.node.selection_set.node)? {
            let size = scale.fragment(fragment);
            scale.fragments.insert(name, size);
        }
        Ok(scale.operation(&operation.node))
    }

    /// # Errors
    /// When it is more than a document may be.
    pub fn hold(&self) -> Result<()> {
        Limit::Depth.hold(self.depth)?;
        Limit::SelectionNesting.hold(self.nesting)?;
        Limit::Fields.hold(self.fields)?;
        Limit::Aliases.hold(self.aliases)?;
        Limit::Directives.hold(self.directives)?;
        Limit::Values.hold(self.values)?;
        Limit::Introspection.hold(self.entries.elsewhere)
    }
}

/// Two selections beside each other.
impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.max(other.directives),
            values: self.values.saturating_add(other.values),
            entries: self.entries + other.entries,
        }
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Measures with what is known so far.
struct Scale<'a> {
    fragments: HashMap<&'a str, Size>,
    /// What a variable weighs each time that it is used.
    variables: HashMap<&'a str, usize>,
}

impl<'a> Scale<'a> {
    fn new(operation: &'a OperationDefinition, given: &Variables) -> Self {
        let weight = |definition: &'a Positioned<VariableDefinition>| {
            let name = definition.node.name.node.as_str();
            let value = given.get(name).or(definition.node.default_value.as_ref().map(|value| &value.node));
            (name, value.map_or(1, values::weight))
        };
        let variables = operation.variable_definitions.iter().map(weight).collect();
        Self { fragments: HashMap::new(), variables }
    }

    fn operation(&self, operation: &OperationDefinition) -> Size {
        let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
        let definitions = definitions.map(|definition| self.directives(&definition.directives));
        let own = definitions.fold(self.directives(&operation.directives), Add::add);
        own + self.selections(&operation.selection_set.node, false)
    }

    fn fragment(&self, fragment: &FragmentDefinition) -> Size {
        let introspects = is_introspection(&fragment.type_condition.node.on.node);
        self.directives(&fragment.directives) + self.selections(&fragment.selection_set.node, introspects)
    }

    /// Recurses within one definition alone, which the scan keeps from being deep.
    fn selections(&self, selections: &SelectionSet, introspects: bool) -> Size {
        let mut size = Size::default();
        for selection in &selections.items {
            size += match &selection.node {
                Selection::Field(field) => self.field(&field.node, introspects),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let introspects = condition.map_or(introspects, |on| is_introspection(&on.node.on.node));
                    let own = self.directives(&fragment.node.directives);
                    own + self.selections(&fragment.node.selection_set.node, introspects)
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment = self.fragments.get(name).copied().unwrap_or_default();
                    self.directives(&spread.node.directives) + fragment
                }
            };
        }
        if !selections.items.is_empty() {
            size.nesting = size.nesting.saturating_add(1);
        }
        size
    }

    fn field(&self, field: &Field, introspects: bool) -> Size {
        let name = field.name.node.as_str();
        let introspects = introspects || matches!(name, "__schema" | "__type");
        let arguments = field.arguments.iter().map(|(_, value)| self.value(&value.node));
        let mut size = self.selections(&field.selection_set.node, introspects);
        size.depth = size.depth.saturating_add(1);
        size.fields = size.fields.saturating_add(1);
        size.aliases = size.aliases.saturating_add(usize::from(field.alias.is_some()));
        size.values = arguments.fold(size.values, usize::saturating_add);
        size.entries = if introspects { size.entries.within(name) } else { size.entries };
        size + self.directives(&field.directives)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Size {
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        let values = arguments.map(|(_, value)| self.value(&value.node)).fold(0, usize::saturating_add);
        Size { directives: directives.len(), values, ..Size::default() }
    }

    fn value(&self, value: &async_graphql_value::Value) -> usize {
        values::weight_in_document(value, |name| self.variables.get(name).copied().unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Value, parser::parse_query};

    use super::*;

    fn size(document: &str, variables: serde_json::Value) -> Size {
        let document = parse_query(document).expect("a document");
        let variables = Variables::from_value(Value::from_json(variables).expect("variables"));
        Size::of(&document, &variables).expect("its fragments are in order")
    }

    fn plain(document: &str) -> Size {
        size(document, serde_json::json!({}))
    }

    #[test]
    fn a_fragment_counts_where_it_is_spread() {
        let found = plain(
            "query A @x { a: b { ...F ...F ... on C @x @y { ...F @x } } }
             fragment F on C @x @y @z { c { d: e(f: [1, 2], g: \"h\") @x(i: 1) __typename } }",
        );
        let expected =
            Size { depth: 3, nesting: 5, fields: 10, aliases: 4, directives: 3, values: 15, ..Size::default() };
        assert_eq!(found, expected);
    }

    #[test]
    fn doubles_of_doubles_are_counted_and_never_walked() {
        let fragment = |n: usize| format!("fragment F{n} on Q {{ ...F{0} ...F{0} }} ", n + 1);
        let bomb = |levels: usize| {
            let fragments: String = (0..levels).map(fragment).collect();
            plain(&format!("{{ ...F0 }} {fragments} fragment F{levels} on Q {{ a: b(c: 1) }}"))
        };
        let found = bomb(28);
        assert_eq!((found.fields, found.aliases, found.values, found.nesting), (1 << 28, 1 << 28, 1 << 28, 30));
        assert_eq!(bomb(120).fields, usize::MAX);
    }

    #[test]
    fn a_variable_counts_as_often_as_it_is_used() {
        let document = "query A($v: [Int] = [1, 2]) { a(b: $v) c(b: [$v, $v]) }";
        assert_eq!(plain(document).values, 3 + 7);
        assert_eq!(size(document, serde_json::json!({ "v": [1, 2, 3, 4], "unused": [1] })).values, 5 + 11);
    }

    #[test]
    fn introspection_is_multiplied_and_nothing_else_is() {
        assert_eq!(plain("{ types { fields { fields { name } } } }").entries.elsewhere, 0);
        assert_eq!(plain("{ __type(name: \"A\") { fields { name } } }").entries.elsewhere, 1 + 40 * 2);
        let in_fragments =
            "{ __schema { types { ...T } } } fragment T on __Type { fields { ...F } } fragment F on __Field { name }";
        assert_eq!(plain(in_fragments).entries.elsewhere, 1 + 250 * (1 + 10 * 2));
        let around = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert!(plain(around).entries.elsewhere > Limit::Introspection.max());
    }
}
