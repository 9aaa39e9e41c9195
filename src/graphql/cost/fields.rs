//! What kind of thing each field is, and so what it costs: read from the schema, so that nothing has to be listed.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::types::{FieldDefinition, InputObjectType, TypeKind};

use super::prices;
use crate::graphql::definitions::{TYPES, is_list, named};

/// The interface of everything that has an id.
const ROW: &str = "Node";

/// The schema as prices, made once.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of(&TYPES));

/// Every type with fields, as prices.
pub struct Schema {
    types: Vec<Fields>,
    by_name: HashMap<&'static str, usize>,
}

/// The fields of a type.
struct Fields {
    /// Whether it is an interface or a union, so that an object has one of several types.
    is_abstract: bool,
    fields: HashMap<&'static str, Priced>,
}

/// A field as it is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    pub kind: Kind,
    /// The type of its objects, when it has any.
    pub of: Option<usize>,
}

/// What kind of thing a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar or a value of an enumeration: free.
    Leaf,
    /// An object without an id: what is selected in it.
    Part,
    /// A plain list of such objects.
    Parts,
    /// Such an object, or such a list, that is computed from many rows: so much once, and what is selected in it.
    Computed { price: u64, is_list: bool },
    /// At most one row.
    Row,
    /// As many rows as this argument lists.
    Rows(Option<&'static str>),
    /// A page of a list.
    Page,
    /// In a page: its rows, bare or with their cursors.
    RowsOfPage,
    /// In a page: something that is known when the rows are.
    FactOfPage,
    /// In a page: figures over all its rows, or such figures for each of some groups of them.
    Aggregate { is_list: bool },
    /// A figure about a whole list, or figures that an object without an id holds.
    Figure,
    /// A mutation, or introspection: so much, and what is selected in it.
    Fixed(u64),
}

impl Schema {
    fn of(types: &'static HashMap<String, TypeKind>) -> Self {
        let with_fields = types.iter().filter(|(_, kind)| fields_of(kind).is_some() || is_abstract(kind));
        let by_name: HashMap<&str, usize> =
            with_fields.enumerate().map(|(index, (name, _))| (name.as_str(), index)).collect();
        let mut priced: Vec<(usize, Fields)> = by_name
            .iter()
            .filter_map(|(name, index)| Some((*index, Fields::of(name, types.get(*name)?, types, &by_name))))
            .collect();
        priced.sort_by_key(|(index, _)| *index);
        Self { types: priced.into_iter().map(|(_, fields)| fields).collect(), by_name }
    }

    /// A type by its name; `None` when it has no fields.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether an object of this type has one of several.
    pub fn is_abstract(&self, ty: usize) -> bool {
        self.types.get(ty).is_some_and(|fields| fields.is_abstract)
    }

    /// A field of a type; `None` when there is no such field.
    pub fn field(&self, ty: usize, name: &str) -> Option<Priced> {
        self.types.get(ty)?.fields.get(name).copied()
    }
}

impl Fields {
    fn of(
        name: &str,
        kind: &'static TypeKind,
        types: &'static HashMap<String, TypeKind>,
        by_name: &HashMap<&'static str, usize>,
    ) -> Self {
        let definitions = fields_of(kind).into_iter().flatten();
        let mut fields: HashMap<&str, Priced> = definitions
            .map(|field| {
                let of = by_name.get(named(&field.ty.node)).copied();
                (field.name.node.as_str(), Priced { kind: kind_of(name, kind, field, types), of })
            })
            .collect();
        if name == "Query" {
            let introspection = Priced { kind: Kind::Fixed(prices::INTROSPECTION), of: None };
            fields.extend([("__schema", introspection), ("__type", introspection)]);
        }
        Self { is_abstract: is_abstract(kind), fields }
    }
}

