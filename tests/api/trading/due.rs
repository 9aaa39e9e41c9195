//! Rules that want something done: the list of them, and word to those who subscribed.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use stackmotive::{
    clock,
    jobs::{JOBS, Job, Run, run_due},
};

use crate::{
    changes::{follow, hears_nothing, told},
    support::{Api, Server, Somebody, Statements},
    websocket::Socket,
};

const DUE: &str = "query ($prices: [GivenPriceInput!]) { viewer { dueTradeRules(prices: $prices) {
    buys { ...it } stops { ...it } notEvaluable { ...it }
} } } fragment it on JudgedTradeRule { tradeRule { symbol ruleType } evaluation { suggestedQuantity reason price } }";

/// A holding of somebody's portfolio in dollars, which is made when it is missing.
async fn hold(api: &Api, who: &Somebody, symbol: &str, (quantity, cost, price): (&str, &str, &str)) {
    let id = who.id;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency) VALUES ('{id}', 'main', 'USD') ON CONFLICT DO NOTHING; \
         INSERT INTO portfolio_holdings (user_id, vault_id, symbol, quantity, avg_cost, current_price, price_as_of, market_value) \
         VALUES ('{id}', 'main', '{symbol}', {quantity}, {cost}, {price}, now(), 0)"
    ))
    .await;
}

async fn reprice(api: &Api, symbol: &str, price: &str) {
    api.sql(&format!("UPDATE portfolio_holdings SET current_price = {price} WHERE symbol = '{symbol}'")).await;
}

/// A rule: symbol, and the rest of its columns after `rule_type`.
async fn rule(api: &Api, who: &Somebody, symbol: &str, kind: &str, rest: &str) {
    api.sql(&format!(
        "INSERT INTO user_trade_rule (user_id, symbol, rule_type, threshold, frequency, amount, enabled, last_triggered) \
         VALUES ('{}', '{symbol}', '{kind}', {rest})",
        who.id
    ))
    .await;
}

/// Each list as lines, such as `AAA 3.33333333`, or the reason in place of the quantity.
async fn due(api: &Api, who: &Somebody, prices: Value) -> [Vec<String>; 3] {
    let answer = api.ask_with(Some(who), DUE, json!({ "prices": prices })).await;
    let found = answer.data()["viewer"]["dueTradeRules"].clone();
    ["buys", "stops", "notEvaluable"].map(|list| {
        let line = |judged: &Value| {
            let (symbol, evaluation) = (judged["tradeRule"]["symbol"].as_str().unwrap(), &judged["evaluation"]);
            let what = evaluation["suggestedQuantity"].as_str().or(evaluation["reason"].as_str()).unwrap();
            format!("{symbol} {what}")
        };
        found[list].as_array().unwrap().iter().map(line).collect()
    })
}

