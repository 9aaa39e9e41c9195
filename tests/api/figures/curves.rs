//! Closed trades over time: curves, and the calendar of days.

use serde_json::{Value, json};

use super::trades::{trade, viewer};
use crate::support::Api;

const CURVE: &str = "{
    key currency sampleSize netPnl maximumDrawdown drawdownPeakAt drawdownTroughAt
    longestWinningStreak longestLosingStreak currentStreak step points { firstDay lastDay trades pnl equity drawdown }
}";

/// First and last day, trades, P&L, equity, drawdown.
fn point(first: &str, last: &str, trades: i32, [pnl, equity, drawdown]: [&str; 3]) -> Value {
    json!({ "firstDay": first, "lastDay": last, "trades": trades, "pnl": pnl, "equity": equity, "drawdown": drawdown })
}

fn day(date: &str, trades: i32, figures: [&str; 3]) -> Value {
    point(date, date, trades, figures)
}

#[tokio::test]
async fn a_curve_tells_the_deepest_fall_and_the_streaks() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let found = viewer(&api, &ada, &format!("equityCurves {CURVE}")).await["equityCurves"].clone();
    let expected = json!([
        {
            "key": null, "currency": "NZD", "sampleSize": 5, "netPnl": "200.01", "maximumDrawdown": "150.00",
            "drawdownPeakAt": "2025-03-05T10:00:00Z", "drawdownTroughAt": "2025-03-31T10:59:00Z",
            "longestWinningStreak": 1, "longestLosingStreak": 1, "currentStreak": 1, "step": "DAY",
            "points": [
                day("2025-03-05", 1, ["300.00", "300.00", "0.00"]),
                day("2025-03-10", 1, ["-100.00", "200.00", "100.00"]),
                day("2025-03-12", 1, ["0.00", "200.00", "100.00"]),
                day("2025-03-31", 2, ["0.01", "200.01", "99.99"]),
            ],
        },
        {
            "key": null, "currency": "USD", "sampleSize": 1, "netPnl": "7.00", "maximumDrawdown": null,
            "drawdownPeakAt": null, "drawdownTroughAt": null,
            "longestWinningStreak": 1, "longestLosingStreak": 0, "currentStreak": 1, "step": "DAY",
            "points": [day("2026-04-02", 1, ["7.00", "7.00", "0.00"])],
        },
    ]);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_curve_goes_by_group_by_step_and_by_period() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    let nzd = "filter: { currency: { eq: \"NZD\" } }";
    let selection = format!("equityCurves({nzd}, groupBy: SYMBOL) {{ key sampleSize netPnl maximumDrawdown }}");
    let expected = json!([
        { "key": "AAA", "sampleSize": 3, "netPnl": "250.01", "maximumDrawdown": "100.00" },
        { "key": "BBB", "sampleSize": 2, "netPnl": "-50.00", "maximumDrawdown": "50.00" },
    ]);
    assert_eq!(viewer(&api, &ada, &selection).await["equityCurves"], expected);

    let selection = format!("equityCurves({nzd}, step: WEEK) {CURVE}");
    let found = viewer(&api, &ada, &selection).await["equityCurves"][0].clone();
    let expected = json!([
        day("2025-03-05", 1, ["300.00", "300.00", "0.00"]),
        point("2025-03-10", "2025-03-12", 2, ["-100.00", "200.00", "100.00"]),
        day("2025-03-31", 2, ["0.01", "200.01", "99.99"]),
    ]);
    assert_eq!((&found["points"], &found["step"]), (&expected, &json!("WEEK")));
    assert_eq!(found["maximumDrawdown"], "150.00", "trade by trade, whatever the step");

    // Both days are part of a period; the sum begins with it.
    let period = "period: { from: \"2025-03-10\", to: \"2025-03-12\" }";
    let selection = format!(
        "equityCurves({period}) {{ points {{ firstDay equity }} }} tradeStatistics({period}) {{ count netPnl }}"
    );
    let expected = json!({
        "equityCurves": [{ "points": [
            { "firstDay": "2025-03-10", "equity": "-100.00" }, { "firstDay": "2025-03-12", "equity": "-100.00" },
        ] }],
        "tradeStatistics": [{ "count": 2, "netPnl": "-100.00" }],
    });
    assert_eq!(viewer(&api, &ada, &selection).await, expected);
}

