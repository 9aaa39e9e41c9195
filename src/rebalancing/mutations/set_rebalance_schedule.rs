//! `setRebalanceSchedule`: when, how often, and how far rebalancing goes.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::rebalance_schedule;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, Result},
        id::Id,
        input::{Check, after, change, keep_or_set},
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Decimal, Time},
    },
    rebalancing::{
        store,
        types::{RebalanceFrequency, RebalanceSchedule, balance::check_threshold},
    },
};

/// How many trades one run may be allowed.
const TRADES_MAX: i32 = 10_000;

/// What is to stand in the schedule. A field that is left out stays as it is, or begins with its default.
#[derive(InputObject)]
pub struct SetRebalanceScheduleInput {
    /// False lets it rest; true at first.
    pub enabled: MaybeUndefined<bool>,
    /// How often it runs; MANUAL at first.
    pub frequency: MaybeUndefined<RebalanceFrequency>,
    /// Drift in percentage points above which rebalancing is due: 0 to 100, at most 4 decimal places; 5 at first.
    pub threshold: MaybeUndefined<Decimal>,
    /// Whether a run without enough drift does nothing; true at first.
    pub only_if_thresholds_exceeded: MaybeUndefined<bool>,
    /// Weekday of weekly and biweekly runs, which need it: 0 = Monday to 6 = Sunday; null clears it.
    pub day_of_week: MaybeUndefined<i32>,
    /// Day of monthly, quarterly and annual runs, which need it: 1 to 31, clamped to the month's end; null clears it.
    pub day_of_month: MaybeUndefined<i32>,
    /// Time of a run in the viewer's time zone; 09:30 at first.
    pub time_of_day: MaybeUndefined<Time>,
    /// Whether a run on a weekend moves to Monday; true at first.
    pub exclude_weekends: MaybeUndefined<bool>,
    /// Whether a plan may stop short of its targets; false at first.
    pub allow_partial_rebalancing: MaybeUndefined<bool>,
    /// The most trades that one run may make: 1 to 10,000; 10 at first.
    pub max_trades_per_session: MaybeUndefined<i32>,
    /// The schedule's `updatedAt` as it was last seen. Changed since, or gone, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// The schedule that was set.
#[derive(SimpleObject)]
pub struct SetRebalanceSchedulePayload {
    /// The schedule as it is now.
    rebalance_schedule: RebalanceSchedule,
}

#[derive(Serialize, Deserialize)]
pub struct Settled {
    schedule: Uuid,
}

impl SetRebalanceScheduleInput {
    /// Notes what the frequency makes missing, once it is applied to what stands there.
    fn check_days(&self, check: &mut Check, row: &rebalance_schedule::Model) -> Result<()> {
        let frequency = match self.frequency.value() {
            Some(frequency) => *frequency,
            None => RebalanceFrequency::from_stored(&row.frequency)?,
        };
        let field = match frequency {
            RebalanceFrequency::Manual | RebalanceFrequency::Daily => return Ok(()),
            RebalanceFrequency::Weekly | RebalanceFrequency::Biweekly => {
                ("dayOfWeek", after(&self.day_of_week, row.day_of_week, |day| day))
            }
            RebalanceFrequency::Monthly | RebalanceFrequency::Quarterly | RebalanceFrequency::Annually => {
                ("dayOfMonth", after(&self.day_of_month, row.day_of_month, |day| day))
            }
        };
        if let (field, None) = field {
            check.problem(field, "REQUIRED", format!("A schedule with this frequency needs {field}."));
        }
        Ok(())
    }

    fn into_row(self) -> rebalance_schedule::ActiveModel {
        rebalance_schedule::ActiveModel {
            enabled: keep_or_set(self.enabled, |flag| flag),
            frequency: keep_or_set(self.frequency, |frequency| frequency.stored().to_owned()),
            threshold: keep_or_set(self.threshold, |threshold| threshold.0),
            only_if_thresholds_exceeded: keep_or_set(self.only_if_thresholds_exceeded, |flag| flag),
            day_of_week: change(self.day_of_week, |day| day),
            day_of_month: change(self.day_of_month, |day| day),
            time_of_day: keep_or_set(self.time_of_day, |time| time.0),
            exclude_weekends: keep_or_set(self.exclude_weekends, |flag| flag),
            allow_partial_rebalancing: keep_or_set(self.allow_partial_rebalancing, |flag| flag),
            max_trades_per_session: keep_or_set(self.max_trades_per_session, |trades| trades),
            ..Default::default()
        }
    }
}

impl Mutation for SetRebalanceScheduleInput {
    const MODULE: Module = MODULE;
    type Done = Settled;
    type Payload = SetRebalanceSchedulePayload;

    fn check(&self, check: &mut Check) {
        check.never_null("enabled", &self.enabled);
        check.never_null("frequency", &self.frequency);
        check.never_null("threshold", &self.threshold);
        check.never_null("onlyIfThresholdsExceeded", &self.only_if_thresholds_exceeded);
        check.never_null("timeOfDay", &self.time_of_day);
        check.never_null("excludeWeekends", &self.exclude_weekends);
        check.never_null("allowPartialRebalancing", &self.allow_partial_rebalancing);
        check.never_null("maxTradesPerSession", &self.max_trades_per_session);
        if let Some(threshold) = self.threshold.value() {
            check_threshold(check, *threshold);
        }
        check.new_range("dayOfWeek", &self.day_of_week, 0, 6);
        check.new_range("dayOfMonth", &self.day_of_month, 1, 31);
        check.new_range("maxTradesPerSession", &self.max_trades_per_session, 1, TRADES_MAX);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Settled, Deed)> {
        let (transaction, user) = (write.transaction(), write.user_id());
        let new = Uuid::now_v7();
        let is_new = store::make(transaction, user, new).await?;
        if is_new && self.expected_updated_at.is_some() {
            return Err(Error::conflict("There is no rebalancing schedule any more; nothing was changed."));
        }
        let id = if is_new { Some(new) } else { store::id_of_schedule(transaction, user).await? };
        let id = Id::new(id.ok_or_else(|| Error::not_found("rebalance schedule"))?);
        let standing = write.row::<RebalanceSchedule>(id, self.expected_updated_at).await?;
        let mut check = Check::new("input");
        self.check_days(&mut check, &standing)?;
        check.finish()?;
        write.update(id, self.into_row()).await?;
        store::reschedule(write.transaction(), user, clock::now()).await?;
        let deed = Deed::new(MODULE, "rebalance_schedule_set", "The rebalancing schedule was set.");
        let deed = if is_new {
            deed.created::<RebalanceSchedule>(standing.id)
        } else {
            deed.updated::<RebalanceSchedule>(standing.id)
        };
        Ok((Settled { schedule: standing.id }, deed))
    }

    async fn payload(call: &Call, settled: Settled) -> Result<SetRebalanceSchedulePayload> {
        Ok(SetRebalanceSchedulePayload { rebalance_schedule: call.fetch(settled.schedule).await? })
    }
}
