//! Several who change the same portfolio at once.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{checker, document, done, overview, portfolio};
use crate::support::{Answer, Api};

/// So many ask at once: each needs a connection of the few that tests have, and none is to wait for one too long.
const CROWD: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_one_portfolio_wait_for_each_other() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let income = portfolio(&api, &ada, "Income", "USD").await;
    let items: Vec<Value> =
        (0..8).map(|n| json!({ "symbol": format!("OLD{n}"), "quantity": "1", "currentPrice": "100" })).collect();
    let input = json!({ "portfolioId": growth, "items": items });
    let made = done(&api, &ada, ("createHoldings", "results { holding { id } }"), input).await;
    let old: Vec<Value> = made["results"].as_array().unwrap().iter().map(|one| one["holding"]["id"].clone()).collect();

    let create = document("createHolding", "holding { id }");
    let update = document("updateHolding", "holding { id }");
    let delete = document("deleteHolding", "holdingId");
    let cash = document("updatePortfolio", "portfolio { id }");
    let mut asked = Vec::new();
    for (n, id) in old.iter().enumerate() {
        let new = json!({ "portfolioId": growth, "symbol": format!("NEW{n}"), "quantity": "1", "currentPrice": "10" });
        asked.push((&create, new));
        asked.push(match n % 4 {
            0 => (&delete, json!({ "id": id })),
            1 => (&update, json!({ "id": id, "quantity": "2" })),
            2 => (&update, json!({ "id": id, "portfolioId": income })),
            _ => (&cash, json!({ "id": growth, "cashBalance": "7" })),
        });
    }
    let answers = asked.iter().map(|(document, input)| api.ask_with(Some(&ada), document, json!({ "input": input })));
    let answers: Vec<Answer> = stream::iter(answers).buffer_unordered(CROWD).collect().await;
    for answer in answers {
        answer.data();
    }
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    let heads: Vec<String> =
        overview(&api, &ada).await.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    // Eight new ones, two doubled, two as they were, and the cash; two are gone and two have moved.
    assert_eq!(heads, ["Growth USD 687.00", "Income USD 200.00"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_positions_of_an_account_open_one_portfolio() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let create = document("createPosition", "position { id }");
    let answers = (0..6).map(|n| {
        let input = json!({ "symbol": format!("S{n}"), "account": "Kraken", "quantity": "1", "avgPrice": "3", "currency": "USD" });
        api.ask_with(Some(&ada), &create, json!({ "input": input }))
    });
    let answers: Vec<Answer> = stream::iter(answers).buffer_unordered(CROWD).collect().await;
    for answer in answers {
        answer.data();
    }
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    assert_eq!(overview(&api, &ada).await[0].split(':').next(), Some("Kraken USD 18.00"));
}

/// A request that nobody waits for any more, and the same again under its key.
#[tokio::test]
async fn a_request_that_comes_twice_counts_once() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let input = json!({ "symbol": "VTI", "account": "IBKR", "quantity": "1", "avgPrice": "3", "currency": "USD" });
    let document = document("createPosition", "position { id } portfolios { vaultId }");
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = api.ask_under("once", Some(&ada), &document, json!({ "input": input })).await;
        answers.push(answer.data()["createPosition"].clone());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(overview(&api, &ada).await, ["IBKR USD 3.00: VTI 1@3@3"]);
}
