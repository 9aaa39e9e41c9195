//! A group of rows with its figures, and what its rows have in common.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaField, Registry},
    resolver_utils::resolve_container,
};

use super::{
    figures::{Figures, register_figures},
    register,
};
use crate::graphql::{
    aggregate::{
        answer,
        inputs::by,
        request::{Function, Grouping, KeyPart, Request},
    },
    edge::meta_field,
    operators::{DATE, TEXT},
    table::Record,
};

/// Whether a group is all rows of a list or some that have something in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    All,
    One,
}

/// Rows of `T` with their figures.
pub struct Group<T> {
    shape: Shape,
    found: Found<T>,
}

/// What was asked and what was found.
pub struct Found<T> {
    pub request: Arc<Request>,
    pub group: Arc<answer::Group>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Found<T> {
    fn clone(&self) -> Self {
        Self { request: self.request.clone(), group: self.group.clone(), of: PhantomData }
    }
}

impl<T: Record> Group<T> {
    pub fn new(shape: Shape, request: Arc<Request>, group: answer::Group) -> Self {
        Self { shape, found: Found { request, group: Arc::new(group), of: PhantomData } }
    }

    /// Registers the type of a group and answers its name.
    pub fn register(registry: &mut Registry, shape: Shape) -> String {
        match shape {
            Shape::All => All::<T>::create_type_info(registry),
            Shape::One => One::<T>::create_type_info(registry),
        }
    }

    async fn field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
        let name = ctx.item.node.name.node.as_str();
        match name {
            "count" => return Ok(Some(Value::from(self.found.group.count()))),
            "key" if self.shape == Shape::One => {
                return OutputType::resolve(&GroupKey(self.found.clone()), &selection, ctx.item).await.map(Some);
            }
            _ => {}
        }
        match Function::ALL.into_iter().find(|function| function.name() == name) {
            Some(function) => {
                let figures = Figures { function, found: self.found.clone() };
                figures.resolve(&selection, ctx.item).await.map(Some)
            }
            None => Ok(None),
        }
    }
}

impl<T: Record> ContainerType for Group<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.field(ctx).await
    }
}

impl<T: Record> OutputType for Group<T> {
    fn type_name() -> Cow<'static, str> {
        One::<T>::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        match self.shape {
            Shape::All => All::<T>::type_name(),
            Shape::One => One::<T>::type_name(),
        }
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry, Shape::One)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

/// Declares the type of a group of one shape, as the schema has it.
macro_rules! shape {
    ($name:ident, $shape:expr, $suffix:literal, $text:literal) => {
        struct $name<T>(PhantomData<fn() -> T>);

        impl<T: Record> OutputType for $name<T> {
            fn type_name() -> Cow<'static, str> {
                Cow::Owned(format!(concat!("{}", $suffix), T::TABLE.name))
            }

            fn create_type_info(registry: &mut Registry) -> String {
                let text = format!($text, T::TABLE.name);
                register::<Self>(registry, &text, |registry| fields::<T>(registry, $shape))
            }

            async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                // It only lends its name: what is resolved is a `Group`.
                Ok(Value::Null)
            }
        }
    };
}

shape!(All, Shape::All, "Aggregate", "Figures over all rows of a list of {}.");
shape!(One, Shape::One, "Group", "Rows of {} that have something in common, and figures over them.");

fn fields<T: Record>(registry: &mut Registry, shape: Shape) -> Vec<MetaField> {
    let mut fields = Vec::new();
    if shape == Shape::One {
        let key = GroupKey::<T>::create_type_info(registry);
        fields.push(meta_field("key", "What its rows have in common.", IndexMap::new(), key));
    }
    <i64 as OutputType>::create_type_info(registry);
    fields.push(meta_field("count", "How many rows there are.", IndexMap::new(), "Int!".to_owned()));
    for function in Function::ALL.into_iter().filter(|function| function.columns(T::TABLE).next().is_some()) {
        let text = match function {
            Function::Sum => "Sums of what adds up.",
            Function::Avg => "Averages.",
            Function::Min => "The least values, and the first moments.",
            Function::Max => "The greatest values, and the last moments.",
        };
        fields.push(meta_field(function.name(), text, IndexMap::new(), register_figures::<T>(registry, function)));
    }
    fields
}

/// What the rows of a group have in common.
struct GroupKey<T>(Found<T>);

impl<T: Record> GroupKey<T> {
    fn value(&self, field: &str) -> Option<Value> {
        let grouping = Grouping::all(T::TABLE).into_iter().find(|grouping| grouping.field_name() == field)?;
        let at = self.0.request.by.iter().position(|by| by.field_name() == field);
        let key = at.and_then(|at| self.0.group.keys.get(at)).cloned().unwrap_or_default();
        let shown = match grouping.column {
            Some(column) if grouping.part == KeyPart::Whole => {
                column.kind.decode(key).map(|value| column.kind.show(T::TABLE, value)).unwrap_or_default()
            }
            _ => key,
        };
        Some(Value::from_json(shown).unwrap_or_default())
    }
}

impl<T: Record> ContainerType for GroupKey<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(self.value(&ctx.item.node.name.node))
    }
}

impl<T: Record> OutputType for GroupKey<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}GroupKey", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let text = format!(
            "What the rows of a group of {} have in common: null where they are not grouped by it, and where they have \
             none.",
            T::TABLE.name
        );
        register::<Self>(registry, &text, |registry| {
            let field = |grouping: &Grouping| {
                let kind = match grouping.part {
                    KeyPart::Whole => grouping.column.map_or(TEXT, |column| column.kind),
                    KeyPart::Day => DATE,
                    KeyPart::Month => TEXT,
                };
                let ty = kind.register_value(registry);
                meta_field(&grouping.field_name(), &by(grouping), IndexMap::new(), ty)
            };
            Grouping::all(T::TABLE).iter().map(field).collect()
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}
