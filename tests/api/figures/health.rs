//! What is worth a look in a portfolio, each finding with its numbers.

use serde_json::{Value, json};

use super::{first, portfolio};
use crate::support::{Api, Somebody, Statements};

const REPORT: &str = "{ currency sampleSize isStale skipped { check reason } findings { \
    check unit value limit excess key categoryType category { categoryName } holdings { symbol } } }";

/// Targets of the trading preferences.
async fn targets(api: &Api, who: &Somebody, [cash, equity, bond, alternative]: [&str; 4]) {
    api.sql(&format!(
        "INSERT INTO user_trading_preferences (user_id, cash_allocation_target, equity_allocation_target, \
         bond_allocation_target, alternative_allocation_target) VALUES ('{}', {cash}, {equity}, {bond}, {alternative})",
        who.id
    ))
    .await;
}

/// The findings as (check, value, limit, key, symbols).
fn findings(report: &Value) -> Vec<(String, String, String, Value, Vec<String>)> {
    let plain =
        |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap().normalize().to_string();
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|one| {
            let symbols =
                one["holdings"].as_array().unwrap().iter().map(|row| row["symbol"].as_str().unwrap().to_owned());
            let check = one["check"].as_str().unwrap().to_owned();
            (check, plain(&one["value"]), plain(&one["limit"]), one["key"].clone(), symbols.collect())
        })
        .collect()
}

fn row(
    check: &str,
    value: &str,
    limit: &str,
    key: Value,
    symbols: &[&str],
) -> (String, String, String, Value, Vec<String>) {
    let symbols = symbols.iter().map(|symbol| (*symbol).to_owned()).collect();
    (check.to_owned(), value.to_owned(), limit.to_owned(), key, symbols)
}

#[tokio::test]
async fn findings_have_their_numbers() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let holdings =
        [("AAA", "equity", "1", "10", "80"), ("BBB", "bond", "1", "0", "10"), ("CCC", "bond", "1", "5", "5")];
    portfolio(&api, &ada, "main", "5", &holdings).await;
    targets(&api, &ada, ["30", "40", "30", "0"]).await;
    api.sql(&format!(
        "UPDATE portfolio_holdings SET price_as_of = now() - interval '2 days' WHERE user_id = '{}' AND symbol = 'CCC'",
        ada.id
    ))
    .await;
    let found = first(&api, &ada, &format!("health {REPORT} limitBreaches {REPORT}")).await;
    let health = &found["health"];
    assert_eq!(
        (&health["currency"], &health["sampleSize"], &health["isStale"]),
        (&json!("NZD"), &json!(3), &json!(true))
    );
    assert_eq!(health["skipped"], json!([]));
    let breaches = [
        row("CASH_BELOW_TARGET", "5", "30", json!("cash"), &[]),
        row("DRIFT", "40", "5", json!("equity"), &["AAA"]),
        row("DRIFT", "15", "5", json!("bond"), &["BBB", "CCC"]),
    ];
    let expected = [
        // (80² + 10² + 5²) / 95²
        vec![row("CONCENTRATION", "0.722992", "0.25", Value::Null, &["AAA", "BBB", "CCC"])],
        breaches.to_vec(),
        vec![
            row("STALE_PRICES", "1", "0", Value::Null, &["CCC"]),
            row("COST_UNKNOWN", "1", "0", Value::Null, &["BBB"]),
        ],
    ];
    assert_eq!(findings(health), expected.concat());
    assert_eq!(findings(&found["limitBreaches"]), breaches);
    assert_eq!(health["findings"][1]["excess"], "-25.0000");
    let units = health["findings"].as_array().unwrap().iter().map(|one| one["unit"].as_str().unwrap());
    assert_eq!(units.collect::<Vec<_>>(), ["INDEX", "PERCENT", "PERCENT", "PERCENT", "HOLDINGS", "HOLDINGS"]);
}

