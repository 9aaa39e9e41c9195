//! Filters: one input type per table, typed operators per scalar, `and`, `or`, `not`, and relations.
//!
//! The types are made from the tables' descriptions, so that no table repeats the operators.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{MetaInputValue, MetaType, MetaTypeId, Registry},
};

use sea_orm::Value as Sql;

use super::{
    error::Error,
    operators::Test,
    table::{Column, Link, Record, Table, camel_case},
};

/// How deep a filter may be nested, counting `and`, `or`, `not` and relations.
const DEPTH_MAX: usize = 10;

/// Where in a filter it is wrong, as an extension of the error for the list that it belongs to.
pub const PATH: &str = "path";

/// What is wrong with a filter, and where in it.
pub struct Wrong {
    path: Vec<String>,
    message: String,
}

impl Wrong {
    /// The same, seen from the field around it.
    pub fn within(mut self, field: &str) -> Self {
        self.path.insert(0, field.to_owned());
        self
    }

    /// The path, as a list of texts, and the sentence.
    pub fn parts(self) -> (Vec<Value>, String) {
        (self.path.into_iter().map(Value::String).collect(), self.message)
    }
}

impl<T: Into<String>> From<T> for Wrong {
    fn from(message: T) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }
}

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

impl Expression {
    /// The tables that it looks into.
    pub fn tables(&self) -> Vec<&'static Table> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tables).collect(),
            Self::Not(inner) => inner.tables(),
            Self::Test(..) => Vec::new(),
            Self::Some(link, inner) => std::iter::once(link.target.table()).chain(inner.tables()).collect(),
        }
    }

    /// How many relations it asks about.
    pub fn relations(&self) -> u64 {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::relations).sum(),
            Self::Not(inner) => inner.relations(),
            Self::Test(..) => 0,
            Self::Some(_, inner) => inner.relations().saturating_add(1),
        }
    }
}

/// The rows whose column lies between two values, as the arguments `from` and `to` name them; how the second one bounds it
/// is the caller's to say. Refused where the end comes before the beginning.
pub fn between<T, V>(
    column: &str,
    (from, to): (Option<V>, Option<V>),
    end: fn(Sql) -> Test,
) -> Result<Option<Expression>, Error>
where
    T: Record,
    V: PartialOrd + Into<Sql>,
{
    if from.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| from > to) {
        return Err(Error::invalid(&["to"], "OUT_OF_RANGE", "The end must not come before the beginning."));
    }
    let column = T::TABLE.column(column).ok_or_else(|| Error::internal(format!("{column} is no column")))?;
    let tests = from.map(|from| Test::GreaterOrEqual(from.into())).into_iter().chain(to.map(|to| end(to.into())));
    let tests: Vec<Expression> = tests.map(|test| Expression::Test(column, test)).collect();
    Ok((!tests.is_empty()).then_some(Expression::All(tests)))
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
        let expression = expression(T::TABLE, value.unwrap_or_default(), 0).map_err(|wrong| {
            let (path, message) = wrong.parts();
            InputValueError::custom(message).with_extension(PATH, Value::List(path))
        })?;
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
fn expression(table: &'static Table, value: Value, depth: usize) -> Result<Expression, Wrong> {
    if depth > DEPTH_MAX {
        return Err(format!("A filter may be nested {DEPTH_MAX} levels deep.").into());
    }
    let Value::Object(fields) = value else {
        return Err("A filter is an object.".into());
    };
    let read = |(name, value): (Name, Value)| field(table, &name, value, depth).map_err(|wrong| wrong.within(&name));
    fields.into_iter().map(read).collect::<Result<_, _>>().map(Expression::All)
}

fn field(table: &'static Table, name: &str, value: Value, depth: usize) -> Result<Expression, Wrong> {
    if value == Value::Null {
        return Err("null is no condition; leave the field out, or use isNull.".into());
    }
    Ok(match name {
        "and" => Expression::All(list(table, value, depth)?),
        "or" => Expression::Any(list(table, value, depth)?),
        "not" => Expression::Not(Box::new(expression(table, value, depth + 1)?)),
        _ => condition(table, name, value, depth)?,
    })
}

fn list(table: &'static Table, value: Value, depth: usize) -> Result<Vec<Expression>, Wrong> {
    // A single object stands for a list of one, as GraphQL coerces lists.
    let items = if let Value::List(items) = value { items } else { vec![value] };
    let read =
        |(at, item): (usize, Value)| expression(table, item, depth + 1).map_err(|wrong| wrong.within(&at.to_string()));
    items.into_iter().enumerate().map(read).collect()
}

fn condition(table: &'static Table, name: &str, value: Value, depth: usize) -> Result<Expression, Wrong> {
    if let Some(column) = table.columns.iter().find(|column| camel_case(column.sql) == name) {
        let tests = column.kind.parse(table, value)?;
        return Ok(Expression::All(tests.into_iter().map(|test| Expression::Test(column, test)).collect()));
    }
    let links = (table.links)();
    let link = links.into_iter().find(|link| link.name == name).ok_or("There is no such field.")?;
    let Value::Object(fields) = value else {
        return Err("A condition on a relation is an object.".into());
    };
    let read = |(name, value): (Name, Value)| related(link, &name, value, depth).map_err(|wrong| wrong.within(&name));
    fields.into_iter().map(read).collect::<Result<_, _>>().map(Expression::All)
}

fn related(link: &'static Link, name: &str, value: Value, depth: usize) -> Result<Expression, Wrong> {
    if value == Value::Null {
        return Err("null is no condition; use an empty object for any row.".into());
    }
    let some = Expression::Some(link, Box::new(expression(link.target.table(), value, depth + 1)?));
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
