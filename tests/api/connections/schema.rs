//! The schema as a client sees it, by introspection.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stackmotive::graphql::node::TARGETS;

use super::world::World;
use crate::support::Api;

/// What every list takes, and nothing else.
const ARGUMENTS: [&str; 7] = ["after", "before", "filter", "first", "last", "offset", "orderBy"];

/// What a search answers: its order is its own, so its pages are another kind; `journaling/search.rs` tries them.
const SEARCH: &str = "JournalSearchConnection";

pub struct Schema {
    types: BTreeMap<String, Value>,
    /// Every relation, lists and single rows.
    pub relations: Vec<Relation>,
}

/// A field from rows to rows, or from the root to rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub parent: String,
    pub field: String,
    pub target: String,
    pub many: bool,
}

impl Relation {
    pub fn name(&self) -> String {
        format!("{}.{}", self.parent, self.field)
    }
}

/// A field of a filter.
pub enum FilterField {
    /// `and`, `or` and `not`.
    Logic,
    /// The conditions on related rows of this type.
    Relation(String),
    /// Operators with the types of their operands.
    Operators(Vec<(String, OperandType)>),
}

/// The type of an operand: its name without wrappers, and whether it is an enum or a list.
#[derive(Clone, Debug)]
pub struct OperandType {
    pub scalar: String,
    pub is_enum: bool,
    pub is_list: bool,
}

impl Schema {
    pub async fn read(api: &Api) -> Self {
        let answer = api.ask(None, QUERY).await;
        let types = answer.data()["__schema"]["types"].as_array().unwrap();
        let types = types.iter().map(|ty| (text(&ty["name"]), ty.clone())).collect();
        let mut schema = Self { types, relations: Vec::new() };
        schema.relations = schema.find_relations();
        schema
    }

    /// The lists.
    pub fn connections(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(|relation| relation.many)
    }

    /// The fields of a type's filter.
    pub fn filter(&self, ty: &str) -> BTreeMap<String, FilterField> {
        let fields = self.members(&format!("{ty}Filter"), "inputFields");
        fields.map(|field| (text(&field["name"]), self.condition(field))).collect()
    }

    /// The values of a type's order fields.
    pub fn order_fields(&self, ty: &str) -> Vec<String> {
        self.members(&format!("{ty}OrderField"), "enumValues").map(|value| text(&value["name"])).collect()
    }

    pub fn enum_values(&self, ty: &str) -> Vec<String> {
        self.members(ty, "enumValues").map(|value| text(&value["name"])).collect()
    }

    pub fn has_field(&self, ty: &str, field: &str) -> bool {
        self.members(ty, "fields").any(|found| found["name"] == field)
    }

    /// The fields of a type, each with the name of its type.
    pub fn fields(&self, ty: &str) -> Vec<(String, String)> {
        if !self.types.contains_key(ty) {
            return Vec::new();
        }
        self.members(ty, "fields").map(|field| (text(&field["name"]), named(&field["type"]).1)).collect()
    }