#[tokio::test]
async fn limits_of_categories_of_every_type_are_looked_at() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let holdings = [
        ("AAA", "equity", "1", "1", "30"),
        ("BBB", "equity", "1", "1", "25"),
        ("CCC", "bond", "1", "1", "24"),
        ("DDD", "crypto", "1", "1", "21"),
    ];
    portfolio(&api, &ada, "main", "0", &holdings).await;
    let id = ada.id;
    let category = |at: u8, name: &str, code: &str, kind: &str, numbers: &str| {
        format!("('018f3c1e-0000-7000-8000-00000000000{at}', '{id}', '{name}', '{code}', '{kind}', true, {numbers})")
    };
    let rows = [
        category(1, "Shares", "equity", "asset_class", "50, 0, 52, 5, 28"),
        category(2, "Bonds", "bond", "asset_class", "40, 30, 100, 100, 100"),
        category(3, "Tech", "tech", "sector", "50, 0, 50, 5, 100"),
        category(4, "Oil", "oil", "sector", "40, 10, 100, 5, 100"),
        category(5, "Growth", "growth", "strategy", "NULL, NULL, NULL, NULL, 29"),
    ];
    api.sql(&format!(
        "INSERT INTO vault_categories (id, user_id, category_name, category_code, category_type, is_active, \
         target_allocation_percent, min_allocation_percent, max_allocation_percent, rebalance_threshold, max_single_position_percent) \
         VALUES {}; \
         INSERT INTO asset_category_assignment (user_id, category_id, symbol, is_active) VALUES \
         ('{id}', '018f3c1e-0000-7000-8000-000000000003', 'AAA', true), ('{id}', '018f3c1e-0000-7000-8000-000000000003', 'BBB', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000005', 'AAA', true)",
        rows.join(", ")
    ))
    .await;
    let report = first(&api, &ada, &format!("health {REPORT}")).await["health"].clone();
    let expected = [
        row("CONCENTRATION", "0.2542", "0.25", Value::Null, &["AAA", "BBB", "CCC"]),
        row("BELOW_MINIMUM", "24", "30", json!("bond"), &["CCC"]),
        row("ABOVE_MAXIMUM", "55", "52", json!("equity"), &["AAA", "BBB"]),
        row("WITHOUT_CLASS", "21", "0", Value::Null, &["DDD"]),
        row("POSITION_ABOVE_LIMIT", "30", "28", json!("equity"), &["AAA"]),
        row("ABOVE_MAXIMUM", "55", "50", json!("tech"), &["AAA", "BBB"]),
        row("BELOW_MINIMUM", "0", "10", json!("oil"), &[]),
        row("POSITION_ABOVE_LIMIT", "30", "29", json!("growth"), &["AAA"]),
        row("TARGETS_INCOMPLETE", "90", "100", Value::Null, &[]),
        row("TARGETS_INCOMPLETE", "90", "100", Value::Null, &[]),
    ];
    assert_eq!(findings(&report), expected);
    let types: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|one| &one["categoryType"]).collect();
    assert_eq!(types[8..], [&json!("ASSET_CLASS"), &json!("SECTOR")]);
    assert_eq!(report["findings"][5]["category"], json!({ "categoryName": "Tech" }));
}

#[tokio::test]
async fn targets_of_145_are_reported_and_not_hidden() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "0", &[("AAA", "equity", "1", "1", "10")]).await;
    api.sql(&format!(
        "INSERT INTO vault_categories (user_id, category_name, category_code, category_type, is_active, target_allocation_percent, \
         max_single_position_percent) VALUES ('{id}', 'A', 'equity', 'asset_class', true, 100, 100), \
         ('{id}', 'B', 'bond', 'asset_class', true, 45, 100)",
        id = ada.id
    ))
    .await;
    let report = first(&api, &ada, &format!("health {REPORT}")).await["health"].clone();
    let sum = row("TARGETS_INCOMPLETE", "145", "100", Value::Null, &[]);
    assert!(findings(&report).contains(&sum), "{report:#}");
}

#[tokio::test]
async fn what_cannot_be_checked_says_why() {
    let api = Api::start().await;
    for (name, cash, holdings, with_targets, concentration, targets_reason) in [
        ("empty", "0", &[][..], true, Some("EMPTY"), Some("NO_VALUE")),
        ("cash", "5", &[], false, Some("CASH_ONLY"), Some("NO_TARGETS")),
        ("worthless", "0", &[("AAA", "equity", "1", "1", "0")], true, Some("NO_VALUE"), Some("NO_VALUE")),
    ] {
        let who = api.somebody(name).await;
        portfolio(&api, &who, "main", cash, holdings).await;
        if with_targets {
            targets(&api, &who, ["0", "100", "0", "0"]).await;
        }
        let report = first(&api, &who, &format!("health {REPORT}")).await["health"].clone();
        let skipped =
            |check: &str, reason: Option<&str>| reason.map(|reason| json!({ "check": check, "reason": reason }));
        let of_targets = ["DRIFT", "POSITION_ABOVE_LIMIT", "BELOW_MINIMUM", "ABOVE_MAXIMUM"];
        let expected: Vec<Value> = skipped("CONCENTRATION", concentration)
            .into_iter()
            .chain(of_targets.into_iter().filter_map(|check| skipped(check, targets_reason)))
            .collect();
        assert_eq!(report["skipped"], json!(expected), "{name}");
        assert_eq!(findings(&report), [], "{name}");
    }
}

#[tokio::test]
async fn the_health_of_many_portfolios_takes_as_many_statements_as_that_of_one() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut heard = Vec::new();
    for vault in ["a", "b", "c"] {
        portfolio(&api, &ada, vault, "1", &[("AAA", "equity", "1", "1", "10")]).await;
        let statements = Statements::listen();
        let document = "{ viewer { portfolios(first: 3) { nodes { health { findings { check } } limitBreaches { findings { check } } } } } }";
        api.ask(Some(&ada), document).await.data();
        heard.push(statements.take());
    }
    assert_eq!(heard[0].len(), 7, "{:#?}", heard[0]);
    assert!(heard.windows(2).all(|pair| pair[0].len() == pair[1].len()), "{heard:#?}");
}
