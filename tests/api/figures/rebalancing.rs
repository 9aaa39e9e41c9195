//! How far a portfolio is from its targets, and what would bring it back.

use serde_json::{Value, json};

use super::{first, portfolio};
use crate::support::{Api, Somebody};

const DRIFT: &str = "drift {
    targetSource targetsSum targetsAddUp total drift isDue reason isStale
    classes { key weight target deviation drift threshold isDue bounds numberOfHoldings value }
    oversized { holding { symbol } weight maxPercent }
}";
const PLAN: &str = "{
    trades { holding { symbol } side quantity price amount }
    classes { key valueBefore valueAfter weightAfter driftAfter unreachable }
    total cashBefore newCash cashAfter sales purchases driftAfter shortfall reason
}";

async fn prefer(api: &Api, who: &Somebody, targets: [&str; 4]) {
    let [cash, equity, bond, alternative] = targets;
    api.sql(&format!(
        "INSERT INTO user_trading_preferences (user_id, cash_allocation_target, equity_allocation_target, \
         bond_allocation_target, alternative_allocation_target, rebalance_threshold) \
         VALUES ('{}', {cash}, {equity}, {bond}, {alternative}, 5)",
        who.id
    ))
    .await;
}

fn column(report: &Value, list: &str, field: &str) -> Vec<Value> {
    report[list].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}

/// Trades as text, such as `BUY BBB 10.00000000 100.00`.
fn trades(plan: &Value) -> Vec<String> {
    let text = |trade: &Value| {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let [side, quantity, amount] = ["side", "quantity", "amount"].map(|field| word(&trade[field]));
        let quantity: rust_decimal::Decimal = quantity.parse().unwrap();
        format!("{side} {} {} {amount}", word(&trade["holding"]["symbol"]), quantity.normalize())
    };
    plan["trades"].as_array().unwrap().iter().map(text).collect()
}

fn strings(all: &[&str]) -> Vec<Value> {
    all.iter().map(|text| json!(text)).collect()
}

#[tokio::test]
async fn trading_preferences_have_four_classes() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    prefer(&api, &ada, ["10", "60", "20", "10"]).await;
    // Funds are equities, coins and commodities alternatives.
    let holdings = [
        ("VTI", "fund", "10", "10", "40"),
        ("AAPL", "equity", "10", "10", "35"),
        ("BND", "bond", "10", "10", "10"),
        ("BTC", "crypto", "1", "10", "50"),
        ("GLD", "commodity", "1", "10", "50"),
    ];
    portfolio(&api, &ada, "main", "50", &holdings).await;
    let found = first(&api, &ada, &format!("{DRIFT} plan: rebalancePlan {PLAN}")).await;
    let report = &found["drift"];
    let all = ["targetSource", "targetsSum", "targetsAddUp", "total", "drift", "isDue", "reason", "isStale"];
    let expected = [
        json!("TRADING_PREFERENCES"),
        json!("100.0000"),
        json!(true),
        json!("1000.00"),
        json!("15.0000"),
        json!(true),
        Value::Null,
        json!(false),
    ];
    assert_eq!(all.map(|field| report[field].clone()), expected);
    assert_eq!(column(report, "classes", "key"), strings(&["cash", "equity", "bond", "alternative"]));
    assert_eq!(column(report, "classes", "weight"), strings(&["5.0000", "75.0000", "10.0000", "10.0000"]));
    assert_eq!(column(report, "classes", "deviation"), strings(&["-5.0000", "15.0000", "-10.0000", "0.0000"]));
    // Strictly above the threshold of 5: cash is not.
    assert_eq!(column(report, "classes", "isDue"), [false, true, true, false].map(Value::from));
    assert_eq!(column(report, "classes", "numberOfHoldings"), [0, 2, 1, 2].map(Value::from));

    let plan = &found["plan"];
    assert_eq!(trades(plan), ["SELL VTI 3.75 150.00", "BUY BND 10 100.00"]);
    let money = ["total", "cashBefore", "newCash", "sales", "purchases", "cashAfter", "driftAfter"];
    let money = money.map(|field| plan[field].as_str().unwrap());
    assert_eq!(money, ["1000.00", "50.00", "0.00", "150.00", "100.00", "100.00", "0.0000"]);
    assert_eq!((&plan["shortfall"], &plan["reason"]), (&Value::Null, &Value::Null));
    assert_eq!(column(plan, "classes", "weightAfter"), strings(&["10.0000", "60.0000", "20.0000", "10.0000"]));
}

