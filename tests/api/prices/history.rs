//! What things have cost: pages, bounds, and where it is kept.

use chrono::{Datelike, SubsecRound, TimeDelta, Utc};
use sea_orm::sqlx::{self, Row};
use serde_json::{Value, json};

use super::{ago, feed, portfolio, price, send};
use crate::support::{Api, Statements};
use stackmotive::access::{Mode, Scope};

const HISTORY: &str = "query ($symbol: String!, $from: DateTime, $to: DateTime, $first: Int, $after: String, $last: Int, $before: String) {
    priceHistory(symbol: $symbol, currency: \"USD\", from: $from, to: $to, first: $first, after: $after, last: $last, before: $before) {
        nodes { symbol currency price time source } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }";

#[tokio::test]
async fn every_price_that_was_taken_is_read_page_by_page() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100"), ("MSFT", "10", "100")]).await;
    let times: Vec<_> = (0..7).rev().map(|hours| ago(60 * hours)).collect();
    for (n, time) in times.iter().enumerate() {
        send(&api, &feed, &[price("AAPL", "USD", &format!("10{n}"), *time), price("MSFT", "USD", "50", *time)]).await;
    }
    send(&api, &feed, &[price("AAPL", "USD", "1", times[3])]).await;

    let costs = |answer: &Value| -> Vec<String> {
        let nodes = answer["priceHistory"]["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["price"].as_str().unwrap().to_owned()).collect()
    };
    let ask = async |variables: Value| {
        let mut all = json!({ "symbol": "aapl" });
        all.as_object_mut().unwrap().extend(variables.as_object().unwrap().clone());
        api.ask_with(Some(&ada), HISTORY, all).await.data().clone()
    };
    let whole = ask(json!({})).await;
    let expected: Vec<String> = (0..7).map(|n| format!("10{n}.0000")).collect();
    assert_eq!(costs(&whole), expected);
    assert_eq!(whole["priceHistory"]["totalCount"], 7);
    let first =
        json!({ "symbol": "AAPL", "currency": "USD", "price": "100.0000", "time": times[0], "source": "test feed" });
    assert_eq!(whole["priceHistory"]["nodes"][0], first);

    let page = ask(json!({ "first": 3 })).await;
    assert_eq!(
        (costs(&page), &page["priceHistory"]["pageInfo"]["hasNextPage"]),
        (expected[..3].to_vec(), &json!(true))
    );
    let next = ask(json!({ "first": 3, "after": page["priceHistory"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(costs(&next), expected[3..6]);
    let newest = ask(json!({ "last": 2 })).await;
    assert_eq!((costs(&newest), &newest["priceHistory"]["totalCount"]), (expected[5..].to_vec(), &json!(7)));
    let before = ask(json!({ "last": 2, "before": newest["priceHistory"]["edges"][0]["cursor"] })).await;
    assert_eq!(costs(&before), expected[3..5]);
    // The end is no longer part of it.
    let within = ask(json!({ "from": times[2], "to": times[5] })).await;
    assert_eq!((costs(&within), &within["priceHistory"]["totalCount"]), (expected[2..5].to_vec(), &json!(3)));
    assert_eq!(costs(&ask(json!({ "from": times[6] })).await), expected[6..]);
    assert_eq!(costs(&ask(json!({ "from": times[2], "to": times[2] })).await), Vec::<String>::new());
    assert_eq!(costs(&ask(json!({ "symbol": "NONE" })).await), Vec::<String>::new());

    let backward =
        api.ask_with(Some(&ada), HISTORY, json!({ "symbol": "AAPL", "from": times[3], "to": times[2] })).await;
    assert_eq!(backward.refusal(), "INVALID, to OUT_OF_RANGE");
    assert_eq!(api.ask_with(None, HISTORY, json!({ "symbol": "AAPL" })).await.code(), "UNAUTHENTICATED");

    let statements = Statements::listen();
    let short = r#"{ priceHistory(symbol: "AAPL", currency: "USD") { nodes { price } } }"#;
    api.ask(Some(&ada), short).await.data();
    assert_eq!(statements.take().len(), 2, "the token's, and one for the page");
    let total = r#"{ priceHistory(symbol: "AAPL", currency: "USD") { totalCount } }"#;
    api.ask(Some(&ada), total).await.data();
    assert_eq!(statements.take().len(), 2, "a total alone reads no page");
}

#[tokio::test]
async fn prices_lie_in_the_partition_of_their_month() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100")]).await;
    let now = Utc::now().trunc_subsecs(6);
    send(&api, &feed, &[price("AAPL", "USD", "90", now - TimeDelta::days(400))]).await;
    send(&api, &feed, &[price("AAPL", "USD", "100", now)]).await;
    let sql = "SELECT tableoid::regclass::text FROM prices ORDER BY time";
    let rows = sqlx::query(sql).fetch_all(&mut api.admin().await).await.unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let month = format!("partitions.prices_{:04}_{:02}", now.year(), now.month());
    assert_eq!(tables, ["partitions.prices_default".to_owned(), month]);
    let ahead = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'prices'::regclass";
    let count: i64 = sqlx::query_scalar(ahead).fetch_one(&mut api.admin().await).await.unwrap();
    assert!(count >= 5, "this month, three more and the default one, but {count}");
    let id = "SELECT id FROM prices ORDER BY time DESC LIMIT 1";
    let id: uuid::Uuid = sqlx::query_scalar(id).fetch_one(&mut api.admin().await).await.unwrap();
    let node = format!(r#"{{ node(id: "price_{id}") {{ ... on Price {{ price }} }} }}"#);
    assert_eq!(api.ask(Some(&ada), &node).await.data()["node"]["price"], "100.0000");
}

#[tokio::test]
async fn everybody_signed_in_reads_prices_and_the_system_alone_writes_them() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(
        "SET stackmotive.system = 'on';
             INSERT INTO prices (symbol, currency, price, source, time) VALUES ('AAPL', 'USD', 1, 'x', now());
             INSERT INTO latest_prices (symbol, currency, price, time) VALUES ('AAPL', 'USD', 1, now())",
    )
    .await;
    let user = Scope::user(ada.id);
    for (scope, sql, answer) in [
        (&user, "SELECT FROM prices", Ok(1)),
        (&user, "SELECT FROM latest_prices", Ok(1)),
        (&Scope::nobody(), "SELECT FROM prices", Ok(0)),
        (&Scope::nobody(), "SELECT FROM latest_prices", Ok(0)),
        (&user, "UPDATE prices SET price = 2", Ok(0)),
        (&user, "DELETE FROM prices", Ok(0)),
        (&user, "UPDATE latest_prices SET price = 2", Ok(0)),
        (&user, "DELETE FROM latest_prices", Ok(0)),
        (
            &user,
            "INSERT INTO prices (symbol, currency, price, source, time) VALUES ('X', 'USD', 1, 'x', now())",
            Err("42501"),
        ),
        (
            &user,
            "INSERT INTO latest_prices (symbol, currency, price, time) VALUES ('X', 'USD', 1, now())",
            Err("42501"),
        ),
        (&user, "TRUNCATE prices", Err("42501")),
        (&user, "SELECT FROM partitions.prices_default", Err("42501")),
        (&Scope::system(), "UPDATE prices SET price = 2", Ok(1)),
    ] {
        let mut connection = api.app.database.pool.acquire().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(scope.begin(Mode::Write))).execute(&mut *connection).await.unwrap();
        let done = sqlx::query(sql).execute(&mut *connection).await;
        let found = done.map(|done| done.rows_affected()).map_err(|error| {
            let error = error.into_database_error().unwrap();
            error.code().unwrap().into_owned()
        });
        assert_eq!(found, answer.map_err(str::to_owned), "{sql}");
        sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.unwrap();
    }
}
