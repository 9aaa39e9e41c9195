//! Pages: how many rows, in which order, and where to go on.
//!
//! Pages are keyset pages: a cursor carries the ordered values of its row, so that inserting and deleting elsewhere
//! neither repeats nor skips a row, and a far page costs no more than the first.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    Enum, InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{Deprecation, MetaEnumValue, MetaInputValue, MetaType, MetaTypeId, Registry},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::Value as Sql;

use super::{
    cost::prices,
    error::{Error, Result},
    filter::{Expression, input_object, input_value},
    operators::{ID, encode},
    table::{Column, Link, Record, Table, camel_case},
};

/// How many rows a page has when the client does not say.
pub const PAGE_DEFAULT: u32 = 25;
/// How many rows a page has at most.
pub const PAGE_MAX: u32 = 100;
/// How many rows `offset` skips at most: it reads what it skips, so going on is what cursors are for.
pub const OFFSET_MAX: u32 = 10_000;
/// How many fields an order names at most.
const ORDER_MAX: usize = 5;

/// Every table's tie-breaker; it is the last term of every order.
static ROW_ID: Column = Column::new("id", ID);

/// Which way an order goes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderDirection {
    /// The smallest, earliest or first in the alphabet comes first.
    Asc,
    /// The largest, latest or last in the alphabet comes first.
    Desc,
}

/// Where an order puts rows that have no value.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullsOrder {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// One term of an order.
#[derive(Clone, Copy)]
pub struct Term {
    pub column: &'static Column,
    pub descending: bool,
    pub nulls_first: bool,
}

/// A page as a client asks for it; the same for every row that the list hangs off.
pub struct Page {
    pub link: &'static Link,
    pub filter: Option<Expression>,
    /// Ends with the id, so that no two rows are equal.
    pub order: Vec<Term>,
    pub limit: u32,
    pub offset: u32,
    /// The last rows before the cursor, rather than the first ones after it.
    pub backward: bool,
    /// The ordered values of the row to go on from.
    pub cursor: Option<Vec<Option<Sql>>>,
}

/// The arguments of a list, as they come.
#[derive(Default)]
pub struct Arguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
    pub offset: Option<i32>,
    pub filter: Option<Expression>,
    pub order: Vec<Term>,
}

impl Page {
    /// Checks the arguments against each other and against the limits.
    pub fn new(link: &'static Link, arguments: Arguments) -> Result<Self> {
        let table = link.target.table();
        let Arguments { first, after, last, before, offset, filter, order } = arguments;
        let backward = last.is_some() || before.is_some();
        if backward && (first.is_some() || after.is_some() || offset.is_some()) {
            return Err(Error::invalid(
                &["last"],
                "FORMAT",
                "A page goes forwards (first, after, offset) or backwards (last, before), not both.",
            ));
        }
        let limit = page_size(if backward { ("last", last) } else { ("first", first) })?;
        let offset = bounded("offset", offset.unwrap_or(0), 0, OFFSET_MAX)?;
        let order = complete(table, order)?;
        let (name, cursor) = if backward { ("before", before) } else { ("after", after) };
        if offset > 0 && cursor.is_some() {
            return Err(Error::invalid(&["offset"], "FORMAT", "A page begins at an offset or at a cursor, not both."));
        }
        let cursor = cursor.map(|text| read_cursor(name, link, &order, &text)).transpose()?;
        Ok(Self { link, filter, order, limit, offset, backward, cursor })
    }

    /// What reading it costs for each row that the list hangs off, apart from its own rows.
    pub fn price(&self) -> u64 {
        prices::list(self.offset.into(), self.relations())
    }

