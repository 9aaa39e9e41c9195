//! What is made after a price came: it takes the last one, and misses none that comes meanwhile.

use serde_json::{Value, json};

use super::{after, ago, batch, done, feed, outcomes, portfolio, price, send, values};
use crate::{
    portfolio::{checker, document},
    support::{Api, Somebody},
};

#[tokio::test]
async fn a_price_that_is_sent_again_reaches_who_came_later() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "10", "100")]).await;
    let close = price("AAPL", "USD", "50", ago(5));
    send(&api, &feed, std::slice::from_ref(&close)).await;
    let id = portfolio(&api, &bob, ("Late", "USD"), &[]).await;
    let own_price =
        json!({ "portfolioId": id, "symbol": "AAPL", "quantity": "2", "avgCost": "100", "currentPrice": "100" });
    done(&api, &bob, ("createHolding", "holding { id }"), own_price).await;
    assert_eq!(values(&api, &bob).await, ["Late 200.00 0.00 0.00 stale day-stale"]);
    let payload = send(&api, &feed, std::slice::from_ref(&close)).await;
    assert_eq!((outcomes(&payload), &payload["portfolios"]), (vec!["AAPL UNCHANGED 1 0 0 0".to_owned()], &json!(1)));
    assert_eq!(values(&api, &bob).await, ["Late 100.00 -100.00 0.00 day-stale"]);
    let payload = send(&api, &feed, &[close]).await;
    assert_eq!((outcomes(&payload), &payload["portfolios"]), (vec!["AAPL UNCHANGED 0 0 0 0".to_owned()], &json!(0)));
}

/// Everything that somebody has of a symbol, as `type price`, with the time where there is one.
async fn prices_of(api: &Api, who: &Somebody) -> Vec<String> {
    let document = "{ viewer {
        holdings { nodes { type: __typename symbol currentPrice priceAsOf } }
        positions { nodes { type: __typename symbol currentPrice priceAsOf } }
        watchlists { nodes { items { nodes { type: __typename symbol currentPrice: price priceAsOf currency change24h } } } } } }";
    let answer = api.ask(Some(who), document).await;
    let viewer = &answer.data()["viewer"];
    let lists = viewer["watchlists"]["nodes"].as_array().unwrap().iter().map(|list| &list["items"]);
    let nodes = [&viewer["holdings"], &viewer["positions"]].into_iter().chain(lists);
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let line = |row: &Value| {
        let currency = row["currency"].as_str().map(|currency| format!(" {currency}")).unwrap_or_default();
        let change = row["change24h"].as_str().map(|change| format!(" {change} %")).unwrap_or_default();
        let [kind, symbol, price] = ["type", "symbol", "currentPrice"].map(|field| text(&row[field]));
        format!("{kind} {symbol} {price}{currency}{change}{}", if row["priceAsOf"].is_null() { " stale" } else { "" })
    };
    let mut all: Vec<String> = nodes.flat_map(|page| page["nodes"].as_array().unwrap()).map(line).collect();
    all.sort();
    all
}

