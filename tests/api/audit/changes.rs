//! What the triggers record, and what they leave out.

use sea_orm::sqlx::{self, AssertSqlSafe, Connection};
use serde_json::json;
use stackmotive::access::{Mode, Scope};
use uuid::Uuid;

use super::entries;
use crate::support::{Api, Somebody};

const REQUEST: &str = "0192f0c1-7b5e-7c3a-9d2f-3f1a5b6c7d8e";

/// A change of each watched table, and what the audit tells of it.
const CHANGES: [(&str, &str, &str); 9] = [
    (
        "users",
        "preferred_currency = 'NZD', display_name = 'x'",
        r#"{"display_name": "withheld", "preferred_currency": {"new": "NZD", "old": "USD"}}"#,
    ),
    (
        "user_sessions",
        "is_active = false, user_agent = 'x'",
        r#"{"is_active": {"new": false, "old": true}, "user_agent": "withheld"}"#,
    ),
    (
        "portfolio_summary",
        "cash_balance = 5, portfolio_value = 7",
        r#"{"cash_balance": {"new": 5.00, "old": 0.00}, "portfolio_value": {"new": 7.00, "old": 1250.00}}"#,
    ),
    (
        "portfolio_holdings",
        "quantity = 7, asset_name = 'x', current_price = 26",
        r#"{"quantity": {"new": 7.00000000, "old": 50.00000000}, "asset_name": "withheld", "current_price": {"new": 26.0000, "old": 25.0000}}"#,
    ),
    (
        "portfolio_position",
        "account = 'x', avg_price = 1",
        r#"{"account": "withheld", "avg_price": {"new": 1.0000, "old": 20.0000}}"#,
    ),
    (
        "manual_trade_logs",
        "fees = 3, strategy = 'x'",
        r#"{"fees": {"new": 3.00, "old": 0.00}, "strategy": "withheld"}"#,
    ),
    ("user_trade_rule", "enabled = false", r#"{"enabled": {"new": false, "old": true}}"#),
    ("rebalance_schedule", "max_trades_per_session = 3", r#"{"max_trades_per_session": {"new": 3, "old": 10}}"#),
    ("watchlist_shares", "is_read_only = true", r#"{"is_read_only": {"new": true, "old": false}}"#),
];

/// Ada with a row in each table, and an empty audit.
async fn ada_with_rows() -> (Api, Somebody) {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &ada.id.to_string())).await;
    api.sql("DELETE FROM audit_log").await;
    (api, ada)
}

/// Runs statements as the application in a scope, and commits them.
async fn run(api: &Api, scope: &Scope, sql: &str) {
    let mut connection = api.app.database.pool.acquire().await.unwrap();
    let all = format!("{}; {sql}; COMMIT", scope.begin(Mode::Write));
    sqlx::raw_sql(AssertSqlSafe(all)).execute(&mut *connection).await.unwrap();
}

fn owner(table: &str) -> &'static str {
    match table {
        "users" => "id",
        "watchlist_shares" => "owner_id",
        _ => "user_id",
    }
}

