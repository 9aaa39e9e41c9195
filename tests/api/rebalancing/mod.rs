//! The rebalancing schedule, plans carried out on paper, and runs by schedule.

mod credentials;
mod executing;
mod laws;
mod runs;
mod schedule;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    portfolio::checker,
    support::{Api, Somebody},
};

pub const EXECUTE: &str =
    "mutation ($input: ExecuteRebalancePlanInput!) { executeRebalancePlan(input: $input) { rebalanceExecution {
    executionType vaultId portfolioValueBefore totalDriftPercent cashBefore newCash cashAfter tradesExecuted
    completedSuccessfully errorMessage schedule { id } trades { symbol side quantity price amount }
} portfolio { portfolioValue cashBalance drift { isDue } holdings { nodes { symbol quantity avgCost marketValue } } }
  rebalanceSchedule { lastRebalanceTime nextScheduledTime } } }";

/// What somebody wants of cash, equities, bonds and alternatives, in per cent.
async fn aims(api: &Api, who: &Somebody, targets: [&str; 4]) {
    let [cash, equity, bond, alternative] = targets;
    api.sql(&format!(
        "INSERT INTO user_trading_preferences (user_id, cash_allocation_target, equity_allocation_target, \
         bond_allocation_target, alternative_allocation_target, rebalance_threshold) \
         VALUES ('{}', {cash}, {equity}, {bond}, {alternative}, 5)",
        who.id
    ))
    .await;
}

/// Makes a portfolio in dollars; of each holding the symbol, class, quantity, average cost and price. Answers its id.
async fn portfolio(
    api: &Api,
    who: &Somebody,
    name: &str,
    cash: &str,
    holdings: &[(&str, &str, &str, &str, &str)],
) -> Value {
    let holdings = holdings.iter().map(|(symbol, class, quantity, cost, price)| {
        json!({ "symbol": symbol, "assetClass": class, "quantity": quantity, "avgCost": cost, "currentPrice": price })
    });
    let input = json!({
        "vaultId": name, "currency": "USD", "cashBalance": cash, "holdings": holdings.collect::<Vec<_>>()
    });
    let document = "mutation ($input: CreatePortfolioInput!) { createPortfolio(input: $input) { portfolio { id } } }";
    let answer = api.ask_with(Some(who), document, json!({ "input": input })).await;
    answer.data()["createPortfolio"]["portfolio"]["id"].clone()
}

/// The plan for somebody's first portfolio.
async fn plan(api: &Api, who: &Somebody, arguments: &str) -> Value {
    let document = format!(
        "{{ viewer {{ portfolios(first: 1) {{ nodes {{ rebalancePlan{arguments} {{ digest total cashAfter shortfall reason \
         trades {{ side quantity amount holding {{ symbol }} }} classes {{ key weightAfter unreachable }} }} }} }} }} }}"
    );
    let answer = api.ask(Some(who), &document).await;
    answer.data()["viewer"]["portfolios"]["nodes"][0]["rebalancePlan"].clone()
}

/// The input that carries out what was seen.
fn request(portfolio: &Value, seen: &Value, more: Value) -> Value {
    let mut input = json!({ "portfolioId": portfolio, "digest": seen["digest"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Carries a plan out, and sees that every figure is what it follows from.
async fn executed(api: &Api, who: &Somebody, input: Value) -> Value {
    let answer = api.ask_with(Some(who), EXECUTE, json!({ "input": input })).await;
    let payload = answer.data()["executeRebalancePlan"].clone();
    let differences = checker::differences(api).await;
    assert!(differences.is_empty(), "after {input}: {differences:#?}");
    payload
}

#[track_caller]
fn number(value: &Value) -> Decimal {
    value.as_str().unwrap_or_else(|| panic!("{value} is no number")).parse::<Decimal>().unwrap().normalize()
}
