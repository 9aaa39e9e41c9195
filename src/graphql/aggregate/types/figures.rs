//! What one function tells of each column of a group.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Enum, OutputType, Positioned, ServerResult, SimpleObject, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaField, Registry},
    resolver_utils::resolve_container,
};

use super::{group::Found, register};
use crate::graphql::{
    aggregate::{
        answer::{self, Unknown},
        request::Function,
    },
    edge::meta_field,
    operators::DATE,
    scalars::{Currency, Date, DateTime, Decimal},
    table::{Column, Measure, Record, camel_case},
};

/// Why there is no figure over rows.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAggregate {
    /// No row has a known value.
    NoValues,
    /// The currency of these rows is not known, as they belong to no portfolio.
    NoCurrency,
    /// The figure has more than 28 digits.
    TooLarge,
}

impl From<Unknown> for NoAggregate {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::NoValues => Self::NoValues,
            Unknown::NoCurrency => Self::NoCurrency,
            Unknown::TooLarge => Self::TooLarge,
        }
    }
}

/// A number about many rows.
#[derive(SimpleObject)]
struct AggregateNumber {
    /// The number, null with the reason.
    value: Option<Decimal>,
    /// How many rows it is of: those where the value is known.
    sample_size: i64,
    /// How many rows were left out because their value is not known.
    unknown: i64,
    /// Why there is no number, null when there is one.
    reason: Option<NoAggregate>,
}

/// An amount or a price about many rows, in one currency.
#[derive(SimpleObject)]
struct AggregateAmount {
    /// ISO 4217 code of the currency; null for rows whose currency is not known.
    currency: Option<Currency>,
    /// The amount, null with the reason.
    value: Option<Decimal>,
    /// How many rows of this currency it is of: those where the value is known.
    sample_size: i64,
    /// How many rows of this currency were left out because their value is not known.
    unknown: i64,
    /// Why there is no amount, null when there is one.
    reason: Option<NoAggregate>,
}

/// The first or the last moment of many rows.
#[derive(SimpleObject)]
struct AggregateMoment {
    /// The moment, null with the reason.
    value: Option<DateTime>,
    /// How many rows it is of: those where the moment is known.
    sample_size: i64,
    /// How many rows were left out because their moment is not known.
    unknown: i64,
    /// Why there is no moment, null when there is one.
    reason: Option<NoAggregate>,
}

/// The first or the last day of many rows.
#[derive(SimpleObject)]
struct AggregateDay {
    /// The day, null with the reason.
    value: Option<Date>,
    /// How many rows it is of: those where the day is known.
    sample_size: i64,
    /// How many rows were left out because their day is not known.
    unknown: i64,
    /// Why there is no day, null when there is one.
    reason: Option<NoAggregate>,
}

/// What a function tells of the columns of a group.
pub struct Figures<T> {
    pub function: Function,
    pub found: Found<T>,
}

impl<T: Record> Figures<T> {
    pub async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }

    fn find(&self, field: &str) -> Option<(&'static Column, Measure)> {
        self.function.columns(T::TABLE).find(|(column, _)| camel_case(column.sql) == field)
    }
}

impl<T: Record> ContainerType for Figures<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some((column, measure)) = self.find(&ctx.item.node.name.node) else { return Ok(None) };
        // A column that is selected is looked at.
        let Some(at) = self.found.request.place_of(column) else { return Ok(None) };
        let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
        let group = &self.found.group;
        if measure.is_money() {
            let amounts: Vec<AggregateAmount> = group.amounts(self.function, at).into_iter().map(amount).collect();
            return OutputType::resolve(&amounts, &selection, ctx.item).await.map(Some);
        }
        let answer::Figure { value, sample_size, unknown } = group.figure(self.function, at);
        let reason = value.as_ref().err().map(|reason| NoAggregate::from(*reason));
        let value = value.ok();
        let resolved = match measure {
            Measure::Moment if is_day(column) => {
                let value =
                    value.and_then(|found| if let answer::Found::Day(day) = found { Some(Date(day)) } else { None });
                OutputType::resolve(&AggregateDay { value, sample_size, unknown, reason }, &selection, ctx.item).await
            }
            Measure::Moment => {
                let value = value
                    .and_then(|found| if let answer::Found::Moment(at) = found { Some(DateTime(at)) } else { None });
                OutputType::resolve(&AggregateMoment { value, sample_size, unknown, reason }, &selection, ctx.item)
                    .await
            }
            _ => {
                let value = value.and_then(number);
                OutputType::resolve(&AggregateNumber { value, sample_size, unknown, reason }, &selection, ctx.item)
                    .await
            }
        };
        resolved.map(Some)
    }
}

