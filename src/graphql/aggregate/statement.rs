//! The statement that adds up the rows of a list, for all rows that it hangs off at once.
//!
//! The innermost part is the list itself, as [`select`] reads it, with one row for each group and currency. Around it,
//! groups are compared over all their currencies and cut to those that were asked for.

use sea_orm::{
    ExprTrait, Values,
    sea_query::{Alias, Expr, Func, JoinType, Query, SelectStatement},
};

use super::{
    answer::AVERAGE_PLACES,
    request::{Compared, Function, GroupTerm, GroupTermBy, Grouping, KeyPart, Request, Wanted},
};
use crate::{
    access::Scope,
    graphql::{
        page::Page,
        select::{self, ORDINAL, ROOT},
        table::{CurrencyOf, Key, Measure, Table},
    },
};

/// What the row is called that a row's currency stands in, when it is another one.
const OWNER: &str = "owner";

/// The figures of each key's list: a row for each group and currency, groups in order.
pub fn statement(page: &Page, request: &Request, keys: &[&Key], scope: &Scope) -> (String, Values) {
    let summed = summed(page, request, scope);
    let groups = if request.by.is_empty() { summed } else { placed(compared(summed, request), request) };
    select::for_each_key(shown(groups, request), keys, |inner, parents| {
        format!(
            "SELECT page.*, parent.{ORDINAL} FROM {parents} CROSS JOIN LATERAL ({inner}) AS page \
             ORDER BY parent.{ORDINAL}, page.place, page.currency"
        )
    })
}

/// The rows of the list, added up by group and currency.
fn summed(page: &Page, request: &Request, scope: &Scope) -> SelectStatement {
    let table = page.link.target.table();
    let mut rows = select::related(page.link, scope);
    if let Some(filter) = &page.filter {
        rows.and_where(select::condition(filter, ROOT, scope));
    }
    let currency = if request.needs_currency() { currency(&mut rows, table, scope) } else { None };
    for (at, grouping) in request.by.iter().enumerate() {
        rows.expr_as(key(grouping, currency.as_ref(), request), name("g", at));
    }
    let mut grouped = request.by.len();
    if let Some(currency) = currency {
        rows.expr_as(currency, Alias::new("currency"));
        grouped += 1;
    } else {
        rows.expr_as(Expr::cust("NULL::text"), Alias::new("currency"));
    }
    rows.add_group_by((1..=grouped).map(|place| Expr::cust(place.to_string())));
    rows.expr_as(Expr::cust("count(*)"), Alias::new("rows"));
    for (at, wanted) in request.columns.iter().enumerate() {
        let value = || measured(wanted);
        rows.expr_as(Func::count(value()), name("n", at));
        let has = |function| wanted.functions.contains(&function);
        if has(Function::Sum) || has(Function::Avg) {
            rows.expr_as(Func::sum(value()), name("s", at));
        }
        if has(Function::Min) {
            rows.expr_as(Func::min(value()), name("l", at));
        }
        if has(Function::Max) {
            rows.expr_as(Func::max(value()), name("h", at));
        }
    }
    rows
}

/// A column's value, where it is known.
fn measured(wanted: &Wanted) -> Expr {
    let value = select::shown(ROOT, wanted.column);
    if wanted.measure == Measure::Cost { Expr::cust_with_exprs("nullif($1, 0)", [value]) } else { value }
}

/// The currency of a row's money; joins the row that has it, when it is another one.
fn currency(rows: &mut SelectStatement, table: &Table, scope: &Scope) -> Option<Expr> {
    match table.currency()? {
        CurrencyOf::Row(column) => Some(select::own(column.sql)),
        CurrencyOf::Owner(link) => {
            let owner = link.target.table();
            let meets = |(ours, theirs): &(&str, &str)| select::named(OWNER, theirs).eq(select::own(ours));
            let on = link.on.iter().map(meets).fold(scope.visible(owner.sql, OWNER), Expr::and);
            rows.join_as(JoinType::LeftJoin, Alias::new(owner.sql), Alias::new(OWNER), on);
            Some(select::named(OWNER, crate::graphql::table::CURRENCY))
        }
    }
}

fn key(grouping: &Grouping, currency: Option<&Expr>, request: &Request) -> Expr {
    let Some(column) = grouping.column else {
        return currency.cloned().unwrap_or_else(|| Expr::cust("NULL::text"));
    };
    let local = if grouping.is_of_days() {
        format!("{ROOT}.\"{}\"", column.sql)
    } else {
        // The name is one of the IANA database, so it needs no parameter.
        format!("({ROOT}.\"{}\" AT TIME ZONE '{}')", column.sql, request.zone.name())
    };
    match grouping.part {
        KeyPart::Whole => select::shown(ROOT, column),
        KeyPart::Day => Expr::cust(format!("{local}::date")),
        KeyPart::Month => Expr::cust(format!("to_char({local}, 'YYYY-MM')")),
    }
}

