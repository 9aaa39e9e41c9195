//! A portfolio's fields about its targets: how far it is from them, and what would bring it back.

use async_graphql::{Context, Object};
use futures_util::future::try_join5;
use rust_decimal::Decimal as Exact;
use uuid::Uuid;

use super::{
    RebalanceSchedule,
    drift_report::{AssetClassDrift, DriftReport, OversizedHolding, TargetSource, add_up, shown},
    facts::{Facts, Rows},
    rebalance_plan::{PlannedClass, PlannedTrade, RebalancePlan},
};
use crate::{
    clock,
    graphql::{
        call::call,
        error::Result,
        input::Check,
        scalars::{Currency, DateTime, Decimal},
        table::BY_USER,
    },
    onboarding::types::TradingPreferences,
    portfolio::types::{Holding, figures::OF_PORTFOLIO},
    rebalancing::{
        drift::{Report, Unknown},
        plan::{self, Refusal},
        targets::Key,
    },
    vault_categories::types::{CategoryAssignment, VaultCategory},
};

/// How many trades may be asked for.
const TRADES_MAX: i32 = 1000;

/// A portfolio, as far as its balance needs it.
pub struct Balance {
    pub user_id: Uuid,
    pub vault_id: String,
    pub currency: String,
    pub cash: Exact,
}

/// Fields of a portfolio about its targets.
#[Object]
impl Balance {
    /// How far the portfolio is from the targets of its user's categories or trading preferences.
    async fn drift(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The drift above which rebalancing is due, in percentage points: 0 to 100, at most 4 decimal \
                          places; what was set when left out."
        )]
        threshold: Option<Decimal>,
    ) -> Result<DriftReport> {
        let mut check = Check::default();
        check_plan(&mut check, None, None, threshold);
        check.finish()?;
        let facts = Box::pin(self.facts(ctx, threshold)).await?;
        let found = facts.report(self.cash);
        self.told(&facts, found)
    }

    /// The trades that would bring the portfolio back to its targets, as a preview that writes nothing.
    async fn rebalance_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Money that comes in first, in the portfolio's currency, at most two decimals; negative to \
                          take it out.")]
        new_cash: Option<Decimal>,
        #[graphql(desc = "The most trades, 0 to 1000; the schedule's when left out, else 10.")] max_trades: Option<i32>,
        #[graphql(desc = "False refuses a plan that leaves a class further off than its threshold; the schedule's \
                          setting when left out, else true.")]
        allow_partial: Option<bool>,
        #[graphql(
            desc = "The drift above which rebalancing is due, in percentage points: 0 to 100, at most 4 decimal \
                          places; what was set when left out."
        )]
        threshold: Option<Decimal>,
    ) -> Result<RebalancePlan> {
        let mut check = Check::default();
        check_plan(&mut check, new_cash, max_trades, threshold);
        check.finish()?;
        let new_cash = new_cash.map(|cash| cash.0).unwrap_or_default();
        let facts = Box::pin(self.facts(ctx, threshold)).await?;
        let found = facts.plan(self.cash, new_cash, facts.limits(max_trades, allow_partial));
        self.planned(&facts, new_cash, found)
    }
}

impl Balance {
    /// Reads what a report and a plan are made from; a threshold stands in for those that were set.
    pub async fn facts(&self, ctx: &Context<'_>, threshold: Option<Decimal>) -> Result<Facts> {
        let (call, user) = (call(ctx), vec![self.user_id.into()]);
        let (holdings, schedule, preferences, categories, assignments) = try_join5(
            call.all::<Holding>(OF_PORTFOLIO, vec![self.user_id.into(), (&self.vault_id).into()]),
            call.one::<RebalanceSchedule>(BY_USER, user.clone()),
            call.one::<TradingPreferences>(BY_USER, user.clone()),
            call.all::<VaultCategory>(BY_USER, user.clone()),
            call.all::<CategoryAssignment>(BY_USER, user),
        )
        .await?;
        let rows = Rows { holdings, schedule, preferences, categories, assignments };
        Ok(Facts::of(rows, threshold.map(|threshold| threshold.0), clock::now()))
    }

