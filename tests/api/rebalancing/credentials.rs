//! A plan carried out by integrators: what their token has to allow, and that a request sent again counts once.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{EXECUTE, aims, number, plan, portfolio, request};
use crate::{
    personal_tokens::{admit, with_token},
    portfolio::{checker, document},
    support::{Api, Somebody},
};

/// What tokens of these scopes may read of what they did: targets are another module's.
const RECORD: &str = "rebalanceExecution { executionType tradesExecuted }";

/// Somebody whose shares are to be worth half of what there is and are worth all of it; a plan of theirs as an input.
async fn planned(api: &Api) -> (Somebody, Value) {
    let ada = api.somebody("ada").await;
    admit(api, &ada).await;
    aims(api, &ada, ["50", "50", "0", "0"]).await;
    let id = portfolio(api, &ada, "main", "0", &[("VTI", "FUND", "10", "50", "100")]).await;
    let seen = plan(api, &ada, "").await;
    (ada, request(&id, &seen, json!({})))
}

#[tokio::test]
async fn a_token_needs_the_scopes_of_all_that_changes() {
    let api = Api::start().await;
    let (ada, input) = planned(&api).await;
    for (scopes, lacking) in [
        (["rebalancing:write", "portfolio:read"], "portfolio:write"),
        (["portfolio:write", "rebalancing:read"], "rebalancing:write"),
    ] {
        let (other, _) = with_token(&api, &ada, &scopes).await;
        let refused = api.ask_with(Some(&other), EXECUTE, json!({ "input": input })).await;
        assert_eq!(
            (refused.code(), refused.body["errors"][0]["path"][0].as_str()),
            ("FORBIDDEN", Some("executeRebalancePlan"))
        );
        assert_eq!(refused.body["errors"][0]["extensions"]["scope"], lacking);
    }
    // The plan is still the one that was seen, so nothing has changed.
    let (token, _) = with_token(&api, &ada, &["rebalancing:write", "portfolio:write"]).await;
    let done = api.ask_with(Some(&token), &document("executeRebalancePlan", RECORD), json!({ "input": input })).await;
    let record = &done.data()["executeRebalancePlan"]["rebalanceExecution"];
    assert_eq!((&record["executionType"], &record["tradesExecuted"]), (&json!("API_TRIGGERED"), &json!(1)));
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_plan_sent_again_under_its_key_is_carried_out_once() {
    let api = Api::start().await;
    let (ada, input) = planned(&api).await;
    let send = async |key: &str| api.ask_under(key, Some(&ada), EXECUTE, json!({ "input": input })).await;
    let (first, again) = (send("once").await, send("once").await);
    assert_eq!(first.data(), again.data(), "a replay answers what came of the first");
    let held = &first.data()["executeRebalancePlan"]["portfolio"]["holdings"]["nodes"];
    assert_eq!(number(&held[0]["quantity"]), Decimal::from(5));
    // Without the key it is what it was before: a plan of yesterday.
    assert_eq!(send("twice").await.code(), "CONFLICT");
    let kept = api.ask(Some(&ada), "{ viewer { rebalanceExecutions { totalCount } } }").await;
    assert_eq!(kept.data()["viewer"]["rebalanceExecutions"]["totalCount"], 1);
    assert_eq!(checker::differences(&api).await, Vec::<String>::new());
}