#[tokio::test]
async fn what_is_made_without_a_price_takes_the_last_one() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let symbols = ["AAPL", "BND", "HUGE"];
    let held = symbols.map(|symbol| (symbol, "0.00000001", "1"));
    portfolio(&api, &ada, ("Growth", "USD"), &held).await;
    let known = ["50", "60", "900000000000"];
    let prices: Vec<Value> =
        symbols.iter().zip(known).map(|(symbol, known)| price(symbol, "USD", known, ago(5))).collect();
    send(&api, &feed, &[price("AAPL", "USD", "40", ago(24 * 60 + 6))]).await;
    send(&api, &feed, &prices).await;

    // A price that is given stays, one in another currency is none, and so is one for which there is no room.
    let holdings = [
        json!({ "symbol": "AAPL", "quantity": "2", "avgCost": "40" }),
        json!({ "symbol": "BND", "quantity": "1", "avgCost": "40", "currentPrice": "41" }),
        json!({ "symbol": "HUGE", "quantity": "5000000", "avgCost": "1" }),
        json!({ "symbol": "NEW", "quantity": "1", "avgCost": "7" }),
    ];
    let fund = json!({ "vaultId": "Fund", "currency": "USD", "holdings": holdings });
    done(&api, &bob, ("createPortfolio", "portfolio { id }"), fund).await;
    let abroad = json!({ "vaultId": "Abroad", "currency": "EUR", "holdings": [holdings[0]] });
    done(&api, &bob, ("createPortfolio", "portfolio { id }"), abroad).await;
    let loose = json!({ "symbol": "aapl", "quantity": "1" });
    done(&api, &bob, ("createHolding", "holding { id }"), loose).await;
    let by_hand = json!({ "symbol": "BND", "account": "Main", "quantity": "1", "avgPrice": "9" });
    done(&api, &bob, ("createPosition", "position { id }"), by_hand).await;
    let content =
        "Symbol,Quantity,Avg Price,Current Price,Currency\nAAPL,3,10,,USD\nBND,4,10,61,USD\nAAPL.DE,1,10,,EUR\n";
    done(&api, &bob, ("importPositions", "run { id }"), json!({ "content": content, "account": "Broker" })).await;
    let items = json!([{ "symbol": "AAPL" }, { "symbol": "BND", "currency": "EUR" }, { "symbol": "NEW" }]);
    let list = json!({ "name": "Ideas", "items": items });
    let list = done(&api, &bob, ("createWatchlist", "watchlist { id }"), list).await["watchlist"]["id"].clone();
    let more = json!({ "watchlistId": list, "items": [{ "symbol": "HUGE" }] });
    done(&api, &bob, ("addWatchlistItems", "watchlist { id }"), more).await;

    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    assert_eq!(
        prices_of(&api, &bob).await,
        [
            "Holding AAPL 40.0000 stale",
            "Holding AAPL 50.0000",
            "Holding AAPL 50.0000",
            "Holding AAPL 50.0000",
            "Holding AAPL.DE 10.0000 stale",
            "Holding BND 41.0000 stale",
            "Holding BND 60.0000",
            "Holding BND 61.0000 stale",
            "Holding HUGE 1.0000 stale",
            "Holding NEW 7.0000 stale",
            "Position AAPL 50.0000",
            "Position AAPL.DE ? stale",
            "Position BND 60.0000",
            "Position BND 61.0000 stale",
            "WatchlistItem AAPL 50.0000 USD 25.0000 %",
            "WatchlistItem BND ? EUR stale",
            "WatchlistItem HUGE 900000000000.0000 USD",
            "WatchlistItem NEW ? stale",
        ]
    );
}

#[tokio::test]
async fn a_trade_that_is_entered_late_is_valued_at_the_last_price() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "1", "100")]).await;
    send(&api, &feed, &[price("AAPL", "USD", "50", ago(60))]).await;
    let open = async |symbol: &str, kind: &str, minutes: i64| {
        let input = json!({ "symbol": symbol, "tradeType": kind, "quantity": "2", "entryPrice": "40", "currency": "USD",
            "executionTime": ago(minutes) });
        let fields = "tradeLog { currentPrice unrealizedPnl unrealizedPnlPercent maxProfit maxLoss priceAsOf }";
        let trade = done(&api, &ada, ("openTradeLog", fields), input).await["tradeLog"].clone();
        assert_eq!(trade["priceAsOf"].is_null(), trade["currentPrice"].is_null());
        ["currentPrice", "unrealizedPnl", "unrealizedPnlPercent", "maxProfit", "maxLoss"]
            .map(|field| trade[field].clone())
    };
    let nothing = [Value::Null, "0.00".into(), "0.0000".into(), "0.00".into(), "0.00".into()];
    assert_eq!(open("AAPL", "BUY", 120).await, ["50.0000", "20.00", "25.0000", "20.00", "0.00"].map(Value::from));
    assert_eq!(open("AAPL", "SHORT", 120).await, ["50.0000", "-20.00", "-25.0000", "0.00", "-20.00"].map(Value::from));
    // A price from before it began, a trade that closes others, and a symbol without a price.
    assert_eq!(open("AAPL", "BUY", 30).await, nothing);
    assert_eq!(open("AAPL", "SELL", 120).await, nothing);
    assert_eq!(open("MSFT", "BUY", 120).await, nothing);
}

