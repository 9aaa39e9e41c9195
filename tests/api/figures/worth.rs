//! What portfolios come to together, what holdings weigh and cost, and which accounts they are at.

use serde_json::{Value, json};

use super::{first, portfolio};
use crate::support::{Api, Somebody, Statements};

const NET_WORTH: &str = "netWorth { currency numberOfPortfolios totalValue holdingsValue cashBalance dayGainLoss reason \
    gains { sampleSize costUnknown costBasis gain gainPercent reason } concentration { sampleSize hhi reason } \
    allocation(by: CURRENCY) { total cash parts { key value weight weightWithCash count } reason } \
    performers(count: 1) { best { symbol } worst { symbol } sampleSize } }";

/// Totals that the roll-up would have written.
async fn total(api: &Api, who: &Somebody) {
    api.sql(&format!(
        "UPDATE portfolio_summary s SET portfolio_value = cash_balance + coalesce((SELECT sum(market_value) \
         FROM portfolio_holdings h WHERE h.user_id = s.user_id AND h.vault_id = s.vault_id), 0) WHERE user_id = '{}'",
        who.id
    ))
    .await;
}

async fn viewer(api: &Api, who: &Somebody, selection: &str) -> Value {
    api.ask(Some(who), &format!("{{ viewer {{ {selection} }} }}")).await.data()["viewer"].clone()
}

#[tokio::test]
async fn portfolios_are_added_up_for_each_currency() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "a", "100", &[("AAA", "equity", "10", "20", "40"), ("BBB", "bond", "10", "0", "10")]).await;
    portfolio(&api, &ada, "b", "-50", &[("AAA", "equity", "5", "50", "40"), ("CCC", "fund", "1", "400", "300")]).await;
    portfolio(&api, &ada, "c", "7", &[("AAA", "equity", "1", "10", "20")]).await;
    portfolio(&api, &ada, "d", "3", &[]).await;
    let id = ada.id;
    api.sql(&format!(
        "UPDATE portfolio_summary SET currency = 'USD' WHERE user_id = '{id}' AND vault_id = 'c'; \
         UPDATE portfolio_summary SET currency = 'EUR' WHERE user_id = '{id}' AND vault_id = 'd'; \
         UPDATE portfolio_summary SET day_gain_loss = 1.25 WHERE user_id = '{id}' AND vault_id IN ('a', 'b'); \
         INSERT INTO portfolio_holdings (user_id, symbol, asset_class, quantity, avg_cost, current_price, market_value) \
         VALUES ('{id}', 'NONE', 'equity', 1, 1, 1000, 1000)"
    ))
    .await;
    total(&api, &ada).await;
    let statements = Statements::listen();
    let found = viewer(&api, &ada, NET_WORTH).await;
    // The token, the portfolios, and all holdings at once.
    let heard = statements.take();
    assert_eq!(heard.len(), 3, "{heard:#?}");
    let nzd = json!({
        "currency": "NZD", "numberOfPortfolios": 2, "totalValue": "1050.00", "holdingsValue": "1000.00",
        "cashBalance": "50.00", "dayGainLoss": "2.50", "reason": null,
        // AAA 200 + AAA −50 + CCC −100 over 200 + 250 + 400; the cost of BBB is unknown.
        "gains": { "sampleSize": 3, "costUnknown": 1, "costBasis": "850.00", "gain": "50.00", "gainPercent": "5.8824", "reason": null },
        // AAA is one symbol: 0.6² + 0.1² + 0.3².
        "concentration": { "sampleSize": 3, "hhi": "0.460000", "reason": null },
        "allocation": { "total": "1000.00", "cash": "50.00", "reason": null, "parts": [
            { "key": "NZD", "value": "1000.00", "weight": "100.0000", "weightWithCash": "95.2381", "count": 4 }
        ] },
        "performers": { "best": [{ "symbol": "AAA" }], "worst": [{ "symbol": "CCC" }], "sampleSize": 3 }
    });
    let usd = json!({
        "currency": "USD", "numberOfPortfolios": 1, "totalValue": "27.00", "holdingsValue": "20.00",
        "cashBalance": "7.00", "dayGainLoss": "0.00", "reason": null,
        "gains": { "sampleSize": 1, "costUnknown": 0, "costBasis": "10.00", "gain": "10.00", "gainPercent": "100.0000", "reason": null },
        "concentration": { "sampleSize": 1, "hhi": "1.000000", "reason": null },
        "allocation": { "total": "20.00", "cash": "7.00", "reason": null, "parts": [
            { "key": "USD", "value": "20.00", "weight": "100.0000", "weightWithCash": "74.0741", "count": 1 }
        ] },
        "performers": { "best": [{ "symbol": "AAA" }], "worst": [{ "symbol": "AAA" }], "sampleSize": 1 }
    });
    let eur = json!({
        "currency": "EUR", "numberOfPortfolios": 1, "totalValue": "3.00", "holdingsValue": "0.00",
        "cashBalance": "3.00", "dayGainLoss": "0.00", "reason": null,
        "gains": { "sampleSize": 0, "costUnknown": 0, "costBasis": null, "gain": null, "gainPercent": null, "reason": "CASH_ONLY" },
        "concentration": { "sampleSize": 0, "hhi": null, "reason": "CASH_ONLY" },
        "allocation": { "total": "0.00", "cash": "3.00", "reason": "CASH_ONLY", "parts": [] },
        "performers": { "best": [], "worst": [], "sampleSize": 0 }
    });
    assert_eq!(found["netWorth"], json!([eur, nzd, usd]));
    let nobody = api.somebody("bob").await;
    assert_eq!(viewer(&api, &nobody, NET_WORTH).await, json!({ "netWorth": [] }));
}

