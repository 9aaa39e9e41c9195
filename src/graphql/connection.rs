//! A page of a list, as Relay has it, with the nodes also bare.

use std::{borrow::Cow, str::FromStr, sync::Arc};

use async_graphql::{Context, Object, SimpleObject, TypeName};
use sea_orm::{EntityTrait, ModelTrait};

use super::{
    aggregate::Totals,
    call::{Call, call},
    error::Result,
    loader::Slice,
    page::Page,
    table::{Key, Record},
};

/// A page of a list of `T`.
pub struct Connection<T: Record> {
    page: Arc<Page>,
    /// The row that the list hangs off; without one the list is empty.
    key: Option<Key>,
    slice: Arc<Slice<T::Model>>,
}

impl<T: Record> Connection<T> {
    /// A page that is not read yet.
    pub fn new(page: Arc<Page>, key: Option<Key>) -> Self {
        Self { page, key, slice: Arc::new(Slice { rows: Vec::new(), more: false }) }
    }

    /// Reads the page's rows.
    pub async fn read(mut self, call: &Call) -> Result<Self> {
        if let Some(key) = self.key.clone() {
            self.slice = call.list::<T>(self.page.clone(), key).await?;
        }
        Ok(self)
    }

    fn cursor(&self, row: &T::Model) -> String {
        self.page.cursor_of(|sql| {
            let column = <T::Entity as EntityTrait>::Column::from_str(sql).ok()?;
            Some(row.get(column))
        })
    }
}

impl<T: Record> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", T::TABLE.name))
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: Record> Connection<T> {
    /// The rows of this page with their cursors, in order.
    async fn edges(&self) -> Result<Vec<ConnectionEdge<T>>> {
        let edge = |row: &T::Model| Ok(ConnectionEdge { cursor: self.cursor(row), node: T::from_row(row.clone())? });
        self.slice.rows.iter().map(edge).collect()
    }

    /// The rows of this page, in order.
    async fn nodes(&self) -> Result<Vec<T>> {
        self.slice.rows.iter().cloned().map(T::from_row).collect()
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        let (has_previous_page, has_next_page) = self.page.ends(self.slice.more);
        PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: self.slice.rows.first().map(|row| self.cursor(row)),
            end_cursor: self.slice.rows.last().map(|row| self.cursor(row)),
        }
    }

    /// How many rows the whole list has with its filter; counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        match self.key.clone() {
            Some(key) => call(ctx).count(self.page.clone(), key).await,
            None => Ok(0),
        }
    }

    #[graphql(flatten)]
    async fn totals(&self) -> Totals<T> {
        Totals::new(self.page.clone(), self.key.clone())
    }
}

/// A row of a page with its cursor.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct ConnectionEdge<T: Record> {
    /// Where the row lies in this list under this order; goes into `after` or `before`.
    cursor: String,
    /// The row.
    node: T,
}

impl<T: Record> TypeName for ConnectionEdge<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Edge", T::TABLE.name))
    }
}

/// Where a page lies in its list.
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether rows follow this page. Going backwards: whether the page ended at a cursor.
    pub has_next_page: bool,
    /// Whether rows come before this page. Going forwards: whether the page began at a cursor or an offset.
    pub has_previous_page: bool,
    /// The cursor of the first row; null when the page is empty.
    pub start_cursor: Option<String>,
    /// The cursor of the last row; null when the page is empty.
    pub end_cursor: Option<String>,
}
