//! What closed trades come to.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use stackmotive::journaling::statistics::{Closed, Sums};

use crate::support::{Api, Somebody};

/// A trade: symbol, type, entry, stop, quantity, fees, P&L, from, to, currency, conviction.
type Trade = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i32,
);

const TRADES: [Trade; 7] = [
    ("AAA", "buy", "100", "90", "10", "2", "300", "2025-03-03T10:00:00Z", "2025-03-05T10:00:00Z", "NZD", 5),
    ("AAA", "buy", "100", "95", "10", "1.5", "-100", "2025-03-10T10:00:00Z", "2025-03-10T12:00:00Z", "NZD", 8),
    ("BBB", "short", "50", "60", "10", "0", "0", "2025-03-11T10:00:00Z", "2025-03-12T10:00:00Z", "NZD", 8),
    // A stop on the wrong side risks nothing that could be told.
    ("BBB", "short", "50", "40", "10", "1", "-50", "2025-03-13T10:00:00Z", "2025-03-31T10:59:00Z", "NZD", 5),
    ("AAA", "buy", "100", "NULL", "10", "0.5", "50.01", "2025-03-20T10:00:00Z", "2025-03-31T11:30:00Z", "NZD", 5),
    ("CCC", "buy", "10", "9", "1", "0", "7", "2025-03-20T10:00:00Z", "2026-04-02T10:00:00Z", "USD", 5),
    // A closing trade is no trade of its own.
    ("CCC", "sell", "10", "9", "1", "0", "999", "2025-03-20T10:00:00Z", "2026-04-02T10:00:00Z", "USD", 5),
];

pub async fn trade(api: &Api, who: &Somebody) {
    for (symbol, kind, entry, stop, quantity, fees, pnl, from, to, currency, conviction) in TRADES {
        api.sql(&format!(
            "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, stop_loss_price, quantity, \
             total_value, fees, realized_pnl, execution_time, trade_date, exit_date, conviction_level, status, is_active) \
             VALUES ('{}', '{symbol}', '{currency}', '{kind}', {entry}, {stop}, {quantity}, {entry} * {quantity}, {fees}, {pnl}, \
             '{from}', '{from}', '{to}', {conviction}, 'closed', false)",
            who.id
        ))
        .await;
    }
    api.sql(&format!(
        "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, quantity, total_value, \
         execution_time, trade_date) VALUES ('{}', 'AAA', 'NZD', 'buy', 1, 1, 1, now(), now())",
        who.id
    ))
    .await;
}

pub async fn viewer(api: &Api, who: &Somebody, selection: &str) -> Value {
    api.ask(Some(who), &format!("{{ viewer {{ {selection} }} }}")).await.data()["viewer"].clone()
}

pub fn figure(value: &str, sample_size: i64) -> Value {
    json!({ "value": value, "sampleSize": sample_size, "reason": null })
}

pub fn missing(reason: &str, sample_size: i64) -> Value {
    json!({ "value": null, "sampleSize": sample_size, "reason": reason })
}

const STATISTICS: &str = "{
    key currency count wins losses breakEven won lost grossPnl netPnl fees largestWin largestLoss
    winRate { value sampleSize reason } averageWin { value sampleSize reason } averageLoss { value sampleSize reason }
    payoff { value sampleSize reason } profitFactor { value sampleSize reason } expectancy { value sampleSize reason }
    averageR { value sampleSize reason } averageHoldingSeconds { value sampleSize reason }
}";

