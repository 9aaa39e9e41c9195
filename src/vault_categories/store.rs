//! The statements on categories that no other module needs.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

use entity::{asset_category_assignment, vault_categories};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::{ArrayType, Expr, LockType, NullOrdering},
};
use uuid::Uuid;

use crate::graphql::error::Result;

/// Where the user's next category goes: behind the last one.
pub async fn next_place(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<i32> {
    let last: Option<Option<i32>> = vault_categories::Entity::find()
        .select_only()
        .column_as(vault_categories::Column::DisplayOrder.max(), "last")
        .filter(vault_categories::Column::UserId.eq(user_id))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(last.flatten().map_or(1, |last| last.saturating_add(1)))
}

/// All of the user's categories in the order shown, locked until the transaction ends.
pub async fn categories_of(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<Vec<Uuid>> {
    let categories = vault_categories::Entity::find()
        .select_only()
        .column(vault_categories::Column::Id)
        .filter(vault_categories::Column::UserId.eq(user_id))
        .order_by_with_nulls(vault_categories::Column::DisplayOrder, sea_orm::Order::Asc, NullOrdering::Last)
        .order_by_asc(vault_categories::Column::Id)
        .lock(LockType::NoKeyUpdate);
    Ok(categories.into_tuple().all(transaction).await?)
}

/// Gives the user's categories these places, from 1; answers which of them moved.
pub async fn place_categories(
    transaction: &impl ConnectionTrait,
    user_id: Uuid,
    order: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    let sql = "UPDATE vault_categories c SET display_order = o.place FROM unnest($1::uuid[]) \
               WITH ORDINALITY AS o (id, place) WHERE c.id = o.id AND c.user_id = $2 \
               AND c.display_order IS DISTINCT FROM o.place RETURNING c.id";
    let ids = Value::Array(ArrayType::Uuid, Some(Box::new(order.into_iter().map(Value::from).collect())));
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [ids, user_id.into()]);
    let rows = transaction.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// What is assigned to a category, as ids and symbols.
pub async fn assignments_of(transaction: &impl ConnectionTrait, category: Uuid) -> Result<Vec<(Uuid, String)>> {
    let assignments = asset_category_assignment::Entity::find()
        .select_only()
        .column(asset_category_assignment::Column::Id)
        .column(asset_category_assignment::Column::Symbol)
        .filter(asset_category_assignment::Column::CategoryId.eq(category))
        .order_by_asc(asset_category_assignment::Column::Symbol)
        .order_by_asc(asset_category_assignment::Column::Id);
    Ok(assignments.into_tuple().all(transaction).await?)
}

/// Whether a symbol is assigned to a category, active or resting.
pub async fn is_assigned(transaction: &impl ConnectionTrait, category: Uuid, symbol: &str) -> Result<bool> {
    let found: Option<i32> = asset_category_assignment::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(asset_category_assignment::Column::CategoryId.eq(category))
        .filter(asset_category_assignment::Column::Symbol.eq(symbol))
        .limit(1)
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(found.is_some())
}

/// What the targets of the user's active categories add up to, for each type that has any.
pub async fn target_sums(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<Vec<(String, Option<Decimal>)>> {
    let sums = vault_categories::Entity::find()
        .select_only()
        .column(vault_categories::Column::CategoryType)
        .column_as(vault_categories::Column::TargetAllocationPercent.sum(), "sum")
        .filter(vault_categories::Column::UserId.eq(user_id))
        .filter(vault_categories::Column::IsActive.eq(true))
        .group_by(vault_categories::Column::CategoryType);
    Ok(sums.into_tuple().all(transaction).await?)
}
