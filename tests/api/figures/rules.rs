//! Whether trade rules want something done.

use serde_json::{Value, json};

use super::portfolio;
use crate::support::{Api, Somebody, Statements};

const EVALUATION: &str = "{
    isDue isEvaluable action suggestedQuantity reason price currency triggerPrice nextDue isStale
}";

/// A rule: symbol, and the rest of its columns after `rule_type`.
async fn rule(api: &Api, who: &Somebody, symbol: &str, kind: &str, rest: &str) {
    api.sql(&format!(
        "INSERT INTO user_trade_rule (user_id, symbol, rule_type, threshold, frequency, amount, enabled, last_triggered) \
         VALUES ('{}', '{symbol}', '{kind}', {rest})",
        who.id
    ))
    .await;
}

async fn evaluated(api: &Api, who: &Somebody, arguments: &str) -> Vec<Value> {
    let document = format!("{{ viewer {{ tradeRules {{ nodes {{ evaluation{arguments} {EVALUATION} }} }} }} }}");
    let answer = api.ask(Some(who), &document).await;
    let nodes = answer.data()["viewer"]["tradeRules"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["evaluation"].clone()).collect()
}

#[tokio::test]
async fn a_rule_is_judged_by_what_is_held() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let holdings =
        [("AAA", "equity", "3", "100", "90"), ("BBB", "crypto", "2", "0", "90"), ("CCC", "equity", "2", "50", "30")];
    portfolio(&api, &ada, "main", "0", &holdings).await;
    // By symbol: fires at 90, has no known cost, is due, waits, rests, has no price.
    rule(&api, &ada, "AAA", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    rule(&api, &ada, "BBB", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    rule(&api, &ada, "CCC", "DCA", "30, 'weekly', 100, true, now() - interval '7 days'").await;
    rule(&api, &ada, "CCC", "Stop-Loss", "50, NULL, NULL, true, NULL").await;
    rule(&api, &ada, "DDD", "DCA", "30, 'weekly', 100, true, NULL").await;
    let found = evaluated(&api, &ada, "").await;
    let [fired, unknown, first, second, priceless] = found.as_slice() else { panic!("{found:#?}") };
    let expected = json!({
        "isDue": true, "isEvaluable": true, "action": "SELL", "suggestedQuantity": "3.00000000", "reason": null,
        "price": "90.0000", "currency": "NZD", "triggerPrice": "90.0000", "nextDue": null, "isStale": false
    });
    assert_eq!(fired, &expected);
    assert_eq!((&unknown["reason"], &unknown["isEvaluable"]), (&json!("COST_UNKNOWN"), &json!(false)));
    // Rules of one symbol come in no order of ours.
    let (due, above) = if first["isDue"] == true { (first, second) } else { (second, first) };
    assert_eq!(
        ["isDue", "action", "suggestedQuantity", "triggerPrice"].map(|field| due[field].clone()),
        [json!(true), json!("BUY"), json!("3.33333333"), json!("30.0000")]
    );
    assert!(due["nextDue"].is_string());
    assert_eq!(
        ["isDue", "isEvaluable", "reason", "triggerPrice", "suggestedQuantity", "action"]
            .map(|field| above[field].clone()),
        [json!(false), json!(true), json!("PRICE_ABOVE_STOP"), json!("25.0000"), Value::Null, Value::Null]
    );
    assert_eq!((&priceless["reason"], &priceless["price"]), (&json!("PRICE_UNKNOWN"), &Value::Null));

    let given = evaluated(&api, &ada, r#"(price: "25")"#).await;
    let dues = given.iter().map(|one| one["isDue"].as_bool().unwrap());
    assert_eq!(dues.collect::<Vec<_>>(), [true, false, true, true, true]);
    assert!(given.iter().all(|one| one["price"] == "25" && one["isStale"] == false));
    assert_eq!(given[4]["suggestedQuantity"], "4.00000000");
    let refused =
        api.ask(Some(&ada), r#"{ viewer { tradeRules { nodes { evaluation(price: "0") { isDue } } } } }"#).await;
    assert_eq!(refused.code(), "INVALID");
}

#[tokio::test]
async fn a_rule_that_rests_says_why() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    portfolio(&api, &ada, "main", "0", &[("AAA", "equity", "3", "100", "90")]).await;
    for (rest, reason) in [
        ("100, 'daily', 50, false, NULL", "DISABLED"),
        ("100, 'monthly', 50, true, now() - interval '27 days'", "PERIOD_NOT_OVER"),
        ("89.9999, 'daily', 50, true, NULL", "PRICE_ABOVE_THRESHOLD"),
    ] {
        api.sql("DELETE FROM user_trade_rule").await;
        rule(&api, &ada, "AAA", "DCA", rest).await;
        let found = evaluated(&api, &ada, "").await;
        let [found] = found.as_slice() else { panic!("{found:#?}") };
        assert_eq!(
            (&found["reason"], &found["isDue"], &found["isEvaluable"]),
            (&json!(reason), &json!(false), &json!(true))
        );
    }
}

#[tokio::test]
async fn holdings_in_several_currencies_are_never_added() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for vault in ["here", "there"] {
        portfolio(&api, &ada, vault, "0", &[("AAA", "equity", "3", "100", "90")]).await;
    }
    rule(&api, &ada, "AAA", "Stop-Loss", "10, NULL, NULL, true, NULL").await;
    let statements = Statements::listen();
    let found = evaluated(&api, &ada, "").await;
    assert_eq!((&found[0]["isDue"], &found[0]["suggestedQuantity"]), (&json!(true), &json!("6.00000000")));
    // The token, the rules, and what they are judged by: holdings, positions, portfolios, preferences.
    let heard = statements.take();
    assert_eq!(heard.len(), 6, "{heard:#?}");
    api.sql("UPDATE portfolio_summary SET currency = 'USD' WHERE vault_id = 'there'").await;
    let found = evaluated(&api, &ada, "").await;
    let fields = ["reason", "isEvaluable", "price", "currency", "triggerPrice"].map(|field| found[0][field].clone());
    assert_eq!(fields, [json!("CURRENCY_UNCLEAR"), json!(false), Value::Null, Value::Null, Value::Null]);
}
