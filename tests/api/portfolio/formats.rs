//! Each broker's sample file, sent as a file: what became of each row, as it stands in `<name>.expected` beside the
//! sample, and what every portfolio comes to, as it stands in `<name>.portfolios`.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{checker, document, refused};
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

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// A number without the places that say nothing; ? for none.
fn short(value: &Value) -> String {
    let number = value.as_str().map(|text| text.parse::<rust_decimal::Decimal>().unwrap().normalize());
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

/// A row of an answer as the expectations beside the sample files have it.
fn told(row: &Value) -> String {
    let lines: Vec<String> = row["lines"].as_array().unwrap().iter().map(Value::to_string).collect();
    let head = format!("{} {}", lines.join("+"), text(&row["symbol"]));
    let action = text(&row["action"]);
    if matches!(action, "SKIPPED" | "FAILED") {
        let verdict = if action == "SKIPPED" { "Skipped" } else { "Failed" };
        return format!("{head} {verdict} {} {}", row["field"].as_str().unwrap_or("row"), text(&row["code"]));
    }
    assert_eq!(action, "CREATED", "{row}");
    let position = &row["position"];
    let [quantity, cost, price] = ["quantity", "avgPrice", "currentPrice"].map(|field| short(&position[field]));
    let cost = if cost == "0" { "?".to_owned() } else { cost };
    let at = position["priceAsOf"].as_str().map(|at| format!(" at {}", &at[..16])).unwrap_or_default();
    let class = text(&position["assetClass"]);
    let class = format!("{}{}", &class[..1], class[1..].to_lowercase());
    let notes: String =
        row["notes"].as_array().unwrap().iter().map(|note| format!(" {}", text(&note["code"]))).collect();
    format!(
        "{head} ({}) {quantity} for {cost}, now {price}{at} {} {class} in {}{notes}",
        text(&position["name"]),
        text(&position["currency"]),
        text(&position["account"])
    )
}

/// What stands beside a sample file in a file of its own.
fn beside(name: &str, kind: &str) -> String {
    String::from_utf8(sample(&format!("{name}.{kind}"))).unwrap()
}

/// The rows that stand beside a sample; what a file doesn't tell of the currency is the viewer's preferred one.
fn expected_rows(name: &str) -> Vec<String> {
    let filled = |line: &str| line.replace(" ? Crypto in ", " USD Crypto in ").replace(" ? ? in ", " USD Equity in ");
    beside(name, "expected").lines().skip(1).map(filled).collect()
}

#[tokio::test]
async fn every_sample_comes_to_what_stands_beside_it() {
    let api = Api::start().await;
    let mapping = json!({ "symbol": "Ticker", "quantity": "units held", "avgPrice": "Cost per unit",
        "priceAsOf": "Valued on", "currentPrice": "Last" });
    let import = document(
        "importPositions",
        "source rows { lines symbol action field code notes { code }
            position { name quantity avgPrice currentPrice priceAsOf assetClass currency account } }",
    );
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
        let payload = &answer.data()["importPositions"];
        assert_eq!(payload["source"], source, "{name}");
        let rows: Vec<String> = payload["rows"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(rows, expected_rows(name), "{name}");
        assert_eq!(checker::differences(&api).await, Vec::<String>::new(), "{name}");
        let found = portfolios(&api, &ada).await;
        assert_eq!(found, beside(name, "portfolios").lines().collect::<Vec<_>>(), "{name}:\n{}", found.join("\n"));
    }
}

#[tokio::test]
async fn a_sample_that_breaks_off_is_refused() {
    let api = Api::start().await;
    for name in ["ibkr_flex_cut.xml", "ibkr_flex_entities.xml", "kraken_balances_cut.json"] {
        let ada = api.somebody(&format!("ada.{name}")).await;
        let content = String::from_utf8(sample(name)).unwrap();
        let refusal = refused(&api, &ada, "importPositions", json!({ "content": content })).await;
        let code = beside(name, "expected");
        assert_eq!(refusal, format!("INVALID, input.content {}", code.split(' ').nth(1).unwrap()), "{name}");
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
