//! A user's fields about their closed trades.

use std::sync::Arc;

use async_graphql::{Context, Object};
use uuid::Uuid;

use super::{
    TradeLog,
    curve::{CurveStep, EquityCurve, Period, TradingDay, calendar},
    gains::{RealisedGains, TaxCalendar},
    statistics::{RiskReward, TradeGrouping, TradeStatistics},
};
use crate::{
    graphql::{
        call::{Call, call},
        enumeration::Enumeration,
        error::{ErrorCode, Result},
        filter::Filter,
        loader::Snapshot,
        scalars::Date,
        table::BY_USER,
    },
    journaling::{
        store::statistics::{Chosen, curves, days, groups, plans},
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
        #[graphql(desc = "On which days they were closed; on any when left out.")] period: Option<Period>,
        #[graphql(desc = "By what they are grouped; not at all when left out.")] group_by: Option<TradeGrouping>,
    ) -> Result<Vec<TradeStatistics>> {
        let Some((snapshot, chosen)) = Box::pin(self.chosen(call(ctx), &filter, period)).await? else {
            return Ok(Vec::new());
        };
        Box::pin(groups(&snapshot, &chosen, group_by)).await?.into_iter().map(TradeStatistics::of).collect()
    }

    /// What closed trades were planned to bring for what they risked, against what they brought; for each group, largest
    /// first, at most 1000.
    async fn risk_rewards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
        #[graphql(desc = "On which days they were closed; on any when left out.")] period: Option<Period>,
        #[graphql(desc = "By what they are grouped; not at all when left out.")] group_by: Option<TradeGrouping>,
    ) -> Result<Vec<RiskReward>> {
        let Some((snapshot, chosen)) = Box::pin(self.chosen(call(ctx), &filter, period)).await? else {
            return Ok(Vec::new());
        };
        Ok(Box::pin(plans(&snapshot, &chosen, group_by)).await?.into_iter().map(RiskReward::from).collect())
    }

    /// The sum of the closed trades over time with its drawdown and streaks, for each group and currency, most trades
    /// first, at most 100.
    async fn equity_curves(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
        #[graphql(desc = "On which days they were closed; on any when left out.")] period: Option<Period>,
        #[graphql(desc = "By what they are grouped; not at all when left out.")] group_by: Option<TradeGrouping>,
        #[graphql(desc = "How much time a point stands for at least.", default_with = "CurveStep::Day")]
        step: CurveStep,
    ) -> Result<Vec<EquityCurve>> {
        let Some((snapshot, chosen)) = Box::pin(self.chosen(call(ctx), &filter, period)).await? else {
            return Ok(Vec::new());
        };
        let curves = Box::pin(curves(&snapshot, &chosen, group_by, step.into())).await?;
        Ok(curves.into_iter().map(EquityCurve::from).collect())
    }

    /// The days on which trades were closed, by currency and oldest first: profit and loss for a calendar.
    async fn profit_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day, part of it.")] from: Date,
        #[graphql(desc = "The last day, part of it; at most 400 days with the first.")] to: Date,
        #[graphql(desc = "Which trades count; all when left out.")] filter: Option<Filter<TradeLog>>,
    ) -> Result<Vec<TradingDay>> {
        let period = calendar(from, to)?;
        let Some((snapshot, chosen)) = Box::pin(self.chosen(call(ctx), &filter, None)).await? else {
            return Ok(Vec::new());
        };
        let chosen = Chosen { period, ..chosen };
        Box::pin(days(&snapshot, &chosen)).await?.into_iter().map(TradingDay::try_from).collect()
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
        let Some((snapshot, chosen)) = Box::pin(self.chosen(call, &filter, None)).await? else {
            return Ok(Vec::new());
        };
        let years = match calendar {
            Some(calendar) => calendar.into(),
            None => Box::pin(usual_years(call, self.user_id)).await?,
        };
        RealisedGains::of(Box::pin(days(&snapshot, &chosen)).await?, years)
    }
}

impl TradeFigures {
    /// Where to read, and which trades, for who reads their own; nobody reads another's.
    async fn chosen<'a>(
        &self,
        call: &Call,
        filter: &'a Option<Filter<TradeLog>>,
        period: Option<Period>,
    ) -> Result<Option<(Arc<Snapshot>, Chosen<'a>)>> {
        let snapshot = call.snapshot();
        if snapshot.scope().user_id().ok() != Some(self.user_id) {
            return Ok(None);
        }
        let period = period.map(Period::days).transpose()?.unwrap_or_default();
        let zone = zone(call, self.user_id).await?;
        let filter = filter.as_ref().map(|filter| &filter.0);
        Ok(Some((snapshot, Chosen { user_id: self.user_id, filter, period, zone })))
    }
}

/// Where the user's days begin.
pub async fn zone(call: &Call, user_id: Uuid) -> Result<chrono_tz::Tz> {
    // A token that may not read the preferences still knows its days, by UTC.
    let preferences = match call.one::<Preferences>(BY_USER, vec![user_id.into()]).await {
        Err(error) if error.code == ErrorCode::Forbidden => None,
        found => found?,
    };
    Ok(preferences.and_then(|preferences| preferences.timezone?.parse().ok()).unwrap_or(chrono_tz::UTC))
}

/// The tax years of the user's country, unless calendar years are preferred.
pub async fn usual_years(call: &Call, user_id: Uuid) -> Result<TaxYears> {
    let Some(onboarding) = call.one::<Onboarding>(BY_USER, vec![user_id.into()]).await? else {
        return Ok(TaxYears::Calendar);
    };
    if onboarding.tax_year_preference.as_deref() == Some(TaxYear::Calendar.stored()) {
        return Ok(TaxYears::Calendar);
    }
    Ok(TaxYears::of_residency(&onboarding.tax_residency.unwrap_or_default()))
}
