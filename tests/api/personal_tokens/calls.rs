//! How many calls a day tokens have.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use stackmotive::config::Settings;
use tower::ServiceExt;

use super::{admit, with_token};
use crate::{
    authentication::{line, lines},
    support::{Api, Somebody},
};

const LIMITS: &str = "{ rateLimit { tokenCalls { limit used resetAt } } }";

/// A server with the budgets of the table; those of other tests are larger.
async fn start() -> Api {
    let mut settings = Settings::for_tests();
    settings.budget_percent = 100;
    Api::start_as(settings, |_| ()).await
}

async fn token_calls(api: &Api, who: &Somebody) -> Value {
    api.ask(Some(who), LIMITS).await.data()["rateLimit"]["tokenCalls"].clone()
}

#[tokio::test]
async fn all_tokens_of_a_user_share_the_calls_of_their_tier_on_all_servers() {
    let api = start().await;
    let other = api.beside().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    for who in [&ada, &bob] {
        admit(&api, who).await;
    }
    let (one, _) = with_token(&api, &ada, &["portfolio:read"]).await;
    let (two, _) = with_token(&api, &ada, &["trading:read"]).await;
    let (bobs, _) = with_token(&api, &bob, &["trading:read"]).await;
    for (tier, limit) in [
        ("observer", json!(100)),
        ("trader", json!(1_000)),
        ("professional", json!(10_000)),
        ("enterprise", json!(null)),
    ] {
        api.sql(&format!(
            "SET stackmotive.system = 'on'; UPDATE users SET tier = '{tier}'; DELETE FROM personal_token_calls"
        ))
        .await;
        let found = token_calls(&api, &one).await;
        let tomorrow = chrono::Utc::now().date_naive().succ_opt().unwrap().and_time(chrono::NaiveTime::MIN).and_utc();
        let reset_at: chrono::DateTime<chrono::Utc> = found["resetAt"].as_str().unwrap().parse().unwrap();
        assert!((reset_at - tomorrow).num_seconds().abs() <= 1, "{reset_at}");
        assert_eq!((&found["limit"], &found["used"]), (&limit, &json!(1)), "{tier}");
        assert_eq!(token_calls(&other, &two).await["used"], 2);
        assert_eq!(token_calls(&api, &bobs).await["used"], 1);
        assert_eq!(token_calls(&api, &ada).await, Value::Null, "a sign-in is no token");
        let used = limit.as_i64().unwrap_or(1_000_000_000_000);
        api.sql(&format!("UPDATE personal_token_calls SET calls = {used} WHERE user_id = '{}'", ada.id)).await;
        if limit.is_null() {
            assert_eq!(token_calls(&api, &one).await["used"], json!(used + 1));
            continue;
        }
        let before = lines(&api, "SELECT to_jsonb(c)::text FROM personal_token_calls c ORDER BY 1").await;
        for (server, token) in [(&api, &one), (&other, &two)] {
            let request = Request::post("/graphql").header("content-type", "application/json");
            let request = request.header("authorization", format!("Bearer {}", token.token));
            let body = Body::from(json!({ "query": "{ viewer { id } serverInfo { version } }" }).to_string());
            let response = server.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
            assert_eq!(response.status().as_u16(), 429);
            let wait: i64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((wait - (tomorrow - chrono::Utc::now()).num_seconds()).abs() <= 2, "{wait}");
            let answer = server.ask(Some(token), LIMITS).await;
            assert_eq!(answer.code(), "RATE_LIMITED");
            assert!(answer.body["errors"][0]["extensions"]["retryAfter"].as_i64().is_some_and(|after| after <= wait));
        }
        assert_eq!(lines(&api, "SELECT to_jsonb(c)::text FROM personal_token_calls c ORDER BY 1").await, before);
        api.ask(Some(&ada), "{ viewer { id } }").await.data();
        api.sql("UPDATE personal_token_calls SET day = day - 1").await;
        assert_eq!(token_calls(&api, &one).await["used"], 1, "a new day");
    }
}

#[tokio::test]
async fn a_burst_is_counted_one_by_one() {
    let api = start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    api.sql("SET stackmotive.system = 'on'; UPDATE users SET tier = 'observer'").await;
    let (token, _) = with_token(&api, &ada, &["portfolio:read"]).await;
    api.ask(Some(&token), LIMITS).await.data();
    api.sql("UPDATE personal_token_calls SET calls = 90").await;
    let burst = (0..30).map(|_| api.ask(Some(&token), "{ viewer { id } }"));
    let answers = futures_util::future::join_all(burst).await;
    assert_eq!(answers.iter().filter(|answer| answer.body.get("errors").is_none()).count(), 10);
    assert_eq!(line(&api, "SELECT calls::text FROM personal_token_calls").await, "100");
}
