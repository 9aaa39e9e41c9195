//! How much was done with an account.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::{
    clock,
    graphql::{
        call::{Call, call},
        error::{Error, Result},
        scalars::{Date, TimeZone},
        table::Record,
    },
    logging::{
        loaders::{self, Counts},
        statistics::{DAYS_MAX, Fault, Span},
        store::{Counted, Period},
        types::Activity,
    },
    preferences::types::Preferences,
};

/// What a user's field about their activity begins with.
pub struct ActivityFigures {
    pub user_id: Uuid,
}

/// Figures about a user's activity.
#[Object]
impl ActivityFigures {
    /// How much was done with the account on some days, in the time zone of the preferences, or else in UTC. Zero for
    /// everybody but the user.
    async fn activity_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; 29 days before the last when left out.")] from: Option<Date>,
        #[graphql(desc = "The last day, at most 366 days in all; today when left out.")] to: Option<Date>,
    ) -> Result<ActivityStatistics> {
        let call = call(ctx);
        call.snapshot().scope().may_read(Activity::TABLE.sql)?;
        let zone = zone_of(call, self.user_id).await?;
        let today = clock::now().with_timezone(&zone).date_naive();
        let span = Span::of(from.map(|day| day.0), to.map(|day| day.0), today).map_err(wrong)?;
        Ok(ActivityStatistics { user_id: self.user_id, zone, span })
    }
}

/// The user's time zone; UTC where none is known, also to a token that doesn't read preferences.
async fn zone_of(call: &Call, user_id: Uuid) -> Result<Tz> {
    if call.snapshot().scope().may_read(Preferences::TABLE.sql).is_err() {
        return Ok(Tz::UTC);
    }
    let found = call.one::<Preferences>(&[("id", "user_id")], vec![user_id.into()]).await?;
    Ok(found.and_then(|row| row.timezone?.parse().ok()).unwrap_or(Tz::UTC))
}

fn wrong(fault: Fault) -> Error {
    match fault {
        Fault::Reversed => Error::invalid(&["to"], "OUT_OF_RANGE", "The last day does not come before the first."),
        Fault::TooLong => {
            Error::invalid(&["from"], "OUT_OF_RANGE", format!("At most {DAYS_MAX} days are counted at once."))
        }
    }
}

/// How much was done with an account, each figure counted only when it is selected.
pub struct ActivityStatistics {
    user_id: Uuid,
    zone: Tz,
    span: Span,
}

/// How much was done on a day.
#[derive(SimpleObject)]
pub struct ActivitiesOfDay {
    /// The day, in the user's time zone.
    day: Date,
    /// How many activities it has.
    count: u64,
}

/// How much was done in a part of the product.
#[derive(SimpleObject)]
pub struct ActivitiesOfModule {
    /// The part, as `blockId` names it.
    module: String,
    /// How many activities it has.
    count: u64,
}

/// How often something was done.
#[derive(SimpleObject)]
pub struct ActivitiesOfAction {
    /// What was done, as `action` names it.
    action: String,
    /// How many activities it has.
    count: u64,
}

/// How much was done with an account.
#[Object]
impl ActivityStatistics {
    /// The first day.
    async fn from(&self) -> Date {
        Date(self.span.from)
    }

    /// The last day.
    async fn to(&self) -> Date {
        Date(self.span.to)
    }

    /// Whose days these are.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.zone.name().to_owned())
    }

    /// How many activities these days have.
    async fn total(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(sum(&self.count(ctx, Counted::Total).await?))
    }

    /// How many activities the last 24 hours have, whatever days are asked for.
    #[graphql(name = "last24Hours")]
    async fn last_24_hours(&self, ctx: &Context<'_>) -> Result<u64> {
        let until = clock::now() + TimeDelta::minutes(1);
        let since = until - TimeDelta::minutes(1) - TimeDelta::hours(24);
        let period = Period { user_id: self.user_id, zone: self.zone, since, until };
        let loader = call(ctx).loader(loaders::activity_counts);
        Ok(sum(&loaders::counted(&loader, (Counted::Total, period)).await?))
    }

    /// Each of the days in their order, also those on which nothing was done.
    async fn by_day(&self, ctx: &Context<'_>) -> Result<Vec<ActivitiesOfDay>> {
        let counts = self.count(ctx, Counted::Day).await?;
        let counts = counts.iter().filter_map(|(day, count)| Some((day.parse::<NaiveDate>().ok()?, *count))).collect();
        let days = self.span.each(&counts).into_iter();
        Ok(days.map(|(day, count)| ActivitiesOfDay { day: Date(day), count }).collect())
    }

    /// The parts of the product in which something was done, the most frequent first.
    async fn by_module(&self, ctx: &Context<'_>) -> Result<Vec<ActivitiesOfModule>> {
        let counts = self.count(ctx, Counted::Module).await?;
        Ok(counts.iter().map(|(name, count)| ActivitiesOfModule { module: name.clone(), count: *count }).collect())
    }

    /// What was done, the most frequent first.
    async fn by_action(&self, ctx: &Context<'_>) -> Result<Vec<ActivitiesOfAction>> {
        let counts = self.count(ctx, Counted::Action).await?;
        Ok(counts.iter().map(|(name, count)| ActivitiesOfAction { action: name.clone(), count: *count }).collect())
    }
}

impl ActivityStatistics {
    async fn count(&self, ctx: &Context<'_>, counted: Counted) -> Result<Counts> {
        let (since, until) = self.span.bounds(self.zone);
        let period = Period { user_id: self.user_id, zone: self.zone, since, until };
        let loader = call(ctx).loader(loaders::activity_counts);
        loaders::counted(&loader, (counted, period)).await
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().map(|(_, count)| *count).fold(0, u64::saturating_add)
}
