//! Each broker's sample file, sent as a file: what is held then, and what every portfolio comes to, as it stands in
//! `<name>.portfolios` beside the sample.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{checker, document};
use crate::support::{Api, Somebody, upload::Upload};

/// The bytes of a sample file.
pub fn sample(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/broker")).join(name)).unwrap()
}

/// Each portfolio as `name currency value, cost cost, gain gain (gain %)`, and below it what it holds.
async fn portfolios(api: &Api, who: &Somebody) -> Vec<String> {
    let document = "{ viewer { portfolios(orderBy: [{ field: VAULT_ID }]) { nodes {
        vaultId currency portfolioValue investedAmount totalGainLoss totalGainLossPercent numberOfHoldings
        holdings(first: 100) { nodes { symbol quantity avgCost currentPrice marketValue totalGainLoss } } } } } }";
    let answer = api.ask(Some(who), document).await;
    let mut lines = Vec::new();
    for portfolio in answer.data()["viewer"]["portfolios"]["nodes"].as_array().unwrap() {
        let [vault, currency] = ["vaultId", "currency"].map(|field| portfolio[field].as_str().unwrap());
        let [value, cost, gain, percent] =
            ["portfolioValue", "investedAmount", "totalGainLoss", "totalGainLossPercent"]
                .map(|field| short(&portfolio[field]));
        lines.push(format!("{vault} {currency} {value}, cost {cost}, gain {gain} ({percent} %)"));
        let holdings = portfolio["holdings"]["nodes"].as_array().unwrap();
        assert_eq!(portfolio["numberOfHoldings"], holdings.len());
        for holding in holdings {
            let [quantity, cost, price, value, gain] =
                ["quantity", "avgCost", "currentPrice", "marketValue", "totalGainLoss"]
                    .map(|field| short(&holding[field]));
            lines.push(format!(
                "  {} {quantity} @ {cost}, now {price}: {value}, gain {gain}",
                holding["symbol"].as_str().unwrap()
            ));
        }
    }
    lines
}

/// A number without the places that say nothing; ? for none.
fn short(value: &Value) -> String {
    let number = value.as_str().map(|text| text.parse::<rust_decimal::Decimal>().unwrap().normalize());
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

#[tokio::test]
async fn every_sample_comes_to_the_portfolios_that_stand_beside_it() {
    let api = Api::start().await;
    let mapping = json!({ "symbol": "Ticker", "quantity": "units held", "avgPrice": "Cost per unit",
        "priceAsOf": "Valued on", "currentPrice": "Last" });
    let import = document("importPositions", "source");
    for (name, source, mapping) in [
        ("generic.csv", "CSV", Value::Null),
        ("generic_bad.csv", "CSV", Value::Null),
        ("generic_mapped.csv", "CSV", mapping),
        ("sharesies.csv", "SHARESIES", Value::Null),
        ("ibkr_flex.xml", "IBKR_FLEX", Value::Null),
        ("ibkr_flex_bad.xml", "IBKR_FLEX", Value::Null),
        ("ibkr_statement.csv", "IBKR_STATEMENT", Value::Null),
        ("ibkr_statement_bad.csv", "IBKR_STATEMENT", Value::Null),
        ("kraken_balances.json", "KRAKEN_BALANCES", Value::Null),
        ("kraken_balances_answer.json", "KRAKEN_BALANCES", Value::Null),
        ("kraken_ledgers.csv", "KRAKEN_LEDGERS", Value::Null),
        ("kraken_ledgers_bad.csv", "KRAKEN_LEDGERS", Value::Null),
        ("kucoin_accounts.json", "KUCOIN_ACCOUNTS", Value::Null),
        ("kucoin_accounts_bad.json", "KUCOIN_ACCOUNTS", Value::Null),
        ("kucoin_trades.csv", "KUCOIN_TRADES", Value::Null),
        ("kucoin_trades_bad.csv", "KUCOIN_TRADES", Value::Null),
        ("tiger.csv", "TIGER", Value::Null),
        ("tiger_bad.csv", "TIGER", Value::Null),
    ] {
        let ada = api.somebody(&format!("ada.{name}")).await;
        let input = json!({ "mapping": mapping, "errorPolicy": "IMPORT_VALID" });
        let answer = api.upload(&ada, Upload::of(&import, sample(name), &input).body()).await;
        assert_eq!(answer.data()["importPositions"]["source"], source, "{name}");
        assert_eq!(checker::differences(&api).await, Vec::<String>::new(), "{name}");
        let expected = String::from_utf8(sample(&format!("{name}.portfolios"))).unwrap();
        let found = portfolios(&api, &ada).await;
        assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{name}:\n{}", found.join("\n"));
    }
}

/// The import that the README works out by hand.
#[tokio::test]
async fn the_example_of_the_readme_comes_out_as_it_says() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("```csv\n").expect("the README has a file");
    let (file, rest) = rest.split_once("```").unwrap();
    let import = document("importPositions", "run { status recordsImported } rows { lines symbol action code }");
    let answer = api.upload(&ada, Upload::of(&import, file, &json!({ "account": "Broker" })).body()).await;
    let rows = answer.data()["importPositions"]["rows"].as_array().unwrap();
    let ended = |row: &Value| {
        format!("{} {} {}", row["lines"], row["symbol"].as_str().unwrap(), row["action"].as_str().unwrap())
    };
    assert_eq!(
        rows.iter().map(ended).collect::<Vec<_>>(),
        ["[2,3] VTI CREATED", "[4] BND CREATED", "[5] ETHE CREATED", "[6] SAP CREATED", "[7] GLD SKIPPED"]
    );
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
    let answer = api.ask(Some(&ada), rest.split_once("```graphql\n").unwrap().1.split_once("```").unwrap().0).await;
    let told = rest.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(answer.data(), &serde_json::from_str::<Value>(told).unwrap()["data"]);
}