    /// The types that have a filter.
    pub fn filtered_types(&self) -> impl Iterator<Item = &'static str> {
        TARGETS.iter().map(|target| target.table().name).filter(|ty| self.types.contains_key(&format!("{ty}Filter")))
    }

    /// The fields of the query root that ask for no argument and answer an object, with its type.
    pub fn starts(&self) -> Vec<(String, String)> {
        let fields = self.members("Query", "fields");
        let free = fields.filter(|field| field["args"].as_array().unwrap().is_empty());
        free.map(|field| (text(&field["name"]), named(&field["type"]).1)).collect()
    }

    /// Fails when `relations.tsv` and the schema differ.
    pub fn compare_relations(&self, world: &World) {
        let line = |relation: &Relation| {
            format!("{}\t{}\t{}", relation.name(), relation.target, if relation.many { "many" } else { "one" })
        };
        let found: BTreeSet<String> = self.relations.iter().map(line).collect();
        let known: BTreeSet<String> = world.relations.values().map(|known| line(&known.relation)).collect();
        let missing: Vec<_> = found.difference(&known).collect();
        let gone: Vec<_> = known.difference(&found).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "tests/api/connections/relations.tsv lacks {missing:#?}, and the schema no longer has {gone:#?}"
        );
        for ty in self.filtered_types() {
            self.compare_filter(ty);
        }
    }

    /// A filter and an order name only what the type itself shows.
    fn compare_filter(&self, ty: &str) {
        for (name, condition) in self.filter(ty) {
            match condition {
                FilterField::Logic => {}
                FilterField::Operators(_) => {
                    assert!(self.has_field(ty, &name), "{ty}Filter.{name} filters by what {ty} does not show");
                }
                FilterField::Relation(target) => {
                    let known = self.relations.iter().find(|relation| relation.parent == ty && relation.field == name);
                    let known = known.unwrap_or_else(|| panic!("{ty}Filter.{name} is no relation of {ty}"));
                    assert_eq!(known.target, target, "{ty}Filter.{name}");
                }
            }
        }
        for relation in self.relations.iter().filter(|relation| relation.parent == ty) {
            let field = &relation.field;
            assert!(self.filter(ty).contains_key(field), "{ty}Filter lacks the relation {field}");
        }
    }

    fn find_relations(&self) -> Vec<Relation> {
        let records: BTreeSet<&str> = TARGETS.iter().map(|target| target.table().name).collect();
        let mut relations = Vec::new();
        for (parent, ty) in self.types.iter().filter(|(_, ty)| ty["kind"] == "OBJECT") {
            for field in ty["fields"].as_array().unwrap() {
                let (kind, target) = named(&field["type"]);
                let (name, parent) = (text(&field["name"]), parent.clone());
                if let Some(target) = self.page_of(field, &target, &parent) {
                    relations.push(Relation { parent, field: name, target, many: true });
                } else if kind == "OBJECT" && records.contains(parent.as_str()) && records.contains(target.as_str()) {
                    relations.push(Relation { parent, field: name, target, many: false });
                }
            }
        }
        relations
    }

    /// The type whose pages a field answers, when it is a list; a list that lacks an argument fails here.
    fn page_of(&self, field: &Value, ty: &str, parent: &str) -> Option<String> {
        if ty == SEARCH {
            return None;
        }
        let arguments: BTreeSet<&str> =
            field["args"].as_array().unwrap().iter().filter_map(|argument| argument["name"].as_str()).collect();
        let target = ty.strip_suffix("Connection");
        // A list that is bounded in its own way is tried where it belongs.
        if arguments.contains("from") {
            return None;
        }
        // Groups of rows are no rows.
        if target.is_some() || (arguments.contains("first") && !arguments.contains("by")) {
            let name = text(&field["name"]);
            assert_eq!(arguments, BTreeSet::from(ARGUMENTS), "the arguments of {parent}.{name}");
            assert!(target.is_some(), "{parent}.{name} has pages but is no connection");
        }
        target.map(str::to_owned)
    }

    fn condition(&self, field: &Value) -> FilterField {
        let (_, ty) = named(&field["type"]);
        if let Some(target) = ty.strip_suffix("RelationFilter") {
            return FilterField::Relation(target.to_owned());
        }
        if ["and", "or", "not"].contains(&field["name"].as_str().unwrap()) {
            return FilterField::Logic;
        }
        let operator = |operator: &Value| {
            let (kind, scalar) = named(&operator["type"]);
            let operand = OperandType { scalar, is_enum: kind == "ENUM", is_list: operator["type"]["kind"] == "LIST" };
            (text(&operator["name"]), operand)
        };
        FilterField::Operators(self.members(&ty, "inputFields").map(operator).collect())
    }

    fn members<'a>(&'a self, ty: &str, member: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        let found = self.types.get(ty).unwrap_or_else(|| panic!("the schema has no type {ty}"));
        found[member].as_array().unwrap_or_else(|| panic!("{ty} has no {member}")).iter()
    }
}

/// The kind and the name of a type, without its wrappers.
fn named(ty: &Value) -> (String, String) {
    if ty["ofType"].is_null() { (text(&ty["kind"]), text(&ty["name"])) } else { named(&ty["ofType"]) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

const QUERY: &str = "{ __schema { types {
    kind name
    fields { name args { name } type { ...Wrapped } }
    inputFields { name type { ...Wrapped } }
    enumValues { name }
} } }
fragment Wrapped on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";
