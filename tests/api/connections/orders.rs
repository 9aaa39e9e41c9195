//! Every order of every list, with its pages forwards and backwards.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Dice, Fixture,
    schema::Relation,
    ways::Way,
    world::{Row, Term, compare, global_id, usual_order},
};

/// How many lists one document asks for.
const TOGETHER: usize = 15;
/// How many orders of several fields each list is tried with.
const MIXED: usize = 6;

#[tokio::test]
async fn every_list_keeps_every_order_in_pages_forwards_and_backwards() {
    let fixture = Fixture::make().await;
    let ways = Way::all(&fixture.schema);
    for list in fixture.schema.connections() {
        for (index, way) in Way::to(&ways, &list.parent).into_iter().enumerate() {
            // The usual order in the lists of every parent at once, the others in those of a few.
            try_orders(&fixture, way, list, &[Vec::new()], Pages::All).await;
            let way = fixture.few_parents(way, list).await;
            let mixed = mixed_orders(&fixture, list);
            if index == 0 {
                try_orders(&fixture, &way, list, &mixed, Pages::All).await;
                for orders in single_orders(&fixture, list).chunks(TOGETHER) {
                    try_orders(&fixture, &way, list, orders, Pages::Some).await;
                }
            } else {
                try_orders(&fixture, &way, list, &mixed, Pages::Some).await;
            }
        }
    }
}

/// Which pages of a list are read by their cursors.
#[derive(Clone, Copy, PartialEq)]
enum Pages {
    /// Every one, to the list's end and back to its start.
    All,
    /// One each way, from somewhere.
    Some,
}

/// Each field in each direction, with rows without a value first and last.
fn single_orders(fixture: &Fixture, list: &Relation) -> Vec<Vec<Term>> {
    let fields = fixture.schema.order_fields(&list.target);
    let directions = [(false, false), (false, true), (true, false), (true, true)];
    let terms = fields.iter().flat_map(|field| {
        directions.map(|(descending, nulls_first)| Term { column: field.to_lowercase(), descending, nulls_first })
    });
    terms.map(|term| vec![term]).collect()
}

/// Some orders of several fields.
fn mixed_orders(fixture: &Fixture, list: &Relation) -> Vec<Vec<Term>> {
    let fields = fixture.schema.order_fields(&list.target);
    let mut dice = Dice::of(&list.name());
    let mut orders = Vec::new();
    for length in (2..=5).cycle().take(MIXED) {
        let term = |_| Term {
            column: dice.pick(&fields).to_lowercase(),
            descending: dice.below(2) == 0,
            nulls_first: dice.below(2) == 0,
        };
        orders.push((0..length).map(term).collect());
    }
    orders
}

/// Reads whole lists in some orders, and then by their cursors each page of them.
async fn try_orders(fixture: &Fixture, way: &Way, list: &Relation, orders: &[Vec<Term>], which: Pages) {
    let count = if which == Pages::All { "totalCount" } else { "" };
    let whole = |(at, order): (usize, &Vec<Term>)| {
        let order = order_argument(order);
        format!("o{at}: {}(first: 100{order}) {{ ...Page {count} edges {{ cursor node {{ id }} }} }}", list.field)
    };
    let fields: Vec<String> = orders.iter().enumerate().map(whole).collect();
    let answer = fixture.ask_with(way, &fields.join(" "), &page_fragment(list), Value::Null).await;
    let objects = way.ends(answer.data());
    let mut lists: Vec<Lists<'_>> = orders.iter().map(|order| Lists::of(fixture, way, list, order, &objects)).collect();
    let mut pages = Vec::new();
    for (at, lists) in lists.iter_mut().enumerate() {
        lists.compare_whole(&format!("o{at}"), &objects);
        pages.extend(lists.pages(at, &objects, which));
    }
    for pages in pages.chunks(TOGETHER) {
        try_pages(fixture, way, &lists, pages).await;
    }
}