#[tokio::test]
async fn statistics_are_of_closed_trades_by_currency() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    trade(&api, &ada).await;
    let found = viewer(&api, &ada, &format!("tradeStatistics {STATISTICS}")).await;
    let expected = json!([
        {
            "key": null, "currency": "NZD", "count": 5, "wins": 2, "losses": 2, "breakEven": 1,
            "won": "350.01", "lost": "-150.00", "grossPnl": "205.01", "netPnl": "200.01", "fees": "5.00", "largestWin": "300.00", "largestLoss": "-100.00",
            "winRate": figure("50.0000", 4),
            "averageWin": figure("175.01", 2), "averageLoss": figure("-75.00", 2),
            "payoff": figure("2.3334", 4), "profitFactor": figure("2.3334", 4),
            "expectancy": figure("40.00", 5),
            // 300 / 100, −100 / 50 and 0 / 100
            "averageR": figure("0.3333", 3),
            // 2 days, 2 hours, 1 day, 18 days and 59 minutes, 11 days and 90 minutes
            "averageHoldingSeconds": figure("556188", 5),
        },
        {
            "key": null, "currency": "USD", "count": 1, "wins": 1, "losses": 0, "breakEven": 0,
            "won": "7.00", "lost": "0.00", "grossPnl": "7.00", "netPnl": "7.00", "fees": "0.00", "largestWin": "7.00", "largestLoss": null,
            "winRate": figure("100.0000", 1),
            "averageWin": figure("7.00", 1), "averageLoss": missing("NO_LOSSES", 0),
            "payoff": missing("NO_LOSSES", 1), "profitFactor": missing("NO_LOSSES", 1), "expectancy": figure("7.00", 1),
            "averageR": figure("7.0000", 1), "averageHoldingSeconds": figure("32659200", 1),
        },
    ]);
    assert_eq!(found["tradeStatistics"], expected);
    let filtered = "tradeStatistics(filter: { symbol: { eq: \"BBB\" } }) { count netPnl }";
    assert_eq!(viewer(&api, &ada, filtered).await["tradeStatistics"], json!([{ "count": 2, "netPnl": "-50.00" }]));
    let nothing =
        viewer(&api, &bob, "tradeStatistics { count } equityCurves { sampleSize } realisedGains { net }").await;
    assert_eq!(nothing, json!({ "tradeStatistics": [], "equityCurves": [], "realisedGains": [] }));
}

#[tokio::test]
async fn the_example_of_the_readme_is_what_is_answered() {
    let readme = include_str!("../../../README.md");
    let (_, chapter) = readme.split_once("## Figures to recompute").unwrap();
    let block = |language: &str| chapter.split(&format!("```{language}")).nth(1).unwrap().split("```").next().unwrap();
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let answer = api.ask(Some(&ada), block("graphql")).await;
    let expected: Value = serde_json::from_str(block("json")).unwrap();
    assert_eq!(answer.data()["viewer"], expected);
}

