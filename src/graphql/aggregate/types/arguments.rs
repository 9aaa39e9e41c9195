//! What a document asks of a list's rows: what it selects, and what the arguments of `groups` say.

use async_graphql::{
    Context, InputType, Lookahead,
    indexmap::IndexMap,
    registry::{MetaInputValue, Registry},
};

use crate::graphql::{
    aggregate::{
        condition::{Conditioned, GroupFilter},
        inputs::{GroupField, GroupOrder, OrderedBy},
        request::{Compared, Function, GroupCondition, GroupTerm, GroupTermBy, Grouping, Request},
    },
    edge::argument,
    error::{Error, Result},
    filter::input_value,
    page::{OFFSET_MAX, bounded, page_size},
    scalars::TimeZone,
    table::{Column, Measure, Record, camel_case},
};

/// How many keys rows are grouped by at most, and how many terms the order of groups has.
const KEYS_MAX: usize = 5;
const ONE_CURRENCY: &str = "Amounts are compared in one currency alone: group by CURRENCY too.";

/// What is asked of all rows together.
pub fn of_all<T: Record>(ctx: &Context<'_>) -> Request {
    let mut request = Request::default();
    select::<T>(&mut request, &ctx.look_ahead());
    request
}

/// What is asked of groups of rows.
pub fn of_groups<T: Record>(ctx: &Context<'_>) -> Result<Request> {
    let by = argument::<Vec<GroupField<T>>>(ctx, "by")?.unwrap_or_default();
    let by = checked_keys(by.into_iter().map(|field| field.0).collect())?;
    let zone = argument::<TimeZone>(ctx, "timeZone")?.and_then(|zone| zone.0.parse().ok()).unwrap_or_default();
    let limit = page_size(("first", argument(ctx, "first")?))?;
    let skip = bounded("offset", argument(ctx, "offset")?.unwrap_or(0), 0, OFFSET_MAX)?;
    let mut request = Request { by, zone, limit, skip, ..Request::default() };
    select::<T>(&mut request, &ctx.look_ahead());
    for condition in argument::<GroupFilter<T>>(ctx, "having")?.map(|having| having.0).unwrap_or_default() {
        let of = match condition.of {
            Conditioned::Count => Compared::Count,
            Conditioned::Figure(function, column, measure) => {
                let name = camel_case(column.sql);
                compared(&mut request, function, column, measure, &["having", function.name(), &name])?
            }
        };
        request.having.push(GroupCondition { of, tests: condition.tests });
    }
    order(&mut request, argument::<Vec<GroupOrder<T>>>(ctx, "orderBy")?.unwrap_or_default())?;
    Ok(request)
}

fn checked_keys(by: Vec<Grouping>) -> Result<Vec<Grouping>> {
    if by.is_empty() {
        let message = "Name what rows are grouped by; figures over all rows are `aggregate`.";
        return Err(Error::invalid(&["by"], "REQUIRED", message));
    }
    if by.len() > KEYS_MAX {
        let message = format!("Rows are grouped by at most {KEYS_MAX} fields.");
        return Err(Error::invalid(&["by"], "TOO_LONG", message));
    }
    for (at, grouping) in by.iter().enumerate() {
        if by.iter().take(at).any(|other| other.field_name() == grouping.field_name()) {
            return Err(Error::invalid(&["by", &at.to_string()], "DUPLICATE", "It is named already."));
        }
    }
    Ok(by)
}

fn order<T: Record>(request: &mut Request, terms: Vec<GroupOrder<T>>) -> Result<()> {
    if terms.len() > KEYS_MAX {
        return Err(Error::invalid(&["orderBy"], "TOO_LONG", format!("An order has at most {KEYS_MAX} fields.")));
    }
    if terms.is_empty() {
        let by = GroupTermBy::Compared(Compared::Count);
        request.order.push(GroupTerm { by, descending: true, nulls_first: false });
    }
    for (at, term) in terms.into_iter().enumerate() {
        let place = at.to_string();
        let path = ["orderBy", &place, "field"];
        let by = match term.by {
            OrderedBy::Count => GroupTermBy::Compared(Compared::Count),
            OrderedBy::Figure(function, column, measure) => {
                GroupTermBy::Compared(compared(request, function, column, measure, &path)?)
            }
            OrderedBy::Key(key) => {
                let at = request.by.iter().position(|by| by.field_name() == key.field_name());
                let message = "Rows are not grouped by it.";
                GroupTermBy::Key(at.ok_or_else(|| Error::invalid(&path, "NOT_GROUPED", message))?)
            }
        };
        request.order.push(GroupTerm { by, descending: term.descending, nulls_first: term.nulls_first });
    }
    Ok(())
}

/// A figure that groups are compared by.
fn compared(
    request: &mut Request,
    function: Function,
    column: &'static Column,
    measure: Measure,
    path: &[&str],
) -> Result<Compared> {
    if measure.is_money() && !request.is_by_currency() {
        return Err(Error::invalid(path, "SEVERAL_CURRENCIES", ONE_CURRENCY));
    }
    Ok(Compared::Figure(function, request.want(function, column, measure)))
}

/// Looks at what is selected.
fn select<T: Record>(request: &mut Request, selected: &Lookahead<'_>) {
    for function in Function::ALL {
        let figures = selected.field(function.name());
        for (column, measure) in function.columns(T::TABLE) {
            if figures.field(&camel_case(column.sql)).exists() {
                request.want(function, column, measure);
            }
        }
    }
}

/// The arguments of `groups`, for the registry.
pub fn register<T: Record>(registry: &mut Registry) -> IndexMap<String, MetaInputValue> {
    let by = format!("[{}!]!", GroupField::<T>::create_type_info(registry).trim_end_matches('!'));
    let having = GroupFilter::<T>::create_type_info(registry).trim_end_matches('!').to_owned();
    let order = format!("[{}!]", GroupOrder::<T>::create_type_info(registry).trim_end_matches('!'));
    <TimeZone as InputType>::create_type_info(registry);
    [
        ("by", "What rows are grouped by: 1 to 5 fields.", by.as_str()),
        ("having", "Which groups there are; all when left out.", having.as_str()),
        ("orderBy", "Their order, at most 5 fields; the most rows first when left out.", order.as_str()),
        ("first", "How many groups: 0 to 100, 25 when left out.", "Int"),
        ("offset", "How many groups to skip first: 0 to 10,000.", "Int"),
        ("timeZone", "Whose clock days and months begin by; UTC when left out.", "TimeZone"),
    ]
    .into_iter()
    .map(|(name, text, ty)| (name.to_owned(), input_value(name, text, ty)))
    .collect()
}
