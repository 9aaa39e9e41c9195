//! The statements on schedules; [`execution`] carries plans out.
#![allow(clippy::disallowed_methods, reason = "a store is where statements begin")]

pub mod execution;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::rebalance_schedule as schedule;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::{next_run::Schedule, types::RebalanceFrequency};
use crate::{
    graphql::{enumeration::Enumeration, error::Result},
    preferences,
};

/// Makes the user's schedule as the table has it by default, unless there is one; answers whether it did.
pub async fn make(transaction: &impl ConnectionTrait, user_id: Uuid, id: Uuid) -> Result<bool> {
    let row = schedule::ActiveModel { id: Set(id), user_id: Set(user_id), ..Default::default() };
    let once = OnConflict::column(schedule::Column::UserId).do_nothing().to_owned();
    let made = schedule::Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?;
    Ok(made == 1)
}

/// The schedule of the user whose scope the transaction has.
pub async fn id_of_schedule(transaction: &impl ConnectionTrait, user_id: Uuid) -> Result<Option<Uuid>> {
    let id = schedule::Entity::find().select_only().column(schedule::Column::Id);
    Ok(id.filter(schedule::Column::UserId.eq(user_id)).into_tuple().one(transaction).await?)
}

/// Computes anew when the user's schedule runs next: whenever it, its last run or the user's time zone has changed.
/// Answers the schedule that has changed, if there is one.
pub async fn reschedule(transaction: &impl ConnectionTrait, user_id: Uuid, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let mine = schedule::Entity::find().filter(schedule::Column::UserId.eq(user_id));
    let Some(row) = mine.lock(LockType::NoKeyUpdate).one(transaction).await? else { return Ok(None) };
    let next = next_run(&row, preferences::zone_of(transaction, user_id).await?, now)?;
    if row.next_scheduled_time.map(|time| time.to_utc()) == next {
        return Ok(None);
    }
    let change = schedule::ActiveModel { next_scheduled_time: Set(next.map(Into::into)), ..Default::default() };
    schedule::Entity::update_many().set(change).filter(schedule::Column::Id.eq(row.id)).exec(transaction).await?;
    Ok(Some(row.id))
}

/// The schedule that has been due the longest, unless somebody else has it: locked until the transaction ends. Whose
/// account rests, rests too.
pub async fn claim_due(transaction: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Option<schedule::Model>> {
    let sql = "SELECT s.* FROM rebalance_schedule s
         WHERE s.enabled AND s.next_scheduled_time <= $1
             AND EXISTS (SELECT FROM users u WHERE u.id = s.user_id AND u.is_active)
         ORDER BY s.next_scheduled_time, s.id LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED";
    let due = Statement::from_sql_and_values(DbBackend::Postgres, sql, [now.into()]);
    Ok(schedule::Entity::find().from_raw_sql(due).one(transaction).await?)
}

/// Takes note that a schedule has run: when it runs next, however long ago it was due, and that it succeeded, if it did.
pub async fn has_run(
    transaction: &impl ConnectionTrait,
    mut row: schedule::Model,
    succeeded: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = row.id;
    // A fortnight counts from this run, whether anything had to be done or not.
    row.last_run_time = Some(now.into());
    let next = next_run(&row, preferences::zone_of(transaction, row.user_id).await?, now)?;
    let change = schedule::ActiveModel {
        next_scheduled_time: Set(next.map(Into::into)),
        last_run_time: Set(row.last_run_time),
        last_rebalance_time: if succeeded { Set(row.last_run_time) } else { NotSet },
        ..Default::default()
    };
    schedule::Entity::update_many().set(change).filter(schedule::Column::Id.eq(id)).exec(transaction).await?;
    Ok(())
}

/// Also of a schedule that rests: who wakes it sees at once when it runs, and whoever runs schedules asks whether they rest.
fn next_run(row: &schedule::Model, zone: Tz, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let schedule = Schedule {
        frequency: RebalanceFrequency::from_stored(&row.frequency)?,
        day_of_week: row.day_of_week,
        day_of_month: row.day_of_month,
        time_of_day: row.time_of_day,
        exclude_weekends: row.exclude_weekends,
        last_run: row.last_run_time.map(|time| time.to_utc()),
    };
    Ok(schedule.next_after(now, zone))
}