async fn try_pages(fixture: &Fixture, way: &Way, lists: &[Lists<'_>], pages: &[AskedPage]) {
    let page = |(at, page): (usize, &AskedPage)| {
        let lists = &lists[page.order];
        format!("p{at}: {}({}{}) {{ ...Page }}", lists.list.field, page.arguments, order_argument(&lists.order))
    };
    let fields: Vec<String> = pages.iter().enumerate().map(page).collect();
    let Some(page) = pages.first() else { return };
    let beginning = page_fragment(lists[page.order].list);
    let answer = fixture.ask_with(way, &fields.join(" "), &beginning, Value::Null).await;
    let objects = way.ends(answer.data());
    for (at, page) in pages.iter().enumerate() {
        lists[page.order].compare(&format!("p{at}"), &page.slice, &objects);
    }
}

/// A page that is asked for by a cursor.
struct AskedPage {
    order: usize,
    arguments: String,
    slice: Slice,
}

/// Which part of a list a page is; a cursor is known by its row's id.
#[derive(Clone, Debug)]
enum Slice {
    First(usize),
    Offset(usize, usize),
    After(String, usize),
    Before(String, usize),
}

/// What the reference knows of one list of every object at a way's end.
struct Lists<'a> {
    fixture: &'a Fixture,
    list: &'a Relation,
    order: Vec<Term>,
    /// The rows of each object's list, in order.
    rows: Vec<Vec<&'a Row>>,
    /// The cursors of the rows, by their ids.
    cursors: BTreeMap<String, Value>,
    name: String,
}

impl<'a> Lists<'a> {
    fn of(fixture: &'a Fixture, way: &Way, list: &'a Relation, order: &[Term], objects: &[&Value]) -> Self {
        let order = if order.is_empty() { usual_order(&list.target) } else { order.to_vec() };
        let rows = objects.iter().map(|object| {
            let parent = fixture.parent(way, object);
            let mut rows = fixture.world.related(fixture.viewer(way.who), list, parent);
            rows.sort_by(|left, right| compare(left, right, &order));
            rows
        });
        let name = format!("{} by {way} in the order {order:?}", list.name());
        Self { fixture, list, rows: rows.collect(), order, cursors: BTreeMap::new(), name }
    }

    /// The pages to ask for next, by the cursors of the longest list.
    fn pages(&self, order: usize, objects: &[&Value], which: Pages) -> Vec<AskedPage> {
        let longest = (0..objects.len()).max_by_key(|at| self.rows[*at].len());
        let Some(longest) = longest.map(|at| &objects[at][format!("o{order}")]) else { return Vec::new() };
        let edges = longest["edges"].as_array().unwrap();
        let Some(last) = edges.len().checked_sub(1) else { return Vec::new() };
        if which == Pages::Some && self.is_as_if_nulls_were_last() {
            return Vec::new();
        }
        let mut dice = Dice::of(&self.name);
        let size = 5 + dice.below(4);
        let (forwards, backwards) = match which {
            Pages::All => {
                let forwards = (size - 1..edges.len()).step_by(size).chain([last]);
                let backwards = (0..edges.len()).rev().skip(size - 1).step_by(size).chain([0]);
                (forwards.collect(), backwards.collect())
            }
            Pages::Some => (vec![dice.below(edges.len())], vec![dice.below(edges.len())]),
        };
        let at = |at: usize| (text(&edges[at]["cursor"]), text(&edges[at]["node"]["id"]));
        let after = forwards.into_iter().map(at).map(|(cursor, id)| AskedPage {
            order,
            arguments: format!("first: {size}, after: \"{cursor}\""),
            slice: Slice::After(id, size),
        });
        let before = backwards.into_iter().map(at).map(|(cursor, id)| AskedPage {
            order,
            arguments: format!("last: {size}, before: \"{cursor}\""),
            slice: Slice::Before(id, size),
        });
        let (first, offset) = (size, edges.len() / 2);
        let skipped = AskedPage {
            order,
            arguments: format!("first: {first}, offset: {offset}"),
            slice: Slice::Offset(offset, size),
        };
        after.chain(before).chain((which == Pages::All).then_some(skipped)).collect()
    }

