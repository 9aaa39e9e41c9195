//! The audit: what the server and the triggers tell it, who reads it, and that nobody changes it.

mod changes;
mod events;
mod reading;
mod wall;
mod withheld;

use sea_orm::sqlx::{self, AssertSqlSafe};

use crate::support::Api;

/// The entries that a condition chooses, oldest first, each as `operation|scope|actor|owner|table|changes|details`,
/// with the ids of these people as their names.
async fn entries(api: &Api, condition: &str, people: &[(&str, uuid::Uuid)]) -> Vec<String> {
    api.app.audit.flush().await;
    let sql = format!(
        "SELECT concat_ws('|', operation, scope, coalesce(actor_id::text, '-'), coalesce(owner_id::text, '-'), \
         coalesce(table_name, '-'), coalesce(changes::text, '-'), coalesce(details::text, '-')) \
         FROM audit_log WHERE {condition} ORDER BY at, id"
    );
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut api.admin().await).await.unwrap();
    let named = |line: String| people.iter().fold(line, |line, (name, id)| line.replace(&id.to_string(), name));
    lines.into_iter().map(named).collect()
}

/// How many entries there are.
async fn count(api: &Api) -> i64 {
    api.app.audit.flush().await;
    sqlx::query_scalar("SELECT count(*) FROM audit_log").fetch_one(&mut api.admin().await).await.unwrap()
}
