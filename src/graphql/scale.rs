//! Zeros at the scale of their columns.

use sea_orm::{ColumnTrait, EntityTrait, Iterable, ModelTrait, Value, prelude::Decimal, sea_query::ColumnType};

use super::{error::Result, table::Record};

type ColumnOf<T> = <<T as Record>::Entity as EntityTrait>::Column;

/// The scales of a table's decimal columns.
///
/// PostgreSQL sends a zero without digits, and the driver makes `0` of it whatever its scale; the API says `0.00`.
pub struct Scales<T: Record>(Vec<(ColumnOf<T>, u32)>);

impl<T: Record> Scales<T> {
    pub fn of_table() -> Self {
        let scale = |column: ColumnOf<T>| match column.def().get_column_type() {
            ColumnType::Decimal(Some((_, scale))) => Some((column, *scale)),
            _ => None,
        };
        Self(ColumnOf::<T>::iter().filter_map(scale).collect())
    }

    /// Gives each zero of a row the scale of its column.
    pub fn give(&self, row: &mut T::Model) -> Result<()> {
        for (column, scale) in &self.0 {
            if matches!(row.get(*column), Value::Decimal(Some(number)) if number.is_zero()) {
                row.try_set(*column, Value::from(Decimal::new(0, *scale)))?;
            }
        }
        Ok(())
    }
}
