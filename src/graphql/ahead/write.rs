//! Writing down what a plan has read.

use std::io::Write;

use sea_orm::{
    Value as Sql,
    prelude::{DateTimeWithTimeZone, Decimal},
    sea_query::ArrayType,
    sqlx::{
        Row, ValueRef,
        postgres::{PgRow, PgValueRef},
        types::chrono::{NaiveDate, NaiveTime},
    },
};
use uuid::Uuid;

use super::{
    plan::{EdgeField, Field, InfoField, Leaf, Level, List, ListField, Name, Object, Plan, Root},
    read::{Found, Written},
};
use crate::graphql::{
    error::{Error, Result},
    wire,
};

/// How many bytes a row takes, more or less, to have room for it.
const ROW_BYTES: usize = 256;

/// The relation of the parent with this number.
pub fn relation(plan: &Plan, found: &[Found], parent: usize) -> Result<Vec<u8>> {
    let rows: usize = found.iter().map(|level| level.rows.len()).sum();
    let parents = found.first().map_or(1, |level| level.spans.len().max(1));
    let mut writer = Answer { plan, found, out: Vec::with_capacity(ROW_BYTES + ROW_BYTES * rows / parents) };
    match &plan.root {
        Root::Many(list) => writer.list(list, parent)?,
        Root::One(object) => match writer.rows(object.level, parent).next() {
            Some(place) => writer.object(object, place)?,
            None => writer.null(),
        },
    }
    Ok(writer.out)
}

/// The relation of a row that has none: no rows, or null.
pub fn nothing(plan: &Plan) -> Result<Written> {
    let found: Vec<Found> = plan.levels.iter().map(|_| Found::default()).collect();
    relation(plan, &found, 0).map(Into::into)
}

struct Answer<'a> {
    plan: &'a Plan,
    found: &'a [Found],
    out: Vec<u8>,
}

impl<'a> Answer<'a> {
    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    /// An object of these fields, each of which the function writes.
    fn fields<F>(
        &mut self,
        fields: &'a [(Name, F)],
        mut value: impl FnMut(&mut Self, &'a F) -> Result<()>,
    ) -> Result<()> {
        let mut sign = b'{';
        for (name, field) in fields {
            self.out.push(sign);
            self.out.extend_from_slice(name);
            value(self, field)?;
            sign = b',';
        }
        // Where nothing at all was left of what was selected, the library says null.
        if sign == b'{' {
            self.null()
        } else {
            self.out.push(b'}')
        }
        Ok(())
    }

    fn items(
        &mut self,
        places: impl Iterator<Item = usize>,
        mut item: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        self.out.push(b'[');
        for (index, place) in places.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            item(self, place)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn word(&mut self, word: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(word.as_bytes());
        self.out.push(b'"');
    }

    fn list(&mut self, list: &'a List, parent: usize) -> Result<()> {
        self.fields(&list.fields, |writer, field| match field {
            ListField::TypeName(name) => {
                writer.word(name);
                Ok(())
            }
            ListField::TotalCount => {
                let total = writer.level_found(list.level)?.totals.get(parent).copied().unwrap_or_default();
                write!(writer.out, "{total}").map_err(Error::internal)
            }
            ListField::Nodes(object) => {
                let places = writer.rows(list.level, parent);
                writer.items(places, |writer, place| writer.object(object, place))
            }
            ListField::Edges(fields) => {
                let places = writer.rows(list.level, parent);
                writer.items(places, |writer, place| writer.edge(list, fields, place))
            }
            ListField::PageInfo(fields) => writer.page_info(list, fields, parent),
        })
    }

    fn edge(&mut self, list: &'a List, fields: &'a [(Name, EdgeField)], place: usize) -> Result<()> {
        self.fields(fields, |writer, field| match field {
            EdgeField::TypeName(name) => {
                writer.word(name);
                Ok(())
            }
            EdgeField::Cursor => writer.cursor(list, place),
            EdgeField::Node(object) => writer.object(object, place),
        })
    }

    fn page_info(&mut self, list: &'a List, fields: &'a [(Name, InfoField)], parent: usize) -> Result<()> {
        let page = self.level(list.level)?.page.clone().ok_or_else(|| Error::internal("a list without a page"))?;
        let more = self.level_found(list.level)?.more.get(parent).copied().unwrap_or_default();
        let (has_previous, has_next) = page.ends(more);
        self.fields(fields, |writer, field| {
            match field {
                InfoField::TypeName => writer.word("PageInfo"),
                InfoField::HasNextPage => write!(writer.out, "{has_next}").map_err(Error::internal)?,
                InfoField::HasPreviousPage => write!(writer.out, "{has_previous}").map_err(Error::internal)?,
                InfoField::StartCursor => match writer.rows(list.level, parent).next() {
                    Some(first) => writer.cursor(list, first)?,
                    None => writer.null(),
                },
                InfoField::EndCursor => match writer.rows(list.level, parent).last() {
                    Some(last) => writer.cursor(list, last)?,
                    None => writer.null(),
                },
            }
            Ok(())
        })
    }

    fn cursor(&mut self, list: &'a List, place: usize) -> Result<()> {
        let row = self.row(list.level, place)?;
        let page = self.level(list.level)?.page.clone().ok_or_else(|| Error::internal("a list without a page"))?;
        let value = |sql: &str| {
            let (column, place) = list.cursor.iter().find(|(column, _)| column.sql == sql)?;
            stored(row, place + 1, &column.kind.array())
        };
        let cursor = page.cursor_of(value);
        // Base64 for URLs needs no escapes.
        self.word(&cursor);
        Ok(())
    }

    fn object(&mut self, object: &'a Object, place: usize) -> Result<()> {
        let row = self.row(object.level, place)?;
        self.fields(&object.fields, |writer, field| match field {
            Field::TypeName(name) => {
                writer.word(name);
                Ok(())
            }
            Field::Leaf(leaf) => writer.leaf(leaf, row),
            Field::One(other) if raw(row, other.present)?.is_null() => {
                writer.null();
                Ok(())
            }
            Field::One(other) => writer.object(other, place),
            Field::Many(list) => writer.list(list, place),
        })
    }

    fn leaf(&mut self, leaf: &Leaf, row: &PgRow) -> Result<()> {
        let is_unknown = match leaf.unknown_without {
            Some(other) => stored(row, other + 1, &ArrayType::Decimal).is_none_or(is_zero),
            None => false,
        };
        let value = raw(row, leaf.column)?;
        match value.as_bytes() {
            Ok(bytes) if !is_unknown => (leaf.writer)(leaf.table, bytes, &mut self.out),
            // What has no bytes is NULL.
            _ => {
                self.null();
                Ok(())
            }
        }
    }

    /// The rows of a parent in the page's order; a page that goes backwards is read from its end.
    fn rows(&self, level: usize, parent: usize) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let span = self.found.get(level).and_then(|found| found.spans.get(parent)).cloned().unwrap_or_default();
        let page = self.plan.levels.get(level).and_then(|level| level.page.as_ref());
        let is_backward = page.is_some_and(|page| page.backward);
        let (start, end) = (span.start, span.end);
        span.map(move |place| if is_backward { start + end - 1 - place } else { place })
    }

    fn level(&self, level: usize) -> Result<&'a Level> {
        self.plan.levels.get(level).ok_or_else(|| Error::internal("a level that is none"))
    }

