//! Which portfolio an account feeds, and what becomes of that when portfolios change.

use serde_json::{Value, json};
use stackmotive::seed;

use super::{checker, done, overview, portfolio, refused};
use crate::support::{Api, Somebody};

const SET: (&str, &str) = ("setAccountPortfolio", "accountPortfolio { account vaultId } portfolios { vaultId }");
const UPDATE: (&str, &str) = ("updatePortfolio", "portfolio { vaultId } others { vaultId }");

async fn position(api: &Api, who: &Somebody, symbol: &str, account: &str, currency: &str) {
    let input = json!({ "symbol": symbol, "account": account, "quantity": "1", "avgPrice": "5", "currency": currency });
    done(api, who, ("createPosition", "position { id }"), input).await;
}

async fn id_of(api: &Api, who: &Somebody, vault: &str) -> Value {
    let document =
        format!(r#"{{ viewer {{ portfolios(filter: {{ vaultId: {{ eq: "{vault}" }} }}) {{ nodes {{ id }} }} }} }}"#);
    api.ask(Some(who), &document).await.data()["viewer"]["portfolios"]["nodes"][0]["id"].clone()
}

async fn mappings(api: &Api, who: &Somebody) -> Value {
    let document =
        "{ viewer { accountPortfolios { nodes { account vaultId portfolio { vaultId } positions { totalCount } } } } }";
    api.ask(Some(who), document).await.data()["viewer"]["accountPortfolios"]["nodes"].clone()
}

#[tokio::test]
async fn an_account_is_mapped_and_its_holdings_move() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let growth = portfolio(&api, &ada, "Growth", "USD").await;
    let eves = portfolio(&api, &eve, "Growth", "USD").await;
    position(&api, &ada, "BTC", "Kraken", "USD").await;
    position(&api, &ada, "ETH", "Kraken", "EUR").await;
    let map = |portfolio: &Value| json!({ "account": " Kraken ", "portfolioId": portfolio });
    let before = api.picture().await;
    let mut dry = map(&growth);
    dry["dryRun"] = json!(true);
    let tried = done(&api, &ada, SET, dry).await;
    assert_eq!(api.picture().await, before);
    let mapped = done(&api, &ada, SET, map(&growth)).await;
    assert_eq!(tried, mapped);
    assert_eq!(mapped["accountPortfolio"], json!({ "account": "Kraken", "vaultId": "Growth" }));
    assert_eq!(
        overview(&api, &ada).await,
        ["Growth USD 5.00: BTC 1@5@5", "Growth EUR EUR 5.00: ETH 1@5@5", "Kraken USD 0.00:", "Kraken EUR EUR 0.00:"]
    );
    let wanted = json!([{
        "account": "Kraken", "vaultId": "Growth", "portfolio": { "vaultId": "Growth" }, "positions": { "totalCount": 2 }
    }]);
    assert_eq!(mappings(&api, &ada).await, wanted);
    // The same again changes nothing, and nothing at all clears it.
    done(&api, &ada, SET, map(&growth)).await;
    assert_eq!(done(&api, &ada, SET, map(&Value::Null)).await["accountPortfolio"], Value::Null);
    done(&api, &ada, SET, json!({ "account": "Kraken" })).await;
    assert_eq!(
        overview(&api, &ada).await,
        ["Growth USD 0.00:", "Growth EUR EUR 0.00:", "Kraken USD 5.00: BTC 1@5@5", "Kraken EUR EUR 5.00: ETH 1@5@5"]
    );

    let by_hand = json!({ "portfolioId": growth, "symbol": "BTC", "quantity": "1" });
    done(&api, &ada, ("createHolding", "holding { id }"), by_hand).await;
    let mut stale = map(&growth);
    stale["expectedUpdatedAt"] = json!("2026-03-02T10:00:00Z");
    let wrong = [
        (map(&growth), "CONFLICT, input.account HELD_BY_HAND"),
        (map(&eves), "INVALID, input.portfolioId NOT_FOUND"),
        (json!({ "account": " " }), "INVALID, input.account BLANK"),
        (json!({ "account": "x".repeat(101) }), "INVALID, input.account TOO_LONG"),
        (stale, "CONFLICT"),
    ];
    for (input, refusal) in wrong {
        assert_eq!(refused(&api, &ada, SET.0, input.clone()).await, refusal, "{input}");
    }
}

