//! Who brings no prices, and which prices are none.

use chrono::{TimeDelta, Utc};
use sea_orm::sqlx;
use serde_json::{Value, json};

use super::{RESULTS, after, ago, batch, feed, outcomes, portfolio, price, send, values};
use crate::{
    personal_tokens::{admit, with_token},
    portfolio::document,
    support::{Api, Somebody},
};

#[tokio::test]
async fn only_a_token_of_an_administrator_brings_prices() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100")]).await;
    let others = [
        // Whatever a token says: hers is no administrator's.
        with_token(&api, &ada, &["prices:write", "portfolio:write"]).await.0,
        ada.clone(),
        with_token(&api, &feed, &["portfolio:write"]).await.0,
        session_of(&api, &feed).await,
    ];
    let document = document("updatePrices", RESULTS);
    let input = json!({ "input": batch(&[price("AAPL", "USD", "110", ago(1))]) });
    for other in &others {
        let answer = api.ask_with(Some(other), &document, input.clone()).await;
        assert_eq!(answer.code(), "FORBIDDEN");
        assert_eq!(answer.body["errors"][0]["extensions"]["scope"], json!("prices:write"));
    }
    assert_eq!(api.ask_with(None, &document, input.clone()).await.code(), "UNAUTHENTICATED");
    assert_eq!(values(&api, &ada).await, ["Growth 1000.00 0.00 0.00 stale day-stale"]);
    assert_eq!(api.ask_with(Some(&feed), &document, input).await.data()["updatePrices"]["taken"], json!(1));

    // What it reads with that token is prices and nothing else.
    let mine = api.ask(Some(&feed), "{ viewer { portfolios { totalCount } } }").await;
    assert_eq!(mine.code(), "FORBIDDEN");
    let history = r#"{ priceHistory(symbol: "AAPL", currency: "USD") { totalCount } }"#;
    assert_eq!(api.ask(Some(&feed), history).await.data()["priceHistory"]["totalCount"], json!(1));
}

/// The same person, signed in.
async fn session_of(api: &Api, who: &Somebody) -> Somebody {
    let other = api.somebody("session").await;
    let sql = "SELECT set_config('stackmotive.system', 'on', false)";
    let mut admin = api.admin().await;
    sqlx::query(sql).execute(&mut admin).await.unwrap();
    sqlx::query("UPDATE users SET is_admin = true WHERE id = $1").bind(other.id).execute(&mut admin).await.unwrap();
    assert_ne!(other.id, who.id);
    other
}

#[tokio::test]
async fn each_price_that_cannot_be_right_is_told_with_a_code() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100"), ("MSFT", "1", "100")]).await;
    let now = ago(1);
    let wrong = [
        price("AAPL", "USD", "0", now),
        price("AAPL", "USD", "-3", now),
        price("AAPL", "USD", "1000000000000000", now),
        price("AAPL", "USD", "1.23456", now),
        price("AAPL", "XXQ", "110", now),
        price("AAPL", "usd", "110", now),
        price(" ", "USD", "110", now),
        price("A23456789012345678901", "USD", "110", now),
        price("AAPL", "USD", "110", Utc::now() + TimeDelta::minutes(10)),
        after(price("AAPL", "USD", "110", now), "0"),
        price("NOBODY", "USD", "110", now),
        price("AAPL", "NZD", "110", now),
    ];
    let right = [price("aapl ", "USD", "110", now), price("AAPL", "USD", "111", now)];
    let all: Vec<Value> = wrong.iter().chain(&right).cloned().collect();
    let payload = send(&api, &feed, &all).await;
    let codes = [
        "OUT_OF_RANGE",
        "OUT_OF_RANGE",
        "OUT_OF_RANGE",
        "TOO_PRECISE",
        "UNKNOWN_CURRENCY",
        "UNKNOWN_CURRENCY",
        "BLANK",
        "TOO_LONG",
        "IN_FUTURE",
        "OUT_OF_RANGE",
        "UNKNOWN_SYMBOL",
        "UNKNOWN_SYMBOL",
        "",
        "DUPLICATE",
    ];
    let lines = outcomes(&payload);
    for (line, code) in lines.iter().zip(codes) {
        let expected =
            if code.is_empty() { "AAPL TAKEN 1 0 0 0".to_owned() } else { format!("REFUSED 0 0 0 0 {code}") };
        assert!(line.ends_with(&expected), "{line} is not {expected}");
    }
    assert_eq!(payload["results"][0]["problems"][0]["path"], json!(["input", "prices", "0", "price"]));
    assert_eq!((lines.len(), &payload["taken"]), (14, &json!(1)));

    // The same as a whole, where the feed wants that.
    let mut input = batch(&all);
    input["prices"][12]["price"] = "120".into();
    input["errorPolicy"] = "REJECT_ALL".into();
    let before = values(&api, &ada).await;
    let answer = api.ask_with(Some(&feed), &document("updatePrices", RESULTS), json!({ "input": input })).await;
    let issues = answer.issues();
    assert_eq!((issues.len(), issues[0].as_str()), (13, "input.prices.0.price OUT_OF_RANGE"));
    assert_eq!(values(&api, &ada).await, before);

    // None and too many, and a feed without a name.
    for (input, told) in [
        (json!({ "prices": [], "source": "x" }), "INVALID, input.prices REQUIRED"),
        (
            json!({ "prices": vec![right[0].clone(); 501], "source": " " }),
            "INVALID, input.source BLANK, input.prices TOO_MANY",
        ),
    ] {
        let answer = api.ask_with(Some(&feed), &document("updatePrices", RESULTS), json!({ "input": input })).await;
        assert_eq!(answer.refusal(), told);
    }
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM prices").fetch_one(&mut api.admin().await).await.unwrap();
    assert_eq!(kept, 1, "nothing of what was refused is kept");
}
