//! Files made by chance, one after the other: whatever is imported, every total follows from what is held.

use std::{collections::BTreeMap, fmt::Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{checker, document, done};
use crate::{
    inputs::{chance::Chance, number},
    support::{Api, Somebody, upload::Upload},
};

/// How many files unless `STACKMOTIVE_IMPORTS` says otherwise.
const FILES: u64 = 60;
const ACCOUNTS: [&str; 4] = ["Main", "Other", "Fund", ""];
const SYMBOLS: [&str; 7] = ["A", "B", "C", "D", "E", "USD", "F.X"];
const CURRENCIES: [&str; 4] = ["USD", "EUR", "NZD", ""];
const QUANTITIES: [&str; 8] = ["1", "10", "0.00000001", "\"1,234.5\"", "33.33333333", "-4", "0", "(2)"];
const PRICES: [&str; 8] = ["", "0", "0.0001", "12.3456", "\"9,999.99\"", "99999.9999", "1.005", "7"];
const TIMES: [&str; 4] = ["", "2026-01-01", "2026-01-02T10:00:00Z", "2025-06-30"];

/// A file of up to twelve rows, in which symbols come twice and some rows cannot be read.
fn file(chance: &mut Chance) -> String {
    let mut text = String::from("Symbol,Quantity,Avg Price,Current Price,Price As Of,Account,Currency\n");
    for _ in 0..=chance.below(12) {
        let quantity = if chance.percent(3) { "many" } else { chance.pick(&QUANTITIES) };
        let currency = if chance.percent(3) { "QQQ1" } else { chance.pick(&CURRENCIES) };
        let [symbol, account] = [chance.pick(&SYMBOLS), chance.pick(&ACCOUNTS)];
        let [cost, price, at] = [chance.pick(&PRICES), chance.pick(&PRICES), chance.pick(&TIMES)];
        writeln!(text, "{symbol},{quantity},{cost},{price},{at},{account},{currency}").unwrap();
    }
    text
}

/// What the portfolios are worth, cost and have gained, by currency, as the API tells them.
async fn told(api: &Api, who: &Somebody) -> BTreeMap<String, [Decimal; 4]> {
    let document = "{ viewer { portfolios(first: 100) { nodes { currency portfolioValue investedAmount totalGainLoss
        numberOfHoldings } } } }";
    let answer = api.ask(Some(who), document).await;
    let mut totals: BTreeMap<String, [Decimal; 4]> = BTreeMap::new();
    for portfolio in answer.data()["viewer"]["portfolios"]["nodes"].as_array().unwrap() {
        let sums = totals.entry(portfolio["currency"].as_str().unwrap().to_owned()).or_default();
        let figures =
            ["portfolioValue", "investedAmount", "totalGainLoss"].map(|field| portfolio[field].as_str().unwrap());
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum += figure.parse::<Decimal>().unwrap();
        }
        sums[3] += Decimal::from(portfolio["numberOfHoldings"].as_i64().unwrap());
    }
    totals
}

#[tokio::test]
async fn totals_follow_whatever_is_imported() {
    let (count, seed) =
        (number("STACKMOTIVE_IMPORTS").unwrap_or(FILES), number("STACKMOTIVE_INPUTS_SEED").unwrap_or(1));
    let api = Api::start().await;
    let mut chance = Chance::new(seed, 0);
    let people = [api.somebody("ada").await, api.somebody("eve").await];
    let import = document("importPositions", "run { status } rows { action code }");
    let mut ended: BTreeMap<String, usize> = BTreeMap::new();
    for case in 0..count {
        let who = chance.pick(&people);
        if chance.percent(10) {
            let portfolio = super::portfolio(&api, who, &format!("Fund {case}"), "EUR").await;
            let input = json!({ "account": *chance.pick(&ACCOUNTS[..3]), "portfolioId": portfolio });
            done(&api, who, ("setAccountPortfolio", "accountPortfolio { id }"), input).await;
        }
        let text = file(&mut chance);
        let policy = if chance.percent(80) { "IMPORT_VALID" } else { "REJECT_ALL" };
        let input = json!({ "errorPolicy": policy, "removeMissing": chance.percent(30), "account": "Main" });
        let answer = api.upload(who, Upload::of(&import, text.as_str(), &input).body()).await;
        let differences = checker::differences(&api).await;
        assert!(differences.is_empty(), "after file {case} of seed {seed}: {differences:#?}\n{text}{:#}", answer.body);
        for person in &people {
            let wanted = checker::totals(&api, person.id).await;
            assert_eq!(told(&api, person).await, wanted, "after file {case} of seed {seed}:\n{text}");
        }
        let rows = answer.body["data"]["importPositions"]["rows"].as_array().cloned().unwrap_or_default();
        for row in rows {
            *ended.entry(row["action"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        if answer.body["errors"].is_array() {
            let code = answer.code().to_owned();
            assert!(["ALREADY_IMPORTED", "INVALID"].contains(&code.as_str()), "{text}{:#}", answer.body);
            *ended.entry(code).or_default() += 1;
        }
    }
    for end in ["CREATED", "UPDATED", "SKIPPED", "FAILED", "REMOVED"] {
        assert!(ended.contains_key(end), "no row ended {end}: {ended:?}");
    }
    assert_ne!(told(&api, &people[0]).await, BTreeMap::new());
}

#[tokio::test]
async fn a_file_that_is_cut_anywhere_is_answered() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let before = api.picture().await;
    let import = document("importPositions", "run { status } rows { action code message }");
    let mut cuts = 0;
    for name in [
        "generic.csv",
        "ibkr_flex.xml",
        "ibkr_statement.csv",
        "kraken_balances.json",
        "kraken_ledgers.csv",
        "tiger.csv",
        "kucoin_accounts.json",
        "kucoin_trades.csv",
        "sharesies.csv",
    ] {
        let file = super::formats::sample(name);
        for end in (0..file.len()).step_by(17) {
            let answer = api.upload(&ada, Upload::of(&import, &file[..end], &json!({ "dryRun": true })).body()).await;
            let is_told = |row: &Value| {
                row["code"].is_string() || ["CREATED", "UNCHANGED"].contains(&row["action"].as_str().unwrap())
            };
            if answer.body["errors"].is_array() {
                assert_eq!(
                    answer.issues()[0].split(' ').next(),
                    Some("input.file"),
                    "{name} cut at {end}: {:#}",
                    answer.body
                );
            } else {
                let rows = answer.body["data"]["importPositions"]["rows"].as_array().unwrap();
                assert!(!rows.is_empty() && rows.iter().all(is_told), "{name} cut at {end}: {:#}", answer.body);
            }
            cuts += 1;
        }
    }
    assert!(cuts > 200, "{cuts}");
    assert_eq!(api.picture().await, before);
}
