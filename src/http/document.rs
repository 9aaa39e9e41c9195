//! A document beside the schema: which field a path of its answer means, and of what type that field is.

use std::collections::HashSet;

use async_graphql::{
    Variables,
    parser::types::{
        ExecutableDocument, Field, FieldDefinition, InputValueDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet, TypeKind,
    },
};

use crate::graphql::definitions::{TYPES, named};

/// What a request asks: its document, parsed once, with the values of its variables, given or by default.
pub struct Asked {
    document: ExecutableDocument,
    pub variables: Variables,
}

/// A place in an answer that holds an object: its type, and what was selected there.
#[derive(Clone)]
pub struct Place<'a> {
    parent: &'a str,
    selections: Vec<&'a SelectionSet>,
}

/// A field that was selected, perhaps several times under one key.
pub struct Found<'a> {
    pub fields: Vec<&'a Field>,
    pub definition: &'static FieldDefinition,
}

impl Asked {
    /// The executor knows the defaults of arguments, but not those of `@skip` and `@include`; so they are put in here,
    /// for everybody.
    pub fn new(document: ExecutableDocument, mut variables: Variables) -> Self {
        let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        for definition in definitions.map(|definition| &definition.node) {
            if let Some(value) = definition.default_value() {
                variables.entry(definition.name.node.clone()).or_insert_with(|| value.clone());
            }
        }
        Self { document, variables }
    }

    /// The place of the whole answer.
    pub fn root(&self) -> Option<Place<'_>> {
        let operation = self.operation()?;
        let parent = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        Some(Place { parent, selections: vec![&operation.selection_set.node] })
    }

    /// What the operation selects at its root.
    pub fn selections(&self) -> Option<&SelectionSet> {
        self.operation().map(|operation| &operation.selection_set.node)
    }

    /// Whether it reads or changes.
    pub fn kind(&self) -> Option<OperationType> {
        self.operation().map(|operation| operation.ty)
    }

    /// The whole document, for its fragments.
    pub fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// The guard lets in documents of one operation alone.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        self.document.operations.iter().next().map(|(_, operation)| &operation.node)
    }

    /// The field that stands under a key of a place.
    pub fn field<'a>(&'a self, place: &Place<'a>, key: &str) -> Option<Found<'a>> {
        let mut search =
            Search { document: &self.document, key, seen: HashSet::new(), fields: Vec::new(), parent: None };
        for selections in &place.selections {
            search.through(place.parent, selections);
        }
        let name = search.fields.first()?.name.node.as_str();
        Some(Found { definition: definition(search.parent?, name)?, fields: search.fields })
    }
}

impl<'a> Found<'a> {
    /// The place that the field's objects have.
    pub fn place(&self) -> Place<'a> {
        let selections = self.fields.iter().map(|field| &field.selection_set.node).collect();
        Place { parent: named(&self.definition.ty.node), selections }
    }
}

/// The scalars that every schema has and no schema's text names.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// Reads the schema's text now, so that no request has to wait for it.
pub fn prepare() {
    std::sync::LazyLock::force(&TYPES);
}

/// Whether the schema has a type of this name.
pub fn is_type(name: &str) -> bool {
    BUILT_IN.contains(&name) || TYPES.contains_key(name)
}

/// The fields of an input type, when it has any.
pub fn input_fields(name: &str) -> Option<impl Iterator<Item = &'static InputValueDefinition>> {
    match TYPES.get(name)? {
        TypeKind::InputObject(object) => Some(object.fields.iter().map(|field| &field.node)),
        _ => None,
    }
}

fn definition(parent: &str, name: &str) -> Option<&'static FieldDefinition> {
    let fields = match TYPES.get(parent)? {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return None,
    };
    fields.iter().map(|field| &field.node).find(|field| field.name.node == name)
}

/// Looks for a key in selections and in the fragments that they spread, in each fragment once.
struct Search<'a, 'k> {
    document: &'a ExecutableDocument,
    key: &'k str,
    seen: HashSet<&'a str>,
    fields: Vec<&'a Field>,
    parent: Option<&'a str>,
}

impl<'a> Search<'a, '_> {
    fn through(&mut self, parent: &'a str, selections: &'a SelectionSet) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) if field.node.response_key().node == self.key => {
                    self.parent.get_or_insert(parent);
                    self.fields.push(&field.node);
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    self.through(condition.unwrap_or(parent), &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => self.spread(spread.node.fragment_name.node.as_str()),
            }
        }
    }

    fn spread(&mut self, name: &'a str) {
        if let (true, Some(fragment)) = (self.seen.insert(name), self.document.fragments.get(name)) {
            self.through(fragment.node.type_condition.node.on.node.as_str(), &fragment.node.selection_set.node);
        }
    }
}
