//! What follows from a price, row by row.

use serde_json::{Value, json};

use super::{after, ago, done, feed, outcomes, portfolio, price, send, values};
use crate::support::Api;

#[tokio::test]
async fn everything_that_has_the_symbol_in_the_currency_follows() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100"), ("MSFT", "1", "300")]).await;
    portfolio(&api, &ada, ("Kiwi", "NZD"), &[("AAPL", "10", "150")]).await;
    portfolio(&api, &bob, ("Mine", "USD"), &[("AAPL", "2", "0")]).await;
    done(
        &api,
        &ada,
        ("createHolding", "holding { id }"),
        json!({ "symbol": "AAPL", "quantity": "1", "avgCost": "90" }),
    )
    .await;
    let position = json!({ "symbol": "aapl", "account": "IBKR", "quantity": "4", "avgPrice": "50", "currency": "USD" });
    done(&api, &bob, ("createPosition", "position { id }"), position).await;
    let list = json!({ "name": "Tech", "items": [{ "symbol": "AAPL" }, { "symbol": "NVDA" }] });
    done(&api, &bob, ("createWatchlist", "watchlist { id }"), list).await;

    let time = ago(1);
    let payload = send(&api, &feed, &[after(price("aapl", "USD", "120.5", time), "110")]).await;
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 4 1 1 0"]);
    assert_eq!(
        (&payload["taken"], &payload["portfolios"], &payload["portfoliosKept"]),
        (&json!(1), &json!(3), &json!(0))
    );
    assert_eq!(
        values(&api, &ada).await,
        // MSFT and the other currency have no price of a feed.
        ["Growth 1505.00 205.00 105.00 stale day-stale", "Kiwi 1500.00 0.00 0.00 stale day-stale"]
    );
    assert_eq!(values(&api, &bob).await, ["IBKR 482.00 282.00 42.00", "Mine 241.00 0.00 21.00"]);

    let rows = "{ viewer {
        holdings(filter: { vaultId: { isNull: true } }) { nodes {
            currentPrice priceAsOf marketValue totalGainLoss totalGainLossPercent dayGainLoss dayGainLossPercent dayAsOf isStale } } } }";
    let answer = api.ask(Some(&ada), rows).await;
    let time = serde_json::to_value(time).unwrap();
    let expected = json!({
        "currentPrice": "120.5000", "priceAsOf": time, "marketValue": "120.50", "totalGainLoss": "30.50",
        "totalGainLossPercent": "33.8889", "dayGainLoss": "10.50", "dayGainLossPercent": "9.5455", "dayAsOf": time,
        "isStale": false
    });
    assert_eq!(answer.data()["viewer"]["holdings"]["nodes"], json!([expected]));
    let rows = "{ viewer { positions { nodes { currentPrice priceAsOf isStale } }
        watchlists { nodes { items { nodes { symbol price currency priceAsOf change24h isStale } } } } } }";
    let viewer = api.ask(Some(&bob), rows).await.data()["viewer"].clone();
    let position = json!({ "currentPrice": "120.5000", "priceAsOf": time, "isStale": false });
    assert_eq!(viewer["positions"]["nodes"], json!([position]));
    let item = |symbol: &str, price: Value, currency: Value, time: &Value, is_stale: bool| json!({ "symbol": symbol, "price": price, "currency": currency, "priceAsOf": time, "change24h": null, "isStale": is_stale });
    let mut items = viewer["watchlists"]["nodes"][0]["items"]["nodes"].clone();
    items[1]["change24h"] = Value::Null;
    let expected = [
        item("AAPL", json!("120.5000"), json!("USD"), &time, false),
        item("NVDA", Value::Null, Value::Null, &Value::Null, true),
    ];
    assert_eq!(items, json!(expected));

    // Without a previous close the day's gain stays, and says so.
    send(&api, &feed, &[price("AAPL", "USD", "121", ago(0))]).await;
    assert_eq!(values(&api, &bob).await, ["IBKR 484.00 284.00 42.00 day-stale", "Mine 242.00 0.00 21.00 day-stale"]);
    // What is watched in one currency takes no price in another.
    let payload = send(&api, &feed, &[price("AAPL", "NZD", "200", ago(0))]).await;
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 1 0 0 0"]);
    assert_eq!(values(&api, &ada).await[1], "Kiwi 2000.00 500.00 0.00 day-stale");
}

