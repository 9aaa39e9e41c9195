//! What stands in the tables, to see that a refusal has left everything as it was.

use std::collections::BTreeMap;

use sea_orm::sqlx::{self, AssertSqlSafe};

use super::{Answer, Api, Somebody};

/// What every request may change: when somebody was last seen, what was refused, what was paid.
const PASSING: [&str; 4] = ["audit_log", "rate_limits", "user_sessions", "sign_in_attempts"];

/// Every table that people write, as one line each.
pub type Picture = BTreeMap<String, String>;

impl Api {
    /// How everything stands now.
    pub async fn picture(&self) -> Picture {
        let mut admin = self.admin().await;
        let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                   AND relkind IN ('r', 'p') AND relname <> ALL ($1)";
        let tables: Vec<String> = sqlx::query_scalar(sql).bind(PASSING.as_slice()).fetch_all(&mut admin).await.unwrap();
        let mut picture = Picture::new();
        for table in tables {
            let sql = format!("SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') FROM public.{table} t");
            let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut admin).await.unwrap();
            picture.insert(table, rows);
        }
        picture
    }

    /// Asks for something that is refused, and sees that nothing has changed.
    pub async fn refused(&self, who: &Somebody, document: &str, input: serde_json::Value) -> Answer {
        let before = self.picture().await;
        let answer = self.ask_with(Some(who), document, serde_json::json!({ "input": input })).await;
        assert!(answer.body["errors"].is_array(), "{input} was not refused: {:#}", answer.body);
        assert_eq!(self.picture().await, before, "{input} was refused and changed something");
        answer
    }
}

impl Answer {
    /// The problems of a wrong input, as `input.symbol BLANK`.
    #[track_caller]
    pub fn issues(&self) -> Vec<String> {
        let issues = self.body["errors"][0]["extensions"]["issues"].as_array();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        issues
            .unwrap_or_else(|| panic!("no issues in {:#}", self.body))
            .iter()
            .map(|issue| {
                let path: Vec<String> = issue["path"].as_array().unwrap().iter().map(text).collect();
                format!("{} {}", path.join("."), text(&issue["code"]))
            })
            .collect()
    }

    /// The first error as one line: its code, and its problems where it has any.
    #[track_caller]
    pub fn refusal(&self) -> String {
        let issues = if self.body["errors"][0]["extensions"]["issues"].is_array() { self.issues() } else { Vec::new() };
        std::iter::once(self.code().to_owned()).chain(issues).collect::<Vec<_>>().join(", ")
    }
}