#[tokio::test]
async fn categories_come_before_preferences() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    prefer(&api, &ada, ["10", "60", "20", "10"]).await;
    let holdings =
        [("AAA", "equity", "80", "1", "1"), ("BBB", "equity", "15", "1", "1"), ("XYZ", "bond", "5", "1", "1")];
    portfolio(&api, &ada, "main", "0", &holdings).await;
    let id = ada.id;
    api.sql(&format!(
        "INSERT INTO vault_categories (id, user_id, category_name, category_code, category_type, target_allocation_percent, \
         min_allocation_percent, max_allocation_percent, rebalance_threshold, max_single_position_percent, is_active, display_order) VALUES \
         ('018f3c1e-0000-7000-8000-000000000001', '{id}', 'Growth', 'growth', 'asset_class', 70, 60, 75, 20, 50, true, 2), \
         ('018f3c1e-0000-7000-8000-000000000002', '{id}', 'Income', 'income', 'asset_class', 20, 16, NULL, NULL, 50, true, 1), \
         ('018f3c1e-0000-7000-8000-000000000003', '{id}', 'Tech', 'tech', 'sector', 99, NULL, NULL, NULL, 5, true, 1), \
         ('018f3c1e-0000-7000-8000-000000000004', '{id}', 'Old', 'old', 'asset_class', 99, NULL, NULL, NULL, 5, false, 1); \
         INSERT INTO asset_category_assignment (user_id, category_id, symbol, is_active) VALUES \
         ('{id}', '018f3c1e-0000-7000-8000-000000000001', 'AAA', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000002', 'BBB', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000003', 'XYZ', true), \
         ('{id}', '018f3c1e-0000-7000-8000-000000000001', 'XYZ', false)"
    ))
    .await;
    let found = first(&api, &ada, &format!("{DRIFT} plan: rebalancePlan {PLAN}")).await;
    let report = &found["drift"];
    assert_eq!((&report["targetSource"], &report["targetsSum"]), (&json!("CATEGORIES"), &json!("90.0000")));
    // No category is called cash, so cash should be none; XYZ counts for nothing.
    let keys = [json!("income"), json!("growth"), json!("cash"), Value::Null];
    assert_eq!(column(report, "classes", "key"), keys);
    assert_eq!(column(report, "classes", "weight"), strings(&["15.0000", "80.0000", "0.0000", "5.0000"]));
    let drifts = column(report, "classes", "drift");
    let number = |value: &Value| {
        value.as_str().map(|text| text.parse::<rust_decimal::Decimal>().unwrap().normalize().to_string())
    };
    let drifts: Vec<_> = drifts.iter().map(number).collect();
    assert_eq!(drifts, [Some("5"), Some("10"), Some("0"), None].map(|text| text.map(str::to_owned)));
    // Growth has a threshold of its own, 20; income the preferences' 5, which it does not exceed.
    assert_eq!(report["isDue"], false);
    assert_eq!(column(report, "classes", "bounds"), strings(&["BELOW_MINIMUM", "ABOVE_MAXIMUM", "WITHIN", "WITHIN"]));
    let oversized = json!([{ "holding": { "symbol": "AAA" }, "weight": "80.0000", "maxPercent": "50.0000" }]);
    assert_eq!(report["oversized"], oversized);
    assert_eq!((&found["plan"]["reason"], trades(&found["plan"])), (&json!("TARGETS_INCOMPLETE"), vec![]));
    let strict = first(&api, &ada, r#"drift(threshold: "4.9999") { isDue classes { isDue } }"#).await;
    assert_eq!(column(&strict["drift"], "classes", "isDue"), [true, true, false, false].map(Value::from));
}

