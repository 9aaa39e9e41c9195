//! What a column may hold: a few values, chosen for what they may break.

/// The rules of single columns.
const COLUMNS: &str = include_str!("../../catalog/columns.tsv");

/// Some values of a column, as PostgreSQL reads them.
pub fn domain(table: &str, column: &str, kind: &str) -> Vec<String> {
    let rule = rule(table, column);
    if let Some(words) = rule.strip_prefix("one of: ") {
        return words.split(' ').map(str::to_owned).collect();
    }
    let values: &[&str] = match (kind, rule) {
        ("boolean", "") => &["true", "false"],
        ("integer", rule) => integers(rule),
        ("numeric", rule) => decimals(rule),
        ("character varying" | "text", rule) => texts(rule),
        // Two moments a microsecond apart, and two times the same.
        ("timestamp with time zone", "") => &[
            "2026-01-01 00:00:00+00",
            "2026-01-01 00:00:00.000001+00",
            "2026-02-28 23:59:59.999999+00",
            "2026-02-28 23:59:59.999999+00",
            "2024-02-29 12:30:00.5+00",
        ],
        ("date", "" | "past") => &["2024-02-29", "2025-12-31", "2026-01-01", "2026-01-01"],
        ("time without time zone", "") => &["00:00:00", "09:30:00", "09:30:00", "23:59:59"],
        ("inet", "") => &["10.0.0.1", "2001:db8::1"],
        ("jsonb", "" | "object") => {
            &["{}", r#"{"a": 1}"#, r#"{"a": 1, "b": {"c": [1, 2, {"d": null}]}}"#, r#"{"A": "x"}"#]
        }
        ("jsonb", "trades") => &[
            "[]",
            r#"[{"symbol": "VTI", "side": "buy", "quantity": "1.00000000", "price": "2.5000", "amount": "2.50"}]"#,
        ],
        ("jsonb", "array") => &["[]", r#"["a"]"#, r#"["a", "b"]"#, r#"[1, {"k": "v", "l": [2]}]"#, r#"[["a"]]"#],
        ("jsonb", "strings") => &["[]", r#"["swing"]"#, r#"["swing", "FX"]"#, r#"["fx"]"#],
        ("jsonb", "steps") => &["[]", "[1]", "[1, 2]", "[1, 2, 3]"],
        _ => panic!("what may {table}.{column} hold ({kind}, {rule:?})? Tell it in data/domains.rs or data/keys.rs"),
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn integers(rule: &str) -> &'static [&'static str] {
    match rule {
        "" => &["-3", "0", "0", "7", "2147483647"],
        ">= 0" => &["0", "1", "1", "2", "1000000"],
        "> 0" => &["1", "2", "2", "10"],
        ">= 5" => &["5", "30", "30", "3600"],
        "1..10" => &["1", "2", "2", "5", "10"],
        "0..6" => &["0", "3", "3", "6"],
        "1..31" => &["1", "2", "2", "31"],
        other => panic!("which integers are {other}? Tell it in data/domains.rs"),
    }
}

fn decimals(rule: &str) -> &'static [&'static str] {
    match rule {
        "" => &["-12.5", "-0.01", "0", "7", "7", "100.25"],
        ">= 0" => &["0", "0", "0.01", "7", "7", "98765.43"],
        "> 0" => &["0.01", "1", "7", "7", "99.5"],
        "0..1" => &["0", "0.5", "0.5", "0.9999", "1"],
        "0..100" => &["0", "0.01", "5", "5", "99.99", "100"],
        "> 0 and <= 100" | "> 0 and <= 1000" => &["0.01", "5", "5", "99.99", "100"],
        ">= 0 and < 10^26" => &["0", "5", "5", "99999999999999999999999999.99"],
        other => panic!("which decimals are {other}? Tell it in data/domains.rs"),
    }
}

fn texts(rule: &str) -> &'static [&'static str] {
    match rule {
        // Capital letters, what LIKE reads as its own signs, letters beyond ASCII, and nothing.
        "" => &[
            "Alpha",
            "alpha",
            "alpha",
            "ALPHA beta",
            "Zulu",
            "Éclair",
            "éclair 😀",
            "100%",
            "1000",
            "a_b",
            "aXb",
            "a\\b",
            "",
            " ",
        ],
        "not blank" => &["Alpha", "alpha", "alpha", "ALPHA beta", "Zulu", "Éclair", "éclair 😀", "100%", "a_b", "a\\b"],
        "currency" => &["USD", "NZD", "NZD", "EUR"],
        "zone" => &["UTC", "Pacific/Auckland", "Europe/Berlin"],
        "https" => &["https://a.example/x", "https://a.example/x", "https://b.example"],
        // Only a server with the keys can make one that opens.
        "sealed" => &[],
        "colour" => &["#3B82F6", "#10b981", "#000000"],
        other => panic!("which texts are {other:?}? Tell it in data/domains.rs"),
    }
}

fn rule(table: &str, column: &str) -> &'static str {
    let cells = COLUMNS.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let found = cells.into_iter().find(|cells| cells[0] == table && cells[1] == column);
    found.and_then(|cells| cells.get(5).copied()).unwrap_or_default()
}