#[tokio::test]
async fn each_watched_table_tells_of_changes_and_deletions() {
    let (api, ada) = ada_with_rows().await;
    let scope = Scope::user(ada.id).for_request(REQUEST.parse().unwrap()).from_address("203.0.113.9".parse().ok());
    let told = format!("request_id = '{REQUEST}' AND host(address) = '203.0.113.9' AND row_id IS NOT NULL");
    let mut expected = Vec::new();
    for (table, change, changes) in CHANGES {
        run(&api, &scope, &format!("UPDATE {table} SET {change} WHERE {} = '{}'", owner(table), ada.id)).await;
        expected.push(format!("UPDATE|user|ada|ada|{table}|{changes}|-"));
        assert_eq!(entries(&api, &told, &[("ada", ada.id)]).await, expected);
    }
    // Whatever hangs on a row goes before it, so that each deletion is of one row; the account goes with the last.
    for (table, ..) in CHANGES.iter().rev().filter(|(table, ..)| *table != "users") {
        api.sql("DELETE FROM audit_log").await;
        let from = if *table == "portfolio_summary" { "portfolio_holdings" } else { table };
        run(&api, &scope, &format!("DELETE FROM {table} WHERE {} = '{}'", owner(table), ada.id)).await;
        let found = entries(&api, &told, &[("ada", ada.id)]).await;
        assert!(found[0].starts_with(&format!("DELETE|user|ada|ada|{table}|{{")), "{from}: {found:?}");
        assert!(found[0].contains(r#""id": {"old": ""#), "{found:?}");
        assert!(!found[0].contains("new"), "{found:?}");
    }
}

#[tokio::test]
async fn what_changes_nothing_or_only_times_is_not_recorded() {
    let (api, ada) = ada_with_rows().await;
    let scope = Scope::user(ada.id);
    for sql in [
        "UPDATE user_sessions SET last_activity_at = now() + interval '1 minute'",
        "UPDATE users SET last_login_at = now(), failed_login_attempts = 0",
        "UPDATE portfolio_holdings SET quantity = quantity, last_updated = now()",
        "UPDATE watchlists SET name = 'Not watched'",
    ] {
        run(&api, &scope, sql).await;
    }
    assert_eq!(entries(&api, "true", &[]).await, Vec::<String>::new());
}

#[tokio::test]
async fn new_prices_of_the_system_are_not_recorded_but_everything_else_it_does_is() {
    let (api, ada) = ada_with_rows().await;
    let prices = "UPDATE portfolio_holdings SET current_price = 30, market_value = 1500, price_as_of = now(); \
                  UPDATE portfolio_position SET current_price = 30, price_as_of = now(); \
                  UPDATE portfolio_summary SET portfolio_value = 1500, number_of_holdings = 1; \
                  UPDATE manual_trade_logs SET current_price = 30, unrealized_pnl = 500, max_profit = 500";
    run(&api, &Scope::system(), prices).await;
    assert_eq!(entries(&api, "true", &[]).await, Vec::<String>::new());

    run(&api, &Scope::system(), "UPDATE portfolio_holdings SET quantity = 60, current_price = 31").await;
    run(&api, &Scope::user(ada.id), "UPDATE portfolio_holdings SET current_price = 32").await;
    let people = [("ada", ada.id)];
    assert_eq!(
        entries(&api, "true", &people).await,
        [
            r#"UPDATE|system|-|ada|portfolio_holdings|{"quantity": {"new": 60.00000000, "old": 50.00000000}, "current_price": {"new": 31.0000, "old": 30.0000}}|-"#,
            r#"UPDATE|user|ada|ada|portfolio_holdings|{"current_price": {"new": 32.0000, "old": 31.0000}}|-"#
        ]
    );
}

#[tokio::test]
async fn a_refreshed_session_is_recorded_without_its_tokens() {
    let api = Api::start().await;
    let ada = crate::authentication::member(&api, "ada").await;
    let password = crate::authentication::PASSWORD;
    let query = format!(
        "mutation {{ signIn(input: {{ email: \"ada@example.com\", password: \"{password}\" }}) {{ refreshToken }} }}"
    );
    let token = api.ask(None, &query).await.data()["signIn"]["refreshToken"].clone();
    api.sql("DELETE FROM audit_log").await;
    let query = "mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { sessionId } }";
    api.ask_with(None, query, json!({ "token": token })).await.data();
    let found = entries(&api, "request_id IS NOT NULL", &[("ada", ada.id)]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(r#""session_token": "withheld""#), "{}", found[0]);
    assert!(found[0].contains(r#""refresh_token": "withheld""#), "{}", found[0]);
    assert!(found[0].contains(r#""expires_at": {"new": ""#), "{}", found[0]);
}

#[tokio::test]
async fn a_mutation_is_recorded_with_its_request() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), "mutation { signOut { sessionId } }").await.data();
    let found = entries(&api, "request_id IS NOT NULL", &[("ada", ada.id)]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("UPDATE|user|ada|ada|user_sessions|"), "{}", found[0]);
    assert!(found[0].contains(r#""is_active": {"new": false, "old": true}"#), "{}", found[0]);
}

#[tokio::test]
async fn what_somebody_does_past_the_server_names_their_role() {
    let (api, ada) = ada_with_rows().await;
    api.sql("UPDATE users SET tier = 'enterprise' WHERE email = 'ada@example.com'").await;
    assert_eq!(
        entries(&api, "true", &[("ada", ada.id)]).await,
        [r#"UPDATE|nobody|-|ada|users|{"tier": {"new": "enterprise", "old": "observer"}}|{"role": "postgres"}"#]
    );
}

#[tokio::test]
async fn a_deleted_account_leaves_only_ids_behind() {
    let (api, ada) = ada_with_rows().await;
    run(&api, &Scope::user(ada.id), &format!("DELETE FROM users WHERE id = '{}'", ada.id)).await;
    let found = entries(&api, "true", &[("ada", ada.id)]).await;
    let mut tables: Vec<&str> = found.iter().map(|line| line.split('|').nth(4).unwrap()).collect();
    tables.sort_unstable();
    let mut expected: Vec<&str> = CHANGES.iter().map(|(table, ..)| *table).collect();
    expected.sort_unstable();
    assert_eq!(tables, expected, "one entry for each row");
    for line in found {
        assert!(line.starts_with("DELETE|user|ada|ada|"), "{line}");
        let changes = line.split('|').nth(5).unwrap();
        if !line.contains("|users|") {
            assert_eq!(changes, "{}", "{line}");
        } else {
            assert!(changes.contains(r#""email": "withheld""#), "{line}");
        }
    }
}

#[tokio::test]
async fn users_name_who_made_and_changed_them() {
    let api = Api::start().await;
    let (ada, root) = (api.somebody("ada").await, api.somebody("root").await);
    let stamps = |who: Uuid| {
        let sql = format!(
            "SELECT concat_ws('|', coalesce(created_by::text, '-'), coalesce(updated_by::text, '-')) FROM users WHERE id = '{who}'"
        );
        let (api, people) = (&api, [("ada", ada.id), ("root", root.id)]);
        async move {
            let line: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut api.admin().await).await.unwrap();
            people.iter().fold(line, |line, (name, id)| line.replace(&id.to_string(), name))
        }
    };
    assert_eq!(stamps(ada.id).await, "-|-", "nobody was signed in");
    run(&api, &Scope::user(ada.id), "UPDATE users SET preferred_currency = 'EUR'").await;
    assert_eq!(stamps(ada.id).await, "-|ada");
    // What a caller writes into them does not count.
    let forged = format!("UPDATE users SET updated_by = '{}', created_by = NULL", root.id);
    run(&api, &Scope::user(ada.id), &forged).await;
    assert_eq!(stamps(ada.id).await, "-|ada");

    let mut admin = sqlx::PgConnection::connect(&api.admin_url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("UPDATE users SET is_admin = true WHERE id = '{}'", root.id)))
        .execute(&mut admin)
        .await
        .unwrap();
    let viewer = format!(
        "BEGIN; SET LOCAL ROLE stackmotive_app; SET LOCAL stackmotive.user_id = '{}'; SET LOCAL stackmotive.admin = 'on'; \
         UPDATE users SET tier = 'trader' WHERE id = '{}'; COMMIT",
        root.id, ada.id
    );
    sqlx::raw_sql(AssertSqlSafe(viewer)).execute(&mut admin).await.unwrap();
    assert_eq!(stamps(ada.id).await, "-|root", "the admin who did it");

    let made = "mutation { register(input: { email: \"new@example.com\", password: \"correct horse battery\" }) { user { id } } }";
    let id = api.ask(None, made).await.data()["register"]["user"]["id"].as_str().unwrap().replace("user_", "");
    let new: Uuid = id.parse().unwrap();
    assert_eq!(stamps(new).await, format!("{new}|{new}"), "one makes one's own account");
    run(&api, &Scope::system(), &format!("UPDATE users SET tier = 'trader' WHERE id = '{new}'")).await;
    assert_eq!(stamps(new).await, format!("{new}|{new}"), "the system is nobody, and keeps who was last");

    run(&api, &Scope::user(root.id), &format!("DELETE FROM users WHERE id = '{}'", root.id)).await;
    assert_eq!(stamps(ada.id).await, "-|-", "the account of the one who changed it is gone");
}
