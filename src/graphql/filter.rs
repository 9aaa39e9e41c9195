//! Filters: one input type per table, typed operators per scalar, `and`, `or`, `not`, and relations.
//!
//! The types are made from the tables' descriptions, so that no table repeats the operators.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{MetaInputValue, MetaType, MetaTypeId, Registry},
};

use super::{
    operators::Test,
    table::{Column, Link, Record, Table, camel_case},
};

/// How deep a filter may be nested, counting `and`, `or`, `not` and relations.
const DEPTH_MAX: usize = 10;

/// Which rows of `T` a list holds.
pub struct Filter<T>(pub Expression, PhantomData<fn() -> T>);

/// A filter, without the type that it belongs to.
#[derive(Clone)]
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Test(&'static Column, Test),
    /// Some row of the relation passes.
    Some(&'static Link, Box<Expression>),
}

impl<T: Record> InputType for Filter<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Filter", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            input_object(
                Self::type_name().as_ref(),
                format!("Which rows of {} a list holds: those that pass every condition given here.", T::TABLE.name),
                fields(registry, Self::type_name().as_ref(), T::TABLE),
                std::any::type_name::<Self>(),
            )
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let expression = expression(T::TABLE, value.unwrap_or_default(), 0).map_err(InputValueError::custom)?;
        Ok(Self(expression, PhantomData))
    }

    fn to_value(&self) -> Value {
        // Filters have no default values, so nothing ever asks for one as a value.
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// A relation's conditions, registered once per target.
struct Relation<T>(PhantomData<fn() -> T>);

impl<T: Record> InputType for Relation<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}RelationFilter", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            let inner = Filter::<T>::create_type_info(registry);
            let inner = inner.trim_end_matches('!');
            let fields = [
                ("some", "At least one related row passes."),
                ("none", "No related row passes; also true when there is none."),
            ];
            input_object(
                Self::type_name().as_ref(),
                format!("Conditions on the related rows of {} that the viewer can see.", T::TABLE.name),
                fields.map(|(name, text)| (name.to_owned(), input_value(name, text, inner))).into_iter().collect(),
                std::any::type_name::<Self>(),
            )
        })
    }

    fn parse(_: Option<Value>) -> InputValueResult<Self> {
        Ok(Self(PhantomData))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Registers the relation filter of `T` and answers its name.
pub fn register_relation<T: Record>(registry: &mut Registry) -> String {
    Relation::<T>::create_type_info(registry);
    Relation::<T>::type_name().into_owned()
}

fn fields(registry: &mut Registry, own: &str, table: &'static Table) -> IndexMap<String, MetaInputValue> {
    let list = format!("[{own}!]");
    let mut fields: Vec<MetaInputValue> = vec![
        input_value("and", "Every one of these passes.", &list),
        input_value("or", "At least one of these passes; an empty list passes nothing.", &list),
        input_value("not", "This does not pass.", own),
    ];
    for column in table.columns {
        let ty = column.kind.register(registry);
        let name = camel_case(column.sql);
        fields.push(input_value(&name, &format!("A condition on `{name}`."), &ty));
    }
    for link in (table.links)() {
        let ty = link.target.register_relation(registry);
        fields.push(input_value(link.name, &format!("A condition on the rows of `{}`.", link.name), &ty));
    }
    fields.into_iter().map(|field| (field.name.clone(), field)).collect()
}

/// Reads a filter; the error says where it is wrong.
fn expression(table: &'static Table, value: Value, depth: usize) -> Result<Expression, String> {
    if depth > DEPTH_MAX {
        return Err(format!("A filter may be nested {DEPTH_MAX} levels deep."));
    }
    let Value::Object(fields) = value else {
        return Err("A filter is an object.".to_owned());
    };
    let mut all = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        if value == Value::Null {
            return Err(format!("{name}: null is no condition; leave the field out, or use isNull."));
        }
        let at = |message: String| format!("{name}.{message}");
        match name.as_str() {
            "and" => all.push(Expression::All(list(table, value, depth).map_err(at)?)),
            "or" => all.push(Expression::Any(list(table, value, depth).map_err(at)?)),
            "not" => all.push(Expression::Not(Box::new(expression(table, value, depth + 1).map_err(at)?))),
            other => all.push(condition(table, other, value, depth).map_err(at)?),
        }
    }
    Ok(Expression::All(all))
}

fn list(table: &'static Table, value: Value, depth: usize) -> Result<Vec<Expression>, String> {
    match value {
        Value::List(items) => items.into_iter().map(|item| expression(table, item, depth + 1)).collect(),
        // A single object stands for a list of one, as GraphQL coerces lists.
        single => Ok(vec![expression(table, single, depth + 1)?]),
    }
}

fn condition(table: &'static Table, name: &str, value: Value, depth: usize) -> Result<Expression, String> {
    if let Some(column) = table.columns.iter().find(|column| camel_case(column.sql) == name) {
        let tests = column.kind.parse(table, value)?;
        return Ok(Expression::All(tests.into_iter().map(|test| Expression::Test(column, test)).collect()));
    }
    let links = (table.links)();
    let link = links.into_iter().find(|link| link.name == name).ok_or("There is no such field.")?;
    let Value::Object(fields) = value else {
        return Err("A condition on a relation is an object.".to_owned());
    };
    fields
        .into_iter()
        .map(|(name, value)| related(link, &name, value, depth))
        .collect::<Result<_, _>>()
        .map(Expression::All)
}

fn related(link: &'static Link, name: &Name, value: Value, depth: usize) -> Result<Expression, String> {
    if value == Value::Null {
        return Err(format!("{name}: null is no condition; use an empty object for any row."));
    }
    let inner = expression(link.target.table(), value, depth + 1).map_err(|message| format!("{name}.{message}"))?;
    let some = Expression::Some(link, Box::new(inner));
    Ok(if name == "none" { Expression::Not(Box::new(some)) } else { some })
}

/// An input object for the registry.
pub fn input_object(
    name: &str,
    description: String,
    input_fields: IndexMap<String, MetaInputValue>,
    rust_typename: &'static str,
) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(description),
        input_fields,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(rust_typename),
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

/// A field of an input object, or an argument, for the registry.
pub fn input_value(name: &str, description: &str, ty: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: ty.to_owned(),
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}