    /// The tables that it looks into; a filter tells of rows too.
    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        let filtered = self.filter.as_ref().map(Expression::tables).unwrap_or_default();
        std::iter::once(self.link.target.table()).chain(filtered)
    }

    /// How many relations its filter asks about.
    pub fn relations(&self) -> u64 {
        self.filter.as_ref().map_or(0, Expression::relations)
    }

    /// Whether rows come before the page and after it, when `more` says that there are rows beyond the end that it goes to.
    pub fn ends(&self, more: bool) -> (bool, bool) {
        let has_begun = self.cursor.is_some() || self.offset > 0;
        if self.backward { (more, has_begun) } else { (has_begun, more) }
    }

    /// The cursor of a row, whose columns `value` answers.
    pub fn cursor_of(&self, value: impl Fn(&str) -> Option<Sql>) -> String {
        let mut parts = vec![list_name(self.link).into(), fingerprint(&self.order).into()];
        for term in &self.order {
            let is_unknown = term.column.unknown_without.is_some_and(|other| value(other).is_none_or(is_zero));
            let shown = if is_unknown { None } else { value(term.column.sql).and_then(encode) };
            parts.push(shown.unwrap_or_default());
        }
        URL_SAFE_NO_PAD.encode(serde_json::Value::Array(parts).to_string())
    }
}

fn is_zero(value: Sql) -> bool {
    matches!(value, Sql::Decimal(Some(number)) if number.is_zero())
}

/// The order asked for, or the table's own, with the id as its last term.
fn complete(table: &'static Table, mut order: Vec<Term>) -> Result<Vec<Term>> {
    if order.is_empty() {
        for &(sql, descending) in table.order {
            let column = table.column(sql).ok_or_else(|| Error::internal(format!("{sql} is no column")))?;
            order.push(Term { column, descending, nulls_first: false });
        }
    }
    if order.len() > ORDER_MAX {
        return Err(Error::invalid(&["orderBy"], "TOO_LONG", format!("An order has at most {ORDER_MAX} fields.")));
    }
    // Terms after the id can't change anything, since no two rows share one.
    if let Some(id) = order.iter().position(|term| term.column.sql == ROW_ID.sql) {
        order.truncate(id + 1);
    } else {
        let descending = order.last().is_some_and(|term| term.descending);
        order.push(Term { column: &ROW_ID, descending, nulls_first: false });
    }
    Ok(order)
}

/// How many rows a page has, by its argument.
pub fn page_size((name, size): (&str, Option<i32>)) -> Result<u32> {
    match size {
        None => Ok(PAGE_DEFAULT),
        Some(size) => bounded(name, size, 0, PAGE_MAX),
    }
}

pub(super) fn bounded(name: &str, value: i32, min: u32, max: u32) -> Result<u32> {
    u32::try_from(value)
        .ok()
        .filter(|value| (min..=max).contains(value))
        .ok_or_else(|| Error::invalid(&[name], "OUT_OF_RANGE", format!("{name} lies between {min} and {max}.")))
}

/// Names an order, so that a cursor can tell another one.
fn fingerprint(order: &[Term]) -> String {
    let terms = order.iter().map(|term| {
        let direction = if term.descending { '-' } else { '+' };
        let nulls = if term.column.nullable && term.nulls_first { "^" } else { "" };
        format!("{direction}{}{nulls}", term.column.sql)
    });
    terms.collect()
}

/// Names a list, so that a cursor can tell another one.
fn list_name(link: &Link) -> String {
    format!("{} {}", link.target.table().name, link.name)
}

fn read_cursor(name: &str, link: &Link, order: &[Term], text: &str) -> Result<Vec<Option<Sql>>> {
    let wrong = || Error::invalid(&[name], "FORMAT", format!("{name} is no cursor of this list."));
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let parts: Vec<serde_json::Value> = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    let [list, found, values @ ..] = parts.as_slice() else { return Err(wrong()) };
    if list.as_str() != Some(list_name(link).as_str()) {
        return Err(wrong());
    }
    if found.as_str() != Some(fingerprint(order).as_str()) {
        return Err(Error::invalid(
            &[name],
            "FORMAT",
            format!("{name} is a cursor of another order; use it with the order that it came with."),
        ));
    }
    if values.len() != order.len() {
        return Err(wrong());
    }
    order
        .iter()
        .zip(values)
        .map(|(term, value)| match value {
            serde_json::Value::Null if term.column.nullable => Ok(None),
            value => term.column.kind.decode(value.clone()).map(Some).ok_or_else(wrong),
        })
        .collect()
}

