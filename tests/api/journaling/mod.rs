//! Writing the journal: its entries, the trades in it, and what is thought of them.

mod analyses;
mod closing;
mod corrections;
mod create;
mod entries;
mod opening;
mod parts;
mod search;

use serde_json::{Value, json};

use crate::support::{Api, Somebody};

/// What shows of a trade everything that is computed.
const FIGURES: &str = "tradeLog { totalValue fees riskRewardRatio positionSizePercent currentPrice unrealizedPnl \
                       unrealizedPnlPercent maxProfit maxLoss exitPrice exitDate exitReason realizedPnl realizedPnlPercent \
                       status isActive }";

/// The document of a mutation with this selection.
fn document(name: &str, selection: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!("mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} }} }}")
}

/// Does something, and answers its payload.
async fn done(api: &Api, who: &Somebody, (name, selection): (&str, &str), input: Value) -> Value {
    let answer = api.ask_with(Some(who), &document(name, selection), json!({ "input": input })).await;
    answer.data()[name].clone()
}

/// An input with these fields changed; `OMIT` takes one out.
fn with(input: &Value, changes: Value) -> Value {
    let mut input = input.clone();
    for (field, value) in changes.as_object().unwrap() {
        if value == OMIT {
            input.as_object_mut().unwrap().remove(field);
        } else {
            input[field] = value.clone();
        }
    }
    input
}

const OMIT: &str = "(left out)";

/// Ten units of FPH at 20, target 26, stop 18, fees 4.
fn fph() -> Value {
    json!({
        "symbol": "FPH", "currency": "NZD", "tradeType": "BUY", "entryPrice": "20", "quantity": "10", "fees": "4",
        "targetPrice": "26", "stopLossPrice": "18", "tradeDate": "2026-03-02", "executionTime": "2026-03-02T10:00:00Z"
    })
}

/// Opens a trade, and answers its id.
async fn opened(api: &Api, who: &Somebody, input: Value) -> String {
    let trade = done(api, who, ("openTradeLog", "tradeLog { id }"), input).await;
    trade["tradeLog"]["id"].as_str().unwrap().to_owned()
}

/// Writes an entry, and answers its id.
async fn written(api: &Api, who: &Somebody, input: Value) -> String {
    let entry = done(api, who, ("createJournalEntry", "journalEntry { id }"), input).await;
    entry["journalEntry"]["id"].as_str().unwrap().to_owned()
}

/// The rows that a node shows.
async fn node(api: &Api, who: &Somebody, id: &str, ty: &str, selection: &str) -> Value {
    let document = format!("{{ node(id: \"{id}\") {{ ... on {ty} {{ {selection} }} }} }}");
    api.ask(Some(who), &document).await.body["data"]["node"].clone()
}

/// What the last activity says: its action, and what became of which rows.
async fn last_activity(api: &Api, who: &Somebody) -> Value {
    let answer = api.ask(Some(who), "{ viewer { activities(first: 1) { nodes { action metadata } } } }").await;
    let last = &answer.data()["viewer"]["activities"]["nodes"][0];
    json!([last["action"], last["metadata"]])
}