#[tokio::test]
async fn days_begin_where_the_user_lives() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    trade(&api, &ada).await;
    api.sql(&format!("INSERT INTO user_preferences (user_id, timezone) VALUES ('{}', 'Pacific/Auckland')", ada.id))
        .await;
    // 31 March 10:59 and 11:30 by UTC are 23:59 of that day and 00:30 of the next in Auckland.
    let selection = "
        march: tradeStatistics(period: { from: \"2025-03-31\", to: \"2025-03-31\" }) { netPnl }
        april: tradeStatistics(period: { from: \"2025-04-01\" }, filter: { currency: { eq: \"NZD\" } }) { netPnl }
        profitCalendar(from: \"2025-03-31\", to: \"2025-04-30\") { date currency trades wins losses pnl fees }";
    let expected = json!({
        "march": [{ "netPnl": "-50.00" }],
        "april": [{ "netPnl": "50.01" }],
        "profitCalendar": [
            { "date": "2025-03-31", "currency": "NZD", "trades": 1, "wins": 0, "losses": 1, "pnl": "-50.00", "fees": "1.00" },
            { "date": "2025-04-01", "currency": "NZD", "trades": 1, "wins": 1, "losses": 0, "pnl": "50.01", "fees": "0.50" },
        ],
    });
    assert_eq!(viewer(&api, &ada, selection).await, expected);
}

#[tokio::test]
async fn periods_that_are_none_are_refused_with_their_place() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for (field, path) in [
        ("tradeStatistics(period: { from: \"2025-02-01\", to: \"2025-01-01\" }) { count }", json!(["period", "to"])),
        ("riskRewards(period: { from: \"+10000-01-01\" }) { key }", json!(["period", "from"])),
        ("profitCalendar(from: \"2025-02-01\", to: \"2025-01-31\") { pnl }", json!(["to"])),
        ("profitCalendar(from: \"2025-01-01\", to: \"2026-02-05\") { pnl }", json!(["to"])),
    ] {
        let answer = api.ask(Some(&ada), &format!("{{ viewer {{ {field} }} }}")).await;
        let issues = &answer.body["errors"][0]["extensions"]["issues"];
        assert_eq!((answer.code(), &issues[0]["path"]), ("INVALID", &path), "{field}: {:#}", answer.body);
    }
    // 400 days are a year and what a page shows around it.
    let most = "profitCalendar(from: \"2025-01-01\", to: \"2026-02-04\") { pnl }";
    assert_eq!(viewer(&api, &ada, most).await, json!({ "profitCalendar": [] }));
}

#[tokio::test]
async fn a_long_curve_gets_coarser_and_keeps_its_sums() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // Three trades a day on 1,200 days.
    api.sql(&format!(
        "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, quantity, total_value, \
         realized_pnl, execution_time, trade_date, exit_date, status, is_active) \
         SELECT '{}', 'AAA', 'NZD', 'buy', 1, 1, 1, CASE i % 3 WHEN 0 THEN -2.5 ELSE 1.25 END, \
         timestamptz '2020-01-01 00:00Z' + interval '8 hours' * i, now(), timestamptz '2020-01-01 01:00Z' + interval '8 hours' * i, \
         'closed', false FROM generate_series(0, 3599) AS i",
        ada.id
    ))
    .await;
    let curve = viewer(&api, &ada, &format!("equityCurves {CURVE}")).await["equityCurves"][0].clone();
    let points = curve["points"].as_array().unwrap();
    assert_eq!(
        (&curve["step"], &curve["sampleSize"], &curve["netPnl"]),
        (&json!("WEEK"), &json!(3600), &json!("0.00"))
    );
    let trades: i64 = points.iter().map(|point| point["trades"].as_i64().unwrap()).sum();
    // 1,200 days from a Wednesday on.
    assert_eq!((points.len(), trades), (172, 3600));
    assert_eq!((&curve["maximumDrawdown"], &curve["longestWinningStreak"]), (&json!("2.50"), &json!(2)));
    let thousands = viewer(&api, &ada, "equityCurves(groupBy: HOUR) { key sampleSize step points { trades } }").await;
    let thousands = thousands["equityCurves"].as_array().unwrap();
    assert_eq!(thousands.iter().map(|curve| curve["key"].as_str().unwrap()).collect::<Vec<_>>(), ["01", "09", "17"]);
}
