//! Names that are planted where PostgreSQL looks first, and functions that tell what they see.

use sea_orm::sqlx::{self, AssertSqlSafe};

use super::{application, scope, tried, two_people};
use crate::support::hash;

/// A temporary schema holds whatever its session likes, and is searched before all others where nothing forbids it.
const PLANTED: &str = "
    CREATE TEMP TABLE user_sessions AS SELECT * FROM public.user_sessions WITH NO DATA;
    CREATE TEMP TABLE users AS SELECT * FROM public.users WITH NO DATA;
    CREATE TEMP TABLE used_refresh_tokens (refresh_token text, session_id uuid, user_id uuid, used_at timestamptz);
    CREATE TEMP TABLE manual_trade_logs AS SELECT * FROM public.manual_trade_logs WITH NO DATA;
    CREATE TEMP TABLE journal_entries AS SELECT * FROM public.journal_entries WITH NO DATA;
    CREATE TEMP TABLE rebalance_schedule AS SELECT * FROM public.rebalance_schedule WITH NO DATA;
    CREATE TEMP TABLE watchlists AS SELECT * FROM public.watchlists WITH NO DATA;
    CREATE TEMP TABLE watchlist_shares AS SELECT * FROM public.watchlist_shares WITH NO DATA;
    CREATE TEMP TABLE audit_log AS SELECT * FROM public.audit_log WITH NO DATA;
    CREATE FUNCTION pg_temp.scope_user_id() RETURNS uuid LANGUAGE sql AS $$ SELECT 'ADA'::uuid $$;
    CREATE FUNCTION pg_temp.scope_is_admin() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
    CREATE FUNCTION pg_temp.scope_is_system() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
    CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 'on' $$;
    CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$;
    CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x'::text $$;
    SET LOCAL search_path = pg_temp, public, pg_catalog;";

#[tokio::test]
async fn planted_names_change_neither_policies_nor_triggers() {
    let (api, ada, eve) = two_people().await;
    let mut connection = application(&api).await;
    let planted = format!("{}; {}", scope(&eve), PLANTED.replace("ADA", &ada.id.to_string()));
    let owner = |table: &str| if table == "watchlists" { "owner_id" } else { "user_id" };
    for table in ["portfolio_summary", "watchlists", "journal_entries", "manual_trade_logs", "agent_memory"] {
        let foreign = format!("{} = '{}'", owner(table), ada.id);
        let select = format!("DELETE FROM public.{table} WHERE {foreign}");
        assert_eq!(tried(&mut connection, &planted, &select).await, Ok(0), "{table}");
    }
    // The triggers that check an owner look at the real tables, not at ones where Eve owns Ada's rows.
    for (table, column, parent) in [
        ("journal_entries", "trade_id", "manual_trade_logs"),
        ("manual_trade_logs", "journal_entry_id", "journal_entries"),
        ("rebalance_execution", "schedule_id", "rebalance_schedule"),
    ] {
        let sql = format!("SELECT id::text FROM {parent} WHERE user_id = '{}'", ada.id);
        let id: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut api.admin().await).await.unwrap();
        let attempt = format!(
            "INSERT INTO {parent} (id, user_id) VALUES ('{id}', '{}'); UPDATE public.{table} SET {column} = '{id}'",
            eve.id
        );
        assert_eq!(tried(&mut connection, &planted, &attempt).await, Err("23503".to_owned()), "{table}.{column}");
    }
    // And those of the audit write to the real one.
    let renamed = "UPDATE public.users SET display_name = 'x'; SELECT 1/(SELECT 1 - count(*)::integer FROM audit_log)";
    assert!(tried(&mut connection, &planted, renamed).await.is_ok(), "the planted table stays empty");
}

#[tokio::test]
async fn the_sign_in_functions_see_no_planted_session() {
    let (api, ada, eve) = two_people().await;
    let mut connection = application(&api).await;
    let planted = PLANTED.replace("ADA", &ada.id.to_string());
    let session = format!(
        "INSERT INTO user_sessions (id, user_id, session_token, refresh_token, is_active, expires_at, access_expires_at) \
         VALUES (gen_random_uuid(), '{0}', 'planted', 'planted', true, 'infinity', 'infinity'); \
         INSERT INTO users (id, email, is_active, hashed_password) VALUES ('{0}', 'planted@example.com', true, 'known')",
        ada.id
    );
    for (call, what) in [
        ("SELECT count(*) FROM public.auth_session('planted')", "a session"),
        ("SELECT count(*) FROM public.auth_credentials('planted@example.com')", "an account"),
        (
            "SELECT count(*) FILTER (WHERE outcome <> 'unknown') \
             FROM public.auth_rotate('planted', 'a', 'b', '1 hour', '1 hour', '1 hour')",
            "a refresh token",
        ),
        ("SELECT count(*) FROM public.people WHERE display_name IS NULL OR true", "a person"),
    ] {
        let people = if what == "a person" { 2 } else { 0 };
        let sql = format!("{session}; SELECT 1/(CASE WHEN ({call}) <= {people} THEN 1 ELSE 0 END)");
        let answer = tried(&mut connection, &format!("{}; {planted}", scope(&eve)), &sql).await;
        assert!(answer.is_ok(), "{what} was found: {answer:?}");
    }
    // The real ones still answer, whatever the path is.
    let token = hash(&ada.token);
    let real = format!("SELECT 1/count(*) FROM public.auth_session('{token}')");
    assert!(tried(&mut connection, &planted, &real).await.is_ok());
}

#[tokio::test]
async fn a_function_that_tells_what_it_sees_is_asked_only_about_ones_own_rows() {
    let (api, _, eve) = two_people().await;
    let mut connection = application(&api).await;
    let teller = format!(
        "{}; CREATE FUNCTION pg_temp.tell(owner uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ \
         BEGIN IF owner <> '{}' THEN RAISE EXCEPTION USING ERRCODE = 'ZZ001'; END IF; RETURN true; END $$",
        scope(&eve),
        eve.id
    );
    for (table, owner) in [
        ("users", "id"),
        ("portfolio_summary", "user_id"),
        ("portfolio_holdings", "user_id"),
        ("journal_entries", "user_id"),
        ("watchlists", "owner_id"),
        ("agent_memory", "user_id"),
        ("user_sessions", "user_id"),
    ] {
        let sql = format!("SELECT * FROM {table} WHERE pg_temp.tell({owner})");
        assert!(tried(&mut connection, &teller, &sql).await.is_ok(), "{table}");
        let sql = format!("UPDATE {table} SET {owner} = {owner} WHERE pg_temp.tell({owner})");
        assert_eq!(tried(&mut connection, &teller, &sql).await, Ok(1), "{table}");
    }
    // Nor does its author get to say that it keeps secrets.
    let leakproof = "CREATE FUNCTION pg_temp.quiet() RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'";
    assert_eq!(tried(&mut connection, &scope(&eve), leakproof).await, Err("42501".to_owned()));
}
