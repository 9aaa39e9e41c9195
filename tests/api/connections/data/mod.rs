//! Rows of every table: few, with many ties, without a value wherever a column allows it, and of several people.
//!
//! Values come from a column's type and its rule in `catalog/columns.tsv`, so that a new column joins by itself.

mod domains;
mod fixes;
mod keys;

use std::collections::BTreeMap;

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection};

use self::domains::domain;
use super::Dice;
use crate::support::Somebody;

/// Who reads in most tests.
pub const ADA: usize = 0;
/// Whose rows she must not see, but where they are shared or public.
pub const BOB: usize = 1;
/// An admin.
pub const ROOT: usize = 2;

/// A row before it is written: its values as SQL reads them from a quoted text.
type Draft = BTreeMap<String, Option<String>>;

/// A column, as PostgreSQL describes it.
struct Column {
    name: String,
    kind: String,
    nullable: bool,
}

/// Fills the database and answers its people, each with a live token.
pub async fn fill(owner: &mut PgConnection) -> Vec<Somebody> {
    for table in keys::TABLES {
        let columns = columns_of(owner, table).await;
        let drafts: Vec<Draft> = keys::of(table)
            .into_iter()
            .enumerate()
            .map(|(index, keys)| completed(table, &columns, index, keys))
            .collect();
        write(owner, table, &drafts).await;
    }
    for update in keys::afterwards() {
        sqlx::raw_sql(AssertSqlSafe(update)).execute(&mut *owner).await.unwrap();
    }
    keys::people()
}

/// The row with a value in every column that its keys leave open.
fn completed(table: &str, columns: &[Column], index: usize, mut draft: Draft) -> Draft {
    for column in columns {
        if draft.contains_key(&column.name) {
            continue;
        }
        let mut dice = Dice::of(&format!("{table}.{} {index}", column.name));
        let value = if column.nullable && dice.below(4) == 0 {
            None
        } else {
            let domain = domain(table, &column.name, &column.kind);
            domain.get((index + dice.below(2) * index / 7) % domain.len().max(1)).cloned()
        };
        draft.insert(column.name.clone(), value);
    }
    fixes::apply(table, &mut draft);
    draft
}

async fn columns_of(owner: &mut PgConnection, table: &str) -> Vec<Column> {
    let columns: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1",
    )
    .bind(table)
    .fetch_all(owner)
    .await
    .unwrap();
    assert!(!columns.is_empty(), "there is no table {table}");
    columns.into_iter().map(|(name, kind, nullable)| Column { name, kind, nullable }).collect()
}

async fn write(owner: &mut PgConnection, table: &str, drafts: &[Draft]) {
    let names: Vec<String> = drafts[0].keys().map(|name| format!("\"{name}\"")).collect();
    let quoted = |value: &Option<String>| match value {
        Some(value) => format!("'{}'", value.replace('\'', "''")),
        None => "NULL".to_owned(),
    };
    let rows: Vec<String> =
        drafts.iter().map(|draft| format!("({})", draft.values().map(quoted).collect::<Vec<_>>().join(", "))).collect();
    let insert = format!("INSERT INTO {table} ({}) VALUES {}", names.join(", "), rows.join(", "));
    let written = sqlx::raw_sql(AssertSqlSafe(insert)).execute(owner).await;
    written.unwrap_or_else(|error| {
        panic!("no rows for {table}: {error}. Its keys are in data/keys.rs, its rules in columns.tsv and data/fixes.rs")
    });
}
