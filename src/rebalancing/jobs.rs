//! Rebalancing by schedule: each schedule that is due is run once, by whichever server takes it first.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::{portfolio_summary, rebalance_schedule};
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    drift::Unknown,
    plan::Refusal,
    store::{
        self,
        execution::{self, Executed, Occasion},
    },
    types::{RebalanceExecution, RebalanceExecutionType, RebalanceSchedule, facts::Facts},
};
use crate::{
    access::{Module, Scope},
    app::App,
    database::transaction::Transaction,
    graphql::{
        call::{Call, Origin},
        error::{Error, ErrorCode, Result},
        mutation::{Deed, Write, deed::Change},
    },
    jobs::Queue,
    portfolio::{
        self,
        types::{Holding, Portfolio},
    },
};

/// Why a portfolio that positions feed is left as it is.
pub const FED: &str = "Positions at a broker feed this portfolio, and the broker is the truth there: trade with the broker, and import again.";

/// Runs the schedules that are due.
pub struct RunSchedules;

#[async_trait]
impl Queue for RunSchedules {
    fn name(&self) -> &'static str {
        "rebalance_schedules"
    }

    async fn next(&self, app: &Arc<App>, now: DateTime<Utc>) -> Result<bool> {
        let call = Call::new(app.clone(), Uuid::now_v7(), Origin::default(), Err(Error::unauthenticated()));
        let write = Write::begin(&call, Scope::system(), Uuid::nil()).await?.by_system(self.name());
        let Some(schedule) = store::claim_due(write.transaction(), now).await? else { return Ok(false) };
        let write = write.on_behalf_of(schedule.user_id).await?;
        let run = run(write.transaction(), &schedule, now).await?;
        store::has_run(write.transaction(), schedule.clone(), run.succeeded(), now).await?;
        write.commit(run.deed(schedule.id)).await?;
        Ok(true)
    }
}

/// What a run has come to.
#[derive(Default)]
struct Run {
    executed: Vec<Executed>,
    /// What could not be done, by the ids of its records.
    failed: Vec<Uuid>,
    /// The same of portfolios that positions feed, which is no failure: a run can never be what changes them.
    left: Vec<Uuid>,
}

impl Run {
    /// Nothing failed, and something was carried out; where nothing had to be, nothing was.
    fn succeeded(&self) -> bool {
        self.failed.is_empty() && !self.executed.is_empty()
    }

    fn deed(self, schedule: Uuid) -> Deed {
        let context = format!(
            "The rebalancing schedule ran: {} done on paper, {} not possible.",
            portfolios(self.executed.len()),
            portfolios(self.failed.len() + self.left.len())
        );
        let deed =
            Deed::new(Module::Rebalancing, "rebalance_schedule_run", context).updated::<RebalanceSchedule>(schedule);
        let deed = deed.each::<RebalanceExecution>(Change::Created, self.failed);
        let deed = deed.each::<RebalanceExecution>(Change::Created, self.left);
        self.executed.iter().fold(deed, told)
    }
}

fn portfolios(count: usize) -> String {
    if count == 1 { "1 portfolio".to_owned() } else { format!("{count} portfolios") }
}

/// The deed that has carried out this plan too.
pub fn told(deed: Deed, executed: &Executed) -> Deed {
    let named: Vec<Uuid> = executed.changed.iter().chain(&executed.gone).copied().chain([executed.portfolio]).collect();
    let deed = deed
        .created::<RebalanceExecution>(executed.execution)
        .updated::<Portfolio>(executed.portfolio)
        .each::<Holding>(Change::Updated, executed.changed.iter().copied())
        .each::<Holding>(Change::Deleted, executed.gone.iter().copied());
    executed.rolled().told_by(deed, &named)
}

async fn run(transaction: &Transaction, schedule: &rebalance_schedule::Model, now: DateTime<Utc>) -> Result<Run> {
    let user = schedule.user_id;
    portfolio::lock(transaction, &[user]).await?;
    let feeds = portfolio::fed(transaction, user, None).await?;
    let fed: BTreeSet<&str> = feeds.iter().map(|feed| feed.vault.as_str()).collect();
    let occasion = Occasion { kind: RebalanceExecutionType::Scheduled, schedule: Some(schedule.id), now };
    let mut run = Run::default();
    for portfolio in execution::portfolios(transaction, user).await? {
        transaction.execute_unprepared("SAVEPOINT portfolio").await?;
        let is_fed = fed.contains(portfolio.vault_id.as_str());
        match rebalance(transaction, (&portfolio, is_fed), schedule, occasion).await {
            Ok(Outcome::Nothing) => {}
            Ok(Outcome::Done(executed)) => run.executed.push(*executed),
            Ok(Outcome::Refused(drift, reason)) => {
                let failure = (drift, reason);
                run.failed.push(execution::record_failure(transaction, &portfolio, failure, occasion).await?);
            }
            Ok(Outcome::Fed(drift)) => {
                let failure = (Some(drift), FED.to_owned());
                run.left.push(execution::record_failure(transaction, &portfolio, failure, occasion).await?);
            }
            // Another look will be luckier.
            Err(error) if error.code == ErrorCode::Unavailable => return Err(error),
            Err(error) => {
                transaction.execute_unprepared("ROLLBACK TO SAVEPOINT portfolio").await?;
                let failure = (None, error.message);
                run.failed.push(execution::record_failure(transaction, &portfolio, failure, occasion).await?);
            }
        }
    }
    Ok(run)
}

/// What became of a portfolio.
enum Outcome {
    /// It needs nothing.
    Nothing,
    Done(Box<Executed>),
    /// It needs something that could not be done: with its drift, as far as that is known, and the reason.
    Refused(Option<Decimal>, String),
    /// It has this drift, which its broker alone can mend.
    Fed(Decimal),
}

async fn rebalance(
    transaction: &Transaction,
    (portfolio, is_fed): (&portfolio_summary::Model, bool),
    schedule: &rebalance_schedule::Model,
    occasion: Occasion,
) -> Result<Outcome> {
    let rows = execution::rows(transaction, portfolio.user_id, &portfolio.vault_id).await?;
    let facts = Facts::of(rows, None, occasion.now);
    let report = match facts.report(portfolio.cash_balance) {
        Ok(report) => report,
        // An empty portfolio needs nothing.
        Err(Unknown::NoValue) => return Ok(Outcome::Nothing),
        Err(unknown) => return Ok(Outcome::Refused(None, Refusal::Unknown(unknown).sentence())),
    };
    if schedule.only_if_thresholds_exceeded && !report.is_due {
        return Ok(Outcome::Nothing);
    }
    if is_fed {
        return Ok(if report.drift > Decimal::ZERO { Outcome::Fed(report.drift) } else { Outcome::Nothing });
    }
    let plan = match facts.plan(portfolio.cash_balance, Decimal::ZERO, facts.limits(None, None)) {
        Ok(plan) => plan,
        Err(refusal) => return Ok(Outcome::Refused(Some(report.drift), refusal.sentence())),
    };
    if let (true, Some(shortfall)) = (plan.trades.is_empty(), plan.shortfall) {
        let reason = format!("Nothing can be traded: {}.", shortfall.words());
        return Ok(Outcome::Refused(Some(report.drift), reason));
    }
    let executed = execution::execute(transaction, portfolio, (&facts, &plan, Decimal::ZERO), occasion).await?;
    Ok(Outcome::Done(Box::new(executed)))
}
