//! The second wall, tried with raw SQL as the application's role: what one user's scope reaches of other people's rows.
//!
//! `attempts.sql` tries every table, column and foreign key that the catalogue knows; the other files try what is not
//! about one table: other roles, planted names, functions with more rights, admins.

mod admin;
mod beyond;
mod planted;

use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgConnection, Row};

use crate::support::{Api, Somebody};

const ATTEMPTS: &str = include_str!("attempts.sql");
/// The statements that show what came of the attempts begin here.
const SHOWING: &str = "SELECT table_name, attempt, answer";

/// Ada and Eve, each with a private row in every table.
async fn two_people() -> (Api, Somebody, Somebody) {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    for person in [&ada, &eve] {
        api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &person.id.to_string())).await;
    }
    // And a row in each table whose rows are nobody's own.
    api.sql("INSERT INTO rate_limits (bucket, empty_at, changed_at) VALUES ('00000000-0000-7000-8000-000000000001', now(), now())").await;
    api.sql("INSERT INTO jobs (name, due_at) VALUES ('00000000-0000-7000-8000-000000000001', now())").await;
    (api, ada, eve)
}

/// What one attempt came to: its table, its words, the answer, and whether it reached something.
struct Attempt {
    table: String,
    words: String,
    answer: String,
    reached: bool,
}

/// Runs the attempts as Eve over a connection of the application's own.
async fn attempts(api: &Api, eve: &Somebody) -> Vec<Attempt> {
    let mut connection = application(api).await;
    let (trying, _) = ATTEMPTS.split_once(SHOWING).expect("attempts.sql shows what came of them");
    let sql = format!("SET stackmotive.probe = '{}'; {trying}", eve.id);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let rows = sqlx::query("SELECT table_name, attempt, answer, reached + 1 - tried FROM attempts")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    rows.iter()
        .map(|row| Attempt {
            table: row.get(0),
            words: row.get(1),
            answer: row.get(2),
            reached: row.get::<i32, _>(3) != 0,
        })
        .collect()
}

/// A connection as the role that the server works as, opened as nobody else.
async fn application(api: &Api) -> PgConnection {
    let pool = &api.app.database.pool;
    let options = pool.connect_options();
    PgConnection::connect_with(&options).await.unwrap()
}

/// What becomes of a statement in a transaction with these settings, which is taken back: the number of rows, or the
/// SQLSTATE.
async fn tried(connection: &mut PgConnection, scope: &str, sql: &str) -> Result<u64, String> {
    sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {scope}"))).execute(&mut *connection).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.unwrap();
    done.map(|done| done.rows_affected())
        .map_err(|error| error.as_database_error().unwrap().code().unwrap().into_owned())
}

/// The settings of a user's scope.
fn scope(who: &Somebody) -> String {
    format!("SET LOCAL stackmotive.user_id = '{}'", who.id)
}

#[tokio::test]
async fn no_statement_on_any_table_reaches_a_foreign_row() {
    let (api, _, eve) = two_people().await;
    let attempts = attempts(&api, &eve).await;
    for Attempt { table, words, answer, reached } in &attempts {
        assert!(!reached, "{table}: {words}: {answer}");
    }
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "SELECT relname::text, has_table_privilege('stackmotive_app', oid, 'SELECT') FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    for (table, is_open) in tables {
        let count = attempts.iter().filter(|attempt| attempt.table == table).count();
        // A table that only functions reach refuses each kind of statement as a whole.
        let expected = if is_open { 20 } else { 5 };
        assert!(count >= expected, "only {count} attempts on {table}");
    }
}

#[tokio::test]
async fn the_attempts_notice_each_kind_of_hole() {
    for (hole, table, words) in [
        ("CREATE POLICY hole ON watchlists FOR SELECT TO stackmotive_app USING (true)", "watchlists", "SELECT by id"),
        (
            "CREATE POLICY hole ON user_preferences TO stackmotive_app USING (true)",
            "user_preferences",
            "DELETE without a condition",
        ),
        (
            "CREATE POLICY hole ON portfolio_position FOR INSERT TO stackmotive_app WITH CHECK (true)",
            "portfolio_position",
            "INSERT a copy of a foreign row",
        ),
        (
            "DROP TRIGGER journal_entries_trade ON journal_entries",
            "journal_entries",
            "UPDATE to a foreign row by journal_entries_trade_id_fkey",
        ),
        ("ALTER TABLE agent_memory DISABLE ROW LEVEL SECURITY", "agent_memory", "SELECT all"),
        (
            "GRANT SELECT ON used_refresh_tokens TO stackmotive_app; \
          CREATE POLICY hole ON used_refresh_tokens TO stackmotive_app USING (true)",
            "used_refresh_tokens",
            "own one",
        ),
    ] {
        let (api, ada, eve) = two_people().await;
        api.sql(hole).await;
        let session = format!(
            "INSERT INTO used_refresh_tokens (refresh_token, session_id, user_id) \
             SELECT 'used', id, user_id FROM user_sessions WHERE user_id = '{}'",
            ada.id
        );
        api.sql(&session).await;
        let attempts = attempts(&api, &eve).await;
        let reached: Vec<&str> = attempts
            .iter()
            .filter(|attempt| attempt.table == table && attempt.reached)
            .map(|attempt| attempt.words.as_str())
            .collect();
        // A table that has become open without a row of each kind is named as not tried.
        let is_noticed = reached.contains(&words) || (words == "own one" && !reached.is_empty());
        assert!(is_noticed, "{hole}: {reached:?}");
    }
}
