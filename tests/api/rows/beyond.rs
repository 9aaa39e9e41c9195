//! What is not about one table: copying, other roles, partitions, views, definitions, the scope itself.

use std::collections::BTreeSet;

use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Row};

use super::{application, scope, tried, two_people};
use crate::support::Api;

/// Every view and function of the schema that the application may use with more rights than its own, and the test that
/// is about it. A new one belongs here, and into docs/row-level-security.md.
const MORE_RIGHTS: [&str; 21] = [
    "auth_account",
    "auth_another_admin",
    "auth_credentials",
    "auth_failed",
    "auth_forgive",
    "auth_readers",
    "auth_reserve",
    "auth_rotate",
    "auth_session",
    "auth_settle",
    "auth_issue_token",
    "auth_spend_token",
    "auth_token_holder",
    "auth_personal_token",
    "auth_direct_token",
    "auth_spend_email_change",
    "auth_end_access",
    "auth_reset_onboarding",
    "audit_record",
    "ensure_partitions",
    "people",
];

#[tokio::test]
async fn copying_out_copies_ones_own_rows_and_copying_in_is_refused() {
    let (api, ada, eve) = two_people().await;
    let mut connection = application(&api).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
         AND has_table_privilege(oid, 'SELECT')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(tables.len() >= 22, "{tables:?}");
    for table in tables {
        let scope = scope(&eve);
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {scope}"))).execute(&mut connection).await.unwrap();
        let mut copied = String::new();
        for source in [format!("(SELECT * FROM {table})"), table.clone()] {
            use futures_util::TryStreamExt;
            // A partitioned table is copied by its query alone.
            if ["agent_memory", "audit_log", "prices"].contains(&source.as_str()) {
                continue;
            }
            let mut stream = connection.copy_out_raw(&format!("COPY {source} TO STDOUT")).await.unwrap();
            while let Some(bytes) = stream.try_next().await.unwrap() {
                copied.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
        assert!(!copied.contains(&ada.id.to_string()), "{table}: {copied}");
        assert_eq!(
            copied.is_empty(),
            ["audit_log", "rate_limits", "jobs", "latest_prices", "prices"].contains(&table.as_str()),
            "{table} has a row of Eve's"
        );
        for copy in [format!("COPY {table} FROM STDIN"), format!("COPY {table} TO '/tmp/copied'")] {
            let refused = tried(&mut connection, &scope, &copy).await.unwrap_err();
            assert!(["0A000", "42501", "42809"].contains(&refused.as_str()), "{copy}: {refused}");
        }
    }
}

#[tokio::test]
async fn no_other_role_and_no_definition_is_within_reach() {
    let (api, _, eve) = two_people().await;
    let mut connection = application(&api).await;
    let statements = [
        "SET ROLE stackmotive_auth",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE stackmotive_app BYPASSRLS",
        "CREATE ROLE planted",
        "GRANT stackmotive_auth TO stackmotive_app",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE users DISABLE TRIGGER ALL",
        "ALTER TABLE users OWNER TO stackmotive_app",
        "CREATE POLICY mine ON users USING (true)",
        "ALTER POLICY users_owner ON users USING (true)",
        "DROP POLICY users_owner ON users",
        "CREATE TRIGGER mine AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE mine AS ON UPDATE TO watchlists DO ALSO NOTHING",
        "CREATE TABLE public.planted (id uuid)",
        "CREATE VIEW public.planted AS SELECT * FROM users",
        "CREATE FUNCTION public.planted() RETURNS void LANGUAGE sql AS ''",
        "CREATE OR REPLACE FUNCTION public.scope_user_id() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'",
        "CREATE OR REPLACE VIEW people AS SELECT id, display_name FROM users",
        "CREATE SCHEMA planted",
        "CREATE TEMP TABLE mine (id uuid REFERENCES users (id))",
        "CREATE INDEX planted ON users (email)",
        "CREATE STATISTICS planted ON email, tier FROM users",
        "CREATE PUBLICATION planted FOR TABLE users",
        "CREATE EXTENSION dblink",
        "DROP TABLE watchlist_items",
        "UPDATE people SET display_name = 'x'",
        "DELETE FROM people",
        "SELECT * FROM partitions.agent_memory_default",
        "INSERT INTO partitions.agent_memory_default SELECT * FROM agent_memory",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT lo_import('/etc/passwd')",
        "COPY users TO PROGRAM 'true'",
        "SELECT public.protect_rows('users')",
        "SELECT public.audit_table('users')",
        "SET session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    ];
    for settings in [
        scope(&eve),
        format!("{}; SET LOCAL stackmotive.admin = 'on'", scope(&eve)),
        "SET LOCAL stackmotive.system = 'on'".to_owned(),
    ] {
        for sql in statements {
            let answer = tried(&mut connection, &settings, sql).await;
            assert!(answer.is_err() || answer == Ok(0) && sql.contains("terminate"), "{settings}: {sql}: {answer:?}");
        }
    }
    // Going back to the role that the connection was opened as is no way out either.
    sqlx::raw_sql("RESET ROLE; RESET SESSION AUTHORIZATION").execute(&mut connection).await.unwrap();
    let role: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut connection).await.unwrap();
    assert_eq!(role, "stackmotive_app");
}

#[tokio::test]
async fn with_whom_a_list_is_shared_is_told_to_those_alone_who_share_it() {
    let (api, ada, eve) = two_people().await;
    let friend: uuid::Uuid = sqlx::query_scalar("SELECT shared_with_id FROM watchlist_shares WHERE owner_id = $1")
        .bind(ada.id)
        .fetch_one(&mut api.admin().await)
        .await
        .unwrap();
    let mut connection = application(&api).await;
    let friends = crate::support::Somebody { id: friend, ..ada.clone() };
    for (who, expected) in [(&ada, vec![friend]), (&friends, vec![friend]), (&eve, Vec::new())] {
        let mut transaction = connection.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(scope(who))).execute(&mut *transaction).await.unwrap();
        let sql = format!("SELECT auth_readers(id) FROM (VALUES ('{}'::uuid)) list (id)", list_of(&api, &ada).await);
        let readers: Vec<uuid::Uuid> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *transaction).await.unwrap();
        assert_eq!(readers, expected);
        let another: bool =
            sqlx::query_scalar("SELECT auth_another_admin()").fetch_one(&mut *transaction).await.unwrap();
        assert!(!another, "nobody is an administrator");
    }
}