#[tokio::test]
async fn what_becomes_something_else_takes_the_price_of_that() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("A", "1", "1"), ("B", "1", "1")]).await;
    portfolio(&api, &ada, ("Abroad", "EUR"), &[("A", "1", "1")]).await;
    let prices = [("A", "USD", "10"), ("B", "USD", "7"), ("A", "EUR", "20")];
    let prices = prices.map(|(symbol, currency, known)| price(symbol, currency, known, ago(5)));
    send(&api, &feed, &prices).await;
    let input = json!({ "symbol": "A", "account": "Main", "quantity": "1", "avgPrice": "1", "currency": "EUR" });
    let position = done(&api, &ada, ("createPosition", "position { id }"), input).await["position"]["id"].clone();
    for (changes, expected) in [
        (json!({ "currency": "USD" }), json!(["10.0000", "A", "USD"])),
        (json!({ "symbol": "B" }), json!(["7.0000", "B", "USD"])),
        // A price of a feed gives way, and one that was entered by hand stays.
        (json!({ "currency": "GBP" }), json!([null, "B", "GBP"])),
        (json!({ "symbol": "A", "currency": "EUR", "currentPrice": "3" }), json!(["3.0000", "A", "EUR"])),
        (json!({ "symbol": "Z" }), json!(["3.0000", "Z", "EUR"])),
    ] {
        let mut input = changes.clone();
        input["id"] = position.clone();
        let fields = ("updatePosition", "position { currentPrice symbol currency priceAsOf }");
        let found = done(&api, &ada, fields, input).await["position"].clone();
        assert_eq!(json!([found["currentPrice"], found["symbol"], found["currency"]]), expected, "{changes}");
        assert_eq!(
            found["priceAsOf"].is_null(),
            ["3.0000", ""].contains(&found["currentPrice"].as_str().unwrap_or(""))
        );
        assert_eq!(checker::differences(&api).await, Vec::<String>::new(), "{changes}");
    }
    let loose = json!({ "symbol": "C", "quantity": "2", "avgCost": "4" });
    let holding = done(&api, &ada, ("createHolding", "holding { id }"), loose).await["holding"]["id"].clone();
    for (symbol, expected) in [("B", "7.0000"), ("NEW", "4.0000")] {
        let input = json!({ "id": holding, "symbol": symbol });
        let found = done(&api, &ada, ("updateHolding", "holding { currentPrice marketValue }"), input).await;
        assert_eq!(found["holding"]["currentPrice"], expected);
    }
    // What goes to no portfolio is held in the preferred currency, which is USD.
    let list = api.ask(Some(&ada), "{ viewer { holdings(filter: { portfolio: { some: { vaultId: { eq: \"Abroad\" } } } }) { nodes { id } } } }").await;
    let abroad = list.data()["viewer"]["holdings"]["nodes"][0]["id"].clone();
    let input = json!({ "id": abroad, "portfolioId": null });
    let refusal = api.refused(&ada, &document("updateHolding", "__typename"), input).await;
    assert!(refusal.refusal().contains("OTHER_CURRENCY"), "{}", refusal.refusal());
}

#[tokio::test]
async fn the_day_of_what_came_later_is_known_when_the_price_is_sent_again() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "1", "100")]).await;
    let close = after(price("AAPL", "USD", "110", ago(5)), "100");
    send(&api, &feed, std::slice::from_ref(&close)).await;
    portfolio(&api, &ada, ("Late", "USD"), &[("AAPL", "5", "100")]).await;
    assert_eq!(values(&api, &ada).await[1], "Late 550.00 50.00 0.00 day-stale");
    let payload = send(&api, &feed, std::slice::from_ref(&close)).await;
    assert_eq!(outcomes(&payload), ["AAPL UNCHANGED 1 0 0 0"]);
    assert_eq!(values(&api, &ada).await[1], "Late 550.00 50.00 50.00");
    assert_eq!(outcomes(&send(&api, &feed, &[close]).await), ["AAPL UNCHANGED 0 0 0 0"]);
}

/// A feed holds its symbols until it ends, and so does whoever makes a row at their last price: neither misses the other.
#[tokio::test]
async fn what_is_made_while_a_price_comes_in_does_not_miss_it() {
    let api = Api::start().await;
    let feed = feed(&api).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    portfolio(&api, &ada, ("Growth", "USD"), &[("AAPL", "1", "100")]).await;
    let id = portfolio(&api, &bob, ("Late", "USD"), &[]).await;
    for round in 0..6_i64 {
        let known = format!("{}", 50 + round);
        let news = [price("AAPL", "USD", &known, ago(30 - round))];
        let holding = json!({ "portfolioId": id, "symbol": "AAPL", "quantity": "1", "avgCost": "1" });
        let (variables, update) = (json!({ "input": batch(&news) }), document("updatePrices", "taken"));
        let (taken, made) = tokio::join!(
            api.ask_with(Some(&feed), &update, variables),
            done(&api, &bob, ("createHolding", "holding { id }"), holding),
        );
        assert_eq!(taken.data()["updatePrices"]["taken"], 1, "{round}");
        let now = api.ask(Some(&bob), "{ viewer { holdings { nodes { currentPrice } } } }").await;
        assert_eq!(now.data()["viewer"]["holdings"]["nodes"][0]["currentPrice"], format!("{known}.0000"), "{round}");
        done(&api, &bob, ("deleteHolding", "holdingId"), json!({ "id": made["holding"]["id"] })).await;
    }
}
