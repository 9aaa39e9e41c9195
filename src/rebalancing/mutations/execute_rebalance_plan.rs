//! `executeRebalancePlan`: a plan that somebody has seen, carried out on paper.

use async_graphql::{InputObject, SimpleObject};
use entity::portfolio_summary;
use rust_decimal::Decimal as Exact;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::{Access, Credential, Module},
    clock,
    graphql::{
        call::Call,
        error::{Error, ErrorCode, Issue, Result},
        id::Id,
        input::Check,
        mutation::{Deed, Mutation, Write},
        scalars::{DateTime, Decimal},
    },
    portfolio::{self, types::Portfolio},
    rebalancing::{
        jobs::{FED, told},
        plan::{Plan, Refusal, Side},
        store::{
            self,
            execution::{self, Occasion},
        },
        targets::Key,
        types::{RebalanceExecution, RebalanceExecutionType, RebalanceSchedule, balance::check_plan, facts::Facts},
    },
};

/// How long a digest may be.
const DIGEST_MAX: usize = 64;

/// A plan to carry out on paper: `rebalancePlan` of the portfolio, with the same arguments.
#[derive(InputObject)]
pub struct ExecuteRebalancePlanInput {
    /// The portfolio. CONFLICT where positions at brokers feed it, because the broker is the truth there.
    pub portfolio_id: Id<Portfolio>,
    /// The plan's `digest` as it was last seen. Where the plan would be another one now, because holdings, prices, cash,
    /// targets or arguments are others, the answer is CONFLICT with the new plan in `extensions.current`, and nothing changes.
    pub digest: String,
    /// Money that comes in first, in the portfolio's currency, at most two decimals; negative to take it out.
    pub new_cash: Option<Decimal>,
    /// The most trades, 0 to 1000; the schedule's when left out, else 10.
    pub max_trades: Option<i32>,
    /// False refuses a plan that leaves a class further off than its threshold; the schedule's setting when left out, else
    /// true.
    pub allow_partial: Option<bool>,
    /// The drift above which rebalancing is due, in percentage points: 0 to 100, at most 4 decimal places; what was set
    /// when left out.
    pub threshold: Option<Decimal>,
    /// The portfolio's `lastUpdated` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
    /// Whether everything is only to be tried: the answer is the same, and nothing is written.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What was carried out.
#[derive(SimpleObject)]
pub struct ExecuteRebalancePlanPayload {
    /// The record of what was really done.
    rebalance_execution: RebalanceExecution,
    /// The portfolio as it is now.
    portfolio: Portfolio,
    /// The viewer's schedule, whose last and next run have moved; null when there is none.
    rebalance_schedule: Option<RebalanceSchedule>,
}

#[derive(Serialize, Deserialize)]
pub struct Executed {
    execution: Uuid,
    portfolio: Uuid,
    schedule: Option<Uuid>,
}

impl ExecuteRebalancePlanInput {
    fn new_cash(&self) -> Exact {
        self.new_cash.map(|cash| cash.0).unwrap_or_default()
    }

