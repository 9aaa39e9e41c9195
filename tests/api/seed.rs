//! The seed: the same data for the same number, figures that add up, and nothing where people are already.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection};
use serde_json::json;
use stackmotive::{
    database::Failure,
    seed::{self, DEMO_EMAIL, PASSWORD, Size, Summary},
};
use tokio::sync::Notify;

use crate::support::Api;

/// Nobody has signed in, asked for anything, mapped an account or got a message, so these stay empty.
const EMPTY: [&str; 16] = [
    "account_portfolios",
    "audit_log",
    "idempotency_keys",
    "jobs",
    "latest_prices",
    "one_time_tokens",
    "personal_token_calls",
    "personal_tokens",
    "portfolio_snapshots",
    "prices",
    "rate_limits",
    "sign_in_attempts",
    "used_refresh_tokens",
    "user_recovery_codes",
    "user_sessions",
    "user_two_factor",
];

#[tokio::test]
async fn the_same_number_makes_the_same_data_and_a_smaller_one_its_beginning() {
    let (one, same, smaller) = (Api::start().await, Api::start().await, Api::start().await);
    fill(&one, 3).await.unwrap();
    fill(&same, 3).await.unwrap();
    fill(&smaller, 2).await.unwrap();
    let (rows, again, fewer) = (fingerprints(&one).await, fingerprints(&same).await, fingerprints(&smaller).await);
    assert!(rows == again, "{} rows differ", rows.symmetric_difference(&again).count());
    let strange: Vec<_> = fewer.difference(&rows).collect();
    assert_eq!(strange, Vec::<&(String, String)>::new());
    assert!(fewer.len() < rows.len());
}

#[tokio::test]
async fn everybody_gets_their_share_of_every_table() {
    let api = Api::start().await;
    let summary = fill(&api, 5).await.unwrap();
    let counted = counts(&api).await;
    let made: BTreeMap<String, i64> =
        summary.rows.iter().map(|(table, count)| ((*table).to_owned(), i64::try_from(*count).unwrap())).collect();
    let mut found: BTreeMap<String, i64> =
        counted.into_iter().filter(|(table, _)| !EMPTY.contains(&table.as_str())).collect();
    // A trigger keeps the words of each entry.
    assert_eq!(found.remove("journal_search"), found.get("journal_entries").copied());
    assert_eq!(made, found);
    for (table, count) in [
        ("users", 6),
        ("portfolio_summary", 15),
        ("portfolio_position", 125),
        ("journal_entries", 100),
        ("rebalance_schedule", 5),
        ("rebalance_execution", 20),
        ("user_preferences", 5),
        ("user_theme_preferences", 5),
        ("user_onboarding_progress", 5),
    ] {
        assert_eq!(found[table], count, "{table}");
    }
    let mut admin = api.admin().await;
    for (what, sql) in [
        ("holdings in portfolios", "SELECT count(*) = 375 FROM portfolio_holdings WHERE vault_id IS NOT NULL"),
        ("holdings of unknown cost", "SELECT count(*) > 0 FROM portfolio_holdings WHERE avg_cost = 0"),
        ("holdings of no portfolio", "SELECT count(*) > 0 FROM portfolio_holdings WHERE vault_id IS NULL"),
        ("public watchlists", "SELECT count(*) > 0 FROM watchlists WHERE is_public"),
        ("public entries", "SELECT count(*) > 0 FROM journal_entries WHERE is_public"),
        ("entries about trades", "SELECT count(*) > 0 FROM journal_entries WHERE trade_id IS NOT NULL"),
        ("shares of both kinds", "SELECT count(DISTINCT is_read_only) = 2 FROM watchlist_shares"),
        ("titles beyond ASCII", "SELECT count(*) > 0 FROM journal_entries WHERE title ~ '[^\\x01-\\x7F]'"),
        ("one administrator", "SELECT array_agg(email::text) = '{admin@example.com}' FROM users WHERE is_admin"),
    ] {
        assert!(is_true(&mut admin, sql).await, "{what}: {sql}");
    }
}

#[tokio::test]
async fn figures_follow_from_what_they_are_made_of() {
    let api = Api::start().await;
    fill(&api, 8).await.unwrap();
    let mut admin = api.admin().await;
    for (what, sql) in FIGURES {
        let wrong: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT x::text FROM ({sql}) x LIMIT 3")))
            .fetch_all(&mut admin)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(wrong, Vec::<String>::new(), "{what}");
    }
}

