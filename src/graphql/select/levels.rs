//! The statements of a relation that is read ahead: one for each level, which finds its parents by itself.

use std::{collections::BTreeSet, sync::LazyLock};

use sea_orm::{
    Condition, ExprTrait, JoinType, Order as Direction, Value, Values,
    sea_query::{Alias, Expr, Func, PostgresQueryBuilder, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    COUNT, KEYS, ORDINAL, PARENT, ROOT, condition, cut, known, named, order_by, order_text, own, parents, read,
    related, visible_rows,
};
use crate::{
    access::Scope,
    graphql::{
        ahead::plan::Level,
        table::{Column, Key},
    },
};

/// A statement of a level: the same text for every user of one kind, with the places where the user's id goes.
pub struct Text {
    sql: String,
    values: Vec<Value>,
    users: Vec<usize>,
}

/// Stands for the user while a text is written. Made up for each process, so that no value of a client's is taken for it.
static SOMEBODY: LazyLock<Uuid> = LazyLock::new(Uuid::new_v4);

impl Text {
    /// The text of a statement, and its values in a scope of somebody's.
    fn of(select: SelectStatement, keys: &[&Key]) -> Self {
        let (text, Values(mut values)) = select.build(PostgresQueryBuilder);
        let users = values.iter().enumerate().filter(|(_, value)| **value == Value::from(*SOMEBODY));
        let users = users.map(|(place, _)| place).collect();
        let own = values.len();
        let parents = parents(keys, &mut values);
        values.truncate(own);
        Self { sql: text.replacen(&format!("\"{KEYS}\""), &parents, 1), values, users }
    }

    /// The statement for one user. Keys are parameters after all others.
    fn with(&self, keys: &[&Key], scope: &Scope) -> (&str, Values) {
        let mut values = self.values.clone();
        for place in &self.users {
            if let (Some(value), Ok(user)) = (values.get_mut(*place), scope.user_id()) {
                *value = user.into();
            }
        }
        parents(keys, &mut values);
        (&self.sql, Values(values))
    }
}

/// The rows of a level, for all rows that it hangs off.
pub fn level<'a>(levels: &'a [Level], index: usize, keys: &[&Key], scope: &Scope) -> (&'a str, Values) {
    let Some(level) = levels.get(index) else { return ("", Values(Vec::new())) };
    let text = level.rows.get_or_init(|| Text::of(rows(levels, index, level, &scope.of_user(*SOMEBODY)), keys));
    text.with(keys, scope)
}

/// How many rows the whole list has of each row that a level hangs off.
pub fn level_count<'a>(levels: &'a [Level], index: usize, keys: &[&Key], scope: &Scope) -> (&'a str, Values) {
    let Some(level) = levels.get(index) else { return ("", Values(Vec::new())) };
    let text = level.count.get_or_init(|| Text::of(counts(levels, level, &scope.of_user(*SOMEBODY)), keys));
    text.with(keys, scope)
}

fn rows(levels: &[Level], index: usize, level: &Level, scope: &Scope) -> SelectStatement {
    let mut select = rows_of_level(levels, index, scope, Beyond::One);
    select.column((Alias::new(PARENT), Alias::new(ORDINAL)));
    for (table, column) in &level.columns {
        select.expr(named(&alias(*table), column));
    }
    select.order_by((Alias::new(PARENT), Alias::new(ORDINAL)), Direction::Asc);
    if let Some(page) = &level.page {
        order_by(&mut select, &page.order, page.backward, of_page);
    }
    select
}

fn counts(levels: &[Level], level: &Level, scope: &Scope) -> SelectStatement {
    let mut counted = related(level.link, scope);
    counted.expr_as(Func::count(Expr::cust("*")), Alias::new(COUNT));
    if let Some(filter) = level.page.as_ref().and_then(|page| page.filter.as_ref()) {
        counted.and_where(condition(filter, ROOT, scope));
    }
    let mut select = Query::select();
    from_parents(&mut select, levels, level, scope);
    select
        .column((Alias::new(PARENT), Alias::new(ORDINAL)))
        .column((Alias::new(alias(0)), Alias::new(COUNT)))
        .join_lateral(JoinType::InnerJoin, counted, Alias::new(alias(0)), always());
    select
}