#[tokio::test]
async fn a_portfolio_that_is_fed_takes_its_accounts_along() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    position(&api, &ada, "BTC", "Kraken", "USD").await;
    position(&api, &ada, "ETH", "Kraken", "EUR").await;
    let (kraken, euros) = (id_of(&api, &ada, "Kraken").await, id_of(&api, &ada, "Kraken EUR").await);
    for id in [&kraken, &euros] {
        assert_eq!(refused(&api, &ada, "deletePortfolio", json!({ "id": id })).await, "CONFLICT, input.id FED");
    }
    let wrong = [
        (&euros, json!("Euro coins"), "CONFLICT, input.vaultId FED"),
        // The other one's name would have 101 characters.
        (&kraken, json!("x".repeat(97)), "INVALID, input.vaultId TOO_LONG"),
    ];
    for (id, name, refusal) in wrong {
        assert_eq!(refused(&api, &ada, UPDATE.0, json!({ "id": id, "vaultId": name })).await, refusal);
    }
    portfolio(&api, &ada, "Coins EUR", "EUR").await;
    let taken = json!({ "id": kraken, "vaultId": "Coins" });
    assert_eq!(refused(&api, &ada, UPDATE.0, taken).await, "CONFLICT, input.vaultId TAKEN");

    let renamed = done(&api, &ada, UPDATE, json!({ "id": kraken, "vaultId": "Crypto" })).await;
    assert_eq!(renamed, json!({ "portfolio": { "vaultId": "Crypto" }, "others": [{ "vaultId": "Crypto EUR" }] }));
    // The account goes on to feed it, also with what comes later.
    position(&api, &ada, "SOL", "Kraken", "USD").await;
    position(&api, &ada, "ADA", "Kraken", "EUR").await;
    assert_eq!(
        overview(&api, &ada).await,
        ["Coins EUR EUR 0.00:", "Crypto USD 10.00: BTC 1@5@5 SOL 1@5@5", "Crypto EUR EUR 10.00: ADA 1@5@5 ETH 1@5@5"]
    );
    assert_eq!(mappings(&api, &ada).await[0]["vaultId"], "Crypto");
    done(&api, &ada, UPDATE, json!({ "id": kraken, "vaultId": "Crypto 2", "cashBalance": "1" })).await;
    assert_eq!(mappings(&api, &ada).await[0]["portfolio"]["vaultId"], "Crypto 2");
    // Once nothing feeds it any more it may go, and what was said of its account goes with it.
    let ids = api.ask(Some(&ada), "{ viewer { positions { nodes { id } } } }").await;
    for node in ids.data()["viewer"]["positions"]["nodes"].as_array().unwrap() {
        done(&api, &ada, ("deletePosition", "positionId"), json!({ "id": node["id"] })).await;
    }
    done(&api, &ada, ("deletePortfolio", "portfolioId"), json!({ "id": kraken })).await;
    assert_eq!(mappings(&api, &ada).await, json!([]));
}

#[tokio::test]
async fn an_empty_portfolio_in_another_currency_gets_what_its_account_holds_in_it() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let kraken = portfolio(&api, &ada, "Kraken", "NZD").await;
    position(&api, &ada, "BTC", "Kraken", "USD").await;
    assert_eq!(overview(&api, &ada).await, ["Kraken NZD 0.00:", "Kraken USD USD 5.00: BTC 1@5@5"]);
    done(&api, &ada, UPDATE, json!({ "id": kraken, "currency": "USD" })).await;
    assert_eq!(overview(&api, &ada).await, ["Kraken USD 5.00: BTC 1@5@5", "Kraken USD USD 0.00:"]);
}

/// What the seed writes follows the same rules, so that a roll-up finds nothing to change.
#[tokio::test]
async fn the_demo_account_follows_already() {
    let api = Api::start().await;
    let demo = seed::demo(&api.app.database, &api.app.keys).await.unwrap();
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    let sign_in = "mutation($email: EmailAddress!, $password: String!) {
        signIn(input: { email: $email, password: $password }) { accessToken user { portfolios { nodes { id } } } }
    }";
    let answer = api.ask_with(None, sign_in, json!({ "email": demo.email, "password": demo.password })).await;
    let signed_in = &answer.data()["signIn"];
    let token = signed_in["accessToken"].as_str().unwrap().to_owned();
    let who = Somebody { id: uuid::Uuid::nil(), email: demo.email, token };
    let before = api.picture().await;
    for portfolio in signed_in["user"]["portfolios"]["nodes"].as_array().unwrap() {
        done(&api, &who, UPDATE, json!({ "id": portfolio["id"] })).await;
    }
    let after = api.picture().await;
    for table in ["portfolio_summary", "portfolio_holdings", "portfolio_position"] {
        assert!(before[table] == after[table], "{table} has changed");
    }
}

/// An account may bear the name of a portfolio that another account's currencies have made.
#[tokio::test]
async fn a_portfolio_takes_along_who_feeds_what_bears_its_name() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    position(&api, &ada, "S1", "Broker", "USD").await;
    position(&api, &ada, "S2", "Broker", "EUR").await;
    position(&api, &ada, "S3", "Broker EUR", "EUR").await;
    position(&api, &ada, "S4", "Broker EUR", "USD").await;
    position(&api, &ada, "S5", "Mapped", "GBP").await;
    let euros = id_of(&api, &ada, "Broker EUR").await;
    done(&api, &ada, SET, json!({ "account": "Mapped", "portfolioId": euros })).await;
    let broker = id_of(&api, &ada, "Broker").await;
    let renamed = done(&api, &ada, UPDATE, json!({ "id": broker, "vaultId": "Core" })).await;
    let mut others: Vec<&str> =
        renamed["others"].as_array().unwrap().iter().map(|other| other["vaultId"].as_str().unwrap()).collect();
    others.sort_unstable();
    assert_eq!(others, ["Core EUR", "Core EUR GBP", "Core EUR USD"]);
    let after = [
        "Core USD 5.00: S1 1@5@5",
        "Core EUR EUR 10.00: S2 1@5@5 S3 1@5@5",
        "Core EUR GBP GBP 5.00: S5 1@5@5",
        "Core EUR USD USD 5.00: S4 1@5@5",
        "Mapped GBP 0.00:",
    ];
    assert_eq!(overview(&api, &ada).await, after);
    // All of them go on to feed what they fed.
    for (symbol, account, currency) in [("S2", "Broker", "EUR"), ("S3", "Broker EUR", "EUR"), ("S5", "Mapped", "GBP")] {
        let again = json!({ "content": format!("Symbol,Quantity,Avg Price,Currency\n{symbol}B,1,5,{currency}\n"), "account": account });
        let document =
            "mutation ($input: ImportPositionsInput!) { importPositions(input: $input) { portfolios { vaultId } } }";
        api.ask_with(Some(&ada), document, json!({ "input": again })).await.data();
    }
    let names: Vec<String> =
        overview(&api, &ada).await.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        ["Core USD 5.00", "Core EUR EUR 20.00", "Core EUR GBP GBP 10.00", "Core EUR USD USD 5.00", "Mapped GBP 0.00"]
    );
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}
