//! Prices of feeds: what follows from them, for whom, and what is refused.
//!
//! After every batch the checker of portfolios works out all derived figures once more.

mod crowds;
mod feeds;
mod following;
mod history;
mod latecomers;
mod refusals;
mod snapshots;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    personal_tokens::{admit, with_token},
    portfolio::{checker, document},
    support::{Api, Somebody},
};

const RESULTS: &str = "taken portfolios portfoliosKept
    results { index symbol currency outcome holdings positions watchlistItems tradeLogs problems { path code } }";

/// An administrator with a token for prices.
async fn feed(api: &Api) -> Somebody {
    let root = api.somebody("root").await;
    admit(api, &root).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", root.id)).await;
    with_token(api, &root, &["prices:write"]).await.0
}

/// So many minutes ago.
fn ago(minutes: i64) -> DateTime<Utc> {
    chrono::SubsecRound::trunc_subsecs(Utc::now() - TimeDelta::minutes(minutes), 6)
}

fn price(symbol: &str, currency: &str, price: &str, time: DateTime<Utc>) -> Value {
    json!({ "symbol": symbol, "currency": currency, "price": price, "time": time })
}

/// The same with the price at which the day before ended.
fn after(mut price: Value, previous_close: &str) -> Value {
    price["previousClose"] = previous_close.into();
    price
}

fn batch(prices: &[Value]) -> Value {
    json!({ "prices": prices, "source": "test feed" })
}

/// Sends a batch, which is done, and sees that everything follows; answers the payload.
async fn send(api: &Api, feed: &Somebody, prices: &[Value]) -> Value {
    let document = document("updatePrices", RESULTS);
    let answer = api.ask_with(Some(feed), &document, json!({ "input": batch(prices) })).await;
    let payload = answer.data()["updatePrices"].clone();
    assert_eq!(checker::differences(api).await, Vec::<String>::new(), "after {prices:?}");
    payload
}

/// What came of each price: its outcome, and holdings, positions, items and logs that have it.
fn outcomes(payload: &Value) -> Vec<String> {
    let results = payload["results"].as_array().unwrap().iter();
    let line = |result: &Value| {
        let counts = ["holdings", "positions", "watchlistItems", "tradeLogs"].map(|field| result[field].to_string());
        let codes = result["problems"].as_array().unwrap().iter();
        let codes: String = codes.map(|problem| format!(" {}", problem["code"].as_str().unwrap())).collect();
        format!(
            "{} {} {}{codes}",
            result["symbol"].as_str().unwrap(),
            result["outcome"].as_str().unwrap(),
            counts.join(" ")
        )
    };
    results.map(line).collect()
}

/// Does what somebody may do with their own rows.
async fn done(api: &Api, who: &Somebody, (name, selection): (&str, &str), input: Value) -> Value {
    let answer = api.ask_with(Some(who), &document(name, selection), json!({ "input": input })).await;
    answer.data()[name].clone()
}

/// A portfolio with these holdings: symbol, quantity, average cost.
async fn portfolio(
    api: &Api,
    who: &Somebody,
    (name, currency): (&str, &str),
    holdings: &[(&str, &str, &str)],
) -> String {
    let holdings: Vec<Value> = holdings
        .iter()
        .map(|(symbol, quantity, cost)| json!({ "symbol": symbol, "quantity": quantity, "avgCost": cost }))
        .collect();
    let mut input = json!({ "vaultId": name, "currency": currency });
    if !holdings.is_empty() {
        input["holdings"] = holdings.into();
    }
    let made = done(api, who, ("createPortfolio", "portfolio { id }"), input).await;
    made["portfolio"]["id"].as_str().unwrap().to_owned()
}

/// What somebody's portfolios come to.
async fn values(api: &Api, who: &Somebody) -> Vec<String> {
    let document = "{ viewer { portfolios(orderBy: [{ field: VAULT_ID }]) { nodes {
        vaultId portfolioValue totalGainLoss dayGainLoss isStale isDayStale } } } }";
    let answer = api.ask(Some(who), document).await;
    let nodes = answer.data()["viewer"]["portfolios"]["nodes"].as_array().unwrap().clone();
    let line = |node: &Value| {
        let amounts = ["portfolioValue", "totalGainLoss", "dayGainLoss"].map(|field| amount(&node[field]));
        let marks = [("isStale", " stale"), ("isDayStale", " day-stale")];
        let marks: String = marks.iter().filter(|(field, _)| node[*field] == true).map(|(_, mark)| *mark).collect();
        format!("{} {}{marks}", node["vaultId"].as_str().unwrap(), amounts.join(" "))
    };
    nodes.iter().map(line).collect()
}

/// An amount with its two places; nothing at all is answered without any.
fn amount(value: &Value) -> String {
    format!("{:.2}", value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap())
}
