//! How reading behaves whatever the table: one statement a level, pages, refusals.

use serde_json::json;

use crate::support::{Api, Statements};

#[tokio::test]
async fn the_dashboard_takes_two_statements_and_one_for_the_token() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!(
        "INSERT INTO portfolio_summary (user_id, vault_id) SELECT '{id}', 'vault ' || n FROM generate_series(1, 3) n;
         INSERT INTO portfolio_holdings (user_id, vault_id, symbol, quantity, avg_cost, current_price, market_value)
         SELECT '{id}', 'vault ' || v, 'SYM' || lpad(n::text, 2, '0'), n, 10, 12.5, n * 12.5
         FROM generate_series(1, 3) v, generate_series(1, 30) n",
        id = ada.id
    ))
    .await;
    let statements = Statements::listen();
    let answer = api
        .ask(
            Some(&ada),
            "{ viewer { id email portfolios { nodes { vaultId holdings(first: 25) { nodes { symbol marketValue } } } } } }",
        )
        .await;
    let heard = statements.take();
    let portfolios = &answer.data()["viewer"]["portfolios"]["nodes"];
    assert_eq!(portfolios[2]["vaultId"], json!("vault 3"));
    assert_eq!(portfolios[2]["holdings"]["nodes"].as_array().unwrap().len(), 25);
    assert_eq!(portfolios[2]["holdings"]["nodes"][24], json!({ "symbol": "SYM25", "marketValue": "312.50" }));
    assert_eq!(heard.len(), 3, "{heard:#?}");
}

#[tokio::test]
async fn fields_stand_in_the_order_of_the_document() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{}', 'Growth')", ada.id)).await;
    // Counting waits for the database and the names do not, so that they would overtake it.
    let document = "query { viewer { portfolios { totalCount ...P pageInfo { hasNextPage } } displayName } serverInfo { version } }
        fragment P on PortfolioConnection { nodes { holdings { totalCount nodes { symbol } } vaultId } nodes { currency } }";
    let answer = api.ask(Some(&ada), document).await;
    let expected = r#"{"data":{"viewer":{"portfolios":{"totalCount":1,"nodes":[{"holdings":{"totalCount":0,"nodes":[]},"vaultId":"Growth","currency":"USD"}],"pageInfo":{"hasNextPage":false}},"displayName":"ada"},"serverInfo":{"version":"0.1.0"}}}"#;
    // What it cost stands behind the data.
    let (data, _) = answer.text.split_once(",\"extensions\":{\"cost\":").unwrap();
    assert_eq!(format!("{data}}}"), expected);
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_first_screen_takes_as_many_statements_however_much_there_is() {
    let document = include_str!("../../playground/examples/single-page-app/5-first-screen.graphql");
    let mut counts = Vec::new();
    for size in [2, 9] {
        let api = Api::start().await;
        let ada = api.somebody("ada").await;
        api.sql(&format!(
            "INSERT INTO portfolio_summary (user_id, vault_id, portfolio_value) \
             SELECT '{id}', 'vault ' || n, 100 FROM generate_series(1, {size}) n;
             INSERT INTO portfolio_holdings (user_id, vault_id, symbol, asset_class, quantity, avg_cost, current_price, market_value)
             SELECT '{id}', 'vault ' || v, 'SYM' || n, 'equity', n, 10, 12.5, n * 12.5 FROM generate_series(1, {size}) v, generate_series(1, 6) n;
             INSERT INTO user_trade_rule (user_id, symbol, rule_type, threshold)
             SELECT '{id}', 'SYM' || n, 'Stop-Loss', 5 FROM generate_series(1, {size}) n;
             INSERT INTO watchlists (owner_id, name) SELECT '{id}', 'list ' || n FROM generate_series(1, {size}) n;
             INSERT INTO watchlist_items (watchlist_id, symbol) SELECT id, 'SYM1' FROM watchlists;
             INSERT INTO journal_entries (user_id, title, content, entry_date)
             SELECT '{id}', 'note ' || n, 'x', now() FROM generate_series(1, {size}) n;
             INSERT INTO manual_trade_logs (user_id, journal_entry_id, symbol, currency, trade_type, entry_price, quantity, total_value,
             realized_pnl, execution_time, trade_date, exit_date, status, is_active)
             SELECT user_id, id, 'SYM1', 'NZD', 'buy', 1, 1, 1, 5, now(), now(), now(), 'closed', false FROM journal_entries",
            id = ada.id
        ))
        .await;
        let statements = Statements::listen();
        let answer = api.ask(Some(&ada), document).await;
        counts.push(statements.take().len());
        let viewer = &answer.data()["viewer"];
        assert_eq!(viewer["portfolios"]["totalCount"], json!(size));
        assert_eq!(viewer["portfolios"]["nodes"][0]["allocation"]["parts"][0]["key"], json!("equity"));
        assert_eq!(viewer["portfolios"]["nodes"][1]["holdings"]["nodes"][4]["symbol"], json!("SYM2"));
        assert_eq!(viewer["tradeStatistics"][0]["count"], json!(size));
        assert_eq!(viewer["equityCurves"][0]["points"][0]["equity"], json!(format!("{}.00", 5 * size)));
        assert_eq!(viewer["tradeRules"]["nodes"].as_array().unwrap().len(), size);
        assert_eq!(viewer["watchlists"]["nodes"][1]["items"]["nodes"][0]["symbol"], json!("SYM1"));
        assert_eq!(viewer["journalEntries"]["nodes"][1]["tradeLog"]["realizedPnl"], json!("5.00"));
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    assert!(counts[0] <= 16, "{counts:?}");
}
