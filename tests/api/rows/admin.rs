//! The admin scope: it reads what support needs, and writes accounts alone.

use sea_orm::sqlx::{self, AssertSqlSafe};

use super::{application, scope, tried, two_people};

/// The tables whose foreign rows an admin reads.
const READ: [&str; 6] =
    ["audit_log", "portfolio_holdings", "portfolio_position", "portfolio_summary", "portfolio_sync_log", "users"];

#[tokio::test]
async fn an_admin_reads_some_tables_and_changes_only_accounts() {
    let (api, ada, root) = two_people().await;
    let mut connection = application(&api).await;
    let settings = format!("{}; SET LOCAL stackmotive.admin = 'on'", scope(&root));
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid \
            AND a.attname IN ('user_id', 'owner_id') ORDER BY a.attname DESC LIMIT 1) \
         FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
             AND has_table_privilege('stackmotive_app', oid, 'SELECT') \
             AND relname NOT IN ('users', 'watchlist_items', 'rate_limits', 'jobs', 'latest_prices', 'prices')",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    assert!(tables.len() >= 21, "{tables:?}");
    let all = tables.into_iter().map(|(table, owner)| (table, format!("{owner} = '{}'", ada.id)));
    let lists = format!("watchlist_id IN (SELECT id FROM watchlists WHERE owner_id = '{}')", ada.id);
    let more = [("users".to_owned(), format!("id = '{}'", ada.id)), ("watchlist_items".to_owned(), lists)];
    for (table, foreign) in all.chain(more) {
        let is_read = READ.contains(&table.as_str());
        let select =
            format!("SELECT 1/(CASE WHEN EXISTS (SELECT FROM {table} WHERE {foreign}) = {is_read} THEN 1 ELSE 0 END)");
        assert!(tried(&mut connection, &settings, &select).await.is_ok(), "{table}: read {is_read}");
        if table == "audit_log" {
            continue;
        }
        let expected = if table == "users" { 1 } else { 0 };
        let key = if ["user_two_factor", "idempotency_keys", "journal_search"].contains(&table.as_str()) {
            "user_id"
        } else {
            "id"
        };
        let update = format!("UPDATE {table} SET {key} = {key} WHERE {foreign}");
        assert_eq!(tried(&mut connection, &settings, &update).await, Ok(expected), "{update}");
        let delete = format!("DELETE FROM {table} WHERE {foreign}");
        assert_eq!(tried(&mut connection, &settings, &delete).await, Ok(0), "{delete}");
        let sql = format!(
            "SELECT (to_jsonb(t) || jsonb_build_object('id', gen_random_uuid()))::text FROM {table} t WHERE {foreign} LIMIT 1"
        );
        let row: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut api.admin().await).await.unwrap();
        let insert = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, '{}')).*",
            row.replace('\'', "''")
        );
        let refused = tried(&mut connection, &settings, &insert).await.unwrap_err();
        assert!(["42501", "23503"].contains(&refused.as_str()), "{insert}: {refused}");
    }
}

#[tokio::test]
async fn an_account_keeps_its_id_and_users_do_not_raise_themselves() {
    let (api, ada, root) = two_people().await;
    let mut connection = application(&api).await;
    let admin = format!("{}; SET LOCAL stackmotive.admin = 'on'", scope(&root));
    let other_id = format!("UPDATE users SET id = gen_random_uuid() WHERE email = 'friend-of-{}@example.com'", ada.id);
    assert_eq!(tried(&mut connection, &admin, &other_id).await, Err("23514".to_owned()));
    for raised in ["is_admin = true", "tier = 'enterprise'"] {
        let sql = format!("UPDATE users SET {raised} WHERE id = '{}'", ada.id);
        assert_eq!(tried(&mut connection, &scope(&ada), &sql).await, Err("42501".to_owned()), "{raised}");
        assert_eq!(tried(&mut connection, &admin, &sql).await, Ok(1), "{raised}");
    }
    let made = "INSERT INTO users (id, email, hashed_password, tier) \
                VALUES (stackmotive_id(), 'x@example.com', 's1.key.' || repeat('a', 54), 'trader')";
    let own = made.replace("stackmotive_id()", "'018f3c1e-0000-7000-8000-00000000000a'");
    let nobody = "SET LOCAL stackmotive.user_id = '018f3c1e-0000-7000-8000-00000000000a'";
    assert_eq!(tried(&mut connection, nobody, &own).await, Err("42501".to_owned()));
    assert_eq!(tried(&mut connection, nobody, &own.replace("'trader'", "'observer'")).await, Ok(1));
}