#[tokio::test]
async fn a_holding_tells_its_cost_and_its_share() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let holdings =
        [("AAA", "equity", "10", "20", "40"), ("BBB", "bond", "10", "0", "20"), ("CCC", "fund", "1", "3", "0")];
    portfolio(&api, &ada, "main", "400", &holdings).await;
    portfolio(&api, &ada, "nil", "0", &[("DDD", "equity", "1", "1", "0")]).await;
    let id = ada.id;
    api.sql(&format!(
        "INSERT INTO portfolio_holdings (user_id, symbol, asset_class, quantity, avg_cost, current_price, market_value, \
         total_gain_loss) VALUES ('{id}', 'NONE', 'equity', 1000000000, 1000000, 1000000.5, 1000000500000000, 500000000)"
    ))
    .await;
    total(&api, &ada).await;
    let figures = "holdings { nodes { symbol costBasis weight { value reason } weightWithCash { value reason } } }";
    let statements = Statements::listen();
    let found = viewer(&api, &ada, figures).await;
    let heard = statements.take();
    assert_eq!(heard.len(), 3, "{heard:#?}");
    let row = |symbol: &str, cost: Value, weight: Result<&str, &str>, with_cash: Result<&str, &str>| {
        let share = |share: Result<&str, &str>| json!({ "value": share.ok(), "reason": share.err() });
        json!({ "symbol": symbol, "costBasis": cost, "weight": share(weight), "weightWithCash": share(with_cash) })
    };
    let expected = json!([
        row("AAA", json!("200.00"), Ok("66.6667"), Ok("40.0000")),
        row("BBB", Value::Null, Ok("33.3333"), Ok("20.0000")),
        row("CCC", json!("3.00"), Ok("0.0000"), Ok("0.0000")),
        row("DDD", json!("1.00"), Err("NO_VALUE"), Err("NO_VALUE")),
        row("NONE", json!("1000000000000000.00"), Err("NO_PORTFOLIO"), Err("NO_PORTFOLIO")),
    ]);
    assert_eq!(found["holdings"]["nodes"], expected);
}