impl<T: Record> OutputType for Figures<T> {
    fn type_name() -> Cow<'static, str> {
        Named::<T, 0>::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("{}{}", T::TABLE.name, self.function.noun()))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Named::<T, 0>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

fn amount((currency, figure): (Option<&str>, answer::Figure)) -> AggregateAmount {
    AggregateAmount {
        currency: currency.map(|code| Currency(code.to_owned())),
        reason: figure.value.as_ref().err().map(|reason| (*reason).into()),
        value: figure.value.ok().and_then(number),
        sample_size: figure.sample_size,
        unknown: figure.unknown,
    }
}

fn number(found: answer::Found) -> Option<Decimal> {
    if let answer::Found::Number(number) = found { Some(Decimal(number)) } else { None }
}

fn is_day(column: &Column) -> bool {
    column.kind.value_type() == DATE.value_type()
}

/// Registers the type of what a function tells of `T`, and answers its name.
pub fn register_figures<T: Record>(registry: &mut Registry, function: Function) -> String {
    match function {
        Function::Sum => Named::<T, 0>::create_type_info(registry),
        Function::Avg => Named::<T, 1>::create_type_info(registry),
        Function::Min => Named::<T, 2>::create_type_info(registry),
        Function::Max => Named::<T, 3>::create_type_info(registry),
    }
}

/// The type of what one function tells, as the schema has it: the number tells which.
struct Named<T, const F: usize>(PhantomData<fn() -> T>);

impl<T: Record, const F: usize> Named<T, F> {
    fn function() -> Function {
        Function::ALL.get(F).copied().unwrap_or(Function::Sum)
    }
}

impl<T: Record, const F: usize> OutputType for Named<T, F> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}{}", T::TABLE.name, Self::function().noun()))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let text = format!("What `{}` tells of rows of {}.", Self::function().name(), T::TABLE.name);
        register::<Self>(registry, &text, |registry| {
            let columns = Self::function().columns(T::TABLE);
            columns.map(|(column, measure)| field(registry, Self::function(), column, measure)).collect()
        })
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        // It only lends its name: what is resolved is `Figures`.
        Ok(Value::Null)
    }
}

fn field(registry: &mut Registry, function: Function, column: &Column, measure: Measure) -> MetaField {
    let name = camel_case(column.sql);
    let each = if measure.is_money() { ", for each currency" } else { "" };
    let text = match function {
        Function::Sum => format!("Σ {name} over the rows where it is known{each}."),
        Function::Avg => format!(
            "Σ {name} / sampleSize over the rows where it is known, to {} decimals, half away from zero{each}.",
            answer::AVERAGE_PLACES
        ),
        Function::Min if measure == Measure::Moment => format!("The first {name}."),
        Function::Max if measure == Measure::Moment => format!("The last {name}."),
        Function::Min => format!("The least {name}{each}."),
        Function::Max => format!("The greatest {name}{each}."),
    };
    let ty = match measure {
        Measure::Amount | Measure::Price | Measure::Cost => {
            <Vec<AggregateAmount> as OutputType>::create_type_info(registry)
        }
        Measure::Moment if is_day(column) => AggregateDay::create_type_info(registry),
        Measure::Moment => AggregateMoment::create_type_info(registry),
        Measure::Quantity | Measure::Ratio => AggregateNumber::create_type_info(registry),
    };
    meta_field(&name, &text, IndexMap::new(), ty)
}
