//! Writing trade rules, and word of those that are due.

mod due;

use serde_json::{Value, json};

use crate::support::{Api, Somebody};

const FIELDS: &str = "tradeRule { symbol ruleType threshold frequency amount enabled lastTriggered }";

fn document(name: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let selection = if name == "deleteTradeRule" { "tradeRuleId" } else { FIELDS };
    format!("mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} }} }}")
}

async fn done(api: &Api, who: &Somebody, name: &str, input: Value) -> Value {
    let answer = api.ask_with(Some(who), &document(name), json!({ "input": input })).await;
    answer.data()[name].clone()
}

/// The viewer's one rule: its id, and when it was last changed.
async fn only_rule(api: &Api, who: &Somebody) -> (String, String) {
    let answer = api.ask(Some(who), "{ viewer { tradeRules { nodes { id updatedAt } } } }").await;
    let nodes = &answer.data()["viewer"]["tradeRules"]["nodes"];
    assert_eq!(nodes.as_array().unwrap().len(), 1);
    (nodes[0]["id"].as_str().unwrap().to_owned(), nodes[0]["updatedAt"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_rule_is_made_changed_acted_on_and_deleted() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let rule =
        json!({ "symbol": " vti ", "ruleType": "DCA", "threshold": "250.5", "frequency": "BIWEEKLY", "amount": "200" });
    let mut expected = json!({
        "symbol": "VTI", "ruleType": "DCA", "threshold": "250.5000", "frequency": "BIWEEKLY", "amount": "200.00",
        "enabled": true, "lastTriggered": null
    });
    assert_eq!(done(&api, &ada, "createTradeRule", rule).await["tradeRule"], expected);

    let (id, _) = only_rule(&api, &ada).await;
    expected["enabled"] = json!(false);
    assert_eq!(done(&api, &ada, "updateTradeRule", json!({ "id": id, "enabled": false })).await["tradeRule"], expected);
    // Left out keeps, also everything.
    assert_eq!(done(&api, &ada, "updateTradeRule", json!({ "id": id })).await["tradeRule"], expected);
    // A stop needs neither frequency nor amount, so null clears them.
    let stop = json!({ "id": id, "ruleType": "STOP_LOSS", "threshold": "99.9999", "frequency": null, "amount": null });
    expected = json!({
        "symbol": "VTI", "ruleType": "STOP_LOSS", "threshold": "99.9999", "frequency": null, "amount": null,
        "enabled": false, "lastTriggered": null
    });
    assert_eq!(done(&api, &ada, "updateTradeRule", stop).await["tradeRule"], expected);

    let at = json!({ "id": id, "triggeredAt": "2026-03-02T10:00:00.123456Z" });
    expected["lastTriggered"] = json!("2026-03-02T10:00:00.123456Z");
    assert_eq!(done(&api, &ada, "recordTradeRuleTrigger", at).await["tradeRule"], expected);
    let now = done(&api, &ada, "recordTradeRuleTrigger", json!({ "id": id })).await;
    let now = now["tradeRule"]["lastTriggered"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((chrono::Utc::now() - now).num_seconds().abs() < 60);

    assert_eq!(done(&api, &ada, "deleteTradeRule", json!({ "id": id })).await, json!({ "tradeRuleId": id }));
    let answer =
        api.ask(Some(&ada), "{ viewer { tradeRules { totalCount } activities { nodes { action metadata } } } }").await;
    assert_eq!(answer.data()["viewer"]["tradeRules"]["totalCount"], 0);
    let activities = answer.data()["viewer"]["activities"]["nodes"].as_array().unwrap();
    let told: Vec<Value> = activities.iter().map(|one| json!([one["action"], one["metadata"]])).collect();
    let updated = json!({ "updated": [id] });
    assert_eq!(
        told,
        [
            json!(["trade_rule_deleted", { "deleted": [id] }]),
            json!(["trade_rule_triggered", updated]),
            json!(["trade_rule_triggered", updated]),
            json!(["trade_rule_updated", updated]),
            json!(["trade_rule_updated", updated]),
            json!(["trade_rule_updated", updated]),
            json!(["trade_rule_created", { "created": [id] }]),
        ]
    );
}

#[tokio::test]
async fn a_wrong_rule_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let create = |changes: Value| {
        let mut rule =
            json!({ "symbol": "VTI", "ruleType": "DCA", "threshold": "9", "frequency": "DAILY", "amount": "1" });
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        rule
    };
    let wrong = [
        (
            create(json!({ "symbol": " ", "threshold": "0", "amount": "0.001", "frequency": null })),
            "INVALID, input.symbol BLANK, input.threshold OUT_OF_RANGE, input.amount TOO_PRECISE, input.frequency REQUIRED",
        ),
        (
            create(json!({ "frequency": null, "amount": null })),
            "INVALID, input.frequency REQUIRED, input.amount REQUIRED",
        ),
        (create(json!({ "ruleType": "STOP_LOSS", "threshold": "100" })), "INVALID, input.threshold OUT_OF_RANGE"),
        (create(json!({ "threshold": "10000000000000000" })), "INVALID, input.threshold OUT_OF_RANGE"),
        (create(json!({ "amount": "-1" })), "INVALID, input.amount OUT_OF_RANGE"),
        // Eleven letters that are 22 in capitals.
        (create(json!({ "symbol": "ßßßßßßßßßßß" })), "INVALID, input.symbol TOO_LONG"),
        (create(json!({ "id": "watchlist_018f3c1e-0000-7000-8000-000000000000" })), "INVALID, input.id FORMAT"),
    ];
    for (input, refusal) in wrong {
        assert_eq!(api.refused(&ada, &document("createTradeRule"), input).await.refusal(), refusal);
    }

    done(&api, &ada, "createTradeRule", create(json!({}))).await;
    let (id, seen) = only_rule(&api, &ada).await;
    done(&api, &ada, "recordTradeRuleTrigger", json!({ "id": id, "triggeredAt": "2026-03-02T10:00:00Z" })).await;
    let wrong = [
        ("updateTradeRule", json!({ "frequency": null }), "INVALID, input.frequency REQUIRED"),
        (
            "updateTradeRule",
            json!({ "ruleType": "STOP_LOSS", "threshold": "100" }),
            "INVALID, input.threshold OUT_OF_RANGE",
        ),
        (
            "updateTradeRule",
            json!({ "symbol": null, "ruleType": null, "threshold": null, "enabled": null }),
            "INVALID, input.symbol REQUIRED, input.ruleType REQUIRED, input.threshold REQUIRED, input.enabled REQUIRED",
        ),
        ("updateTradeRule", json!({ "expectedUpdatedAt": seen, "enabled": false }), "CONFLICT"),
        ("deleteTradeRule", json!({ "expectedUpdatedAt": seen }), "CONFLICT"),
        ("recordTradeRuleTrigger", json!({ "expectedUpdatedAt": seen }), "CONFLICT"),
        (
            "recordTradeRuleTrigger",
            json!({ "triggeredAt": "2199-01-01T00:00:00Z" }),
            "INVALID, input.triggeredAt OUT_OF_RANGE",
        ),
        (
            "recordTradeRuleTrigger",
            json!({ "triggeredAt": "2026-03-02T09:59:59Z" }),
            "INVALID, input.triggeredAt OUT_OF_RANGE",
        ),
    ];
    for (name, mut input, refusal) in wrong {
        input["id"] = json!(id);
        let answer = api.refused(&ada, &document(name), input).await;
        assert_eq!(answer.refusal(), refusal);
        if refusal == "CONFLICT" {
            let current = &answer.body["errors"][0]["extensions"]["current"];
            assert_eq!(current["lastTriggered"], "2026-03-02T10:00:00Z", "what stands there is told");
        }
    }
    for name in ["updateTradeRule", "deleteTradeRule", "recordTradeRuleTrigger"] {
        assert_eq!(api.refused(&eve, &document(name), json!({ "id": id })).await.refusal(), "NOT_FOUND", "{name}");
    }
    let again = create(json!({ "id": id }));
    assert_eq!(
        api.refused(&ada, &document("createTradeRule"), again.clone()).await.refusal(),
        "CONFLICT, input.id TAKEN"
    );
    assert_eq!(api.refused(&eve, &document("createTradeRule"), again).await.refusal(), "CONFLICT, input.id TAKEN");
}