    /// The plan as it is now, which is the one that was seen.
    fn plan(&self, facts: &Facts, portfolio: &portfolio_summary::Model) -> Result<Plan<Key>> {
        let (cash, new_cash) = (portfolio.cash_balance, self.new_cash());
        let plan = facts.plan(cash, new_cash, facts.limits(self.max_trades, self.allow_partial)).map_err(refused)?;
        let place = (portfolio.user_id, portfolio.vault_id.as_str());
        let digest = facts.digest(place, cash, new_cash, &plan);
        if digest == self.digest {
            return Ok(plan);
        }
        let message = "The plan is another one now; nothing was changed. Look at it, and send its digest.";
        let current = shown(facts, &plan, &digest);
        Err(Error { current: Some(Box::new(current)), ..Error::conflict(message) })
    }
}

/// A plan for somebody who has seen an older one.
fn shown(facts: &Facts, plan: &Plan<Key>, digest: &str) -> Value {
    let trades: Vec<Value> = plan
        .trades
        .iter()
        .filter_map(|trade| {
            let holding = facts.holdings.get(trade.holding)?;
            let side = if trade.side == Side::Buy { "BUY" } else { "SELL" };
            let [quantity, price, amount] = [trade.quantity, holding.current_price, trade.amount].map(Decimal);
            let symbol = &holding.symbol;
            Some(json!({ "symbol": symbol, "side": side, "quantity": quantity, "price": price, "amount": amount }))
        })
        .collect();
    let [total, cash_after, drift_after] = [plan.total, plan.cash_after, plan.drift_after].map(Decimal);
    json!({ "digest": digest, "trades": trades, "total": total, "cashAfter": cash_after, "driftAfter": drift_after })
}

fn refused(refusal: Refusal) -> Error {
    conflict(refusal.code(), refusal.sentence())
}

/// CONFLICT, with the reason at the portfolio.
fn conflict(code: &'static str, sentence: impl Into<String>) -> Error {
    let issue = Issue::new(&["input", "portfolioId"], code, sentence);
    Error { issues: vec![issue.clone()], ..Error::new(ErrorCode::Conflict, issue.message) }
}

/// A call by token is the API's, one by a signed-in person is theirs.
fn kind(call: &Call) -> Result<RebalanceExecutionType> {
    Ok(match call.viewer()?.credential {
        Credential::Session(_) => RebalanceExecutionType::Manual,
        _ => RebalanceExecutionType::ApiTriggered,
    })
}

impl Mutation for ExecuteRebalancePlanInput {
    const MODULE: Module = MODULE;
    type Done = Executed;
    type Payload = ExecuteRebalancePlanPayload;

    fn check(&self, check: &mut Check) {
        check.text("digest", &self.digest, DIGEST_MAX);
        check_plan(check, self.new_cash, self.max_trades, self.threshold);
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Executed, Deed)> {
        let (transaction, user, now) = (write.transaction(), write.user_id(), clock::now());
        let schedule = execution::lock_schedule(transaction, user).await?;
        portfolio::lock(transaction, &[user]).await?;
        let portfolio = write.row(self.portfolio_id, self.expected_updated_at).await?;
        // Holdings and cash change too, which a token for rebalancing alone may not.
        write.call().viewer()?.permit(Module::Portfolio, Access::Write)?;
        let feeds = portfolio::fed(transaction, user, None).await?;
        if feeds.iter().any(|feed| feed.vault == portfolio.vault_id) {
            return Err(conflict("FED", FED));
        }
        let rows = execution::rows(transaction, user, &portfolio.vault_id).await?;
        let facts = Facts::of(rows, self.threshold.map(|threshold| threshold.0), now);
        let plan = self.plan(&facts, &portfolio)?;
        let occasion = Occasion { kind: kind(write.call())?, schedule: None, now };
        let parts = (&facts, &plan, self.new_cash());
        let executed = execution::execute(transaction, &portfolio, parts, occasion).await?;
        let deed = Deed::new(MODULE, "rebalance_plan_executed", "A rebalancing plan was carried out on paper.");
        let mut deed = told(deed, &executed);
        let schedule_id = schedule.as_ref().map(|schedule| schedule.id);
        if let Some(schedule) = schedule {
            deed = deed.updated::<RebalanceSchedule>(schedule.id);
            store::has_run(transaction, schedule, true, now).await?;
        }
        Ok((Executed { execution: executed.execution, portfolio: portfolio.id, schedule: schedule_id }, deed))
    }

    async fn payload(call: &Call, executed: Executed) -> Result<ExecuteRebalancePlanPayload> {
        let rebalance_schedule = match executed.schedule {
            Some(schedule) => call.find(schedule).await?,
            None => None,
        };
        Ok(ExecuteRebalancePlanPayload {
            rebalance_execution: call.fetch(executed.execution).await?,
            portfolio: call.fetch(executed.portfolio).await?,
            rebalance_schedule,
        })
    }
}
