//! What each scalar is in PostgreSQL, on the way in and on the way out.

use async_graphql::InputType;
use sea_orm::{Value as Sql, prelude::DateTimeWithTimeZone, sea_query::ArrayType};

use super::{Operand, Writer, text};
use crate::graphql::{
    enumeration::Enumeration,
    error::Error,
    id::{self, AnyId},
    scalars::{Date, DateTime, Decimal, Json, Time},
    table::Table,
    wire,
};

impl Operand for async_graphql::ID {
    const ARRAY: ArrayType = ArrayType::Uuid;
    const WRITER: Option<Writer> = Some(|table, raw, out| wire::id(table.prefix, raw, out));
    const ORDERED: bool = false;

    fn into_sql(self, table: &Table) -> Result<Sql, String> {
        id::parse(table.prefix, &self).map(Sql::from)
    }

    fn show(table: &Table, value: Sql) -> serde_json::Value {
        match value {
            Sql::Uuid(Some(uuid)) => id::text(table.prefix, uuid).into(),
            _ => serde_json::Value::Null,
        }
    }
}

impl Operand for AnyId {
    const ARRAY: ArrayType = ArrayType::Uuid;
    const WRITER: Option<Writer> = None;
    const ORDERED: bool = false;

    fn operators() -> String {
        "AnyIDFilter".to_owned()
    }

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.0.into())
    }
}

impl Operand for String {
    const ARRAY: ArrayType = ArrayType::String;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::text(raw, out));
    const TEXTUAL: bool = true;

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        text(self).map(Sql::from)
    }
}

impl Operand for i32 {
    const ARRAY: ArrayType = ArrayType::Int;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::integer(raw, out));

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.into())
    }
}

impl Operand for bool {
    const ARRAY: ArrayType = ArrayType::Bool;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::boolean(raw, out));
    const ORDERED: bool = false;

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.into())
    }
}

impl Operand for Decimal {
    const ARRAY: ArrayType = ArrayType::Decimal;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::decimal(raw, out));

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.0.into())
    }
}

impl Operand for Date {
    const ARRAY: ArrayType = ArrayType::ChronoDate;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::date(raw, out));

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.0.into())
    }
}

impl Operand for DateTime {
    const ARRAY: ArrayType = ArrayType::ChronoDateTimeWithTimeZone;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::date_time(raw, out));

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(DateTimeWithTimeZone::from(self).into())
    }

    fn show(_: &Table, value: Sql) -> serde_json::Value {
        match value {
            Sql::ChronoDateTimeWithTimeZone(Some(time)) => in_json(&DateTime::from(time)),
            _ => serde_json::Value::Null,
        }
    }
}

impl Operand for Time {
    const ARRAY: ArrayType = ArrayType::ChronoTime;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::time(raw, out));

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.0.into())
    }
}

impl Operand for Json {
    const ARRAY: ArrayType = ArrayType::Json;
    const WRITER: Option<Writer> = Some(|_, raw, out| wire::json(raw, out));
    const ORDERED: bool = false;
    const JSON: bool = true;

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.0.into())
    }

    fn show(_: &Table, value: Sql) -> serde_json::Value {
        match value {
            Sql::Json(Some(json)) => *json,
            _ => serde_json::Value::Null,
        }
    }
}

impl<E: Enumeration> Operand for E {
    const ARRAY: ArrayType = ArrayType::String;
    const WRITER: Option<Writer> = Some(|_, raw, out| {
        let text = std::str::from_utf8(raw).map_err(Error::internal)?;
        serde_json::to_writer(out, &E::from_stored(text)?.to_value()).map_err(Error::internal)
    });
    const ORDERED: bool = false;

    fn into_sql(self, _: &Table) -> Result<Sql, String> {
        Ok(self.stored().into())
    }

    fn show(_: &Table, value: Sql) -> serde_json::Value {
        match value {
            Sql::String(Some(text)) => text.parse().map_or(serde_json::Value::Null, |value: E| in_json(&value)),
            _ => serde_json::Value::Null,
        }
    }

    fn values() -> Option<Vec<&'static str>> {
        Some(Self::all_stored())
    }
}

fn in_json(value: &impl InputType) -> serde_json::Value {
    value.to_value().into_json().unwrap_or_default()
}
