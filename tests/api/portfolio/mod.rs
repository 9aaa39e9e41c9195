//! Writing portfolios, holdings and positions: what is written, and what follows from it.
//!
//! After every mutation that is done, [`checker`] works out all derived figures once more.

pub mod checker;

mod accounts;
mod batches;
mod chance;
mod crowds;
mod formats;
mod holdings;
mod imports;
mod portfolios;
mod positions;
mod progress;
mod uploads;

use serde_json::{Value, json};

use crate::support::{Api, Somebody};

/// What is told of an import and its rows.
const IMPORT_ROWS: &str = "run { status recordsImported filename } source
    rows { lines symbol account action field code position { quantity avgPrice currentPrice currency } }";

/// A document that asks for one mutation.
pub fn document(name: &str, selection: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!("mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} }} }}")
}

/// Asks for a mutation, which is done, and sees that everything follows.
async fn done(api: &Api, who: &Somebody, (name, selection): (&str, &str), input: Value) -> Value {
    let answer = api.ask_with(Some(who), &document(name, selection), json!({ "input": input })).await;
    let payload = answer.data()[name].clone();
    let differences = checker::differences(api).await;
    assert!(differences.is_empty(), "after {name} of {input}: {differences:#?}");
    payload
}

/// Asks for a mutation, which is refused and changes nothing; answers the code and the problems.
async fn refused(api: &Api, who: &Somebody, name: &str, input: Value) -> String {
    api.refused(who, &document(name, "__typename"), input).await.refusal()
}

/// Makes a portfolio and answers its id.
async fn portfolio(api: &Api, who: &Somebody, name: &str, currency: &str) -> Value {
    let input = json!({ "vaultId": name, "currency": currency });
    done(api, who, ("createPortfolio", "portfolio { id }"), input).await["portfolio"]["id"].clone()
}

/// What the viewer has: each portfolio as `name currency value: SYMBOL quantity@cost@price…`.
async fn overview(api: &Api, who: &Somebody) -> Vec<String> {
    let document = "{ viewer { portfolios(orderBy: [{ field: VAULT_ID }]) { nodes { vaultId currency portfolioValue
        holdings { nodes { symbol quantity avgCost currentPrice isDerived } } } } } }";
    let answer = api.ask(Some(who), document).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let short = |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap().normalize();
    answer.data()["viewer"]["portfolios"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|portfolio| {
            let head = format!(
                "{} {} {}:",
                text(&portfolio["vaultId"]),
                text(&portfolio["currency"]),
                text(&portfolio["portfolioValue"])
            );
            let holdings = portfolio["holdings"]["nodes"].as_array().unwrap().iter().map(|holding| {
                let [quantity, cost, price] =
                    ["quantity", "avgCost", "currentPrice"].map(|field| short(&holding[field]));
                let mark = if holding["isDerived"] == true { "" } else { "!" };
                format!(" {}{mark} {quantity}@{cost}@{price}", text(&holding["symbol"]))
            });
            holdings.fold(head, |line, holding| line + &holding)
        })
        .collect()
}