    fn level_found(&self, level: usize) -> Result<&'a Found> {
        self.found.get(level).ok_or_else(|| Error::internal("a level that was not read"))
    }

    fn row(&self, level: usize, place: usize) -> Result<&'a PgRow> {
        self.level_found(level)?.rows.get(place).ok_or_else(|| Error::internal("a row that was not read"))
    }
}

/// A column of a row; the first is the number of its parent.
fn raw(row: &PgRow, column: usize) -> Result<PgValueRef<'_>> {
    row.try_get_raw(column + 1).map_err(Error::from)
}

fn is_zero(value: Sql) -> bool {
    matches!(value, Sql::Decimal(Some(number)) if number.is_zero())
}

/// A value of a row as the plain way has it, for cursors; `None` for NULL.
fn stored(row: &PgRow, place: usize, kind: &ArrayType) -> Option<Sql> {
    Some(match kind {
        ArrayType::Uuid => row.try_get::<Uuid, _>(place).ok()?.into(),
        ArrayType::String => row.try_get::<String, _>(place).ok()?.into(),
        ArrayType::Int => row.try_get::<i32, _>(place).ok()?.into(),
        ArrayType::Bool => row.try_get::<bool, _>(place).ok()?.into(),
        ArrayType::Decimal => decimal(row, place)?.into(),
        ArrayType::ChronoDate => row.try_get::<NaiveDate, _>(place).ok()?.into(),
        ArrayType::ChronoTime => row.try_get::<NaiveTime, _>(place).ok()?.into(),
        ArrayType::ChronoDateTimeWithTimeZone => row.try_get::<DateTimeWithTimeZone, _>(place).ok()?.into(),
        _ => return None,
    })
}

/// A number with the scale of its column, which sqlx takes from a zero.
fn decimal(row: &PgRow, place: usize) -> Option<Decimal> {
    let mut text = Vec::new();
    wire::decimal(row.try_get_raw(place).ok()?.as_bytes().ok()?, &mut text).ok()?;
    std::str::from_utf8(&text).ok()?.trim_matches('"').parse().ok()
}
