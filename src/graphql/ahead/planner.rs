//! Reading the selections below a relation into a plan.

use std::{
    ptr,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Context, Positioned,
    indexmap::IndexMap,
    parser::types::{Field as Selected, Selection, SelectionSet},
};

use super::plan::{EdgeField, Field, InfoField, Joined, Leaf, Level, List, ListField, Name, Object, Plan, Root};
use crate::{
    access::Scope,
    graphql::{
        filter::Expression,
        page::Page,
        table::{Link, Table},
    },
};

/// The column of every table that tells whether there is a row.
const PRESENT: &str = "id";

impl Plan {
    /// The plan of a field that is a relation; `None` when a resolver is needed for something in it.
    pub fn of(ctx: &Context<'_>, link: &'static Link, scope: &Scope) -> Option<Self> {
        let mut planner = Planner { ctx, scope, levels: Vec::new() };
        let root = if link.many {
            Root::Many(planner.list(None, link, ctx.item)?)
        } else {
            let level = planner.level(None, link, None)?;
            planner.reads(level);
            Root::One(planner.object(level, 0, link, &ctx.item.node.selection_set)?)
        };
        Some(Self { levels: planner.levels, root })
    }
}

struct Planner<'a, 'c> {
    ctx: &'a Context<'c>,
    scope: &'a Scope,
    levels: Vec<Level>,
}