/// What may not be found, as PostgreSQL computes it.
const FIGURES: [(&str, &str); 12] = [
    (
        "a portfolio is its holdings and its cash",
        "SELECT p.*, held.* FROM portfolio_summary p CROSS JOIN LATERAL (
            SELECT sum(h.market_value) AS value, sum(round(h.quantity * h.avg_cost, 2)) AS cost,
                   sum(h.total_gain_loss) AS gain, sum(h.day_gain_loss) AS day_gain, count(*) AS holdings
            FROM portfolio_holdings h WHERE h.user_id = p.user_id AND h.vault_id = p.vault_id
         ) held
         WHERE p.portfolio_value <> held.value + p.cash_balance OR p.invested_amount <> held.cost
            OR p.total_gain_loss <> held.gain OR p.day_gain_loss <> held.day_gain
            OR p.number_of_holdings <> held.holdings OR held.holdings <> 25
            OR p.total_gain_loss_percent <> round(held.gain * 100 / held.cost, 4)",
    ),
    (
        "a holding is worth its quantity at its price",
        "SELECT * FROM portfolio_holdings WHERE market_value <> round(quantity * current_price, 2)",
    ),
    (
        "a holding gains what it is worth beyond its cost",
        "SELECT * FROM portfolio_holdings WHERE total_gain_loss <>
            CASE WHEN avg_cost = 0 THEN 0 ELSE market_value - round(quantity * avg_cost, 2) END
         OR total_gain_loss_percent <> CASE WHEN avg_cost = 0 THEN 0
            ELSE least(round(total_gain_loss * 100 / round(quantity * avg_cost, 2), 4), 999999.9999) END",
    ),
    (
        "a derived holding is its position, and every position is held",
        "SELECT h.id, p.id AS position FROM (SELECT * FROM portfolio_holdings WHERE is_derived) h
         FULL JOIN portfolio_position p ON (p.user_id, p.account, p.symbol) = (h.user_id, h.vault_id, h.symbol)
         WHERE h.quantity IS DISTINCT FROM p.quantity OR h.avg_cost IS DISTINCT FROM p.avg_price
            OR h.current_price IS DISTINCT FROM p.current_price OR h.price_as_of IS DISTINCT FROM p.price_as_of",
    ),
    (
        "a position has its portfolio's currency",
        "SELECT * FROM portfolio_position p JOIN portfolio_summary s ON (s.user_id, s.vault_id) = (p.user_id, p.account)
         WHERE s.currency <> p.currency",
    ),
    (
        "a trade's total is its price times its quantity",
        "SELECT * FROM manual_trade_logs WHERE total_value <> round(entry_price * quantity, 2)",
    ),
    (
        "a closed trade's profit is net of fees",
        "SELECT * FROM manual_trade_logs WHERE status = 'closed' AND (
            realized_pnl IS DISTINCT FROM round(quantity
                * CASE trade_type WHEN 'buy' THEN exit_price - entry_price WHEN 'short' THEN entry_price - exit_price END, 2)
                - coalesce(fees, 0)
            OR realized_pnl_percent IS DISTINCT FROM round(realized_pnl * 100 / total_value, 4)
            OR exit_date IS NULL OR exit_date < execution_time OR is_active)",
    ),
    (
        "a trade that is not closed has realised nothing",
        "SELECT * FROM manual_trade_logs WHERE status <> 'closed'
         AND num_nonnulls(realized_pnl, realized_pnl_percent, exit_price, exit_date, exit_reason) > 0",
    ),
    (
        "the extremes of a trade take in where it stands",
        "SELECT * FROM manual_trade_logs WHERE status IN ('open', 'closed')
         AND NOT coalesce(realized_pnl + coalesce(fees, 0), unrealized_pnl) BETWEEN max_loss AND max_profit",
    ),
    (
        "reward and risk are measured from the entry",
        "SELECT * FROM manual_trade_logs
         WHERE risk_reward_ratio <> round(abs(target_price - entry_price) / abs(entry_price - stop_loss_price), 2)",
    ),
    (
        "the targets of asset classes add up",
        "SELECT user_id FROM vault_categories WHERE category_type = 'asset_class' GROUP BY user_id
         HAVING sum(target_allocation_percent) <> 100",
    ),
    (
        "nothing is later than the moment that everything is as of, and nothing changed before it was made",
        "SELECT id FROM journal_entries WHERE updated_at > '2026-11-01' OR updated_at < created_at
         UNION ALL SELECT id FROM manual_trade_logs WHERE greatest(updated_at, exit_date) > '2026-11-01' OR updated_at < created_at
         UNION ALL SELECT id FROM portfolio_holdings WHERE last_updated > '2026-11-01' OR last_updated < created_at
         UNION ALL SELECT id FROM agent_memory WHERE timestamp >= '2026-11-01'
         UNION ALL SELECT id FROM rebalance_schedule WHERE next_scheduled_time <= '2026-11-01'",
    ),
];