/// The groups with what they are compared by.
fn compared(summed: SelectStatement, request: &Request) -> SelectStatement {
    let keys: Vec<String> = (0..request.by.len()).map(|at| format!("c.g{at}")).collect();
    let group = format!("OVER (PARTITION BY {})", keys.join(", "));
    let mut groups = Query::select();
    groups.expr(Expr::cust("c.*"));
    for (at, of) in compared_by(request).enumerate() {
        groups.expr_as(Expr::cust(figure(of, request, &group)), name("w", at));
    }
    groups.from_subquery(summed, Alias::new("c"));
    groups
}

/// What groups are compared by: first the conditions, then the order.
fn compared_by(request: &Request) -> impl Iterator<Item = Compared> {
    let terms = request.order.iter().filter_map(|term| match term.by {
        GroupTermBy::Compared(of) => Some(of),
        GroupTermBy::Key(_) => None,
    });
    request.having.iter().map(|condition| condition.of).chain(terms)
}

/// A figure over all currencies of a group; money is compared in groups of one currency alone.
fn figure(of: Compared, request: &Request, group: &str) -> String {
    let (function, at) = match of {
        Compared::Count => return format!("sum(c.rows) {group}"),
        Compared::Figure(function, at) => (function, at),
    };
    let value = match function {
        Function::Sum => format!("sum(c.s{at}) {group}"),
        Function::Avg => {
            format!("round(sum(c.s{at}) {group} / nullif(sum(c.n{at}) {group}, 0), {AVERAGE_PLACES})")
        }
        Function::Min => format!("min(c.l{at}) {group}"),
        Function::Max => format!("max(c.h{at}) {group}"),
    };
    if request.columns.get(at).is_some_and(|wanted| wanted.measure.is_money()) {
        format!("CASE WHEN c.currency IS NOT NULL THEN {value} END")
    } else {
        value
    }
}

/// The groups that were asked for, each with its place.
fn placed(compared: SelectStatement, request: &Request) -> SelectStatement {
    let mut order: Vec<String> = Vec::new();
    let mut at = request.having.len();
    for term in &request.order {
        let column = match term.by {
            GroupTermBy::Key(key) => format!("d.g{key}"),
            GroupTermBy::Compared(_) => {
                at += 1;
                format!("d.w{}", at - 1)
            }
        };
        order.push(ordered(&column, term));
    }
    order.extend((0..request.by.len()).map(|at| format!("d.g{at} ASC NULLS LAST")));
    let mut groups = Query::select();
    groups
        .expr(Expr::cust("d.*"))
        .expr_as(Expr::cust(format!("dense_rank() OVER (ORDER BY {})", order.join(", "))), Alias::new("place"))
        .from_subquery(compared, Alias::new("d"));
    for (at, condition) in request.having.iter().enumerate() {
        for test in &condition.tests {
            let value = Expr::col((Alias::new("d"), name("w", at)));
            groups.and_where(select::compared(value, true, test));
        }
    }
    groups
}

fn ordered(column: &str, term: &GroupTerm) -> String {
    let direction = if term.descending { "DESC" } else { "ASC" };
    let nulls = if term.nulls_first { "FIRST" } else { "LAST" };
    format!("{column} {direction} NULLS {nulls}")
}

/// Every figure as it is read: numbers as texts, because the database adds up further than a decimal number goes.
fn shown(groups: SelectStatement, request: &Request) -> SelectStatement {
    let mut page = Query::select();
    for at in 0..request.by.len() {
        page.expr_as(Expr::cust(format!("to_jsonb(e.g{at})")), name("g", at));
    }
    page.expr_as(Expr::cust("e.currency"), Alias::new("currency"));
    page.expr_as(Expr::cust("e.rows"), Alias::new("rows"));
    for (at, wanted) in request.columns.iter().enumerate() {
        page.expr_as(Expr::cust(format!("e.n{at}")), name("n", at));
        let has = |function| wanted.functions.contains(&function);
        if has(Function::Sum) || has(Function::Avg) {
            page.expr_as(Expr::cust(format!("e.s{at}::text")), name("s", at));
        }
        let text = |value: String| {
            if wanted.measure == Measure::Moment {
                format!("to_jsonb({value}) #>> '{{}}'")
            } else {
                format!("{value}::text")
            }
        };
        for (_, prefix) in
            [(Function::Min, "l"), (Function::Max, "h")].into_iter().filter(|(function, _)| has(*function))
        {
            page.expr_as(Expr::cust(text(format!("e.{prefix}{at}"))), name(prefix, at));
        }
    }
    if request.by.is_empty() {
        page.expr_as(Expr::cust("1::bigint"), Alias::new("place"));
    } else {
        page.expr_as(Expr::cust("e.place"), Alias::new("place"));
        let place = || Expr::col((Alias::new("e"), Alias::new("place")));
        let last = i64::from(request.skip) + i64::from(request.limit);
        page.and_where(place().gt(i64::from(request.skip))).and_where(place().lte(last));
    }
    page.from_subquery(groups, Alias::new("e"));
    page
}

fn name(prefix: &str, at: usize) -> Alias {
    Alias::new(format!("{prefix}{at}"))
}
