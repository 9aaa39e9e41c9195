//! What was done with an account, counted: by day, module and action, by the user's own clock.

use serde_json::{Value, json};

use crate::support::{Api, Somebody, Statements};

const FIGURES: &str =
    "from to timeZone total last24Hours byDay { day count } byModule { module count } byAction { action count }";

/// Notes that these were done, each at its moment in UTC.
async fn done(api: &Api, who: &Somebody, activities: &[(&str, &str, &str)]) {
    let rows = activities
        .iter()
        .map(|(at, module, action)| format!("('{}', '{module}', '{action}', 'Done.', 'system:test', {at})", who.id));
    let rows: Vec<String> = rows.collect();
    let sql = "INSERT INTO agent_memory (user_id, block_id, action, context, session_id, timestamp) VALUES";
    api.sql(&format!("{sql} {}", rows.join(", "))).await;
}

async fn statistics(api: &Api, who: &Somebody, arguments: &str, fields: &str) -> Value {
    let document = format!("{{ viewer {{ activityStatistics{arguments} {{ {fields} }} }} }}");
    api.ask(Some(who), &document).await.data()["viewer"]["activityStatistics"].clone()
}

#[tokio::test]
async fn is_counted_by_the_users_own_days() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    // In Auckland it is 13 hours later: the first is on the day before all others, the last on the day after.
    let activities = [
        ("'2026-02-28 10:59:59Z'", "watchlists", "watchlist_created"),
        ("'2026-02-28 11:00:00Z'", "watchlists", "watchlist_created"),
        ("'2026-02-28 12:00:00Z'", "journaling", "journal_entry_created"),
        ("'2026-03-01 10:59:59Z'", "watchlists", "watchlist_updated"),
        ("'2026-03-02 11:00:00Z'", "watchlists", "watchlist_deleted"),
        ("now() - interval '23 hours'", "authentication", "signed_in"),
        ("now() - interval '25 hours'", "authentication", "signed_in"),
    ];
    done(&api, &ada, &activities).await;
    done(
        &api,
        &bob,
        &[("'2026-03-01 00:00:00Z'", "portfolio", "portfolio_created"), ("now()", "portfolio", "portfolio_updated")],
    )
    .await;
    let utc = statistics(&api, &ada, "(from: \"2026-02-28\", to: \"2026-03-01\")", FIGURES).await;
    let expected = json!({
        "from": "2026-02-28", "to": "2026-03-01", "timeZone": "UTC", "total": 4, "last24Hours": 1,
        "byDay": [{ "day": "2026-02-28", "count": 3 }, { "day": "2026-03-01", "count": 1 }],
        "byModule": [{ "module": "watchlists", "count": 3 }, { "module": "journaling", "count": 1 }],
        "byAction": [
            { "action": "watchlist_created", "count": 2 }, { "action": "journal_entry_created", "count": 1 },
            { "action": "watchlist_updated", "count": 1 },
        ],
    });
    assert_eq!(utc, expected);

    api.sql(&format!("INSERT INTO user_preferences (user_id, timezone) VALUES ('{}', 'Pacific/Auckland')", ada.id))
        .await;
    let there = statistics(&api, &ada, "(from: \"2026-03-01\", to: \"2026-03-03\")", FIGURES).await;
    let expected = json!({
        "from": "2026-03-01", "to": "2026-03-03", "timeZone": "Pacific/Auckland", "total": 4, "last24Hours": 1,
        "byDay": [
            { "day": "2026-03-01", "count": 3 }, { "day": "2026-03-02", "count": 0 },
            { "day": "2026-03-03", "count": 1 },
        ],
        "byModule": [{ "module": "watchlists", "count": 3 }, { "module": "journaling", "count": 1 }],
        "byAction": [
            { "action": "journal_entry_created", "count": 1 }, { "action": "watchlist_created", "count": 1 },
            { "action": "watchlist_deleted", "count": 1 }, { "action": "watchlist_updated", "count": 1 },
        ],
    });
    assert_eq!(there, expected);
    let both = statistics(&api, &ada, "", "total last24Hours byDay { day }").await;
    assert_eq!((&both["total"], both["byDay"].as_array().unwrap().len()), (&json!(2), 30));
}

#[tokio::test]
async fn asks_for_days_that_can_be_counted() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for (arguments, path) in [
        ("(from: \"2026-03-02\", to: \"2026-03-01\")", "to"),
        ("(from: \"2025-01-01\", to: \"2026-01-02\")", "from"),
        ("(from: \"1990-01-01\", to: \"2090-12-31\")", "from"),
    ] {
        let answer =
            api.ask(Some(&ada), &format!("{{ viewer {{ activityStatistics{arguments} {{ total }} }} }}")).await;
        let issue = &answer.body["errors"][0]["extensions"]["issues"][0];
        assert_eq!(
            (answer.code(), &issue["path"], &issue["code"]),
            ("INVALID", &json!([path]), &json!("OUT_OF_RANGE"))
        );
    }
    let year = statistics(&api, &ada, "(from: \"2025-01-01\", to: \"2026-01-01\")", "total byDay { count }").await;
    assert_eq!((&year["total"], year["byDay"].as_array().unwrap().len()), (&json!(0), 366));
}

#[tokio::test]
async fn is_one_statement_for_each_figure_that_is_selected() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    done(&api, &ada, &[("now()", "portfolio", "portfolio_created")]).await;
    // One for the token, one for the time zone; the two totals are one, of two periods.
    for (fields, count) in [("from to timeZone", 2), ("total byDay { count }", 4), (FIGURES, 6)] {
        let statements = Statements::listen();
        let twice = format!("a: activityStatistics {{ {fields} }} b: activityStatistics {{ {fields} }}");
        api.ask(Some(&ada), &format!("{{ viewer {{ {twice} }} }}")).await.data();
        let heard = statements.take();
        assert_eq!(heard.len(), count, "{fields}: {heard:#?}");
    }
}

#[tokio::test]
async fn of_somebody_else_is_nothing_even_to_an_admin() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", eve.id)).await;
    done(&api, &ada, &[("now()", "portfolio", "portfolio_created")]).await;
    let document = format!(
        "{{ admin {{ users(filter: {{ email: {{ eq: \"{}\" }} }}) {{ nodes {{ activityStatistics {{ total last24Hours }} }} }} }} }}",
        ada.email
    );
    let answer = api.ask(Some(&eve), &document).await;
    let none = json!({ "total": 0, "last24Hours": 0 });
    assert_eq!(answer.data()["admin"]["users"]["nodes"], json!([{ "activityStatistics": none }]));
    assert_eq!(statistics(&api, &ada, "", "total last24Hours").await, json!({ "total": 1, "last24Hours": 1 }));
}