fn kind_of(
    parent: &str,
    parent_kind: &TypeKind,
    field: &'static FieldDefinition,
    types: &'static HashMap<String, TypeKind>,
) -> Kind {
    let ty = &field.ty.node;
    let of = types.get(named(ty));
    if parent == "Mutation" {
        return Kind::Fixed(mutation(field, types));
    }
    if is_page(parent_kind) {
        return match field.name.node.as_str() {
            "nodes" | "edges" => Kind::RowsOfPage,
            "pageInfo" => Kind::FactOfPage,
            "aggregate" | "groups" => Kind::Aggregate { is_list: is_list(ty) },
            _ => Kind::Figure,
        };
    }
    if let Some((_, price)) = prices::COMPUTED.iter().find(|(name, _)| *name == named(ty)) {
        return Kind::Computed { price: *price, is_list: is_list(ty) };
    }
    match of {
        Some(kind) if is_page(kind) => Kind::Page,
        // The row of an edge is one that its page has counted.
        Some(_) if is_edge(parent_kind) => Kind::Part,
        Some(kind) if is_row(named(ty), kind, types) && is_list(ty) => Kind::Rows(counted_by(field)),
        Some(kind) if is_row(named(ty), kind, types) => Kind::Row,
        // What is asked for with arguments is worked out for them.
        Some(kind) if fields_of(kind).is_some() && !is_list(ty) && is_computed(parent, field) => Kind::Figure,
        Some(kind) if fields_of(kind).is_some() && is_list(ty) => Kind::Parts,
        Some(kind) if fields_of(kind).is_some() => Kind::Part,
        _ => Kind::Leaf,
    }
}

/// What a mutation costs apart from what is selected in its payload.
fn mutation(field: &FieldDefinition, types: &HashMap<String, TypeKind>) -> u64 {
    let listed = prices::MUTATIONS.iter().find(|(name, _)| *name == field.name.node.as_str());
    let has_password = || {
        let mut inputs = field.arguments.iter().filter_map(|argument| types.get(named(&argument.node.ty.node)));
        inputs.any(|input| matches!(input, TypeKind::InputObject(input) if names_a_password(input)))
    };
    match listed {
        Some((_, price)) => *price,
        None if has_password() => prices::HASH,
        None => prices::WRITE,
    }
}

fn names_a_password(input: &InputObjectType) -> bool {
    input.fields.iter().any(|field| field.node.name.node.to_ascii_lowercase().ends_with("password"))
}

/// The argument that lists what is asked for, such as `ids`.
fn counted_by(field: &'static FieldDefinition) -> Option<&'static str> {
    let mut arguments = field.arguments.iter().map(|argument| &argument.node);
    arguments.find(|argument| is_list(&argument.ty.node)).map(|argument| argument.name.node.as_str())
}

fn fields_of(kind: &TypeKind) -> Option<impl Iterator<Item = &FieldDefinition>> {
    let fields = match kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return None,
    };
    Some(fields.iter().map(|field| &field.node))
}

fn is_abstract(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Interface(_) | TypeKind::Union(_))
}

/// Arguments of a subscription say what is told, and what is told is not worked out.
fn is_computed(parent: &str, field: &FieldDefinition) -> bool {
    parent != "Subscription" && !field.arguments.is_empty()
}

/// A page has rows and says where it lies in its list.
fn is_page(kind: &TypeKind) -> bool {
    has_fields(kind, &["nodes", "edges", "pageInfo"])
}

fn is_edge(kind: &TypeKind) -> bool {
    has_fields(kind, &["cursor", "node"])
}

fn has_fields(kind: &TypeKind, wanted: &[&str]) -> bool {
    let has = |name: &&str| fields_of(kind).is_some_and(|mut fields| fields.any(|field| field.name.node == **name));
    matches!(kind, TypeKind::Object(_)) && wanted.iter().all(has)
}

/// A row is an object with an id, or one of several types that have one.
fn is_row(name: &str, kind: &TypeKind, types: &HashMap<String, TypeKind>) -> bool {
    match kind {
        TypeKind::Object(object) => object.implements.iter().any(|interface| interface.node == ROW),
        TypeKind::Interface(_) => name == ROW,
        TypeKind::Union(union) => union.members.iter().any(|member| {
            types.get(member.node.as_str()).is_some_and(|kind| is_row(member.node.as_str(), kind, types))
        }),
        _ => false,
    }
}
