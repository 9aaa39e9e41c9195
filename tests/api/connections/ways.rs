//! The ways from the query root to the rows of a type.

use serde_json::Value;

use super::{
    schema::{Relation, Schema},
    world::table,
};

/// How many relations a way takes at most.
const STEPS_MAX: usize = 3;

/// Who goes a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user with rows of her own, and with rows of others that she may see.
    Ada,
    /// An admin.
    Admin,
}

/// From the query root over relations to objects of a type.
#[derive(Clone, Debug)]
pub struct Way {
    pub who: Who,
    /// The field of the root; none for the root itself.
    start: Option<String>,
    steps: Vec<Relation>,
    /// The type at the end.
    pub end: String,
    /// The ids of the objects at the end, when it is not to be all that are there.
    only: Vec<String>,
}

impl Way {
    /// Every way that meets no type twice, shortest first.
    pub fn all(schema: &Schema) -> Vec<Self> {
        let mut ways =
            vec![Self { who: Who::Ada, start: None, steps: Vec::new(), end: "Query".to_owned(), only: Vec::new() }];
        for (field, ty) in schema.starts() {
            let who = if field == "admin" { Who::Admin } else { Who::Ada };
            ways.push(Self { who, start: Some(field), steps: Vec::new(), end: ty, only: Vec::new() });
        }
        let mut next = 0;
        while let Some(way) = ways.get(next).cloned() {
            next += 1;
            if way.steps.len() < STEPS_MAX {
                let further = schema.relations.iter().filter(|relation| relation.parent == way.end);
                ways.extend(further.filter(|relation| !way.meets(&relation.target)).map(|relation| way.then(relation)));
            }
        }
        ways
    }

    /// The shortest ways to a type: one for each of the people who can go there.
    pub fn to<'a>(ways: &'a [Self], ty: &str) -> Vec<&'a Self> {
        let found: Vec<&Self> = [Who::Ada, Who::Admin]
            .into_iter()
            .filter_map(|who| ways.iter().find(|way| way.who == who && way.end == ty))
            .collect();
        assert!(!found.is_empty(), "no way leads to {ty}");
        found
    }

    /// The same way to these objects alone, where it ends in a list.
    pub fn only(&self, ids: Vec<String>) -> Self {
        Self { only: if self.steps.last().is_some_and(|step| step.many) { ids } else { Vec::new() }, ..self.clone() }
    }

    /// The selection that asks for these fields at the end, with 100 rows of each list between.
    pub fn wrap(&self, fields: &str) -> String {
        let id = if self.is_rooted() { "" } else { "id " };
        let only = format!(", filter: {{ id: {{ in: {:?} }} }}", self.only);
        let last = self.steps.len().wrapping_sub(1);
        let steps = self.steps.iter().enumerate().rev();
        let inner = steps.fold(format!("{id}{fields}"), |inner, (at, step)| {
            if step.many {
                let only = if at == last && !self.only.is_empty() { &only } else { "" };
                format!("{}(first: 100{only}) {{ nodes {{ {inner} }} }}", step.field)
            } else {
                format!("{} {{ {inner} }}", step.field)
            }
        });
        match &self.start {
            Some(start) => format!("{start} {{ {inner} }}"),
            None => inner,
        }
    }

    /// The objects at the end, in an answer's data.
    pub fn ends<'a>(&self, data: &'a Value) -> Vec<&'a Value> {
        let start = self.start.as_ref().map_or(data, |start| &data[start]);
        let mut objects = vec![start];
        for step in &self.steps {
            let values = objects.into_iter().map(|object| &object[&step.field]);
            objects = if step.many {
                values.flat_map(|list| list["nodes"].as_array().unwrap()).collect()
            } else {
                values.filter(|value| !value.is_null()).collect()
            };
        }
        objects
    }

    /// How many statements read the rows at the end: none for the viewer, one for the first relation, and one for each
    /// list after it. Relations to at most one row come with the rows that they hang off.
    pub fn levels(&self) -> usize {
        self.steps.iter().enumerate().filter(|(at, step)| *at == 0 || step.many).count()
    }

    /// The same with one relation more. A type that shows nothing that could be filtered is read apart.
    pub fn levels_with(&self, relation: &Relation) -> usize {
        let is_apart = table(&relation.target).columns.is_empty();
        self.levels() + usize::from(self.steps.is_empty() || relation.many || is_apart)
    }

    /// Whether the end is the root or what hangs off it, which has no id.
    fn is_rooted(&self) -> bool {
        self.steps.is_empty() && self.end != "User"
    }

    fn meets(&self, ty: &str) -> bool {
        self.end == ty || self.steps.iter().any(|step| step.parent == ty)
    }

    fn then(&self, relation: &Relation) -> Self {
        let mut way = self.clone();
        way.steps.push(relation.clone());
        way.end = relation.target.clone();
        way
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}: {}", self.who, self.start.as_deref().unwrap_or("the root"))?;
        self.steps.iter().try_for_each(|step| write!(formatter, ".{}", step.field))
    }
}
