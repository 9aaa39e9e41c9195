//! Random portfolios, planned and carried out through the API: what has to hold of each.

use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{aims, executed, number, plan, request};
use crate::support::{Api, Somebody};

/// How many portfolios are made up.
const PORTFOLIOS: usize = 25;
const CLASSES: [&str; 7] = ["EQUITY", "FUND", "BOND", "CRYPTO", "COMMODITY", "ALTERNATIVE", "CASH"];

#[derive(Debug)]
struct Made {
    targets: [Decimal; 4],
    cash: Decimal,
    new_cash: Decimal,
    max_trades: u32,
    /// Class, quantity, cost, price.
    holdings: Vec<(usize, Decimal, Decimal, Decimal)>,
}

prop_compose! {
    fn any()(
        mut cuts in prop::collection::vec(0..=1_000_000_i64, 3),
        cash in 0..100_000_000_i64,
        new_cash in prop_oneof![Just(0_i64), -1000..10_000_000_i64],
        max_trades in 0..8_u32,
        holdings in prop::collection::vec(
            (0..CLASSES.len(), 1..1_000_000_000_i64, 0..8_u32, prop_oneof![Just(0_i64), 1..10_000_000_i64], 0..50_000_000_i64),
            0..8,
        ),
    ) -> Made {
        cuts.extend([0, 1_000_000]);
        cuts.sort_unstable();
        let share = |place: usize| Decimal::new(cuts[place + 1] - cuts[place], 4);
        let holding = |(class, units, places, cost, price): (usize, i64, u32, i64, i64)| {
            (class, Decimal::new(units, places), Decimal::new(cost, 4), Decimal::new(price, 4))
        };
        Made {
            targets: [share(0), share(1), share(2), share(3)],
            cash: Decimal::new(cash, 2),
            new_cash: Decimal::new(new_cash, 2),
            max_trades,
            holdings: holdings.into_iter().map(holding).collect(),
        }
    }
}

#[tokio::test]
async fn what_is_carried_out_keeps_the_laws() {
    let api = Api::start().await;
    let mut runner = TestRunner::deterministic();
    let mut traded = 0;
    for n in 0..PORTFOLIOS {
        let made = any().new_tree(&mut runner).unwrap().current();
        let who = api.somebody(&format!("person{n}")).await;
        traded += usize::from(keeps_the_laws(&api, &who, &made).await);
    }
    assert!(traded > PORTFOLIOS / 3, "of {PORTFOLIOS} portfolios only {traded} were traded in");
}

async fn keeps_the_laws(api: &Api, who: &Somebody, made: &Made) -> bool {
    aims(api, who, made.targets.map(|target| target.to_string()).each_ref().map(String::as_str)).await;
    let names: Vec<String> = (0..made.holdings.len()).map(|n| format!("S{n}")).collect();
    let texts: Vec<[String; 3]> = made
        .holdings
        .iter()
        .map(|(_, quantity, cost, price)| [quantity, cost, price].map(|number| number.to_string()))
        .collect();
    let holdings: Vec<_> = names
        .iter()
        .zip(&texts)
        .zip(&made.holdings)
        .map(|((name, [quantity, cost, price]), holding)| {
            (name.as_str(), CLASSES[holding.0], quantity.as_str(), cost.as_str(), price.as_str())
        })
        .collect();
    let id = super::portfolio(api, who, "main", &made.cash.to_string(), &holdings).await;
    let arguments = format!(r#"(newCash: "{}", maxTrades: {}, allowPartial: true)"#, made.new_cash, made.max_trades);
    let seen = plan(api, who, &arguments).await;
    if seen["reason"] != Value::Null {
        assert_eq!(seen["reason"], "NO_VALUE", "{made:?}");
        return false;
    }
    let before = quantities(api, who).await;
    let more = json!({ "newCash": made.new_cash.to_string(), "maxTrades": made.max_trades, "allowPartial": true });
    // This also asks the checker whether every figure is what it follows from.
    let payload = executed(api, who, request(&id, &seen, more)).await;
    let record = &payload["rebalanceExecution"];
    let trades = record["trades"].as_array().unwrap();
    assert!(trades.len() <= made.max_trades as usize);
    assert_eq!(record["tradesExecuted"], trades.len());

    let sum = |side: &str| {
        let amounts = trades.iter().filter(|trade| trade["side"] == side).map(|trade| number(&trade["amount"]));
        amounts.sum::<Decimal>()
    };
    let cash = number(&payload["portfolio"]["cashBalance"]);
    assert_eq!(sum("BUY") + cash, sum("SELL") + made.cash + made.new_cash, "{made:?}");
    assert_eq!(cash, number(&record["cashAfter"]));

    let after = quantities(api, who).await;
    let mut expected = before.clone();
    for trade in trades {
        let held = expected.get_mut(trade["symbol"].as_str().unwrap()).unwrap();
        let quantity = number(&trade["quantity"]);
        *held += if trade["side"] == "BUY" { quantity } else { -quantity };
        assert!(*held >= Decimal::ZERO, "more was sold than there was: {made:?}");
    }
    expected.retain(|_, quantity| !quantity.is_zero());
    assert_eq!(after, expected, "{made:?}");

    let weights = seen["classes"].as_array().unwrap().iter().map(|class| number(&class["weightAfter"]));
    assert_eq!(weights.sum::<Decimal>(), Decimal::ONE_HUNDRED, "{made:?}");
    // What is worth something is worth as much as before, but for a cent that rounding leaves over in each trade.
    let value = number(&payload["portfolio"]["portfolioValue"]);
    let cents = Decimal::new(i64::try_from(trades.len()).unwrap(), 2);
    assert!((value - number(&seen["total"])).abs() <= cents, "{value} {seen:#}");
    !trades.is_empty()
}

async fn quantities(api: &Api, who: &Somebody) -> BTreeMap<String, Decimal> {
    let answer = api.ask(Some(who), "{ viewer { holdings { nodes { symbol quantity } } } }").await;
    let nodes = answer.data()["viewer"]["holdings"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (node["symbol"].as_str().unwrap().to_owned(), number(&node["quantity"]))).collect()
}
