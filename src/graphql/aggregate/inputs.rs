//! What rows are grouped by, and in which order groups come, as inputs made from the tables' descriptions.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};

use super::request::{Function, Grouping, KeyPart};
use crate::graphql::{
    filter::input_object,
    page::{order_fields, way},
    table::{Column, Measure, Record, Table, camel_case},
};

/// What the rows of `T` can be grouped by, as an enum of the schema.
pub struct GroupField<T>(pub Grouping, PhantomData<fn() -> T>);

impl<T: Record> InputType for GroupField<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}GroupField", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let text = format!("What rows of {} can be grouped by.", T::TABLE.name);
        let values = Grouping::all(T::TABLE);
        let values = values.iter().map(|grouping| enum_value(grouping.enum_name(), by(grouping))).collect();
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| {
            enumeration::<Self>(Self::type_name().as_ref(), &text, &values)
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let name = enum_text(value)?;
        let found = Grouping::all(T::TABLE).into_iter().find(|grouping| grouping.enum_name() == name);
        found.map(|grouping| Self(grouping, PhantomData)).ok_or_else(|| InputValueError::custom(NO_SUCH))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.0.enum_name()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// What a grouping says, as a sentence.
pub fn by(grouping: &Grouping) -> String {
    let Some(column) = grouping.column else {
        return "By the currency of the money: that of the row's portfolio.".to_owned();
    };
    let field = camel_case(column.sql);
    match grouping.part {
        KeyPart::Whole => format!("By `{field}`."),
        KeyPart::Day => format!("By the day of `{field}`."),
        KeyPart::Month => format!("By the month of `{field}`, such as `2026-03`."),
    }
}

/// What groups are ordered by, before it is known what they are grouped by.
#[derive(Clone, Copy)]
pub enum OrderedBy {
    Count,
    Figure(Function, &'static Column, Measure),
    Key(Grouping),
}

impl OrderedBy {
    fn all(table: &'static Table) -> impl Iterator<Item = Self> {
        let figures = Function::ALL.into_iter().flat_map(move |function| {
            function.columns(table).map(move |(column, measure)| Self::Figure(function, column, measure))
        });
        std::iter::once(Self::Count).chain(figures).chain(Grouping::all(table).into_iter().map(Self::Key))
    }

    fn enum_name(&self) -> String {
        match self {
            Self::Count => "COUNT".to_owned(),
            Self::Figure(function, column, _) => format!("{}_{}", function.name(), column.sql).to_uppercase(),
            Self::Key(grouping) => grouping.enum_name(),
        }
    }

    fn description(&self) -> String {
        match self {
            Self::Count => "By how many rows a group has.".to_owned(),
            Self::Figure(function, column, measure) => {
                let only = if measure.is_money() { "; only of groups by currency" } else { "" };
                format!("By `{} {{ {} }}`{only}.", function.name(), camel_case(column.sql))
            }
            Self::Key(grouping) => format!("{} Only where rows are grouped by it.", by(grouping)),
        }
    }
}

struct GroupOrderField<T>(OrderedBy, PhantomData<fn() -> T>);

impl<T: Record> InputType for GroupOrderField<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}GroupOrderField", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let text = format!("What groups of {} can be ordered by.", T::TABLE.name);
        let values = OrderedBy::all(T::TABLE).map(|by| enum_value(by.enum_name(), by.description())).collect();
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| {
            enumeration::<Self>(Self::type_name().as_ref(), &text, &values)
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let name = enum_text(value)?;
        let found = OrderedBy::all(T::TABLE).find(|by| by.enum_name() == name);
        found.map(|by| Self(by, PhantomData)).ok_or_else(|| InputValueError::custom(NO_SUCH))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.0.enum_name()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// One term of the order of groups of `T`, as an input object of the schema.
pub struct GroupOrder<T> {
    pub by: OrderedBy,
    pub descending: bool,
    pub nulls_first: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: Record> InputType for GroupOrder<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}GroupOrder", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            let field = GroupOrderField::<T>::create_type_info(registry);
            let text = "Where groups without the figure or the key go; to the end when left out.";
            let fields = order_fields(registry, &field, text);
            let text = format!("One term of the order of groups of {}; earlier terms weigh more.", T::TABLE.name);
            input_object(Self::type_name().as_ref(), text, fields, std::any::type_name::<Self>())
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::Object(mut fields)) = value else {
            return Err(InputValueError::custom("An order is an object such as { field: COUNT }."));
        };
        let by = GroupOrderField::<T>::parse(fields.swap_remove("field")).map_err(InputValueError::propagate)?.0;
        let (descending, nulls_first) = way(&mut fields)?;
        Ok(Self { by, descending, nulls_first, of: PhantomData })
    }

    fn to_value(&self) -> Value {
        // Orders have no default values, so nothing ever asks for one as a value.
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

const NO_SUCH: &str = "There is no such field.";

fn enum_text<T: InputType>(value: Option<Value>) -> Result<String, InputValueError<T>> {
    match value {
        Some(Value::Enum(name)) => Ok(name.to_string()),
        Some(Value::String(name)) => Ok(name),
        other => Err(InputValueError::expected_type(other.unwrap_or_default())),
    }
}

fn enumeration<S>(name: &str, text: &str, values: &IndexMap<String, MetaEnumValue>) -> MetaType {
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(text.to_owned()),
        enum_values: values.clone(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<S>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn enum_value(name: String, description: String) -> (String, MetaEnumValue) {
    let value = MetaEnumValue {
        name: name.clone(),
        description: Some(description),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    (name, value)
}
