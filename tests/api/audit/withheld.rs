//! No value that is secret, personal or somebody's own words reaches the audit.

use std::collections::BTreeSet;

use sea_orm::sqlx::{self, AssertSqlSafe, Row};

use crate::support::Api;

/// Words of a column's name that promise something personal or secret.
const SUSPECT: &str = "pass|token|secret|hash|salt|key|mail|name|phone|tax|birth|address|agent|device|note|reason|account$|\
                       vault|strategy|condition|event|indicator|broker|totp_s";
/// What is looked at beside its suspicious name or kind, and found to be harmless.
const HARMLESS: [&str; 12] = [
    "portfolio_holdings.symbol",
    "portfolio_position.symbol",
    "manual_trade_logs.symbol",
    "user_trade_rule.symbol",
    "portfolio_summary.currency",
    "portfolio_position.currency",
    "manual_trade_logs.currency",
    "users.password_changed_at",
    "users.email_verified_at",
    "manual_trade_logs.account_type",
    "user_trade_rule.rule_type",
    "rebalance_schedule.only_if_thresholds_exceeded",
];

/// Each column of a watched table: its name, its type, whether a CHECK names the values that it may have, and whether
/// the audit shows its values.
async fn columns(api: &Api) -> Vec<(String, String, bool, bool)> {
    let sql = "SELECT r.table_name || '.' || a.attname, format_type(a.atttypid, NULL), \
               EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'c' \
                       AND a.attnum = ANY (k.conkey) AND pg_get_constraintdef(k.oid) LIKE '%' || a.attname || '%ARRAY[%'), \
               a.attname = ANY (r.shown || r.derived) \
               FROM public.audit_rules() r \
               JOIN pg_attribute a ON a.attrelid = ('public.' || r.table_name)::regclass \
               WHERE a.attnum > 0 AND NOT a.attisdropped";
    let rows = sqlx::query(sql).fetch_all(&mut api.admin().await).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

#[tokio::test]
async fn a_column_that_looks_sensitive_is_withheld() {
    let api = Api::start().await;
    let suspects: BTreeSet<String> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT r.table_name || '.' || a.attname FROM public.audit_rules() r \
             JOIN pg_attribute a ON a.attrelid = ('public.' || r.table_name)::regclass \
             WHERE a.attnum > 0 AND a.attname ~ '{SUSPECT}'"
    )))
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let free = ["text", "character varying", "jsonb", "json", "inet", "bytea"];
    let mut withheld = 0;
    for (column, kind, is_closed, is_shown) in columns(&api).await {
        let is_free = free.contains(&kind.as_str()) && !is_closed;
        if (is_free || suspects.contains(&column)) && !HARMLESS.contains(&column.as_str()) {
            assert!(
                !is_shown,
                "{column} looks as if it held something personal: leave it out of audit_rules(), or say in HARMLESS \
                 that it is not"
            );
            withheld += 1;
        }
    }
    assert!(withheld >= 18, "only {withheld} columns were looked at");
}

#[tokio::test]
async fn every_column_of_a_watched_table_has_reached_its_triggers() {
    let api = Api::start().await;
    let missing: Vec<String> = sqlx::query_scalar(
        "SELECT r.table_name || '.' || a.attname FROM public.audit_rules() r \
         JOIN pg_attribute a ON a.attrelid = ('public.' || r.table_name)::regclass \
         JOIN pg_proc p ON p.pronamespace = 'public'::regnamespace AND p.proname = 'audit_' || r.table_name \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (r.silent) \
             AND p.prosrc NOT LIKE '%''' || a.attname || ''', CASE%'",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    assert_eq!(
        missing,
        Vec::<String>::new(),
        "end the migration that adds a column with SELECT audit_table('<table>')"
    );
    let tables: Vec<String> = sqlx::query_scalar("SELECT table_name FROM public.audit_rules() ORDER BY 1")
        .fetch_all(&mut api.admin().await)
        .await
        .unwrap();
    assert_eq!(
        tables,
        [
            "manual_trade_logs",
            "portfolio_holdings",
            "portfolio_position",
            "portfolio_summary",
            "rebalance_schedule",
            "user_sessions",
            "user_trade_rule",
            "users",
            "watchlist_shares"
        ]
    );
}

#[tokio::test]
async fn no_value_of_a_withheld_column_reaches_the_audit() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &ada.id.to_string())).await;
    api.sql("DELETE FROM audit_log").await;
    let silent: BTreeSet<String> =
        sqlx::query_scalar("SELECT table_name || '.' || unnest(silent) FROM public.audit_rules()")
            .fetch_all(&mut api.admin().await)
            .await
            .unwrap()
            .into_iter()
            .collect();
    let mut tried = 0;
    for (column, kind, _, is_shown) in columns(&api).await {
        let (table, name) = column.split_once('.').unwrap();
        if is_shown || silent.contains(&column) {
            continue;
        }
        let value = match (name, kind.as_str()) {
            ("hashed_password" | "totp_secret", _) => "'s1.key.' || rpad('marker', 54, 'm')".to_owned(),
            ("email", _) => "'marker@example.com'".to_owned(),
            ("economic_events", _) => r#"'["marker"]'"#.to_owned(),
            (_, "jsonb") => r#"'{"marker": "marker"}'"#.to_owned(),
            (_, "inet") => "'198.51.100.77'".to_owned(),
            (_, "bytea") => "'marker'::bytea".to_owned(),
            _ => "'marker'".to_owned(),
        };
        let owner = if table == "users" { "id" } else { "user_id" };
        api.sql(&format!("UPDATE {table} SET {name} = {value} WHERE {owner} = '{}'", ada.id)).await;
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT changes::text FROM audit_log WHERE table_name = '{table}' AND changes ? '{name}'"
        )))
        .fetch_all(&mut api.admin().await)
        .await
        .unwrap();
        assert!(!found.is_empty(), "{column} left no trace");
        tried += 1;
    }
    api.sql("DELETE FROM manual_trade_logs; DELETE FROM portfolio_holdings; DELETE FROM user_sessions").await;
    let told: Vec<String> =
        sqlx::query_scalar("SELECT a::text FROM audit_log a").fetch_all(&mut api.admin().await).await.unwrap();
    for line in told {
        assert!(!line.contains("marker") && !line.contains("198.51.100.77"), "{line}");
    }
    assert!(tried >= 18, "only {tried} columns were tried");
}