impl<'a> Planner<'a, '_> {
    /// A level of its own, when the table may be read.
    fn level(&mut self, parent: Option<(usize, usize)>, link: &'static Link, page: Option<Arc<Page>>) -> Option<usize> {
        let filter = page.as_ref().and_then(|page| page.filter.as_ref());
        let looks_into = filter.map(Expression::tables).unwrap_or_default();
        for table in looks_into.into_iter().chain([link.target.table()]) {
            self.scope.may_read(table.sql).ok()?;
        }
        self.levels.push(Level {
            parent,
            link,
            page,
            reads_rows: false,
            counts: false,
            joined: Vec::new(),
            columns: Vec::new(),
            rows: OnceLock::new(),
            count: OnceLock::new(),
        });
        Some(self.levels.len() - 1)
    }

    fn reads(&mut self, level: usize) {
        self.change(level, |level| level.reads_rows = true);
    }

    fn change<R: Default>(&mut self, level: usize, change: impl FnOnce(&mut Level) -> R) -> R {
        self.levels.get_mut(level).map(change).unwrap_or_default()
    }

    /// Where a column stands in the rows of its level.
    fn column(&mut self, level: usize, table: usize, sql: &'static str) -> usize {
        self.change(level, |level| {
            let known = level.columns.iter().position(|column| *column == (table, sql));
            known.unwrap_or_else(|| {
                level.columns.push((table, sql));
                level.columns.len() - 1
            })
        })
    }

    fn list(
        &mut self,
        parent: Option<(usize, usize)>,
        link: &'static Link,
        field: &'a Positioned<Selected>,
    ) -> Option<List> {
        let arguments = link.target.arguments(&self.ctx.with_field(field)).ok()?;
        let page = Arc::new(Page::new(link, arguments).ok()?);
        let level = self.level(parent, link, Some(page.clone()))?;
        let type_name = format!("{}Connection", link.target.table().name);
        let mut list = List { level, fields: Vec::new(), cursor: Vec::new() };
        for (name, field) in self.fields(&field.node.selection_set, &type_name)? {
            let selections = &field.node.selection_set;
            let selected = match field.node.name.node.as_str() {
                "__typename" => ListField::TypeName(type_name.clone()),
                "totalCount" => {
                    self.change(level, |level| level.counts = true);
                    ListField::TotalCount
                }
                "nodes" => ListField::Nodes(self.object(level, 0, link, selections)?),
                "edges" => ListField::Edges(self.edges(&mut list, link, selections)?),
                "pageInfo" => ListField::PageInfo(self.page_info(&mut list, selections)?),
                _ => return None,
            };
            if !matches!(selected, ListField::TypeName(_) | ListField::TotalCount) {
                self.reads(level);
            }
            list.fields.push((in_json(name), selected));
        }
        Some(list)
    }

    fn edges(
        &mut self,
        list: &mut List,
        link: &'static Link,
        selections: &'a Positioned<SelectionSet>,
    ) -> Option<Vec<(Name, EdgeField)>> {
        let type_name = format!("{}Edge", link.target.table().name);
        let mut fields = Vec::new();
        for (name, field) in self.fields(selections, &type_name)? {
            let selected = match field.node.name.node.as_str() {
                "__typename" => EdgeField::TypeName(type_name.clone()),
                "cursor" => {
                    self.cursor(list);
                    EdgeField::Cursor
                }
                "node" => EdgeField::Node(self.object(list.level, 0, link, &field.node.selection_set)?),
                _ => return None,
            };
            fields.push((in_json(name), selected));
        }
        Some(fields)
    }

    fn page_info(
        &mut self,
        list: &mut List,
        selections: &'a Positioned<SelectionSet>,
    ) -> Option<Vec<(Name, InfoField)>> {
        let mut fields = Vec::new();
        for (name, field) in self.fields(selections, "PageInfo")? {
            let selected = match field.node.name.node.as_str() {
                "__typename" => InfoField::TypeName,
                "hasNextPage" => InfoField::HasNextPage,
                "hasPreviousPage" => InfoField::HasPreviousPage,
                "startCursor" => InfoField::StartCursor,
                "endCursor" => InfoField::EndCursor,
                _ => return None,
            };
            if matches!(selected, InfoField::StartCursor | InfoField::EndCursor) {
                self.cursor(list);
            }
            fields.push((in_json(name), selected));
        }
        Some(fields)
    }

    /// Reads what a cursor of this list needs.
    fn cursor(&mut self, list: &mut List) {
        let page = self.levels.get(list.level).and_then(|level| level.page.clone());
        for column in page.iter().flat_map(|page| page.order.iter().map(|term| term.column)) {
            let other = column.unknown_without.and_then(|other| self.table_of(list.level)?.column(other));
            for column in [Some(column), other].into_iter().flatten() {
                let place = self.column(list.level, 0, column.sql);
                list.cursor.push((column, place));
            }
        }
    }

    fn table_of(&self, level: usize) -> Option<&'static Table> {
        Some(self.levels.get(level)?.link.target.table())
    }

    fn object(
        &mut self,
        level: usize,
        number: usize,
        link: &'static Link,
        selections: &'a Positioned<SelectionSet>,
    ) -> Option<Object> {
        let table = link.target.table();
        let links = (table.links)();
        let mut fields = Vec::new();
        for (name, field) in self.fields(selections, table.name)? {
            let wanted = field.node.name.node.as_str();
            let selected = if wanted == "__typename" {
                Field::TypeName(table.name)
            } else if let Some(link) = links.iter().find(|link| link.name == wanted) {
                self.relation(level, number, link, field)?
            } else {
                Field::Leaf(self.leaf(level, number, table, wanted)?)
            };
            fields.push((in_json(name), selected));
        }
        let present = self.column(level, number, PRESENT);
        Some(Object { level, present, fields })
    }

    fn relation(
        &mut self,
        level: usize,
        number: usize,
        link: &'static Link,
        field: &'a Positioned<Selected>,
    ) -> Option<Field> {
        if link.many {
            return self.list(Some((level, number)), link, field).map(Field::Many);
        }
        self.scope.may_read(link.target.table().sql).ok()?;
        let joined = self.change(level, |level| {
            level.joined.push(Joined { link, of: number });
            level.joined.len()
        });
        self.object(level, joined, link, &field.node.selection_set).map(Field::One)
    }

    fn leaf(&mut self, level: usize, number: usize, table: &'static Table, field: &str) -> Option<Leaf> {
        let column = table.shown_as(field)?;
        let writer = column.kind.writer()?;
        let unknown_without = column.unknown_without.map(|other| self.column(level, number, other));
        Some(Leaf { table, column: self.column(level, number, column.sql), writer, unknown_without })
    }

    /// The fields that are selected on a type, through its fragments, each name once in the order of the document.
    fn fields(
        &self,
        selections: &'a Positioned<SelectionSet>,
        on: &str,
    ) -> Option<IndexMap<&'a str, &'a Positioned<Selected>>> {
        let mut fields = IndexMap::new();
        self.collect(selections, on, &mut fields)?;
        Some(fields)
    }

    fn collect(
        &self,
        selections: &'a Positioned<SelectionSet>,
        on: &str,
        fields: &mut IndexMap<&'a str, &'a Positioned<Selected>>,
    ) -> Option<()> {
        for selection in &selections.node.items {
            match &selection.node {
                Selection::Field(field) => {
                    let first = fields.entry(field.node.response_key().node.as_str()).or_insert(field);
                    // What is selected twice over is put together by the plain way.
                    let is_twice = !ptr::eq(*first, field) && !field.node.selection_set.node.items.is_empty();
                    if is_twice {
                        return None;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if condition.is_none_or(|condition| self.is_a(on, condition)) {
                        self.collect(&fragment.node.selection_set, on, fields)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.ctx.query_env.fragments.get(&spread.node.fragment_name.node)?;
                    if self.is_a(on, &fragment.node.type_condition.node.on.node) {
                        self.collect(&fragment.node.selection_set, on, fields)?;
                    }
                }
            }
        }
        Some(())
    }

    /// Whether a type is this one, or has this interface.
    fn is_a(&self, name: &str, other: &str) -> bool {
        let implements = &self.ctx.schema_env.registry.implements;
        name == other || implements.get(name).is_some_and(|interfaces| interfaces.contains(other))
    }
}

fn in_json(name: &str) -> Name {
    // Names of the language need no escapes.
    format!("\"{name}\":").into_bytes().into()
}