#[tokio::test]
async fn trades_are_grouped_by_what_they_have_in_common() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let id = ada.id;
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, timezone) VALUES ('{id}', 'Pacific/Auckland'); \
         WITH entry AS (INSERT INTO journal_entries (user_id, content, entry_date, tags) \
         VALUES ('{id}', 'x', now(), '[\"dip\", \"plan\", \"dip\"]') RETURNING id) \
         UPDATE manual_trade_logs SET journal_entry_id = (SELECT id FROM entry) WHERE realized_pnl = 300; \
         INSERT INTO trade_analysis (user_id, trade_log_id, pre_trade_emotion, during_trade_emotion, post_trade_emotion, \
         emotional_discipline_rating, execution_quality, timing_quality, risk_management_quality) \
         SELECT user_id, id, 'calm', 'tense', 'glad', 9, 8, 7, 6 FROM manual_trade_logs WHERE realized_pnl = 300; \
         UPDATE manual_trade_logs SET strategy = 'swing', broker = 'IBKR' WHERE symbol = 'AAA'"
    ))
    .await;
    for (by, expected) in [
        ("SYMBOL", &[(Some("AAA"), 3, "250.01"), (Some("BBB"), 2, "-50.00")][..]),
        ("STRATEGY", &[(Some("swing"), 3, "250.01"), (None, 2, "-50.00")]),
        ("BROKER", &[(Some("IBKR"), 3, "250.01"), (None, 2, "-50.00")]),
        ("TRADE_TYPE", &[(Some("buy"), 3, "250.01"), (Some("short"), 2, "-50.00")]),
        ("ACCOUNT_TYPE", &[(Some("real"), 5, "200.01")]),
        ("CONVICTION_LEVEL", &[(Some("5"), 3, "300.01"), (Some("8"), 2, "-100.00")]),
        ("EMOTION", &[(None, 4, "-99.99"), (Some("calm"), 1, "300.00")]),
        ("EMOTION_DURING", &[(None, 4, "-99.99"), (Some("tense"), 1, "300.00")]),
        ("EMOTION_AFTER", &[(None, 4, "-99.99"), (Some("glad"), 1, "300.00")]),
        ("DISCIPLINE", &[(None, 4, "-99.99"), (Some("9"), 1, "300.00")]),
        ("EXECUTION_QUALITY", &[(None, 4, "-99.99"), (Some("8"), 1, "300.00")]),
        ("TIMING_QUALITY", &[(None, 4, "-99.99"), (Some("7"), 1, "300.00")]),
        ("RISK_MANAGEMENT_QUALITY", &[(None, 4, "-99.99"), (Some("6"), 1, "300.00")]),
        ("TAG", &[(None, 4, "-99.99"), (Some("dip"), 1, "300.00"), (Some("plan"), 1, "300.00")]),
        // Auckland is 13 hours ahead in March: the last two closed on 31 March at 23:59 and on 1 April at 00:30.
        ("MONTH", &[(Some("2025-03"), 4, "150.00"), (Some("2025-04"), 1, "50.01")]),
        ("WEEKDAY", &[(Some("0"), 1, "-50.00"), (Some("1"), 2, "-49.99"), (Some("2"), 2, "300.00")]),
        ("HOUR", &[(Some("23"), 3, "250.00"), (Some("00"), 1, "50.01"), (Some("01"), 1, "-100.00")]),
        (
            "HOLDING_PERIOD",
            &[(Some("days"), 2, "300.00"), (Some("weeks"), 2, "0.01"), (Some("intraday"), 1, "-100.00")],
        ),
    ] {
        let selection =
            format!("tradeStatistics(groupBy: {by}, filter: {{ currency: {{ eq: \"NZD\" }} }}) {{ key count netPnl }}");
        let found = viewer(&api, &ada, &selection).await["tradeStatistics"].clone();
        let found: Vec<(Value, i64, Value)> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|group| (group["key"].clone(), group["count"].as_i64().unwrap(), group["netPnl"].clone()))
            .collect();
        let mut expected: Vec<_> = expected.iter().map(|(key, count, pnl)| (json!(key), *count, json!(pnl))).collect();
        let mut sorted = found.clone();
        sorted.sort_by_key(|(key, ..)| key.to_string());
        expected.sort_by_key(|(key, ..)| key.to_string());
        assert_eq!(sorted, expected, "{by}");
        assert!(found.is_sorted_by_key(|(_, count, _)| -count), "{by}: the largest group comes first");
    }
}

