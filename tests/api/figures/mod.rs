//! Figures that are computed from rows: each with exact values, and with a reason where there is none.

mod curves;
mod downloads;
mod health;
mod plans;
mod portfolio;
mod rebalancing;
mod rules;
mod trades;
mod worth;

use serde_json::Value;

use crate::support::{Api, Somebody};

/// A portfolio with this cash in New Zealand dollars, and its holdings: symbol, asset class, quantity, average cost, price.
async fn portfolio(api: &Api, who: &Somebody, vault: &str, cash: &str, holdings: &[(&str, &str, &str, &str, &str)]) {
    let id = who.id;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id, currency, cash_balance) VALUES ('{id}', '{vault}', 'NZD', {cash})"
    ))
    .await;
    for (symbol, class, quantity, cost, price) in holdings {
        api.sql(&format!(
            "INSERT INTO portfolio_holdings (user_id, vault_id, symbol, asset_class, quantity, avg_cost, current_price, \
             price_as_of, market_value, total_gain_loss, total_gain_loss_percent) \
             VALUES ('{id}', '{vault}', '{symbol}', '{class}', {quantity}, {cost}, {price}, now() - interval '1 hour', \
             {quantity} * {price}, {quantity} * ({price} - {cost}), \
             coalesce(({price} - {cost}) / nullif({cost}::numeric, 0) * 100, 0))"
        ))
        .await;
    }
}

/// What the first portfolio answers to a selection.
async fn first(api: &Api, who: &Somebody, selection: &str) -> Value {
    let document = format!("{{ viewer {{ portfolios(first: 1) {{ nodes {{ {selection} }} }} }} }}");
    api.ask(Some(who), &document).await.data()["viewer"]["portfolios"]["nodes"][0].clone()
}
