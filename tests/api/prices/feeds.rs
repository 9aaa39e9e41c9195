//! How feeds send: often, large batches, twice; what it takes, and who hears of it.

use sea_orm::sqlx::{self, Row, postgres::PgListener};
use serde_json::{Value, json};

use super::{RESULTS, ago, batch, done, feed, outcomes, portfolio, price, send, values};
use crate::{
    portfolio::document,
    support::{Api, Somebody, Statements},
};

#[tokio::test]
async fn a_batch_takes_as_many_statements_whatever_is_in_it() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let mut counts = Vec::new();
    let symbols: Vec<String> = (0..60).map(|n| format!("S{n}")).collect();
    let document = document("updatePrices", RESULTS);
    for (name, held, minutes) in [("ada", 1, 9), ("bob", 40, 8), ("eve", 60, 7)] {
        let who = api.somebody(name).await;
        let holdings: Vec<(&str, &str, &str)> =
            symbols[..held].iter().map(|symbol| (symbol.as_str(), "2", "5")).collect();
        portfolio(&api, &who, ("Growth", "USD"), &holdings).await;
        let items: Vec<Value> = symbols[..held].iter().map(|symbol| json!({ "symbol": symbol })).collect();
        done(&api, &who, ("createWatchlist", "watchlist { id }"), json!({ "name": "All", "items": items })).await;
        let prices: Vec<Value> = symbols[..held].iter().map(|symbol| price(symbol, "USD", "7", ago(minutes))).collect();
        let statements = Statements::listen();
        let answer = api.ask_with(Some(&feed), &document, json!({ "input": batch(&prices) })).await;
        counts.push(statements.take());
        assert_eq!(answer.data()["updatePrices"]["taken"], json!(held));
    }
    // The token's; what is news; two locks; a savepoint; five tables with prices and totals, which have a plan of their own; the activity with its notices;
    // the scope of whoever reads the answer.
    let lengths: Vec<usize> = counts.iter().map(Vec::len).collect();
    assert_eq!(lengths, [15; 3], "{counts:#?}");
}

#[tokio::test]
async fn the_same_batch_again_is_done_once() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100")]).await;
    let document = document("updatePrices", RESULTS);
    let send = async |price: &str, time| {
        let input = batch(&[self::price("AAPL", "USD", price, time)]);
        api.ask_under("k1", Some(&feed), &document, json!({ "input": input })).await
    };
    let (five, four) = (ago(5), ago(4));
    let (first, second) = (send("110", five).await, send("110", five).await);
    assert_eq!(first.data(), second.data(), "a replay answers what came of the first");
    assert_eq!(outcomes(&first.data()["updatePrices"]), ["AAPL TAKEN 1 0 0 0"]);
    assert_eq!(send("111", four).await.code(), "CONFLICT");
    assert_eq!(values(&api, &ada).await, ["Growth 1100.00 100.00 0.00 day-stale"]);
    let sql = "SELECT block_id, action, context, user_input, metadata::text, session_id FROM agent_memory WHERE action = 'prices_updated'";
    let rows = sqlx::query(sql).fetch_all(&mut api.admin().await).await.unwrap();
    assert_eq!(rows.len(), 1, "and stands in the activity once");
    let texts: Vec<String> = (0..5).map(|column| rows[0].get::<String, _>(column)).collect();
    let expected = [
        "portfolio",
        "prices_updated",
        "Prices came from a feed: 1 of 1 were taken.",
        r#"{"prices":"[withheld]","source":"[9 characters]"}"#,
        "{}",
    ];
    assert_eq!(texts, expected);
    assert!(rows[0].get::<String, _>(5).starts_with("token:"));
}

#[tokio::test]
async fn each_reader_is_told_once_and_briefly() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob, eve) = (api.somebody("ada").await, api.somebody("bob").await, api.somebody("eve").await);
    let symbols: Vec<String> = (0..25).map(|n| format!("S{n}")).collect();
    let many: Vec<(&str, &str, &str)> = symbols.iter().map(|symbol| (symbol.as_str(), "2", "5")).collect();
    portfolio(&api, &ada, ("Growth", "USD"), &many).await;
    let few = portfolio(&api, &bob, ("Mine", "USD"), &[("S1", "1", "1")]).await;
    let list = json!({ "name": "All", "items": [{ "symbol": "S2" }] });
    let made = done(&api, &bob, ("createWatchlist", "watchlist { id items { nodes { id } } }"), list).await;
    let share = json!({ "watchlistId": made["watchlist"]["id"], "email": eve.email, "isReadOnly": true });
    done(&api, &bob, ("shareWatchlist", "share { id }"), share).await;

    let mut listener = PgListener::connect(&api.admin_url).await.unwrap();
    listener.listen("stackmotive_changes").await.unwrap();
    let prices: Vec<Value> = symbols.iter().map(|symbol| price(symbol, "USD", "7", ago(1))).collect();
    send(&api, &feed, &prices).await;
    sqlx::query("SELECT pg_notify('stackmotive_changes', 'end')").execute(&mut api.admin().await).await.unwrap();
    let mut told = Vec::new();
    loop {
        let notification = listener.recv().await.unwrap();
        if notification.payload() == "end" {
            break;
        }
        told.push(serde_json::from_str::<Value>(notification.payload()).unwrap());
    }
    let notice_of = |who: &Somebody| {
        let mut all = told.iter().filter(|notice| notice["user"] == json!(who.id));
        let notice = all.next().unwrap()["changes"].clone();
        assert!(all.next().is_none(), "one notice for each");
        notice
    };
    let holding =
        api.ask(Some(&bob), "{ viewer { holdings { nodes { id } } } }").await.data()["viewer"]["holdings"]["nodes"][0]
            ["id"]
            .clone();
    let item = &made["watchlist"]["items"]["nodes"][0]["id"];
    assert_eq!(notice_of(&bob), json!([["updated", few], ["updated", holding], ["updated", item]]));
    assert_eq!(notice_of(&eve), json!([["updated", item]]));
    let of_ada = notice_of(&ada);
    assert_eq!((of_ada.as_array().unwrap().len(), &of_ada[1]), (2, &json!(["updated", "holding"])));
    assert_eq!(told.len(), 3, "{told:#?}");
}
