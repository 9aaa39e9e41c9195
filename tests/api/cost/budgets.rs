//! Whose budget pays, what is told of it, and what happens when it is used up.

use std::time::Duration;

use axum::http::Request;
use serde_json::{Value, json};

use super::{TEN, ask, ask_from, exhaust, from, post, send, start};

const RATE_LIMIT: &str = "{ rateLimit { tier limit perMinute cost remaining used resetAt } }";

#[tokio::test]
async fn each_tier_has_its_budget() {
    let (api, _) = start(100).await;
    for (tier, per_minute, limit) in [
        ("observer", 10_000, 20_000),
        ("trader", 20_000, 40_000),
        ("professional", 50_000, 100_000),
        ("enterprise", 200_000, 400_000),
    ] {
        let somebody = api.somebody(tier).await;
        api.sql(&format!("UPDATE users SET tier = '{tier}' WHERE id = '{}'", somebody.id)).await;
        ask(&api, &somebody, TEN).await;
        let reply = ask(&api, &somebody, RATE_LIMIT).await;
        let found = &reply.body["data"]["rateLimit"];
        let reset_at = chrono::DateTime::parse_from_rfc3339(found["resetAt"].as_str().unwrap()).unwrap();
        assert!(reset_at > chrono::Utc::now() - chrono::Duration::minutes(1), "{reset_at}");
        assert_eq!(
            found,
            &json!({ "tier": tier.to_uppercase(), "limit": limit, "perMinute": per_minute, "cost": 1,
                     "remaining": limit - 11, "used": 11, "resetAt": found["resetAt"] })
        );
        assert_eq!(reply.body["extensions"]["cost"]["limit"], json!(limit));
    }
}

#[tokio::test]
async fn nobody_has_the_budget_of_their_address() {
    let (api, _) = start(100).await;
    let left = async |address: &str| {
        let reply = ask_from(&api, address, RATE_LIMIT).await;
        assert_eq!(reply.body["data"]["rateLimit"]["tier"], Value::Null);
        assert_eq!(reply.body["data"]["rateLimit"]["limit"], json!(5_000));
        assert_eq!(reply.body["data"]["rateLimit"]["perMinute"], json!(2_000));
        reply.remaining()
    };
    assert_eq!(left("192.0.2.1").await, 4_999);
    assert_eq!(left("192.0.2.1").await, 4_998);
    assert_eq!(left("::ffff:192.0.2.1").await, 4_997);
    assert_eq!(left("192.0.2.2").await, 4_999);
    assert_eq!(left("2001:db8:0:1::1").await, 4_999);
    assert_eq!(left("2001:db8:0:1:ffff::2").await, 4_998);
    assert_eq!(left("2001:db8:0:2::1").await, 4_999);
    // A token that is none pays like nobody, and a signed-in user does not touch the address.
    let request = from(post(), "192.0.2.1").header("authorization", "Bearer wrong");
    assert_eq!(send(&api, request, TEN, json!({})).await.remaining(), 4_987);
    let ada = api.somebody("ada").await;
    let request = from(post(), "192.0.2.1").header("authorization", format!("Bearer {}", ada.token));
    assert_eq!(send(&api, request, TEN, json!({})).await.remaining(), 19_990);
    assert_eq!(left("192.0.2.1").await, 4_986);
}

#[tokio::test]
async fn a_budget_that_is_used_up_says_when_to_come_back_and_nothing_is_done() {
    // An observer has 200 points, and 100 come back in a minute.
    let (api, clock) = start(1).await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    assert_eq!(exhaust(&api, &ada).await, 20);
    clock.pass(Duration::from_millis(2_399));
    let write = "mutation { createJournalEntry(input: { content: \"Too early.\" }) { journalEntry { id } } }";
    let reply = ask(&api, &ada, write).await;
    assert_eq!((reply.status, reply.code()), (429, "RATE_LIMITED"));
    assert_eq!(reply.body.get("data"), None);
    // Eleven points take 6.6 s, of which 2.399 have passed.
    assert_eq!(reply.header("retry-after"), "5");
    assert_eq!(reply.body["errors"][0]["extensions"]["retryAfter"], json!(5));
    assert_eq!(reply.cost(), (11, 0, 3));
    assert_eq!(
        reply.body["errors"][0]["message"],
        json!("This document may cost 11 points, and 3 are left: try again in 5 s.")
    );
    // Asking in vain costs nothing, so that who waits is let in; whatever the media type, the status is the same.
    let plain = Request::post("/graphql").header("authorization", format!("Bearer {}", ada.token));
    assert_eq!(send(&api, plain, write, json!({})).await.status, 429);
    assert_eq!(ask(&api, &bob, TEN).await.status, 200);
    let entries = "{ viewer { journalEntries { totalCount } activities { totalCount } } }";
    let none = json!({ "journalEntries": { "totalCount": 0 }, "activities": { "totalCount": 0 } });
    assert_eq!(ask(&api, &ada, entries).await.body["data"]["viewer"], none);
    clock.pass(Duration::from_secs(7));
    assert_eq!(ask(&api, &ada, write).await.body.get("errors"), None);
}

#[tokio::test]
async fn whoever_has_no_account_yet_is_limited_by_address() {
    // An address has 500 points here: five mutations with a password. These never come to try one.
    let (api, clock) = start(10).await;
    let register = "mutation { register(input: { email: \"x@example.com\", password: \"short\" }) { __typename } }";
    for _ in 0..5 {
        assert_eq!(ask_from(&api, "192.0.2.1", register).await.code(), "INVALID");
    }
    let reply = ask_from(&api, "192.0.2.1", register).await;
    assert_eq!((reply.status, reply.code(), reply.header("retry-after")), (429, "RATE_LIMITED", "30"));
    assert_eq!(ask_from(&api, "192.0.2.2", register).await.code(), "INVALID");
    clock.pass(Duration::from_secs(30));
    assert_eq!(ask_from(&api, "192.0.2.1", register).await.code(), "INVALID");
}

#[tokio::test]
async fn headers_tell_the_budget() {
    let (api, _) = start(100).await;
    let ada = api.somebody("ada").await;
    ask(&api, &ada, TEN).await;
    let reply = ask(&api, &ada, "{ viewer { portfolios { nodes { id } } } }").await;
    for (name, value) in [
        ("ratelimit-policy", "\"points\";q=20000;w=120"),
        ("ratelimit", "\"points\";r=19988;t=1"),
        ("ratelimit-limit", "20000"),
        ("ratelimit-remaining", "19988"),
        ("ratelimit-reset", "1"),
        ("retry-after", ""),
    ] {
        assert_eq!(reply.header(name), value, "{name}");
    }
    // Also where the document did not fit the schema, and for GET.
    assert_eq!(ask(&api, &ada, "{ nothing }").await.header("ratelimit-remaining"), "19987");
    let request =
        Request::get("/graphql?query=%7B__typename%7D").header("authorization", format!("Bearer {}", ada.token));
    assert_eq!(send(&api, request, "", json!({})).await.header("ratelimit-remaining"), "19986");
}
