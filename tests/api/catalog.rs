//! The migrated database against the facts in `catalog/*.tsv`: columns, relations, indexes, names, comments, triggers
//! and walls; and values that must be refused, each against a real row.
//!
//! A new column, index or relation needs its line in those files; what differs is reported with the file to change.

mod probes;

use std::collections::BTreeSet;

use sea_orm::sqlx::{self, PgPool};

pub use probes::probes;

#[tokio::test]
async fn the_database_is_as_the_facts_say() {
    assert_eq!(differences(&crate::support::owner_pool().await).await, Vec::<String>::new());
}

#[tokio::test]
async fn wrong_values_are_refused_by_the_constraint_of_their_column() {
    assert_eq!(probes(&crate::support::owner_pool().await).await, Vec::<String>::new());
}

/// Every difference between the database and the facts, one sentence each; empty when there is none.
/// `pool` may work as any role that sees the system catalogue.
pub async fn differences(pool: &PgPool) -> Vec<String> {
    let parts = [
        columns(pool).await,
        relations(pool).await,
        indexes(pool).await,
        offenders(pool).await,
        undocumented(pool).await,
    ];
    let mut differences = Vec::new();
    for part in parts {
        match part {
            Ok(found) => differences.extend(found),
            Err(error) => differences.push(format!("the catalogue cannot be read: {error}")),
        }
    }
    differences
}

/// The lines of a facts file, without its header, each split into its cells.
pub(crate) fn facts(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

pub(crate) const COLUMNS: &str = include_str!("catalog/columns.tsv");
const RELATIONS: &str = include_str!("catalog/relations.tsv");
const INDEXES: &str = include_str!("catalog/indexes.tsv");

async fn columns(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let expected = facts(COLUMNS).map(|cells| {
        // The last cell is the rule, which the probes try.
        cells.into_iter().take(5).collect::<Vec<_>>().join(" ")
    });
    let found = lines(pool, include_str!("catalog/columns.sql")).await?;
    Ok(compare("columns.tsv", expected.collect(), found))
}

async fn relations(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let expected = facts(RELATIONS).map(|cells| cells.join(" "));
    let found = lines(pool, include_str!("catalog/relations.sql")).await?;
    Ok(compare("relations.tsv", expected.collect(), found))
}

async fn indexes(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let expected = facts(INDEXES).map(|cells| {
        // The last cell says what the index serves, which only a reader understands.
        cells.into_iter().take(5).collect::<Vec<_>>().join(" ")
    });
    let found = lines(pool, include_str!("catalog/indexes.sql")).await?;
    Ok(compare("indexes.tsv", expected.collect(), found))
}

/// What breaks a rule that holds for every table, whatever its columns are.
async fn offenders(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let found = lines(pool, include_str!("catalog/offenders.sql")).await?;
    Ok(found.into_iter().collect())
}

/// Policies that the page about them leaves out.
async fn undocumented(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let page = include_str!("../../docs/row-level-security.md");
    let policies = lines(pool, include_str!("catalog/policies.sql")).await?;
    Ok(policies
        .into_iter()
        .filter(|name| !page.contains(&format!("`{name}`")))
        .map(|name| format!("docs/row-level-security.md leaves out the policy {name}"))
        .collect())
}

async fn lines(pool: &PgPool, sql: &'static str) -> Result<BTreeSet<String>, sqlx::Error> {
    let lines: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await?;
    Ok(lines.into_iter().collect())
}

fn compare(file: &str, expected: BTreeSet<String>, found: BTreeSet<String>) -> Vec<String> {
    let missing = expected
        .difference(&found)
        .map(|line| format!("the database lacks what tests/api/catalog/{file} says: {line}"));
    let unknown =
        found.difference(&expected).map(|line| format!("tests/api/catalog/{file} lacks what the database has: {line}"));
    missing.chain(unknown).collect()
}