#[tokio::test]
async fn a_plan_keeps_to_the_schedule_and_to_what_is_asked() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    prefer(&api, &ada, ["0", "50", "30", "20"]).await;
    let holdings = [("AAA", "equity", "70", "1", "10"), ("BBB", "bond", "30", "1", "10")];
    portfolio(&api, &ada, "main", "0", &holdings).await;
    api.sql(&format!(
        "INSERT INTO rebalance_schedule (user_id, allow_partial_rebalancing, max_trades_per_session) VALUES ('{}', false, 1)",
        ada.id
    ))
    .await;
    let plan = async |arguments: &str| {
        first(&api, &ada, &format!("rebalancePlan{arguments} {PLAN}")).await["rebalancePlan"].clone()
    };
    // There is nothing alternative to buy, so the plan would fall short, and the schedule does not allow that.
    let refused = plan("").await;
    assert_eq!((&refused["reason"], &refused["shortfall"]), (&json!("PARTIAL"), &json!("UNREACHABLE")));
    assert_eq!((trades(&refused), &refused["total"], &refused["cashAfter"]), (vec![], &Value::Null, &Value::Null));
    let partial = plan("(allowPartial: true)").await;
    assert_eq!((&partial["reason"], &partial["shortfall"]), (&Value::Null, &json!("UNREACHABLE")));
    assert_eq!(
        column(&partial, "classes", "unreachable"),
        [Value::Null, Value::Null, Value::Null, json!("NO_HOLDING")]
    );
    assert_eq!(trades(&partial), Vec::<String>::new());
    // New money goes where it lacks: the total is 2000, bonds should be 600 of it.
    let fed = plan(r#"(allowPartial: true, newCash: "1000", maxTrades: 5)"#).await;
    assert_eq!(trades(&fed), ["BUY AAA 30 300.00", "BUY BBB 30 300.00"]);
    assert_eq!((&fed["cashAfter"], &fed["total"]), (&json!("400.00"), &json!("2000.00")));
    let capped = plan(r#"(allowPartial: true, newCash: "1000")"#).await;
    assert_eq!((trades(&capped).len(), &capped["shortfall"]), (1, &json!("TRADE_LIMIT")));
    for (arguments, field, code) in [
        (r#"(newCash: "0.001")"#, "newCash", "TOO_PRECISE"),
        (r#"(newCash: "1000000000000000000")"#, "newCash", "OUT_OF_RANGE"),
        ("(maxTrades: -1)", "maxTrades", "OUT_OF_RANGE"),
        ("(maxTrades: 1001)", "maxTrades", "OUT_OF_RANGE"),
        (r#"(threshold: "100.1")"#, "threshold", "OUT_OF_RANGE"),
    ] {
        let document = format!("{{ viewer {{ portfolios {{ nodes {{ rebalancePlan{arguments} {{ reason }} }} }} }} }}");
        let answer = api.ask(Some(&ada), &document).await;
        let issue = &answer.body["errors"][0]["extensions"]["issues"][0];
        assert_eq!((&issue["path"], &issue["code"]), (&json!([field]), &json!(code)), "{arguments}");
    }
}

#[tokio::test]
async fn where_there_is_no_drift_there_is_a_reason() {
    let api = Api::start().await;
    for (name, targets, cash, holdings, drift, plan) in [
        ("nothing", Some(["10", "60", "20", "10"]), "0", &[][..], json!("NO_VALUE"), json!("NO_VALUE")),
        ("aimless", None, "100", &[], json!("NO_TARGETS"), json!("NO_TARGETS")),
        ("cash", Some(["100", "0", "0", "0"]), "100", &[], Value::Null, Value::Null),
    ] {
        let who = api.somebody(name).await;
        if let Some(targets) = targets {
            prefer(&api, &who, targets).await;
        }
        portfolio(&api, &who, "main", cash, holdings).await;
        let found = first(&api, &who, "drift { reason drift } rebalancePlan { reason driftAfter }").await;
        assert_eq!((&found["drift"]["reason"], &found["rebalancePlan"]["reason"]), (&drift, &plan), "{name}");
        assert_eq!(found["drift"]["drift"].is_null(), !drift.is_null(), "{name}");
    }
}
