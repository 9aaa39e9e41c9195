//! The server's own role adds to the audit through one function, reads it as an admin, and changes nothing in it.

use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use stackmotive::{access::Scope, database::transaction::Transaction};
use uuid::Uuid;

use super::count;
use crate::support::Api;

const ONE: &str = "INSERT INTO audit_log (operation, scope, table_name, row_id, changes) \
                   VALUES ('UPDATE', 'system', 'users', gen_random_uuid(), '{}')";

/// Every scope that the server can work in.
fn scopes(id: Uuid) -> Vec<(&'static str, String)> {
    let set = |name: &str, value: &str| format!("SET LOCAL stackmotive.{name} = '{value}'");
    vec![
        ("nobody", String::new()),
        ("user", set("user_id", &id.to_string())),
        ("admin", format!("{}; {}", set("user_id", &id.to_string()), set("admin", "on"))),
        ("system", set("system", "on")),
    ]
}

/// What became of a statement in a scope: the SQLSTATE, or how many rows it touched.
async fn tried(api: &Api, scope: &str, sql: &str) -> Result<u64, String> {
    let mut transaction = api.app.database.pool.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(scope.to_owned())).execute(&mut *transaction).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await;
    match done {
        Ok(done) => {
            transaction.commit().await.unwrap();
            Ok(done.rows_affected())
        }
        Err(error) => Err(error.as_database_error().unwrap().code().unwrap().into_owned()),
    }
}

#[tokio::test]
async fn nothing_is_changed_deleted_or_forged_in_any_scope() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(ONE).await;
    let statements = [
        "UPDATE audit_log SET operation = 'DELETE'",
        "UPDATE audit_log SET at = at",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "TRUNCATE users CASCADE",
        "SELECT * FROM audit_log FOR UPDATE",
        "INSERT INTO audit_log (id, at, operation, scope) SELECT id, at, operation, scope FROM audit_log \
         ON CONFLICT (id, at) DO UPDATE SET operation = 'DELETE'",
        ONE,
        "COPY audit_log FROM STDIN",
        "COPY audit_log TO PROGRAM 'true'",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "ALTER TABLE users DISABLE TRIGGER ALL",
        "ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY",
        "DROP TABLE audit_log",
        "DROP POLICY audit_log_auth ON audit_log",
        "SET ROLE stackmotive_auth",
        "SET session_replication_role = replica",
        "SELECT public.audit_record('[{\"operation\": \"UPDATE\"}]')",
        "SELECT public.audit_record('[{\"operation\": \"REVEALED\"}, {\"operation\": \"DELETE\"}]')",
        "SELECT * FROM partitions.audit_log_default",
    ];
    for (name, scope) in scopes(ada.id) {
        for sql in statements {
            let answer = tried(&api, &scope, sql).await;
            // For want of a right, or because nobody copies into such a table; never by a slip of this test.
            let state = answer.as_ref().err().map(String::as_str);
            assert!(matches!(state, Some("42501" | "0A000")), "as {name}: {sql}: {answer:?}");
        }
    }
    assert_eq!(count(&api).await, 1);
}

#[tokio::test]
async fn outside_of_the_system_scope_an_event_names_its_own_user() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let forged = format!(
        "SELECT public.audit_record('[{{\"operation\": \"REVEALED\", \"actor_id\": \"{}\", \"scope\": \"system\", \
         \"request_id\": \"{}\", \"address\": \"10.0.0.1\", \"at\": \"2001-01-01T00:00:00Z\"}}]')",
        ada.id, ada.id
    );
    for (name, scope) in scopes(eve.id).into_iter().filter(|(name, _)| *name != "system") {
        assert_eq!(tried(&api, &scope, &forged).await, Ok(1), "{name}");
    }
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT concat_ws('|', scope, actor_id, request_id, address, at > now() - interval '2 hours') \
         FROM audit_log ORDER BY scope",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    let eve = eve.id;
    assert_eq!(told, [format!("admin|{eve}|t"), "nobody|t".to_owned(), format!("user|{eve}|t")]);
}

#[tokio::test]
async fn only_an_admin_reads_it() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    api.sql(ONE).await;
    for (name, scope) in scopes(ada.id) {
        let mut transaction = api.app.database.pool.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(scope)).execute(&mut *transaction).await.unwrap();
        let row = sqlx::query("SELECT count(*) FROM audit_log").fetch_one(&mut *transaction).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), i64::from(name == "admin"), "{name}");
    }
}

#[tokio::test]
async fn a_month_has_its_own_partition_and_others_fall_into_the_default() {
    let api = Api::start().await;
    api.sql(ONE).await;
    api.sql(&ONE.replace("operation,", "at, operation,").replace("VALUES (", "VALUES ('2020-01-01', ")).await;
    let places: Vec<String> = sqlx::query_scalar(
        "SELECT replace(tableoid::regclass::text, to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'), 'this_month') \
         FROM audit_log ORDER BY at",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    assert_eq!(places, ["partitions.audit_log_default", "partitions.audit_log_this_month"]);
    let transaction =
        Transaction::begin(&api.app.database.pool, &Scope::nobody(), stackmotive::access::Mode::Write).await.unwrap();
    let made = transaction.rows("SELECT public.ensure_partitions(5)", sea_orm::Values(Vec::new())).await.unwrap();
    assert_eq!(made[0].get::<i32, _>(0), 6, "two more months of three tables");
}

#[tokio::test]
async fn no_table_of_ones_own_borrows_a_trigger() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let functions: Vec<String> = sqlx::query_scalar("SELECT 'audit_' || table_name FROM public.audit_rules()")
        .fetch_all(&mut api.admin().await)
        .await
        .unwrap();
    for (name, scope) in scopes(ada.id) {
        for function in &functions {
            let table = function.replace("audit_", "");
            let own = format!("CREATE TEMP TABLE own (LIKE public.{table}) ON COMMIT DROP");
            assert_eq!(tried(&api, &scope, &own).await, Ok(0), "{name}: the table is not what is refused");
            let borrowed = format!(
                "{own}; CREATE TRIGGER forged AFTER DELETE ON own FOR EACH ROW EXECUTE FUNCTION public.{function}()"
            );
            assert_eq!(tried(&api, &scope, &borrowed).await, Err("42501".to_owned()), "{name}: {function}");
        }
    }
}