#[tokio::test]
async fn what_is_due_is_sorted_by_what_is_to_be_done() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    for (symbol, facts) in
        [("AAA", ("3", "100", "90")), ("BBB", ("2", "0", "90")), ("CCC", ("2", "50", "30")), ("EEE", ("1", "10", "10"))]
    {
        hold(&api, &ada, symbol, facts).await;
    }
    rule(&api, &ada, "AAA", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    rule(&api, &ada, "BBB", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    rule(&api, &ada, "CCC", "DCA", "30, 'weekly', 100, true, now() - interval '7 days'").await;
    rule(&api, &ada, "DDD", "DCA", "30, 'weekly', 100, true, NULL").await;
    rule(&api, &ada, "EEE", "DCA", "30, 'weekly', 100, false, NULL").await;
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let statements = Statements::listen();
    let found = due(&api, &ada, json!([])).await;
    // The token, the rules, and what they are judged by: holdings, positions, portfolios, preferences.
    let heard = statements.take();
    assert_eq!(heard.len(), 6, "{heard:#?}");
    let [buys, stops, rest] = found;
    assert_eq!(buys, words(&["CCC 3.33333333"]));
    assert_eq!(stops, words(&["AAA 3.00000000"]));
    assert_eq!(rest, words(&["BBB COST_UNKNOWN", "DDD PRICE_UNKNOWN"]));
    // At given prices, and nothing of somebody else's.
    let [buys, stops, rest] =
        due(&api, &ada, json!([{ "symbol": "ddd", "price": "25" }, { "symbol": "AAA", "price": 91 }])).await;
    assert_eq!(
        (buys, stops, rest),
        (words(&["CCC 3.33333333", "DDD 4.00000000"]), vec![], words(&["BBB COST_UNKNOWN"]))
    );
    assert_eq!(due(&api, &eve, json!([])).await, [Vec::<String>::new(), Vec::new(), Vec::new()]);
    for (prices, issues) in [
        (
            json!([{ "symbol": "A", "price": "0" }, { "symbol": " ", "price": "1" }]),
            vec!["prices.0.price OUT_OF_RANGE", "prices.1.symbol BLANK"],
        ),
        (json!([{ "symbol": "A", "price": "1" }, { "symbol": "a", "price": "2" }]), vec!["prices.1.symbol TWICE"]),
        (json!(vec![json!({ "symbol": "A", "price": "1" }); 101]), vec!["prices TOO_MANY"]),
    ] {
        let answer = api.ask_with(Some(&ada), DUE, json!({ "prices": prices })).await;
        assert_eq!((answer.code(), answer.issues()), ("INVALID", words(&issues)));
    }
}

/// What a position without a price is worth is what it cost, and no price to judge by.
#[tokio::test]
async fn a_cost_is_no_price() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let known = "2999999.0, 'monthly', 100, true, NULL";
    for (symbol, price) in [("AAA", None), ("BBB", Some("7")), ("CCC", Some("5"))] {
        let input = json!({
            "symbol": symbol, "account": "Main", "quantity": "1", "avgPrice": "5", "currentPrice": price, "currency": "USD"
        });
        let document = "mutation ($input: CreatePositionInput!) { createPosition(input: $input) { position { id } } }";
        api.ask_with(Some(&ada), document, json!({ "input": input })).await.data();
        rule(&api, &ada, symbol, "DCA", known).await;
    }
    hold(&api, &ada, "DDD", ("1", "5", "5")).await;
    rule(&api, &ada, "DDD", "DCA", known).await;
    api.sql("UPDATE portfolio_holdings SET price_as_of = NULL WHERE symbol = 'DDD'").await;
    let [buys, _, not_evaluable] = due(&api, &ada, Value::Null).await;
    assert_eq!(buys, ["BBB 14.28571428", "CCC 20.00000000"]);
    assert_eq!(not_evaluable, ["AAA PRICE_UNKNOWN", "DDD PRICE_UNKNOWN"]);
    let document =
        "{ viewer { tradeRules(filter: { symbol: { eq: \"AAA\" } }) { nodes { evaluation { price isStale } } } } }";
    let answer = api.ask(Some(&ada), document).await;
    let evaluation = &answer.data()["viewer"]["tradeRules"]["nodes"][0]["evaluation"];
    assert_eq!(*evaluation, json!({ "price": null, "isStale": true }));
}

fn job() -> Vec<Job> {
    JOBS.iter().filter(|job| job.name() == "due_trade_rules").copied().collect()
}

/// All servers look at once; how many rules were told of.
async fn look(servers: &[Api], now: DateTime<Utc>) -> u64 {
    let jobs = job();
    let runs = join_all(servers.iter().map(|server| run_due(&server.app, &jobs, now))).await;
    let runs: Vec<Run> = runs.into_iter().flat_map(Result::unwrap).collect();
    assert!(runs.iter().all(|run| run.failure.is_none()), "{runs:?}");
    runs.iter().map(|run| run.done).sum()
}

