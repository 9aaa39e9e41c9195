//! The statements that read relations, one for all rows of a level.
//!
//! Keys go in as arrays, so a statement's text never depends on how many there are, and each parent's page is cut
//! inside the database. sea-query builds the inner part; the outer `unnest … WITH ORDINALITY … CROSS JOIN LATERAL`
//! is a form that it lacks, so this one place writes it by hand.

mod levels;

use std::fmt::Write;

use sea_orm::{
    Condition, ExprTrait, Order as Direction, Value, Values,
    sea_query::{
        Alias, ArrayType, CaseStatement, Expr, Func, NullOrdering, PgFunc, PostgresQueryBuilder, Query,
        SelectStatement, extension::postgres::PgExpr,
    },
};
use uuid::Uuid;

pub use self::levels::{Text, level, level_count};
use super::{
    filter::Expression,
    operators::Test,
    page::{Page, Term},
    table::{Column, Key, KeyPart, Link, Table},
};
use crate::access::Scope;

/// The column that says which key a row answers, counted from 1.
pub const ORDINAL: &str = "ordinal";
/// The column of a count.
pub const COUNT: &str = "rows";
/// What the outermost table is called in its statement.
pub const ROOT: &str = "t0";
/// What the rows are called that others hang off.
const PARENT: &str = "parent";
/// Where the keys go into a statement's text, which sea-query can't write in their form.
const KEYS: &str = "keys";

/// One page per key, each a row longer than asked for, which tells whether there is more.
pub fn page(page: &Page, keys: &[&Key], scope: &Scope, columns: &[&str]) -> (String, Values) {
    let mut select = related(page.link, scope);
    read(&mut select, page.link.target.table(), columns.iter().copied());
    cut(&mut select, page, scope);
    select.limit(u64::from(page.limit) + 1);
    let mut outer = Query::select();
    order_by(&mut outer, &page.order, page.backward, |column| known("page", column, named("page", column.sql)));
    let order = order_text(&outer);
    for_each_key(select, keys, |inner, parents| {
        format!(
            "SELECT page.*, parent.{ORDINAL} FROM {parents} CROSS JOIN LATERAL ({inner}) AS page \
             ORDER BY parent.{ORDINAL}{order}"
        )
    })
}

/// Puts a page's filter, order and beginning into a statement.
fn cut(select: &mut SelectStatement, page: &Page, scope: &Scope) {
    if let Some(filter) = &page.filter {
        select.and_where(condition(filter, ROOT, scope));
    }
    if let Some(cursor) = &page.cursor {
        select.cond_where(beyond(&page.order, cursor, page.backward));
    }
    order_by(select, &page.order, page.backward, |column| shown(ROOT, column));
    if page.offset > 0 {
        select.offset(u64::from(page.offset));
    }
}

/// How many rows the whole list of each key has.
pub fn count(page: &Page, keys: &[&Key], scope: &Scope) -> (String, Values) {
    let mut select = related(page.link, scope);
    select.expr_as(Func::count(Expr::cust("*")), Alias::new(COUNT));
    if let Some(filter) = &page.filter {
        select.and_where(condition(filter, ROOT, scope));
    }
    for_each_key(select, keys, |inner, parents| {
        format!("SELECT page.{COUNT}, parent.{ORDINAL} FROM {parents} CROSS JOIN LATERAL ({inner}) AS page")
    })
}

/// The row of each key, where there is one.
pub fn one(table: &Table, on: &[(&str, &str)], keys: &[&Key], scope: &Scope, columns: &[&str]) -> (String, Values) {
    let mut select = rows_of(table, on.iter().map(|(_, theirs)| *theirs), scope);
    read(&mut select, table, columns.iter().copied());
    for_each_key(select, keys, |inner, parents| {
        format!("SELECT page.*, parent.{ORDINAL} FROM {parents} CROSS JOIN LATERAL ({inner}) AS page")
    })
}

/// All rows of each key, by id: for figures that are computed from them.
pub fn all(table: &Table, on: &[(&str, &str)], keys: &[&Key], scope: &Scope, columns: &[&str]) -> (String, Values) {
    let mut select = rows_of(table, on.iter().map(|(_, theirs)| *theirs), scope);
    read(&mut select, table, columns.iter().copied());
    for_each_key(select, keys, |inner, parents| {
        format!(
            "SELECT page.*, parent.{ORDINAL} FROM {parents} CROSS JOIN LATERAL ({inner}) AS page \
             ORDER BY parent.{ORDINAL}, page.id"
        )
    })
}

/// A user's rows of a table, called [`ROOT`], that a filter lets through; what is selected of them is the caller's to add.
pub fn owned(table: &Table, user: Uuid, filter: Option<&Expression>, scope: &Scope) -> SelectStatement {
    let mut select = rows_of(table, std::iter::empty(), scope);
    select.and_where(own("user_id").eq(user));
    if let Some(filter) = filter {
        select.and_where(condition(filter, ROOT, scope));
    }
    select
}