/// Whether a page is read with one row more, which tells whether there is more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    None,
    One,
}

/// The rows of a level with what is joined to them, nothing selected yet.
fn rows_of_level(levels: &[Level], index: usize, scope: &Scope, beyond: Beyond) -> SelectStatement {
    let mut select = Query::select();
    let Some(level) = levels.get(index) else { return select };
    from_parents(&mut select, levels, level, scope);
    let mut rows = related(level.link, scope);
    read(&mut rows, level.link.target.table(), needed(levels, index, 0));
    match &level.page {
        Some(page) => {
            cut(&mut rows, page, scope);
            rows.limit(u64::from(page.limit) + u64::from(beyond == Beyond::One));
        }
        None => {
            rows.limit(1);
        }
    }
    select.join_lateral(JoinType::InnerJoin, rows, Alias::new(alias(0)), always());
    for (number, joined) in level.joined.iter().enumerate() {
        let mut row = visible_rows(joined.link.target.table(), scope);
        for (ours, theirs) in joined.link.on {
            row.and_where(own(theirs).eq(named(&alias(joined.of), ours)));
        }
        read(&mut row, joined.link.target.table(), needed(levels, index, number + 1));
        row.limit(1);
        select.join_lateral(JoinType::LeftJoin, row, Alias::new(alias(number + 1)), always());
    }
    select
}

/// Names what a level hangs off: the keys that are asked for, or the rows of the level before it.
fn from_parents(select: &mut SelectStatement, levels: &[Level], level: &Level, scope: &Scope) {
    let Some((index, table)) = level.parent else {
        select.from(Alias::new(KEYS));
        return;
    };
    let mut parents = rows_of_level(levels, index, scope, Beyond::None);
    for (number, (ours, _)) in level.link.on.iter().enumerate() {
        parents.expr_as(named(&alias(table), ours), Alias::new(format!("k{number}")));
    }
    let mut order = Query::select();
    if let Some(page) = levels.get(index).and_then(|parent| parent.page.as_ref()) {
        order_by(&mut order, &page.order, page.backward, of_page);
    }
    let number = format!("row_number() OVER (ORDER BY {PARENT}.{ORDINAL}{})", order_text(&order));
    parents.expr_as(Expr::cust(number), Alias::new(ORDINAL));
    select.from_subquery(parents, Alias::new(PARENT));
}

/// The columns that a level has to have of one of its tables: selected, ordered by, or leading to other rows.
fn needed(levels: &[Level], index: usize, table: usize) -> BTreeSet<&'static str> {
    let Some(level) = levels.get(index) else { return BTreeSet::new() };
    let mut columns: BTreeSet<_> = level.columns.iter().filter(|(of, _)| *of == table).map(|(_, sql)| *sql).collect();
    if let (0, Some(page)) = (table, &level.page) {
        let terms = page.order.iter().flat_map(|term| [Some(term.column.sql), term.column.unknown_without]);
        columns.extend(terms.flatten());
    }
    let joined = level.joined.iter().filter(|joined| joined.of == table).map(|joined| joined.link);
    let children = levels.iter().filter(|child| child.parent == Some((index, table))).map(|child| child.link);
    columns.extend(joined.chain(children).flat_map(|link| link.on.iter().map(|(ours, _)| *ours)));
    columns
}

/// A column of the page that a level has read, by which it is ordered.
fn of_page(column: &Column) -> Expr {
    let page = alias(0);
    known(&page, column, named(&page, column.sql))
}

fn alias(table: usize) -> String {
    if table == 0 { "page".to_owned() } else { format!("one{table}") }
}

fn always() -> Condition {
    Condition::all().add(Expr::cust("TRUE"))
}
