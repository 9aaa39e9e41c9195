//! What trades were planned to bring against what they brought, and figures at the ends of what can be computed.

use serde_json::json;

use super::trades::{figure, missing, viewer};
use crate::support::{Api, Somebody};

/// A closed trade: type, entry, stop, target, quantity, exit, P&L.
async fn trades(api: &Api, who: &Somebody, rows: &[[&str; 7]]) {
    for [kind, entry, stop, target, quantity, exit, pnl] in rows {
        api.sql(&format!(
            "INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, stop_loss_price, target_price, \
             quantity, total_value, exit_price, realized_pnl, execution_time, trade_date, exit_date, status, is_active, strategy) \
             VALUES ('{}', 'AAA', 'NZD', '{kind}', {entry}, {stop}, {target}, {quantity}, 1, {exit}, {pnl}, \
             now(), now(), now(), 'closed', false, '{kind}')",
            who.id
        ))
        .await;
    }
}

const PLAN: &str = "{
    key sampleSize atTarget atStop planned { value sampleSize reason } achieved { value sampleSize reason }
    difference { value sampleSize reason } winRate { value sampleSize reason } winRateNeeded { value sampleSize reason }
}";

#[tokio::test]
async fn plans_are_compared_with_results_in_multiples_of_the_risk() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let rows = [
        // Planned 3 for 1 and left at the target, after fees of 10: 290 / 100.
        ["buy", "100", "90", "130", "10", "130", "290"],
        // Planned 2 for 1 and stopped: -100 / 100.
        ["buy", "100", "90", "120", "10", "90", "-100"],
        // Planned 1 for 1, short, and left half way: 25 / 50.
        ["short", "50", "55", "45", "10", "47.5", "25"],
        // No target, a stop on the wrong side, and a target on the wrong side are no plans.
        ["buy", "100", "90", "NULL", "10", "130", "300"],
        ["buy", "100", "110", "130", "10", "130", "300"],
        ["short", "50", "55", "60", "10", "47.5", "25"],
    ];
    trades(&api, &ada, &rows).await;
    let expected = json!([{
        "key": null, "sampleSize": 3, "atTarget": 1, "atStop": 1,
        "planned": figure("2.0000", 3), "achieved": figure("0.8000", 3), "difference": figure("-1.2000", 3),
        "winRate": figure("66.6667", 3), "winRateNeeded": figure("33.3333", 3),
    }]);
    assert_eq!(viewer(&api, &ada, &format!("riskRewards {PLAN}")).await["riskRewards"], expected);
    let grouped = viewer(&api, &ada, "riskRewards(groupBy: STRATEGY) { key sampleSize achieved { value } }").await;
    let expected = json!([
        { "key": "buy", "sampleSize": 2, "achieved": { "value": "0.9500" } },
        { "key": "short", "sampleSize": 1, "achieved": { "value": "0.5000" } },
    ]);
    assert_eq!(grouped["riskRewards"], expected);
    let bob = api.somebody("bob").await;
    assert_eq!(viewer(&api, &bob, &format!("riskRewards {PLAN}")).await, json!({ "riskRewards": [] }));
}

#[tokio::test]
async fn figures_beyond_numbers_have_a_reason_and_leave_the_others() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    // A price of 10^15 against a risk of a ten-thousandth of a hundred-millionth.
    let rows = [
        ["buy", "0.0001", "0.00005", "1000000000000000", "0.00000001", "1000000000000000", "999999999999999999.99"],
        ["buy", "1000000000000000", "999999999999999.9999", "1000000000000001", "999", "1000000000000001", "999"],
    ];
    // Stops have four decimals, so this one is the entry price or 0.
    let rows = rows.map(|row| row.map(|cell| if cell == "0.00005" { "0" } else { cell }));
    trades(&api, &ada, &rows).await;
    let selection = format!(
        "tradeStatistics {{ count netPnl averageR {{ value sampleSize reason }} profitFactor {{ value sampleSize reason }} }}
         equityCurves {{ netPnl maximumDrawdown }} realisedGains {{ net }} riskRewards {PLAN}"
    );
    let found = viewer(&api, &ada, &selection).await;
    let expected = json!([{
        "count": 2, "netPnl": "1000000000000000998.99",
        "averageR": missing("TOO_LARGE", 2), "profitFactor": missing("NO_LOSSES", 2),
    }]);
    assert_eq!(found["tradeStatistics"], expected);
    assert_eq!(found["equityCurves"], json!([{ "netPnl": "1000000000000000998.99", "maximumDrawdown": null }]));
    assert_eq!(found["realisedGains"], json!([{ "net": "1000000000000000998.99" }]));
    let plan = &found["riskRewards"][0];
    assert_eq!(plan["achieved"], missing("TOO_LARGE", 2));
    assert_eq!(plan["difference"], missing("TOO_LARGE", 2));
    // (10^19 − 1 + 10000) / 2
    assert_eq!(plan["planned"]["value"], "5000000000000004999.5000");
}
