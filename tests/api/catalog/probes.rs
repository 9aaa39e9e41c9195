//! Values that the tables must refuse, and their neighbours that they must take.
//!
//! The values come from the rules in `columns.tsv`; rules about several columns are written out in `special.tsv`.
//! Every decimal column of the database is tried with NaN, whether it stands in the facts or not.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, PgPool};

use super::{COLUMNS, facts};

const USER: &str = "'00000000-0000-7000-8000-000000000001'";
const STRANGER: &str = "'00000000-0000-7000-8000-000000000002'";

/// Every value that is refused or taken against the facts, one sentence each; empty when all is well.
/// `pool` works as the server's role or a stronger one; nothing that is written stays.
pub async fn probes(pool: &PgPool) -> Vec<String> {
    match try_all(pool).await {
        Ok(wrong) => wrong,
        Err(error) => vec![format!("the rows to try values on cannot be made: {error}")],
    }
}

/// Texts that were not sealed, or not whole.
const UNSEALED: [&str; 8] = [
    "'secret'",
    "''",
    "'+64211234567'",
    "'s1.key.' || repeat('a', 53)",
    "'s1..' || repeat('a', 80)",
    "'s1.a key.' || repeat('a', 80)",
    "'s2.key.' || repeat('a', 80)",
    "'s1.key.' || repeat('a', 80) || E'\\n'",
];
const SEALED: &str = "'s1.key-1_A.' || repeat('aZ0-_', 20)";

/// A statement, and what must become of it.
struct Probe {
    sql: String,
    /// The constraints of which one must refuse it; none when it must be taken.
    refused_by: BTreeSet<String>,
}

async fn try_all(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::raw_sql(include_str!("rows.sql")).execute(&mut *transaction).await?;

    let checks = checks_by_column(&mut transaction).await?;
    let mut probes = special_probes();
    for cells in facts(COLUMNS) {
        if let [table, column, kind, _, _, rule] = cells.as_slice() {
            probes.extend(rule_probes(table, column, kind, rule, &checks));
        }
    }
    for (table, column) in decimal_columns(&mut transaction).await? {
        probes.push(refused(&table, &column, "'NaN'", &checks));
    }

    let mut wrong = Vec::new();
    for probe in probes {
        if let Some(fault) = try_one(&mut transaction, &probe).await? {
            wrong.push(fault);
        }
    }
    transaction.rollback().await?;
    Ok(wrong)
}

/// What is wrong with the answer to one statement, which leaves no trace.
async fn try_one(connection: &mut PgConnection, probe: &Probe) -> Result<Option<String>, sqlx::Error> {
    sqlx::raw_sql("SAVEPOINT probe").execute(&mut *connection).await?;
    let answer = sqlx::raw_sql(AssertSqlSafe(probe.sql.as_str())).execute(&mut *connection).await;
    sqlx::raw_sql("ROLLBACK TO probe").execute(&mut *connection).await?;

    let sql = &probe.sql;
    Ok(match answer {
        Ok(done) if done.rows_affected() != 1 => Some(format!("rows.sql has no row for: {sql}")),
        Ok(_) if probe.refused_by.is_empty() => None,
        Ok(_) => Some(format!("taken, but {:?} should refuse it: {sql}", probe.refused_by)),
        Err(sqlx::Error::Database(error)) => {
            let by = error.constraint().unwrap_or("no constraint");
            (!probe.refused_by.contains(by)).then(|| format!("refused by {by} ({error}): {sql}"))
        }
        Err(error) => return Err(error),
    })
}

type Checks = BTreeMap<(String, String), BTreeSet<String>>;

/// The checks over each column. PostgreSQL tries them by name, so any of them may be the one that refuses a value.
async fn checks_by_column(connection: &mut PgConnection) -> Result<Checks, sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT k.conrelid::regclass::text, a.attname::text, k.conname::text \
         FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) \
         WHERE k.contype = 'c' AND k.connamespace = 'public'::regnamespace",
    )
    .fetch_all(connection)
    .await?;
    let mut checks = Checks::new();
    for (table, column, check) in rows {
        checks.entry((table, column)).or_default().insert(check);
    }
    Ok(checks)
}

async fn decimal_columns(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND data_type = 'numeric' ORDER BY 1, 2",
    )
    .fetch_all(connection)
    .await
}

fn special_probes() -> Vec<Probe> {
    facts(include_str!("special.tsv"))
        .filter_map(|cells| match cells.as_slice() {
            [refused_by, statement] => Some(Probe {
                sql: statement.replace("$user", USER).replace("$stranger", STRANGER),
                refused_by: [*refused_by].into_iter().filter(|name| *name != "nothing").map(String::from).collect(),
            }),
            _ => None,
        })
        .collect()
}

