//! Whether anything changed, in any table.

use std::{collections::BTreeMap, sync::Mutex};

use sea_orm::sqlx::{self, AssertSqlSafe, PgPool, Row};

use crate::support::Api;

/// Tables that tell what was tried, also where nothing came of it, and what the server does by itself.
const OF_ATTEMPTS: [&str; 5] = ["audit_log", "sign_in_attempts", "rate_limits", "personal_token_calls", "jobs"];

/// All tables, and how they stood when that was last looked at.
pub struct Tables {
    pool: PgPool,
    sql: String,
    seen: Mutex<BTreeMap<String, String>>,
}

impl Tables {
    pub async fn of(api: &Api) -> Self {
        let pool = PgPool::connect_lazy(&api.admin_url).unwrap();
        let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                   AND relkind IN ('r', 'p') ORDER BY relname";
        let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        assert!(names.len() >= 28, "{names:?}");
        let names = names.iter().filter(|name| !OF_ATTEMPTS.contains(&name.as_str()));
        // Wrong passwords are counted on the account too, and sessions and tokens tell when they were last used.
        let one = |name: &String| {
            format!(
                "SELECT '{name}', concat_ws(' of ', count(*), \
                 sum(hashtextextended((to_jsonb(t) - 'failed_login_attempts' - 'last_activity_at' - 'last_used_at')::text, \
                 0)::numeric)) FROM {name} t"
            )
        };
        Self { pool, sql: names.map(one).collect::<Vec<_>>().join(" UNION ALL "), seen: Mutex::default() }
    }

    /// Forgets how often somebody has tried: that is tried elsewhere.
    pub async fn forget_attempts(&self) {
        sqlx::query("DELETE FROM sign_in_attempts").execute(&self.pool).await.unwrap();
    }

    async fn look(&self) -> BTreeMap<String, String> {
        let rows = sqlx::query(AssertSqlSafe(self.sql.clone())).fetch_all(&self.pool).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Takes note of how everything stands.
    pub async fn remember(&self) {
        let now = self.look().await;
        *self.seen.lock().unwrap() = now;
    }

    /// The tables that stand otherwise than they did.
    pub async fn changed(&self) -> Vec<String> {
        let now = self.look().await;
        let seen = self.seen.lock().unwrap();
        now.into_iter().filter(|(name, rows)| seen.get(name) != Some(rows)).map(|(name, _)| name).collect()
    }

    pub async fn are_unchanged(&self, what: &str) {
        assert_eq!(self.changed().await, Vec::<String>::new(), "tables changed by {what}");
    }
}
