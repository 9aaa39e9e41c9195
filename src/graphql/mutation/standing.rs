//! What stands in a row now, for somebody whose change came too late.

use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait, Value as Sql};
use serde_json::{Map, Value};

use crate::graphql::table::{Column, Record, camel_case};

/// The row's fields as the API shows them, relations apart.
pub fn standing<T: Record>(row: &T::Model) -> Value {
    let fields = T::TABLE.columns.iter().map(|column| (camel_case(column.sql), shown::<T>(row, column)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// When the row was last changed, if its table keeps that.
pub fn changed_at<T: Record>(row: &T::Model) -> Option<sea_orm::prelude::DateTimeWithTimeZone> {
    ["updated_at", "last_updated"].into_iter().find_map(|column| match value::<T>(row, column) {
        Some(Sql::ChronoDateTimeWithTimeZone(Some(time))) => Some(time),
        _ => None,
    })
}

fn shown<T: Record>(row: &T::Model, column: &Column) -> Value {
    let is_zero = |other| matches!(value::<T>(row, other), Some(Sql::Decimal(Some(number))) if number.is_zero());
    if column.unknown_without.is_some_and(is_zero) {
        return Value::Null;
    }
    value::<T>(row, column.sql).map_or(Value::Null, |value| column.kind.show(T::TABLE, value))
}

fn value<T: Record>(row: &T::Model, name: &str) -> Option<Sql> {
    let column = <T::Entity as EntityTrait>::Column::iter().find(|column| column.as_str() == name)?;
    Some(row.get(column))
}