fn rule_probes(table: &str, column: &str, kind: &str, rule: &str, checks: &Checks) -> Vec<Probe> {
    if rule.is_empty() {
        return Vec::new();
    }
    let (bad, good) = values(kind, rule);
    let bad = bad.iter().map(|value| refused(table, column, value, checks));
    let good = good.iter().map(|value| Probe { sql: update(table, column, value), refused_by: BTreeSet::new() });
    bad.chain(good).collect()
}

fn refused(table: &str, column: &str, value: &str, checks: &Checks) -> Probe {
    let key = (table.to_owned(), column.to_owned());
    // Without any check this name is asked for, and missed.
    let own = BTreeSet::from([format!("{table}_{column}_check")]);
    Probe { sql: update(table, column, value), refused_by: checks.get(&key).cloned().unwrap_or(own) }
}

fn update(table: &str, column: &str, value: &str) -> String {
    format!("UPDATE {table} SET {column} = {value} WHERE id = {USER}")
}

/// SQL literals that a rule refuses, and some that it takes.
fn values(kind: &str, rule: &str) -> (Vec<String>, Vec<String>) {
    if let Some(allowed) = rule.strip_prefix("one of: ") {
        let good = allowed.split(' ').map(|value| format!("'{value}'")).collect();
        return (vec!["'?'".into(), "''".into()], good);
    }
    let (bad, good): (&[&str], &[&str]) = match rule {
        "not blank" => (&["''", "' '", r"E' \t\n'"], &["' x '"]),
        "address" => (&["''", "'x'", "'x@'", "'@x'", "'a b@x.org'", "'a@b@c'"], &["'o''hara+1@x.org'"]),
        "sealed" => (&UNSEALED, &[SEALED]),
        "bcrypt or sealed" => (&UNSEALED, &[SEALED, "'$2b$12$' || repeat('Z', 53)"]),
        "colour" => (&["'3B82F6'", "'#3B82F'", "'#3B82FG'"], &["'#3b82F6'"]),
        "currency" => (&["'usd'", "'US'", "'USDT'", "''"], &["'CHF'"]),
        "zone" => (&["''", "' UTC'", "'Europe/New York'"], &["'America/New_York'", "'Etc/GMT+12'"]),
        "https" => (&["'http://x.org'", "'x https://x.org'", "'https://'", "'https://x org'"], &["'https://x.org/h'"]),
        "object" => (&["'[]'", "'null'", "'1'"], &["'{}'"]),
        "trades" => (&["'{}'", "'null'"], &["'[]'"]),
        "array" => (&["'{}'", "'null'", "'\"x\"'"], &["'[]'", "'[1]'"]),
        "strings" => (&["'{}'", "'[1]'", "'[null]'", r#"'[["a"]]'"#], &["'[]'", r#"'["a", "b"]'"#]),
        "steps" => (&["'{}'", "'[0]'", "'[1.5]'", r#"'["1"]'"#, "'[[1]]'"], &["'[]'", "'[1, 2, 5]'"]),
        "past" => (&["CURRENT_DATE", "'-infinity'", "'infinity'"], &["CURRENT_DATE - 1"]),
        range => return range_values(kind, range),
    };
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    (owned(bad), owned(good))
}

/// The bounds of a range and their neighbours outside, one unit of the column's scale away.
fn range_values(kind: &str, range: &str) -> (Vec<String>, Vec<String>) {
    let unit = match kind.trim_end_matches(')').rsplit_once(',') {
        Some((_, scale)) => format!("1e-{scale}"),
        None => "1".to_owned(),
    };
    let outside = |bound: &str, sign: &str| format!("{} {sign} {unit}", number(bound));
    if let Some((low, high)) = range.split_once("..") {
        return (vec![outside(low, "-"), outside(high, "+")], vec![number(low), number(high)]);
    }
    let (mut bad, mut good) = (Vec::new(), Vec::new());
    for bound in range.split(" and ") {
        match bound.split_once(' ') {
            Some((">", bound)) => {
                bad.push(number(bound));
                good.push(outside(bound, "+"));
            }
            Some((">=", bound)) => {
                bad.push(outside(bound, "-"));
                good.push(number(bound));
            }
            Some(("<", bound)) => {
                bad.push(number(bound));
                good.push(outside(bound, "-"));
            }
            Some(("<=", bound)) => {
                bad.push(outside(bound, "+"));
                good.push(number(bound));
            }
            // A rule that nobody understands is refused by nobody, which fails the test.
            _ => bad.push("NULL".to_owned()),
        }
    }
    (bad, good)
}

/// A bound as SQL writes it: `10^26` is a power.
fn number(bound: &str) -> String {
    bound.replace("10^", "1e")
}