#[tokio::test]
async fn a_value_is_taken_apart_by_the_accounts_that_hold_it() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "0", &[("HAND", "equity", "1", "1", "100")]).await;
    portfolio(&api, &ada, "main USD", "0", &[]).await;
    let id = ada.id;
    api.sql(&format!(
        "INSERT INTO account_portfolios (user_id, account, vault_id) VALUES ('{id}', 'kraken', 'main'); \
         INSERT INTO portfolio_position (user_id, symbol, account, currency, quantity, avg_price, current_price, asset_class, sync_source) \
         VALUES ('{id}', 'AAA', 'main', 'NZD', 1, 1, 9, 'equity', 'manual'), ('{id}', 'AAA', 'kraken', 'NZD', 2, 1, 10, 'equity', 'manual'), \
         ('{id}', 'BBB', 'kraken', 'NZD', 1, 1, 20, 'equity', 'manual'), ('{id}', 'AAA', 'kraken-usd', 'USD', 5, 1, 7, 'equity', 'manual'); \
         INSERT INTO account_portfolios (user_id, account, vault_id) VALUES ('{id}', 'kraken-usd', 'main'); \
         INSERT INTO portfolio_holdings (user_id, vault_id, symbol, asset_class, is_derived, quantity, avg_cost, current_price, market_value) VALUES \
         ('{id}', 'main', 'AAA', 'equity', true, 3, 1, 10, 100.00), ('{id}', 'main', 'BBB', 'equity', true, 1, 1, 20, 20), \
         ('{id}', 'main USD', 'AAA', 'equity', true, 5, 1, 7, 35); \
         UPDATE portfolio_summary SET currency = 'USD' WHERE user_id = '{id}' AND vault_id = 'main USD'"
    ))
    .await;
    let selection = "vaultId allocation(by: ACCOUNT) { currency total reason parts { key value count } }";
    let found = first(&api, &ada, selection).await;
    // AAA is shared out by quantity, to the cent: a third and two thirds of 100.
    let parts = json!([
        { "key": null, "value": "100.00", "count": 1 },
        { "key": "kraken", "value": "86.67", "count": 2 },
        { "key": "main", "value": "33.33", "count": 1 },
    ]);
    let by_value = |parts: &Value| {
        let mut parts = parts.as_array().unwrap().clone();
        parts.sort_by_key(|part| part["key"].to_string());
        parts
    };
    assert_eq!(found["allocation"]["total"], "220.00");
    assert_eq!(by_value(&found["allocation"]["parts"]), by_value(&parts));
    let worth = viewer(&api, &ada, "netWorth { currency allocation(by: ACCOUNT) { total parts { key value } } }").await;
    let usd = json!({ "total": "35.00", "parts": [{ "key": "kraken-usd", "value": "35.00" }] });
    assert_eq!(worth["netWorth"][1], json!({ "currency": "USD", "allocation": usd }));
}

#[tokio::test]
async fn what_cannot_be_computed_says_what_is_missing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "1", &[]).await;
    let figures = "riskAndReturn { timeWeightedReturn { value missing } moneyWeightedReturn { value missing } \
        benchmarkReturn { value missing } volatility { value missing } sharpeRatio { value missing } \
        valueAtRisk { value missing } dividends { value missing } taxOwed { value missing } }";
    let without = |missing: &str| json!({ "value": null, "missing": missing });
    let expected = json!({ "riskAndReturn": {
        "timeWeightedReturn": without("CASH_FLOWS"), "moneyWeightedReturn": without("CASH_FLOWS"),
        "benchmarkReturn": without("BENCHMARK"), "volatility": without("RETURNS"), "sharpeRatio": without("RETURNS"),
        "valueAtRisk": without("RETURNS"), "dividends": without("DIVIDENDS"), "taxOwed": without("TAX_RULES")
    } });
    assert_eq!(first(&api, &ada, figures).await, expected);
}

#[tokio::test]
async fn gains_have_a_reason_where_they_are_unknown() {
    let api = Api::start().await;
    for (name, cash, holdings, reason) in [
        ("empty", "0", &[][..], "EMPTY"),
        ("cash", "5", &[], "CASH_ONLY"),
        ("unknown", "5", &[("AAA", "equity", "1", "0", "10")], "COST_UNKNOWN"),
    ] {
        let who = api.somebody(name).await;
        portfolio(&api, &who, "main", cash, holdings).await;
        let found = first(&api, &who, "gains { sampleSize costUnknown costBasis gain gainPercent reason }").await;
        let expected = json!({ "gains": {
            "sampleSize": 0, "costUnknown": holdings.len(), "costBasis": null, "gain": null, "gainPercent": null,
            "reason": reason
        } });
        assert_eq!(found, expected, "{name}");
    }
    // 10¹⁵ for a unit is still exact.
    let who = api.somebody("large").await;
    portfolio(&api, &who, "main", "0", &[("AAA", "equity", "999", "500000000000000", "1000000000000000")]).await;
    let found = first(&api, &who, "gains { costBasis gain gainPercent reason }").await;
    let expected = json!({ "gains": {
        "costBasis": "499500000000000000.00", "gain": "499500000000000000.00", "gainPercent": "100.0000", "reason": null
    } });
    assert_eq!(found, expected);
}
