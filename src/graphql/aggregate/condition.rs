//! Which groups a list of them holds: `having: { count: { gte: 2 }, sum: { quantity: { gt: "1" } } }`.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value,
    registry::{MetaTypeId, Registry},
};

use super::request::Function;
use crate::graphql::{
    filter::{PATH, Wrong, input_object, input_value},
    operators::{DECIMAL, INT, Kind, Test},
    table::{Column, Measure, Record, camel_case},
};

/// Conditions on the groups of `T`, which all have to pass.
pub struct GroupFilter<T>(pub Vec<Condition>, PhantomData<fn() -> T>);

/// A condition on a figure of a group.
pub struct Condition {
    pub of: Conditioned,
    pub tests: Vec<Test>,
}

#[derive(Clone, Copy)]
pub enum Conditioned {
    Count,
    Figure(Function, &'static Column, Measure),
}

impl<T: Record> InputType for GroupFilter<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}GroupFilter", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            let count = INT.register(registry);
            let mut fields = vec![input_value("count", "A condition on how many rows the group has.", &count)];
            for function in Function::ALL.into_iter().filter(|function| function.columns(T::TABLE).next().is_some()) {
                let ty = register_function::<T>(registry, function);
                let text = format!("Conditions on figures of `{}`.", function.name());
                fields.push(input_value(function.name(), &text, &ty));
            }
            input_object(
                Self::type_name().as_ref(),
                format!("Which groups of {} there are: those that pass every condition given here.", T::TABLE.name),
                fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
                std::any::type_name::<Self>(),
            )
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        conditions::<T>(value.unwrap_or_default()).map(|conditions| Self(conditions, PhantomData)).map_err(|wrong| {
            let (path, message) = wrong.parts();
            InputValueError::custom(message).with_extension(PATH, Value::List(path))
        })
    }

    fn to_value(&self) -> Value {
        // Conditions have no default values, so nothing ever asks for one as a value.
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Conditions on the figures of one function, registered once per table: the number tells which.
struct FunctionFilter<T, const F: usize>(PhantomData<fn() -> T>);

impl<T: Record, const F: usize> FunctionFilter<T, F> {
    fn function() -> Function {
        Function::ALL.get(F).copied().unwrap_or(Function::Sum)
    }
}

impl<T: Record, const F: usize> InputType for FunctionFilter<T, F> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}{}Filter", T::TABLE.name, Self::function().noun()))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            let field = |(column, measure): (&Column, Measure)| {
                let ty = kind(column, measure).register(registry);
                let only = if measure.is_money() { "; only of groups by currency" } else { "" };
                let name = camel_case(column.sql);
                input_value(&name, &format!("A condition on the figure of `{name}`{only}."), &ty)
            };
            let fields: Vec<_> = Self::function().columns(T::TABLE).map(field).collect();
            input_object(
                Self::type_name().as_ref(),
                format!("Conditions on what `{}` tells of a group of {}.", Self::function().name(), T::TABLE.name),
                fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
                std::any::type_name::<Self>(),
            )
        })
    }

    fn parse(_: Option<Value>) -> InputValueResult<Self> {
        Err(InputValueError::custom("Conditions are read with the filter that holds them."))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn register_function<T: Record>(registry: &mut Registry, function: Function) -> String {
    let ty = match function {
        Function::Sum => FunctionFilter::<T, 0>::create_type_info(registry),
        Function::Avg => FunctionFilter::<T, 1>::create_type_info(registry),
        Function::Min => FunctionFilter::<T, 2>::create_type_info(registry),
        Function::Max => FunctionFilter::<T, 3>::create_type_info(registry),
    };
    ty.trim_end_matches('!').to_owned()
}

/// What a figure is compared as: every number as a decimal one.
fn kind(column: &Column, measure: Measure) -> &'static dyn Kind {
    if measure == Measure::Moment { column.kind } else { DECIMAL }
}

fn conditions<T: Record>(value: Value) -> Result<Vec<Condition>, Wrong> {
    let mut conditions = Vec::new();
    for (name, value) in object(value)? {
        if name == "count" {
            let tests = INT.parse(T::TABLE, value).map_err(|wrong| wrong.within(&name))?;
            conditions.push(Condition { of: Conditioned::Count, tests });
            continue;
        }
        let function = Function::ALL.into_iter().find(|function| function.name() == name);
        let function = function.ok_or_else(|| Wrong::from("There is no such field.").within(&name))?;
        let figures = object(value).map_err(|wrong| wrong.within(&name))?;
        for (field, value) in figures {
            let read = figure::<T>(function, &field, value);
            conditions.push(read.map_err(|wrong| wrong.within(&field).within(&name))?);
        }
    }
    Ok(conditions)
}

fn figure<T: Record>(function: Function, field: &str, value: Value) -> Result<Condition, Wrong> {
    let found = function.columns(T::TABLE).find(|(column, _)| camel_case(column.sql) == field);
    let (column, measure) = found.ok_or("There is no such field.")?;
    let tests = kind(column, measure).parse(T::TABLE, value)?;
    Ok(Condition { of: Conditioned::Figure(function, column, measure), tests })
}

fn object(value: Value) -> Result<impl Iterator<Item = (Name, Value)>, Wrong> {
    match value {
        Value::Object(fields) => Ok(fields.into_iter()),
        Value::Null => Err("null is no condition; leave it out.".into()),
        _ => Err("Conditions are an object.".into()),
    }
}