#[tokio::test]
async fn gains_are_listed_by_the_tax_year_of_the_country() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let id = ada.id;
    let list = "{ label firstDay lastDay currency sampleSize gains losses net }";
    let year = |label: &str, (first, last): (&str, &str), currency: &str, size: i64, sums: [&str; 3]| {
        json!({
            "label": label, "firstDay": first, "lastDay": last, "currency": currency, "sampleSize": size,
            "gains": sums[0], "losses": sums[1], "net": sums[2]
        })
    };
    let all = ["350.01", "-150.00", "200.01"];
    let calendar = json!([
        year("2025", ("2025-01-01", "2025-12-31"), "NZD", 5, all),
        year("2026", ("2026-01-01", "2026-12-31"), "USD", 1, ["7.00", "0.00", "7.00"]),
    ]);
    assert_eq!(viewer(&api, &ada, &format!("realisedGains {list}")).await["realisedGains"], calendar);
    // 31 March 23:59 and 1 April 00:30 in Auckland lie in two years there.
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, timezone) VALUES ('{id}', 'Pacific/Auckland'); \
         INSERT INTO user_onboarding_progress (user_id, tax_residency, tax_year_preference) VALUES ('{id}', 'NZ', 'financial')"
    ))
    .await;
    let zealand = json!([
        year("2024/25", ("2024-04-01", "2025-03-31"), "NZD", 4, ["300.00", "-150.00", "150.00"]),
        year("2025/26", ("2025-04-01", "2026-03-31"), "NZD", 1, ["50.01", "0.00", "50.01"]),
        year("2026/27", ("2026-04-01", "2027-03-31"), "USD", 1, ["7.00", "0.00", "7.00"]),
    ]);
    assert_eq!(viewer(&api, &ada, &format!("realisedGains {list}")).await["realisedGains"], zealand);
    let australia = viewer(&api, &ada, &format!("realisedGains(calendar: AUSTRALIA) {list}")).await;
    let australia = australia["realisedGains"].as_array().unwrap().iter().map(|year| year["label"].clone());
    assert_eq!(australia.collect::<Vec<_>>(), ["2024/25", "2025/26"]);
    api.sql("UPDATE user_onboarding_progress SET tax_year_preference = 'calendar'").await;
    let labels = viewer(&api, &ada, "realisedGains { label }").await["realisedGains"].clone();
    assert_eq!(labels, json!([{ "label": "2025" }, { "label": "2026" }]));
}

/// P&L, fees, type, entry, stop, quantity, from, to.
type Row = (Decimal, Decimal, String, Decimal, Decimal, Decimal, DateTime<Utc>, DateTime<Utc>);

#[tokio::test]
async fn the_database_adds_up_what_the_calculation_adds_up() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // Amounts that look random and are always the same.
    api.sql(&format!(
        "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, stop_loss_price, quantity, total_value, \
         fees, realized_pnl, execution_time, trade_date, exit_date, status, is_active) \
         SELECT '{}', 'S' || i % 7, 'NZD', CASE i % 3 WHEN 0 THEN 'short' ELSE 'buy' END, 100, 80 + i * 7 % 40, 1 + i % 5, 100, \
         (i * 37 % 500) / 100.0, (i * 7919 % 200003 - 100001) / 100.0, now() - interval '1 day' * (i % 50 + 1), \
         now(), now() - interval '1 hour' * (i % 20), 'closed', false FROM generate_series(1, 500) AS i",
        ada.id
    ))
    .await;
    let rows: Vec<Row> = sea_orm::sqlx::query_as(
        "SELECT realized_pnl, fees, trade_type, entry_price, stop_loss_price, quantity, execution_time, exit_date FROM manual_trade_logs",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    let mut sums = Sums::default();
    for (pnl, fees, kind, entry, stop, quantity, opened_at, closed_at) in rows {
        let distance = if kind == "buy" { entry - stop } else { stop - entry };
        sums.add(&Closed { pnl, fees, risk: Some(distance * quantity), opened_at, closed_at }).unwrap();
    }
    let expected = sums.figures().unwrap();
    let selection = "tradeStatistics {
        count wins losses netPnl grossPnl averageR { value sampleSize } averageHoldingSeconds { value } payoff { value }
    }";
    let found = viewer(&api, &ada, selection).await["tradeStatistics"][0].clone();
    let text = |value: Result<Decimal, _>| json!(value.ok().map(|value| value.to_string()));
    assert_eq!(
        found,
        json!({
            "count": expected.count, "wins": expected.wins, "losses": expected.losses,
            "netPnl": expected.net_pnl.to_string(), "grossPnl": expected.gross_pnl.to_string(),
            "averageR": { "value": text(expected.average_r.value), "sampleSize": expected.average_r.sample_size },
            "averageHoldingSeconds": { "value": text(expected.average_holding_seconds.value) },
            "payoff": { "value": text(expected.payoff.value) },
        })
    );
    assert!(expected.wins > 100 && expected.losses > 100 && expected.average_r.sample_size > 100);
}
