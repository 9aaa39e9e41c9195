//! What is selected below a relation, as levels to read and shapes to write.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use async_graphql::Pos;

use crate::{
    access::Kind,
    graphql::{
        operators::Writer,
        page::Page,
        select::Text,
        table::{Column, Link, Table},
    },
};

/// How many plans of one document are kept: tokens of many scopes would make as many kinds.
const PLANS_MAX: usize = 256;
/// The plans of a document: for each relation that a resolver answers, and each kind of scope that it is read in.
#[derive(Default)]
pub struct Plans(Mutex<HashMap<(Pos, Kind), Planned>>);

/// A plan, or that there can be none.
type Planned = Option<Arc<Plan>>;

impl Plans {
    /// The plan of the relation at this place, made once.
    pub fn get(&self, place: Pos, kind: Kind, make: impl FnOnce() -> Option<Plan>) -> Planned {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= PLANS_MAX && !plans.contains_key(&(place, kind)) {
            return make().map(Arc::new);
        }
        plans.entry((place, kind)).or_insert_with(|| make().map(Arc::new)).clone()
    }
}

/// What is read and written for a relation. The same for every user of one kind, and for every row that it hangs off.
pub struct Plan {
    /// Each hangs off one before it, the first off the keys that are asked for.
    pub levels: Vec<Level>,
    pub root: Root,
}

pub enum Root {
    Many(List),
    /// The row, or null.
    One(Object),
}

/// Rows that one statement reads.
pub struct Level {
    /// The level and its table that these rows hang off; the first level has none.
    pub parent: Option<(usize, usize)>,
    pub link: &'static Link,
    /// Which of the rows; `None` where there is at most one.
    pub page: Option<Arc<Page>>,
    /// Whether anything is selected that is only known with the rows.
    pub reads_rows: bool,
    /// Whether the whole list is counted.
    pub counts: bool,
    /// Relations to at most one row, read with the rows themselves. The first table is the level's own.
    pub joined: Vec<Joined>,
    /// Columns by the number of their table.
    pub columns: Vec<(usize, &'static str)>,
    /// Its statements, written once.
    pub rows: OnceLock<Text>,
    pub count: OnceLock<Text>,
}

/// A relation to at most one row, of another table of the level.
pub struct Joined {
    pub link: &'static Link,
    pub of: usize,
}

/// A field's name in the answer, as JSON with its colon.
pub type Name = Box<[u8]>;

/// A page of a list.
pub struct List {
    pub level: usize,
    pub fields: Vec<(Name, ListField)>,
    /// Where a row's cursor finds its values.
    pub cursor: Vec<(&'static Column, usize)>,
}

pub enum ListField {
    TypeName(String),
    Nodes(Object),
    Edges(Vec<(Name, EdgeField)>),
    PageInfo(Vec<(Name, InfoField)>),
    TotalCount,
}

pub enum EdgeField {
    TypeName(String),
    Cursor,
    Node(Object),
}

pub enum InfoField {
    TypeName,
    HasNextPage,
    HasPreviousPage,
    StartCursor,
    EndCursor,
}

/// A row as an object of its type.
pub struct Object {
    pub level: usize,
    /// The column that is null where there is no row.
    pub present: usize,
    pub fields: Vec<(Name, Field)>,
}

pub enum Field {
    TypeName(&'static str),
    Leaf(Leaf),
    One(Object),
    Many(List),
}

pub struct Leaf {
    pub table: &'static Table,
    pub column: usize,
    pub writer: Writer,
    /// The column that makes this one unknown by being zero.
    pub unknown_without: Option<usize>,
}