/// The fields that a list of `T` can be ordered by, as an enum of the schema.
struct OrderField<T>(&'static Column, PhantomData<fn() -> T>);

fn enum_name(column: &Column) -> String {
    column.sql.to_uppercase()
}

impl<T: Record> InputType for OrderField<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}OrderField", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| MetaType::Enum {
            name: Self::type_name().into_owned(),
            description: Some(format!("What a list of {} can be ordered by.", T::TABLE.name)),
            enum_values: ordered(T::TABLE).map(enum_value).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        ordered(T::TABLE)
            .find(|column| enum_name(column) == name)
            .map(|column| Self(column, PhantomData))
            .ok_or_else(|| InputValueError::custom("There is no such field."))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(enum_name(self.0)))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

fn ordered(table: &'static Table) -> impl Iterator<Item = &'static Column> {
    table.columns.iter().filter(|column| column.kind.ordered())
}

fn enum_value(column: &'static Column) -> (String, MetaEnumValue) {
    let name = enum_name(column);
    let value = MetaEnumValue {
        name: name.clone(),
        description: Some(format!("By `{}`.", camel_case(column.sql))),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    (name, value)
}

/// The fields of a term of an order: what it is by, which way, and where nulls go.
pub(super) fn order_fields(
    registry: &mut Registry,
    field: &str,
    where_nulls_go: &str,
) -> IndexMap<String, MetaInputValue> {
    let direction = <OrderDirection as InputType>::create_type_info(registry);
    let nulls = <NullsOrder as InputType>::create_type_info(registry);
    let of = |name: &str, text: &str, ty: &str, default: Option<&str>| {
        let mut value = input_value(name, text, ty);
        value.default_value = default.map(str::to_owned);
        (name.to_owned(), value)
    };
    IndexMap::from_iter([
        of("field", "What to order by.", field, None),
        of("direction", "Which way; ascending when left out.", &direction, Some("ASC")),
        of("nulls", where_nulls_go, &nulls, Some("LAST")),
    ])
}

/// Whether a term of an order descends, and whether nulls come first.
pub(super) fn way<T: InputType>(fields: &mut IndexMap<Name, Value>) -> Result<(bool, bool), InputValueError<T>> {
    let direction = match fields.swap_remove("direction") {
        None => OrderDirection::Asc,
        value => InputType::parse(value).map_err(InputValueError::propagate)?,
    };
    let nulls = match fields.swap_remove("nulls") {
        None => NullsOrder::Last,
        value => InputType::parse(value).map_err(InputValueError::propagate)?,
    };
    Ok((direction == OrderDirection::Desc, nulls == NullsOrder::First))
}

/// One term of an order of `T`, as an input object of the schema.
pub struct Order<T>(pub Term, PhantomData<fn() -> T>);

impl<T: Record> InputType for Order<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Order", T::TABLE.name))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| {
            let field = OrderField::<T>::create_type_info(registry);
            let fields = order_fields(registry, &field, "Where rows without a value go; to the end when left out.");
            let text = format!("One term of the order of a list of {}; earlier terms weigh more.", T::TABLE.name);
            input_object(Self::type_name().as_ref(), text, fields, std::any::type_name::<Self>())
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::Object(mut fields)) = value else {
            return Err(InputValueError::custom("An order is an object such as { field: … }."));
        };
        let field = OrderField::<T>::parse(fields.swap_remove("field")).map_err(InputValueError::propagate)?;
        let (descending, nulls_first) = way(&mut fields)?;
        let term = Term { column: field.0, descending, nulls_first };
        Ok(Self(term, PhantomData))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