/// The visible rows of a relation's target that belong to a parent.
pub(super) fn related(link: &Link, scope: &Scope) -> SelectStatement {
    let mut select = rows_of(link.target.table(), link.on.iter().map(|(_, theirs)| *theirs), scope);
    if let Some(column) = link.only {
        select.and_where(own(column));
    }
    select
}

fn rows_of<'a>(table: &Table, on: impl Iterator<Item = &'a str>, scope: &Scope) -> SelectStatement {
    let mut select = visible_rows(table, scope);
    for (index, column) in on.enumerate() {
        select.and_where(own(column).eq(Expr::cust(format!("{PARENT}.k{index}"))));
    }
    select
}

fn visible_rows(table: &Table, scope: &Scope) -> SelectStatement {
    let mut select = Query::select();
    select.from_as(Alias::new(table.sql), Alias::new(ROOT)).and_where(scope.visible(table.sql, ROOT));
    select
}

pub(super) fn own(column: &str) -> Expr {
    named(ROOT, column)
}

pub(super) fn named(alias: &str, column: &str) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(column)))
}

/// Selects columns of the table called [`ROOT`], with what they hold.
pub(super) fn read<'a>(select: &mut SelectStatement, table: &Table, columns: impl IntoIterator<Item = &'a str>) {
    for name in columns {
        match table.column(name).filter(|column| column.beyond.is_some()) {
            Some(column) => select.expr_as(held(ROOT, column), Alias::new(name)),
            None => select.expr(own(name)),
        };
    }
}

/// A column's value in the table with this alias, as the API shows it.
pub(super) fn shown(alias: &str, column: &Column) -> Expr {
    known(alias, column, held(alias, column))
}

/// A column's value, which is clamped in some tables.
fn held(alias: &str, column: &Column) -> Expr {
    let value = named(alias, column.sql);
    let Some(beyond) = column.beyond else { return value };
    let beyond = format!("round({}, 4)", beyond.replace("{t}", alias));
    // Written out: as a parameter it would be counted apart from those of the statement that the text goes into.
    let is_within = Expr::from(Func::cust(Alias::new("abs")).arg(value.clone())).lt(Expr::cust("999999.9999"));
    let beyond = Func::coalesce([Expr::cust(beyond), value.clone()]);
    CaseStatement::new().case(is_within, value).finally(beyond).into()
}

/// A value where it is known: not where another column is zero.
fn known(alias: &str, column: &Column, value: Expr) -> Expr {
    match column.unknown_without {
        None => value,
        Some(other) => CaseStatement::new().case(named(alias, other).ne(Expr::cust("0")), value).into(),
    }
}

/// Puts the keys in front of a statement about one of them, as parameters after its own.
pub(super) fn for_each_key(
    inner: SelectStatement,
    keys: &[&Key],
    outer: impl Fn(String, String) -> String,
) -> (String, Values) {
    let (inner, Values(mut values)) = inner.build(PostgresQueryBuilder);
    let parents = parents(keys, &mut values);
    (outer(inner, parents), Values(values))
}

/// The keys as a table called `parent`, with their number; they become parameters after those that there are.
fn parents(keys: &[&Key], values: &mut Vec<Value>) -> String {
    let width = keys.first().map_or(0, |key| key.len());
    let mut arrays = Vec::with_capacity(width);
    let mut names = String::new();
    for index in 0..width {
        let (array, cast) = key_array(keys.iter().filter_map(|key| key.get(index)));
        values.push(array);
        arrays.push(format!("${}::{cast}[]", values.len()));
        let _ = write!(names, "k{index}, ");
    }
    if width == 0 {
        // A list that hangs off the root has one parent without a key.
        format!("(VALUES (1::bigint)) AS {PARENT}({ORDINAL})")
    } else {
        format!("unnest({}) WITH ORDINALITY AS {PARENT}({names}{ORDINAL})", arrays.join(", "))
    }
}

fn key_array<'a>(parts: impl Iterator<Item = &'a KeyPart>) -> (Value, &'static str) {
    let mut kind = (ArrayType::Uuid, "uuid");
    let values = parts
        .map(|part| match part {
            KeyPart::Uuid(value) => Value::from(*value),
            KeyPart::Text(value) => {
                kind = (ArrayType::String, "text");
                Value::from(value.as_str())
            }
        })
        .collect();
    (Value::Array(kind.0, Some(Box::new(values))), kind.1)
}

/// A filter as a condition on the table called `alias`.
pub(super) fn condition(filter: &Expression, alias: &str, scope: &Scope) -> Expr {
    match filter {
        Expression::All(parts) => fold(parts, alias, scope, true),
        Expression::Any(parts) => fold(parts, alias, scope, false),
        // What is neither true nor false in SQL did not pass, so its opposite does.
        Expression::Not(inner) => {
            Expr::from(Func::coalesce([condition(inner, alias, scope), Expr::value(false)])).not()
        }
        Expression::Test(column, test) => tested(column, test, alias),
        Expression::Some(link, inner) => Expr::exists(some(link, inner, alias, scope)),
    }
}