#[tokio::test]
async fn open_trades_follow_with_their_extremes() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    for (side, currency, minutes) in
        [("BUY", "USD", 60), ("SHORT", "USD", 60), ("SELL", "USD", 60), ("BUY", "NZD", 60), ("BUY", "USD", 2)]
    {
        let trade = json!({
            "symbol": "FPH", "currency": currency, "tradeType": side, "entryPrice": "20", "quantity": "3",
            "tradeDate": ago(minutes).date_naive(), "executionTime": ago(minutes)
        });
        done(&api, &ada, ("openTradeLog", "tradeLog { id }"), trade).await;
    }
    for (minutes, cost, taken) in [(50, "22", 2), (40, "17.5", 2), (30, "20.005", 2), (1, "20", 3)] {
        let payload = send(&api, &feed, &[price("FPH", "USD", cost, ago(minutes))]).await;
        assert_eq!(outcomes(&payload), [format!("FPH TAKEN 0 0 0 {taken}")], "{cost}");
        let rows = "{ viewer { tradeLogs(orderBy: [{ field: CREATED_AT }]) { nodes {
            tradeType currency currentPrice unrealizedPnl unrealizedPnlPercent maxProfit maxLoss isStale } } } }";
        let logs = api.ask(Some(&ada), rows).await.data()["viewer"]["tradeLogs"]["nodes"].clone();
        if minutes == 30 {
            let figures = |side: &str, pnl: &str, percent: &str, profit: &str, loss: &str| {
                json!({
                    "tradeType": side, "currency": "USD", "currentPrice": "20.0050", "unrealizedPnl": pnl,
                    "unrealizedPnlPercent": percent, "maxProfit": profit, "maxLoss": loss, "isStale": false
                })
            };
            // Half a cent goes away from zero.
            assert_eq!(logs[0], figures("BUY", "0.02", "0.0333", "6.00", "-7.50"));
            assert_eq!(logs[1], figures("SHORT", "-0.02", "-0.0333", "7.50", "-6.00"));
            assert_eq!((&logs[2]["currentPrice"], &logs[3]["currentPrice"]), (&Value::Null, &Value::Null));
            assert_eq!(logs[4]["currentPrice"], Value::Null, "this one was begun later");
        }
    }
}

#[tokio::test]
async fn an_older_price_replaces_no_newer_one() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100"), ("MSFT", "1", "100")]).await;
    let (then, later) = (ago(10), ago(5));
    send(&api, &feed, &[price("AAPL", "USD", "110", later)]).await;
    let payload = send(&api, &feed, &[price("AAPL", "USD", "90", then), price("MSFT", "USD", "90", then)]).await;
    assert_eq!(outcomes(&payload), ["AAPL STALE 0 0 0 0", "MSFT TAKEN 1 0 0 0"]);
    assert_eq!(values(&api, &ada).await, ["Growth 1190.00 90.00 0.00 day-stale"]);
    for (cost, outcome) in [("110", "UNCHANGED"), ("111", "STALE")] {
        let payload = send(&api, &feed, &[price("AAPL", "USD", cost, later)]).await;
        assert_eq!(outcomes(&payload), [format!("AAPL {outcome} 0 0 0 0")]);
    }

    // An import may know a later one than the feed.
    let content = format!(
        "Symbol,Quantity,Avg Price,Current Price,Price As Of,Account,Currency\nMSFT,2,50,95,{},IBKR,USD\n",
        ago(1).to_rfc3339()
    );
    done(&api, &ada, ("importPositions", "run { id }"), json!({ "content": content })).await;
    let payload = send(&api, &feed, &[price("MSFT", "USD", "80", ago(3))]).await;
    assert_eq!(outcomes(&payload), ["MSFT TAKEN 1 0 0 0"], "the holding by hand has it, the derived one not");
    assert_eq!(values(&api, &ada).await[1], "IBKR 190.00 90.00 0.00 day-stale");
    let payload = send(&api, &feed, &[price("MSFT", "USD", "85", ago(0))]).await;
    assert_eq!(outcomes(&payload), ["MSFT TAKEN 2 1 0 0"]);
    assert_eq!(values(&api, &ada).await[1], "IBKR 170.00 70.00 0.00 day-stale");
}

