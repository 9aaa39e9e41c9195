//! Where values can be sent: every field with arguments, and a way to it from the root.

use std::collections::{BTreeMap, VecDeque};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, EnumType, FieldDefinition, InputObjectType, Type, TypeKind, TypeSystemDefinition},
};
use stackmotive::graphql::schema;

use super::values::Argument;

pub struct Schema {
    types: BTreeMap<String, TypeKind>,
    /// The codes that an error may have.
    pub codes: Vec<String>,
}

/// A field with arguments.
#[derive(Clone)]
pub struct Place {
    operation: &'static str,
    /// The fields that lead to it.
    way: Vec<String>,
    pub field: FieldDefinition,
}

impl Schema {
    pub fn read() -> Self {
        let document = parse_schema(schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node.kind)),
            _ => None,
        });
        let mut schema = Self { types: types.collect(), codes: Vec::new() };
        let codes = schema.enumeration("ErrorCode").unwrap().values.iter();
        schema.codes = codes.map(|value| value.node.value.node.to_string()).collect();
        schema
    }

    /// Every field with arguments that can be reached, mutations four times: they have most to get wrong.
    pub fn places(&self) -> Vec<Place> {
        let mutations = self.fields("Mutation").into_iter();
        let mutations = mutations.map(|field| Place { operation: "mutation", way: Vec::new(), field });
        let mut places: Vec<Place> = mutations.collect();
        let mutations = places.len();
        places = vec![places; 4].concat();
        let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::from([("Query".to_owned(), Vec::new())]);
        let mut next = VecDeque::from(["Query".to_owned()]);
        while let Some(parent) = next.pop_front() {
            let way = ways[&parent].clone();
            for field in self.fields(&parent) {
                if !field.arguments.is_empty() {
                    places.push(Place { operation: "query", way: way.clone(), field: field.clone() });
                }
                let target = name(&field.ty.node);
                let is_open = field.arguments.iter().all(|argument| argument.node.ty.node.nullable);
                if is_open && !self.fields(target).is_empty() && !ways.contains_key(target) {
                    ways.insert(target.to_owned(), [way.clone(), vec![field.name.node.to_string()]].concat());
                    next.push_back(target.to_owned());
                }
            }
        }
        assert!(mutations >= 7 && places.len() >= 4 * mutations + 30, "{mutations} mutations, {} places", places.len());
        places
    }

    pub fn input(&self, name: &str) -> Option<&InputObjectType> {
        match self.types.get(name)? {
            TypeKind::InputObject(object) => Some(object),
            _ => None,
        }
    }

    pub fn enumeration(&self, name: &str) -> Option<&EnumType> {
        match self.types.get(name)? {
            TypeKind::Enum(enumeration) => Some(enumeration),
            _ => None,
        }
    }

    /// The fields of a type that has some.
    pub fn fields(&self, name: &str) -> Vec<FieldDefinition> {
        let fields = match self.types.get(name) {
            Some(TypeKind::Object(object)) => &object.fields,
            Some(TypeKind::Interface(interface)) => &interface.fields,
            _ => return Vec::new(),
        };
        fields.iter().map(|field| field.node.clone()).collect()
    }

    /// A little of everything that a type has, two levels deep.
    pub fn selection(&self, name_of_type: &str, levels: usize) -> String {
        let fields = self.fields(name_of_type);
        if fields.is_empty() {
            return String::new();
        }
        let mut selected = "__typename".to_owned();
        for field in fields.iter().filter(|field| field.arguments.is_empty()).take(12) {
            let target = name(&field.ty.node);
            if self.fields(target).is_empty() {
                selected = format!("{selected} {}", field.name.node);
            } else if levels > 0 {
                selected = format!("{selected} {} {}", field.name.node, self.selection(target, levels - 1));
            }
        }
        format!("{{ {selected} }}")
    }
}

impl Place {
    pub fn is_mutation(&self) -> bool {
        self.operation == "mutation"
    }

    /// Whether somebody has to prove who it is: what chance can't know.
    pub fn takes_secrets(&self, schema: &Schema) -> bool {
        let secrets = ["password", "currentPassword", "code", "token", "refreshToken"];
        let inputs = self.field.arguments.iter().filter_map(|argument| schema.input(name(&argument.node.ty.node)));
        inputs.flat_map(|input| &input.fields).any(|field| secrets.contains(&field.node.name.node.as_str()))
    }

    /// A document that asks for this field.
    pub fn document(&self, schema: &Schema, arguments: &[Argument]) -> String {
        let variables = arguments.iter().filter(|argument| argument.literal.is_none());
        let variables: Vec<_> = variables.map(|argument| format!("${}: {}", argument.name, argument.ty)).collect();
        let variables = if variables.is_empty() { String::new() } else { format!("({})", variables.join(", ")) };
        let given = arguments.iter().map(|Argument { name, literal, .. }| match literal {
            Some(literal) => format!("{name}: {literal}"),
            None => format!("{name}: ${name}"),
        });
        let given: Vec<_> = given.collect();
        let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        let selection = schema.selection(name(&self.field.ty.node), 2);
        let (open, close) = (self.way.join(" { "), " }".repeat(self.way.len()));
        let brace = if self.way.is_empty() { "" } else { " {" };
        let field = &self.field.name.node;
        format!("{} Case{variables} {{ {open}{brace} {field}{given} {selection}{close} }}", self.operation)
    }
}

/// The name of a type without its lists.
pub fn name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name(inner),
    }
}
