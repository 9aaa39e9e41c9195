//! Several feeds and people at once, and many random prices.

use std::cell::Cell;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{RESULTS, after, ago, batch, checker, done, feed, portfolio, price, send};
use crate::{portfolio::document, support::Api};

/// So many ask at once: each needs a connection of the few that tests have.
const CROWD: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn feeds_and_people_wait_for_each_other() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let symbols = ["A", "B", "C", "D"];
    let holdings: Vec<(&str, &str, &str)> = symbols.iter().map(|symbol| (*symbol, "3", "5")).collect();
    let mut portfolios = Vec::new();
    for who in [&ada, &bob] {
        portfolios.push(portfolio(&api, who, ("Growth", "USD"), &holdings).await);
        let items: Vec<Value> = symbols.iter().map(|symbol| json!({ "symbol": symbol })).collect();
        done(&api, who, ("createWatchlist", "watchlist { id }"), json!({ "name": "All", "items": items })).await;
    }
    let (update, create, position) = (
        document("updatePrices", RESULTS),
        document("createHolding", "holding { id }"),
        document("createPosition", "position { id }"),
    );
    let mut asked = Vec::new();
    for n in 0..6_i64 {
        // In another order each time, so that none of them may rely on that.
        let mut order = symbols;
        order.rotate_left(usize::try_from(n % 4).unwrap());
        let prices: Vec<Value> =
            order.iter().map(|symbol| price(symbol, "USD", &format!("{}", 10 + n), ago(10 - n))).collect();
        asked.push((&feed, &update, batch(&prices)));
        for (who, portfolio) in [&ada, &bob].into_iter().zip(&portfolios) {
            let new =
                json!({ "portfolioId": portfolio, "symbol": format!("N{n}"), "quantity": "1", "currentPrice": "10" });
            asked.push((who, &create, new));
            let new = json!({ "symbol": symbols[(n % 4) as usize], "account": format!("X{n}"), "quantity": "1", "avgPrice": "3", "currency": "USD" });
            asked.push((who, &position, new));
        }
    }
    let answers =
        asked.iter().map(|(who, document, input)| api.ask_with(Some(who), document, json!({ "input": input })));
    let answers: Vec<_> = stream::iter(answers).buffer_unordered(CROWD).collect().await;
    for answer in answers {
        answer.data();
    }
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    let sql = "{ viewer { holdings(filter: { symbol: { eq: \"A\" }, vaultId: { eq: \"Growth\" } }) { nodes { currentPrice } } } }";
    for who in [&ada, &bob] {
        let answer = api.ask(Some(who), sql).await;
        assert_eq!(
            answer.data()["viewer"]["holdings"]["nodes"],
            json!([{ "currentPrice": "15.0000" }]),
            "the latest has won"
        );
    }
}

#[tokio::test]
async fn totals_add_up_after_random_prices() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let state = Cell::new(7_u64);
    let roll = |bound: u64| {
        state.set(state.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        (state.get() >> 33) % bound
    };
    let symbols: Vec<String> = (0..6).map(|n| format!("S{n}")).collect();
    let currencies = ["USD", "NZD", "EUR"];
    for n in 0..4 {
        let who = api.somebody(&format!("person{n}")).await;
        for currency in currencies.iter().take(1 + n % 3) {
            let texts: Vec<(String, String, String)> = symbols
                .iter()
                .filter(|_| roll(3) > 0)
                .map(|symbol| {
                    (
                        symbol.clone(),
                        format!("{}.{:08}", roll(5000), 1 + roll(99_999_999)),
                        format!("{}.{:04}", roll(90), roll(9999)),
                    )
                })
                .collect();
            let holdings: Vec<(&str, &str, &str)> =
                texts.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
            portfolio(&api, &who, (&format!("P {currency}"), currency), &holdings).await;
        }
        for symbol in symbols.iter().filter(|_| roll(2) > 0) {
            let currency = currencies[usize::try_from(roll(3)).unwrap()];
            let position = json!({ "symbol": symbol, "account": format!("Broker {}", roll(2)), "quantity": format!("{}.5", roll(90)), "avgPrice": format!("{}", roll(40)), "currency": currency });
            api.ask_with(Some(&who), &document("createPosition", "position { id }"), json!({ "input": position }))
                .await
                .data();
        }
    }
    for round in 0..12_i64 {
        let mut prices = Vec::new();
        for symbol in symbols.iter().filter(|_| roll(3) > 0) {
            for currency in currencies.iter().filter(|_| roll(2) > 0) {
                let one = price(
                    symbol,
                    currency,
                    &format!("{}.{:04}", roll(400), 1 + roll(9998)),
                    ago(40 - round - i64::try_from(roll(4)).unwrap()),
                );
                prices.push(if roll(2) > 0 { after(one, &format!("{}.5", 1 + roll(300))) } else { one });
            }
        }
        if !prices.is_empty() {
            send(&api, &feed, &prices).await;
        }
    }
}