#[tokio::test]
async fn a_database_with_accounts_is_left_alone() {
    let api = Api::start().await;
    api.somebody("ada").await;
    let before = fingerprints(&api).await;
    let refused = fill(&api, 2).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "This database has accounts already (1): seed an empty one, because the seed makes an administrator \
         whose password everybody knows."
    );
    assert_eq!(fingerprints(&api).await, before);
}

#[tokio::test]
async fn the_demo_account_shows_one_persons_data_and_a_seed_goes_in_beside_it() {
    let api = Api::start().await;
    let demo = seed::demo(&api.app.database, &api.app.keys).await.unwrap();
    assert_eq!((demo.email.as_str(), demo.password.as_str()), (DEMO_EMAIL, PASSWORD));
    assert!(seed::demo(&api.app.database, &api.app.keys).await.is_err(), "a second demo account");
    assert_eq!(counts(&api).await["users"], 1);

    let sign_in = "mutation($email: EmailAddress!, $password: String!) {
        signIn(input: { email: $email, password: $password }) {
            user { isAdmin portfolios { nodes { numberOfHoldings holdings { totalCount } } } journalEntries { totalCount } }
        }
    }";
    let answer = api.ask_with(None, sign_in, json!({ "email": demo.email, "password": demo.password })).await;
    let portfolio = json!({ "numberOfHoldings": 25, "holdings": { "totalCount": 25 } });
    assert_eq!(
        answer.data()["signIn"]["user"],
        json!({
            "isAdmin": false,
            "portfolios": { "nodes": [portfolio, portfolio, portfolio] },
            "journalEntries": { "totalCount": 20 },
        })
    );

    fill(&api, 1).await.unwrap();
    assert_eq!(counts(&api).await["users"], 3);
}

#[tokio::test]
async fn an_interrupted_seed_leaves_nothing_in_the_way_of_the_next() {
    let api = Api::start().await;
    let begun = Notify::new();
    tokio::select! {
        _ = seed::run(&api.app.database, &api.app.keys, Size { users: 1_000 }, |_| begun.notify_one()) => panic!("it went through"),
        () = begun.notified() => (),
    }
    assert_eq!(counts(&api).await.values().sum::<i64>(), 0);
    // PostgreSQL may need a moment to see that the first one has gone.
    let mut outcome = fill(&api, 1).await;
    for _ in 0..100 {
        if outcome.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        outcome = fill(&api, 1).await;
    }
    assert_eq!(outcome.map(|summary| summary.users), Ok(1));
}

#[tokio::test]
async fn progress_counts_to_the_end() {
    let api = Api::start().await;
    let heard = std::sync::Mutex::new(Vec::new());
    let summary =
        seed::run(&api.app.database, &api.app.keys, Size { users: 7 }, |progress| heard.lock().unwrap().push(progress));
    let summary = summary.await.unwrap();
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard.iter().map(|progress| progress.users_done).collect::<Vec<_>>(), [5, 7]);
    assert!(heard.iter().all(|progress| progress.users_total == 7));
    assert_eq!(heard[1].rows_done, summary.rows.values().sum::<u64>());
}

async fn fill(api: &Api, users: u32) -> Result<Summary, Failure> {
    seed::run(&api.app.database, &api.app.keys, Size { users }, |_| ()).await
}

/// Every row of every table. What is sealed is never sealed alike, so it is the one thing that differs.
async fn fingerprints(api: &Api) -> BTreeSet<(String, String)> {
    let mut admin = api.admin().await;
    let sealed: Vec<&str> = stackmotive::sealing::columns::ALL.iter().map(|column| column.column).collect();
    let mut all = BTreeSet::new();
    for table in tables(&mut admin).await {
        let sql = format!("SELECT md5((to_jsonb(t) - $1)::text) FROM public.{table} t");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&sealed).fetch_all(&mut admin).await;
        let rows: Vec<String> = rows.unwrap();
        all.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    all
}

async fn counts(api: &Api) -> BTreeMap<String, i64> {
    let mut admin = api.admin().await;
    let mut all = BTreeMap::new();
    for table in tables(&mut admin).await {
        let sql = format!("SELECT count(*) FROM public.{table}");
        let count = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut admin).await.unwrap();
        all.insert(table, count);
    }
    all
}

async fn tables(admin: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
               AND relkind IN ('r', 'p') AND relname <> 'seaql_migrations' ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(admin).await.unwrap();
    assert!(tables.len() >= 23, "{tables:?}");
    tables
}

async fn is_true(admin: &mut PgConnection, sql: &'static str) -> bool {
    sqlx::query_scalar(sql).fetch_one(admin).await.unwrap()
}