async fn list_of(api: &Api, who: &crate::support::Somebody) -> uuid::Uuid {
    let sql = "SELECT id FROM watchlists WHERE owner_id = $1";
    sqlx::query_scalar(sql).bind(who.id).fetch_one(&mut api.admin().await).await.unwrap()
}

#[tokio::test]
async fn whatever_has_more_rights_is_known() {
    let api = Api::start().await;
    let found: BTreeSet<String> = sqlx::query_scalar(
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef \
             AND has_function_privilege('stackmotive_app', oid, 'EXECUTE') \
         UNION ALL \
         SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f') \
         UNION ALL \
         SELECT 'sequence ' || relname FROM pg_class \
             WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege('stackmotive_app', oid, 'SELECT') END \
         UNION ALL \
         SELECT 'schema ' || nspname FROM pg_namespace WHERE has_schema_privilege('stackmotive_app', oid, 'CREATE') \
             AND nspname NOT LIKE 'pg\\_%temp\\_%'",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let known: BTreeSet<String> = MORE_RIGHTS.iter().map(ToString::to_string).collect();
    let unknown: Vec<_> = found.symmetric_difference(&known).collect();
    assert!(unknown.is_empty(), "give what is new its test and its line in MORE_RIGHTS: {unknown:?}");
    for name in MORE_RIGHTS {
        let page = include_str!("../../../docs/row-level-security.md");
        assert!(page.contains(&format!("`{name}")), "docs/row-level-security.md leaves out {name}");
    }
}

#[tokio::test]
async fn a_foreign_trade_takes_no_analysis_and_a_foreign_category_no_symbol() {
    let (api, ada, eve) = two_people().await;
    // Without Ada's own rows no other rule is in the way.
    api.sql(&format!("DELETE FROM trade_analysis WHERE user_id = '{}'; DELETE FROM asset_category_assignment", ada.id))
        .await;
    let mut connection = application(&api).await;
    for (parent, insert) in [
        ("manual_trade_logs", "INSERT INTO trade_analysis (user_id, trade_log_id)"),
        ("vault_categories", "INSERT INTO asset_category_assignment (symbol, user_id, category_id)"),
    ] {
        let sql = format!("SELECT id::text FROM {parent} WHERE user_id = '{}'", ada.id);
        let id: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut api.admin().await).await.unwrap();
        let symbol = if parent == "vault_categories" { "'X', " } else { "" };
        let sql = format!("{insert} VALUES ({symbol}'{}', '{id}')", eve.id);
        assert_eq!(tried(&mut connection, &scope(&eve), &sql).await, Err("23503".to_owned()), "{sql}");
    }
}

#[tokio::test]
async fn the_scope_is_the_boundary_of_trust_and_ends_with_its_transaction() {
    let (api, ada, _) = two_people().await;
    let mut connection = application(&api).await;
    let count = "SELECT count(*) FROM watchlists";
    let mut transaction = connection.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(scope(&ada))).execute(&mut *transaction).await.unwrap();
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(seen, 1, "whoever runs SQL as this role can say in whose name");
    transaction.commit().await.unwrap();
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
    assert_eq!(seen, 0, "nothing of it is left for the next one");
    // A savepoint that is taken back takes its scope with it.
    let sql = format!("BEGIN; SAVEPOINT one; {}; ROLLBACK TO one", scope(&ada));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let seen = sqlx::query(count).fetch_one(&mut connection).await.unwrap();
    assert_eq!(seen.get::<i64, _>(0), 0);
}