#[tokio::test]
async fn a_change_over_a_day_comes_from_the_history() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    let list = json!({ "name": "Tech", "items": [{ "symbol": "NVDA" }] });
    done(&api, &ada, ("createWatchlist", "watchlist { id }"), list).await;
    for (hours, cost) in [(120, "50"), (30, "80"), (25, "100"), (2, "70"), (0, "125")] {
        send(&api, &feed, &[price("NVDA", "USD", cost, ago(hours * 60))]).await;
    }
    let rows = "{ viewer { watchlists { nodes { items { nodes { price change24h } } } } } }";
    let viewer = api.ask(Some(&ada), rows).await.data()["viewer"].clone();
    assert_eq!(
        viewer["watchlists"]["nodes"][0]["items"]["nodes"],
        json!([{ "price": "125.0000", "change24h": "25.0000" }])
    );
}

#[tokio::test]
async fn a_portfolio_that_would_be_worth_less_than_nothing_stays_and_holds_up_nobody() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let lent = portfolio(&api, &ada, ("Lent", "USD"), &[("AAPL", "10", "100")]).await;
    done(&api, &ada, ("updatePortfolio", "portfolio { id }"), json!({ "id": lent, "cashBalance": "-900" })).await;
    portfolio(&api, &bob, ("Mine", "USD"), &[("AAPL", "10", "100")]).await;
    // More than a column holds, when a unit costs more than 10^6; two of those would be, together.
    portfolio(&api, &bob, ("Vast", "USD"), &[("AAPL", "999999999999", "100"), ("MSFT", "6000000000", "1")]).await;
    done(
        &api,
        &ada,
        ("createPosition", "position { id }"),
        json!({ "symbol": "AAPL", "account": "IBKR", "quantity": "1", "avgPrice": "100", "currency": "USD" }),
    )
    .await;

    let payload = send(&api, &feed, &[price("AAPL", "USD", "80", ago(9))]).await;
    assert_eq!((&payload["portfoliosKept"], &payload["portfolios"]), (&json!(1), &json!(3)));
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 3 1 0 0"]);
    assert_eq!(values(&api, &ada).await, ["IBKR 80.00 -20.00 0.00 day-stale", "Lent 100.00 0.00 0.00 stale day-stale"]);
    assert_eq!(values(&api, &bob).await[0], "Mine 800.00 -200.00 0.00 day-stale");
    // When it covers the debt again it follows as before.
    let payload = send(&api, &feed, &[price("AAPL", "USD", "95", ago(8))]).await;
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 4 1 0 0"]);
    assert_eq!(values(&api, &ada).await[1], "Lent 50.00 -50.00 0.00 day-stale");

    // A holding beyond its column stays, and its portfolio with it; what fits alone but not together, too.
    let payload = send(&api, &feed, &[price("AAPL", "USD", "2000000", ago(7))]).await;
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 3 1 0 0"]);
    let payload =
        send(&api, &feed, &[price("AAPL", "USD", "999999", ago(6)), price("MSFT", "USD", "100000000", ago(6))]).await;
    assert_eq!(payload["portfoliosKept"], json!(1));
    assert_eq!(outcomes(&payload), ["AAPL TAKEN 3 1 0 0", "MSFT TAKEN 0 0 0 0"]);
}
