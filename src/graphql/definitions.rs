//! The schema's types by name, as data, for everybody who looks at a document beside the schema.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::{
    self,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};

use super::schema;

/// Read once from the schema's own text, because the library keeps its registry to itself.
pub static TYPES: LazyLock<HashMap<String, TypeKind>> = LazyLock::new(|| {
    let document = parser::parse_schema(schema::sdl()).map(|document| document.definitions).unwrap_or_default();
    let types = document.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node.kind)),
        _ => None,
    });
    types.collect()
});

/// The name of a type without its lists.
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => named(inner),
    }
}

/// Whether a type is a list.
pub fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}