#[tokio::test]
async fn a_rule_is_told_of_once_until_it_has_been_at_rest() {
    let server = Server::start().await;
    let api = server.api.clone();
    let servers = [api.clone(), api.beside().await];
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    hold(&api, &ada, "AAA", ("3", "100", "91")).await;
    hold(&api, &eve, "AAA", ("3", "100", "91")).await;
    rule(&api, &ada, "AAA", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    let mut socket = Socket::open(&server, Some(&ada)).await;
    let mut hers = Socket::open(&server, Some(&eve)).await;
    let document = "subscription { viewerChanges { kind type node { ... on TradeRule { symbol evaluation { isDue suggestedQuantity } } } } }";
    follow(&mut socket, "due", document).await;
    follow(&mut hers, "due", document).await;

    let begun = clock::now();
    let minute = |count: i64| begun + TimeDelta::minutes(count);
    assert_eq!(look(&servers, begun).await, 0);
    reprice(&api, "AAA", "90").await;
    // Not before its minute is over.
    assert_eq!(look(&servers, begun).await, 0);
    assert_eq!(look(&servers, minute(1)).await, 1);
    let news = json!({
        "kind": "DUE", "type": "TRADE_RULE",
        "node": { "symbol": "AAA", "evaluation": { "isDue": true, "suggestedQuantity": "3.00000000" } }
    });
    assert_eq!(told(&mut socket, "due").await, news);
    hears_nothing(&mut hers).await;
    for count in 2..6 {
        assert_eq!(look(&servers, minute(count)).await, 0, "it was told");
    }
    hears_nothing(&mut socket).await;
    let query = "{ viewer { tradeRules { nodes { notifiedAt updatedAt createdAt } } activities(first: 1) { nodes { action sessionId context } } } }";
    let answer = api.ask(Some(&ada), query).await;
    let found = &answer.data()["viewer"];
    let node = &found["tradeRules"]["nodes"][0];
    assert_eq!(node["updatedAt"], node["createdAt"], "telling of a rule does not change it");
    assert!(node["notifiedAt"].is_string());
    let activity = json!({
        "action": "trade_rules_due", "sessionId": "system:due_trade_rules", "context": "A trade rule wants something done."
    });
    assert_eq!(found["activities"]["nodes"][0], activity);

    // It recovers, and falls again.
    reprice(&api, "AAA", "95").await;
    assert_eq!(look(&servers, minute(7)).await, 0);
    assert_eq!(api.ask(Some(&ada), query).await.data()["viewer"]["tradeRules"]["nodes"][0]["notifiedAt"], Value::Null);
    reprice(&api, "AAA", "89").await;
    assert_eq!(look(&servers, minute(8)).await, 1);
    assert_eq!(told(&mut socket, "due").await["kind"], "DUE");
}

#[tokio::test]
async fn a_purchase_is_told_of_once_a_period() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let servers = [api.clone()];
    hold(&api, &ada, "AAA", ("3", "100", "30")).await;
    rule(&api, &ada, "AAA", "DCA", "30, 'weekly', 100, true, NULL").await;
    rule(&api, &ada, "AAA", "DCA", "30, 'weekly', 100, false, NULL").await;
    rule(&api, &ada, "AAA", "DCA", "29.9999, 'weekly', 100, true, NULL").await;
    let begun = clock::now();
    assert_eq!(look(&servers, begun).await, 1);
    for (hours, count) in [(1, 0), (24, 0), (7 * 24 - 1, 0), (7 * 24, 1), (7 * 24 + 1, 0), (30 * 24, 1)] {
        assert_eq!(look(&servers, begun + TimeDelta::hours(hours)).await, count, "{hours}");
    }
    // Acted on, it rests for its period.
    api.sql("UPDATE user_trade_rule SET last_triggered = now() + interval '30 days'").await;
    assert_eq!(look(&servers, begun + TimeDelta::days(31)).await, 0);
    assert_eq!(look(&servers, begun + TimeDelta::hours(37 * 24 + 1)).await, 1);
    // Whoever has been shut out is told nothing.
    api.sql("UPDATE user_trade_rule SET notified_at = NULL; UPDATE users SET is_active = false").await;
    assert_eq!(look(&servers, begun + TimeDelta::days(90)).await, 0);
}
