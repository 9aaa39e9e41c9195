//! A user's fields about their closed trades.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Context, Object};
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{
    TradeLog,
    statistics::{EquityCurve, RealisedGains, TaxCalendar, TradeGrouping, TradeStatistics, too_large},
};
use crate::{
    graphql::{
        call::{Call, call},
        enumeration::Enumeration,
        error::{ErrorCode, Result},
        filter::Filter,
        loader::Snapshot,
        scalars::{Currency, Date, Decimal},
        table::BY_USER,
    },
    journaling::{
        store::statistics::{Chosen, days, groups, outcomes},
        tax_year::TaxYears,
    },
    onboarding::types::{Onboarding, TaxYear},
    preferences::types::Preferences,
};

/// A user, as far as statistics of their trades need it.
pub struct TradeFigures {
    pub user_id: Uuid,
}

/// Fields of a user about their closed trades: long and short ones with status CLOSED, by the time of the exit.
#[Object]
impl TradeFigures {
    /// What the closed trades come to, for each group and currency, largest group first, at most 1000.
    async fn trade_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
        #[graphql(desc = "By what they are grouped; not at all when left out.")] group_by: Option<TradeGrouping>,
    ) -> Result<Vec<TradeStatistics>> {
        let call = call(ctx);
        let Some(snapshot) = self.own(call) else { return Ok(Vec::new()) };
        let chosen = Box::pin(self.chosen(call, &filter)).await?;
        Box::pin(groups(&snapshot, &chosen, group_by)).await?.into_iter().map(TradeStatistics::of).collect()
    }

    /// The sum of the closed trades over time with its drawdown and streaks, for each currency.
    async fn equity_curves(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
    ) -> Result<Vec<EquityCurve>> {
        let call = call(ctx);
        let Some(snapshot) = self.own(call) else { return Ok(Vec::new()) };
        let chosen = Box::pin(self.chosen(call, &filter)).await?;
        let outcomes = Box::pin(outcomes(&snapshot, &chosen)).await?;
        outcomes.chunk_by(|one, next| one.currency == next.currency).map(EquityCurve::of).collect()
    }

    /// What was realised in each tax year and currency, oldest first; a list of gains, never tax owed.
    async fn realised_gains(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whose tax years; those of the country of tax residency when left out, and calendar years for \
                          other countries and for who prefers them."
        )]
        calendar: Option<TaxCalendar>,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
    ) -> Result<Vec<RealisedGains>> {
        let call = call(ctx);
        let Some(snapshot) = self.own(call) else { return Ok(Vec::new()) };
        let years = match calendar {
            Some(calendar) => calendar.into(),
            None => Box::pin(self.usual_years(call)).await?,
        };
        let chosen = Box::pin(self.chosen(call, &filter)).await?;
        let mut gains: BTreeMap<_, RealisedGains> = BTreeMap::new();
        for day in Box::pin(days(&snapshot, &chosen)).await? {
            let year = years.containing(day.day).ok_or_else(too_large)?;
            let entry = (year.clone(), day.currency.clone());
            let sum = gains.entry(entry).or_insert_with(|| RealisedGains {
                label: year.label(),
                first_day: Date(year.first_day),
                last_day: Date(year.last_day),
                currency: Currency(day.currency.clone()),
                sample_size: 0,
                gains: Decimal(Exact::new(0, 2)),
                losses: Decimal(Exact::new(0, 2)),
                net: Decimal(Exact::new(0, 2)),
            });
            sum.sample_size += day.trades;
            sum.gains.0 = sum.gains.0.checked_add(day.won).ok_or_else(too_large)?;
            sum.losses.0 = sum.losses.0.checked_add(day.lost).ok_or_else(too_large)?;
            sum.net.0 = sum.gains.0.checked_add(sum.losses.0).ok_or_else(too_large)?;
        }
        Ok(gains.into_values().collect())
    }
}

impl TradeFigures {
    /// The snapshot, for who reads their own trades; nobody reads another's.
    fn own(&self, call: &Call) -> Option<Arc<Snapshot>> {
        let snapshot = call.snapshot();
        (snapshot.scope().user_id().ok() == Some(self.user_id)).then_some(snapshot)
    }

    async fn chosen<'a>(&self, call: &Call, filter: &'a Option<Filter<TradeLog>>) -> Result<Chosen<'a>> {
        // A token that may not read the preferences still knows its days, by UTC.
        let preferences = match call.one::<Preferences>(BY_USER, vec![self.user_id.into()]).await {
            Err(error) if error.code == ErrorCode::Forbidden => None,
            found => found?,
        };
        let zone = preferences.and_then(|preferences| preferences.timezone?.parse().ok()).unwrap_or(chrono_tz::UTC);
        Ok(Chosen { user_id: self.user_id, filter: filter.as_ref().map(|filter| &filter.0), zone })
    }

    async fn usual_years(&self, call: &Call) -> Result<TaxYears> {
        let Some(onboarding) = call.one::<Onboarding>(BY_USER, vec![self.user_id.into()]).await? else {
            return Ok(TaxYears::Calendar);
        };
        if onboarding.tax_year_preference.as_deref() == Some(TaxYear::Calendar.stored()) {
            return Ok(TaxYears::Calendar);
        }
        Ok(TaxYears::of_residency(&onboarding.tax_residency.unwrap_or_default()))
    }
}