    /// Whether asking for rows without a value first changes nothing, so that the other way has the same pages.
    fn is_as_if_nulls_were_last(&self) -> bool {
        let has_null = |term: &Term| self.rows.iter().flatten().any(|row| row[&term.column].is_null());
        self.order.iter().any(|term| term.nulls_first) && !self.order.iter().any(has_null)
    }

    /// Compares the whole list of every object with the reference, and keeps its cursors.
    fn compare_whole(&mut self, alias: &str, objects: &[&Value]) {
        for (object, rows) in objects.iter().zip(&self.rows) {
            let list = &object[alias];
            let edges = list["edges"].as_array().unwrap();
            let nodes = list["nodes"].as_array().unwrap();
            assert!(edges.iter().map(|edge| &edge["node"]).eq(nodes), "the edges of {}", self.name);
            let count = list.get("totalCount");
            assert!(count.is_none_or(|count| *count == rows.len()), "the totalCount of {}", self.name);
            let cursor = |edge: &Value| (text(&edge["node"]["id"]), edge["cursor"].clone());
            self.cursors.extend(edges.iter().map(cursor));
        }
        self.compare(alias, &Slice::First(100), objects);
    }

    /// Compares a page of every object with the reference.
    fn compare(&self, alias: &str, slice: &Slice, objects: &[&Value]) {
        for (object, rows) in objects.iter().zip(&self.rows) {
            let (ids, before, after) = self.cut(rows, slice);
            let page = &object[alias];
            let nodes: Vec<&str> =
                page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
            assert_eq!(nodes, ids, "the rows of {}, {slice:?}", self.name);
            let cursor = |id: Option<&String>| id.map(|id| self.cursors[id].clone()).unwrap_or_default();
            let info = json!({
                "hasPreviousPage": before,
                "hasNextPage": after,
                "startCursor": cursor(ids.first()),
                "endCursor": cursor(ids.last()),
            });
            assert_eq!(page["pageInfo"], info, "the pageInfo of {}, {slice:?}", self.name);
        }
    }

    /// A page's ids, and what it says of pages before and after it.
    fn cut(&self, rows: &[&Row], slice: &Slice) -> (Vec<String>, bool, bool) {
        let beside = |id: &str| {
            let row = self.fixture.world.row_of(&self.list.target, id);
            let at = rows.partition_point(|other| compare(other, row, &self.order).is_lt());
            let after = rows.partition_point(|other| compare(other, row, &self.order).is_le());
            (at, after)
        };
        let (from, to, begun) = match slice {
            Slice::First(size) => (0, *size, false),
            Slice::Offset(offset, size) => (*offset, offset + size, *offset > 0),
            Slice::After(id, size) => (beside(id).1, beside(id).1 + size, true),
            Slice::Before(id, size) => (beside(id).0.saturating_sub(*size), beside(id).0, true),
        };
        let end = to.min(rows.len());
        let ids = rows[from.min(end)..end].iter().map(|row| global_id(&self.list.target, row)).collect();
        // Where a page ended at a cursor, rows are taken to go on there.
        if matches!(slice, Slice::Before(..)) { (ids, from > 0, begun) } else { (ids, begun, to < rows.len()) }
    }
}

fn page_fragment(list: &Relation) -> String {
    format!(
        "fragment Page on {}Connection {{ nodes {{ id }} pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} {{",
        list.target
    )
}

fn order_argument(order: &[Term]) -> String {
    if order.is_empty() {
        return String::new();
    }
    let term = |term: &Term| {
        let direction = if term.descending { "DESC" } else { "ASC" };
        let nulls = if term.nulls_first { "FIRST" } else { "LAST" };
        format!("{{ field: {}, direction: {direction}, nulls: {nulls} }}", term.column.to_uppercase())
    };
    format!(", orderBy: [{}]", order.iter().map(term).collect::<Vec<_>>().join(", "))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
