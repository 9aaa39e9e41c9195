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