fn fold(parts: &[Expression], alias: &str, scope: &Scope, all: bool) -> Expr {
    let parts = parts.iter().map(|part| condition(part, alias, scope));
    let joined = parts.reduce(|left, right| if all { left.and(right) } else { left.or(right) });
    // Nothing to pass passes; one of nothing does not.
    joined.unwrap_or_else(|| Expr::value(all))
}

/// The rows of a relation that a filter looks for; only those that the viewer can see.
fn some(link: &Link, inner: &Expression, alias: &str, scope: &Scope) -> SelectStatement {
    let table = link.target.table();
    let depth: usize = alias.trim_start_matches('t').parse().unwrap_or(0);
    let theirs = format!("t{}", depth + 1);
    let mut select = Query::select();
    select.expr(Expr::value(1)).from_as(Alias::new(table.sql), Alias::new(theirs.as_str()));
    for (ours, foreign) in link.on {
        select.and_where(named(&theirs, foreign).eq(named(alias, ours)));
    }
    if let Some(column) = link.only {
        select.and_where(named(&theirs, column));
    }
    select.and_where(scope.visible(table.sql, &theirs)).and_where(condition(inner, &theirs, scope));
    select
}

fn tested(column: &Column, test: &Test, alias: &str) -> Expr {
    compared(shown(alias, column), column.nullable, test)
}

/// Whether a value passes a test.
pub(super) fn compared(value: Expr, nullable: bool, test: &Test) -> Expr {
    match test {
        Test::Equal(operand) => value.eq(operand.clone()),
        Test::NotEqual(operand) if nullable => value.clone().ne(operand.clone()).or(value.is_null()),
        Test::NotEqual(operand) => value.ne(operand.clone()),
        Test::In(operands) => value.eq(PgFunc::any(operands.clone())),
        Test::Greater(operand) => value.gt(operand.clone()),
        Test::GreaterOrEqual(operand) => value.gte(operand.clone()),
        Test::Less(operand) => value.lt(operand.clone()),
        Test::LessOrEqual(operand) => value.lte(operand.clone()),
        // PostgreSQL's own escape sign is the backslash; sea-query would put a clause that says so in brackets.
        Test::Contains(text) => value.ilike(format!("%{}%", literal(text))),
        Test::StartsWith(text) => value.ilike(format!("{}%", literal(text))),
        Test::JsonContains(part) => value.contains(Expr::value(part.clone())),
        Test::IsNull(true) => value.is_null(),
        Test::IsNull(false) => value.is_not_null(),
    }
}

/// A text that LIKE takes at its word.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// What lies behind a cursor: greater in the first term, or equal there and greater in the second, and so on.
///
/// An index serves no OR. So it is also said that nothing behind the cursor is less in the first term: then a page far
/// down is found as fast as the first one.
fn beyond(order: &[Term], cursor: &[Option<Value>], backward: bool) -> Condition {
    let mut any = Condition::any();
    let mut equal = Condition::all();
    for (term, value) in order.iter().zip(cursor) {
        let column = shown(ROOT, term.column);
        if let Some(further) = further(term, value.as_ref(), backward) {
            any = any.add(equal.clone().add(further));
        }
        equal = equal.add(match value {
            Some(value) => column.eq(value.clone()),
            None => column.is_null(),
        });
    }
    match (order, cursor) {
        ([first, _, ..], [Some(value), ..]) if !first.column.nullable => {
            let column = shown(ROOT, first.column);
            let descends = first.descending != backward;
            let bound = if descends { column.lte(value.clone()) } else { column.gte(value.clone()) };
            Condition::all().add(bound).add(any)
        }
        _ => any,
    }
}

/// What comes after a value in one term; `None` when nothing can.
fn further(term: &Term, value: Option<&Value>, backward: bool) -> Option<Condition> {
    let column = shown(ROOT, term.column);
    let descending = term.descending != backward;
    let nulls_first = term.nulls_first != backward;
    match value {
        None => nulls_first.then(|| Condition::all().add(column.is_not_null())),
        Some(value) => {
            let beyond = if descending { column.clone().lt(value.clone()) } else { column.clone().gt(value.clone()) };
            let after = Condition::any().add(beyond);
            Some(if term.column.nullable && !nulls_first { after.add(column.is_null()) } else { after })
        }
    }
}

fn order_by(select: &mut SelectStatement, order: &[Term], backward: bool, value: impl Fn(&Column) -> Expr) {
    for term in order {
        let direction = if term.descending == backward { Direction::Asc } else { Direction::Desc };
        let column = value(term.column);
        if term.column.nullable {
            let nulls = if term.nulls_first == backward { NullOrdering::Last } else { NullOrdering::First };
            select.order_by_expr_with_nulls(column, direction, nulls);
        } else {
            // Saying nothing about NULLs lets an index serve the order.
            select.order_by_expr(column, direction);
        }
    }
}

/// The order of a statement as text, to go after another term.
fn order_text(select: &SelectStatement) -> String {
    let (text, _) = select.build(PostgresQueryBuilder);
    text.split_once("ORDER BY").map(|(_, order)| format!(",{order}")).unwrap_or_default()
}