    fn told(&self, facts: &Facts, found: Result<Report<Key>, Unknown>) -> Result<DriftReport> {
        let (report, reason) = match found {
            Ok(report) => (Some(report), None),
            Err(unknown) => (None, Some(unknown.into())),
        };
        let source =
            if facts.categories.is_empty() { TargetSource::TradingPreferences } else { TargetSource::Categories };
        let mut classes = Vec::new();
        let mut oversized = Vec::new();
        if let Some(report) = &report {
            for class in shown(report) {
                classes.push(AssetClassDrift::of(class.clone(), &facts.categories)?);
            }
            for found in &report.oversized {
                oversized.extend(OversizedHolding::of(*found, &facts.holdings)?);
            }
        }
        let sum = report.as_ref().map(|report| report.targets_sum);
        Ok(DriftReport {
            currency: Currency(self.currency.clone()),
            target_source: facts.wanted.is_some().then_some(source),
            targets_sum: sum.map(Decimal),
            targets_add_up: add_up(sum),
            total: report.as_ref().map(|report| Decimal::amount(report.total)),
            drift: report.as_ref().map(|report| Decimal(report.drift)),
            is_due: report.is_some_and(|report| report.is_due),
            classes,
            oversized,
            reason,
            as_of: facts.fresh.as_of.map(DateTime),
            is_stale: facts.fresh.is_stale,
        })
    }

    fn planned(
        &self,
        facts: &Facts,
        new_cash: Exact,
        found: Result<plan::Plan<Key>, Refusal>,
    ) -> Result<RebalancePlan> {
        let empty = RebalancePlan {
            currency: Currency(self.currency.clone()),
            digest: None,
            trades: Vec::new(),
            classes: Vec::new(),
            total: None,
            cash_before: Decimal::amount(self.cash),
            new_cash: Decimal::amount(new_cash),
            cash_after: None,
            sales: None,
            purchases: None,
            drift_after: None,
            shortfall: None,
            reason: None,
            as_of: facts.fresh.as_of.map(DateTime),
            is_stale: facts.fresh.is_stale,
        };
        let plan = match found {
            Ok(plan) => plan,
            Err(refusal) => return Ok(RebalancePlan::refused(refusal, empty)),
        };
        let digest = facts.digest((self.user_id, &self.vault_id), self.cash, new_cash, &plan);
        let mut trades = Vec::new();
        for trade in &plan.trades {
            trades.extend(PlannedTrade::of(*trade, &facts.holdings)?);
        }
        let is_shown =
            |class: &plan::ClassPlan<Key>| class.target.key != Key::Unassigned || !class.value_before.is_zero();
        let classes = plan.classes.into_iter().filter(is_shown);
        Ok(RebalancePlan {
            digest: Some(digest),
            trades,
            classes: classes.map(|class| PlannedClass::of(class, &facts.categories)).collect::<Result<_>>()?,
            total: Some(Decimal::amount(plan.total)),
            cash_after: Some(Decimal::amount(plan.cash_after)),
            sales: Some(Decimal::amount(plan.sales)),
            purchases: Some(Decimal::amount(plan.purchases)),
            drift_after: Some(Decimal(plan.drift_after)),
            shortfall: plan.shortfall.map(Into::into),
            ..empty
        })
    }
}

/// Notes every problem of what is asked of a plan, whether to look at it or to carry it out.
pub fn check_plan(check: &mut Check, new_cash: Option<Decimal>, max_trades: Option<i32>, threshold: Option<Decimal>) {
    if let Some(cash) = new_cash {
        check.decimal("newCash", cash, 20, 2);
    }
    check.range("maxTrades", max_trades, 0, TRADES_MAX);
    if let Some(threshold) = threshold {
        check_threshold(check, threshold);
    }
}

/// Notes what is wrong with a drift above which rebalancing is due.
pub fn check_threshold(check: &mut Check, threshold: Decimal) {
    if (Exact::ZERO..=Exact::ONE_HUNDRED).contains(&threshold.0) {
        check.decimal("threshold", threshold, 10, 4);
    } else {
        check.problem("threshold", "OUT_OF_RANGE", "threshold lies between 0 and 100.");
    }
}
