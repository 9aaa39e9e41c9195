//! Which rows there are: whose they are, what names them, and to which others they belong.

use uuid::Uuid;

use super::{ADA, BOB, Dice, Draft, ROOT};
use crate::support::{Somebody, hash};

/// Every table with rows in the API, after those that it refers to.
pub const TABLES: [&str; 25] = [
    "users",
    "user_sessions",
    "personal_tokens",
    "portfolio_summary",
    "portfolio_holdings",
    "portfolio_position",
    "portfolio_sync_log",
    "account_portfolios",
    "user_trade_rule",
    "rebalance_schedule",
    "rebalance_execution",
    "watchlists",
    "watchlist_items",
    "watchlist_shares",
    "user_preferences",
    "user_theme_preferences",
    "user_onboarding_progress",
    "user_trading_preferences",
    "journal_entries",
    "manual_trade_logs",
    "trade_analysis",
    "vault_categories",
    "asset_category_assignment",
    "agent_memory",
    "audit_log",
];

const USERS: usize = 22;
/// Somebody who shares with Ada too.
const EVE: usize = 3;
const SYMBOLS: [&str; 12] = ["NVDA", "AAPL", "aapl", "BTC-USD", "ÅÄÖ", "VTI", "A", "B", "C_D", "C%D", "E", "F"];
/// Far enough for a token to live through the tests.
const LATER: &str = "2100-01-01";

/// The keys of a table's rows; what they leave open is filled in.
pub fn of(table: &str) -> Vec<Draft> {
    let drafts = match table {
        "users" => (0..USERS).map(user).collect(),
        "user_sessions" => sessions(),
        "personal_tokens" => tokens(),
        "portfolio_summary" => portfolios(),
        "portfolio_holdings" => holdings(),
        "portfolio_position" => positions(),
        "account_portfolios" => owned(|_, n| draft([("account", format!("account {n}")), ("vault_id", vault(n % 3))])),
        "portfolio_sync_log" | "agent_memory" => owned(|_, _| draft([])),
        "user_trade_rule" => owned(|_, n| draft([("symbol", SYMBOLS[n % 4].into())])),
        "rebalance_schedule"
        | "user_preferences"
        | "user_theme_preferences"
        | "user_onboarding_progress"
        | "user_trading_preferences" => (0..USERS).map(|user| draft([("user_id", id("users", user))])).collect(),
        "rebalance_execution" => owned(|user, n| {
            draft([("schedule_id", if n % 4 == 0 { String::new() } else { id("rebalance_schedule", user) })])
        }),
        "watchlists" => owners().map(|(user, _)| draft([("owner_id", id("users", user))])).collect(),
        "watchlist_items" => items(),
        "watchlist_shares" => shares(),
        // Which trade an entry is about is written afterwards, because trades come later.
        "journal_entries" => owned(|_, _| draft([("trade_id", String::new())])),
        "manual_trade_logs" => owners().enumerate().map(|(at, (user, n))| trade_log(at, user, n)).collect(),
        "trade_analysis" => analyses(),
        "vault_categories" => owned(|_, n| draft([("category_code", format!("code {n}"))])),
        "asset_category_assignment" => assignments(),
        "audit_log" => audit(),
        other => panic!("which rows has {other}? Tell it in data/keys.rs"),
    };
    drafts.into_iter().enumerate().map(|(at, draft)| with_id(table, at, draft)).collect()
}

/// What can only be written when every table has its rows.
pub fn afterwards() -> Vec<String> {
    let about = |(at, (user, n)): (usize, (usize, usize))| {
        let trade = id("manual_trade_logs", row_of(user, n % 3));
        format!("UPDATE journal_entries SET trade_id = '{trade}' WHERE id = '{}'", id("journal_entries", at))
    };
    owners().enumerate().filter(|(at, _)| at % 5 != 0).map(about).collect()
}

/// Everybody who can sign in, by their place; those whose account is closed stand there too.
pub fn people() -> Vec<Somebody> {
    let person = |n| Somebody { id: uuid("users", n), email: email(n), token: token(n) };
    (0..USERS).map(person).collect()
}

/// Whose rows there are: 20 of Ada's, some of Bob's, few of Eve's and of the admin's.
fn owners() -> impl Iterator<Item = (usize, usize)> {
    [(ADA, 20), (BOB, 7), (EVE, 3), (ROOT, 3)].into_iter().flat_map(|(user, count)| (0..count).map(move |n| (user, n)))
}

/// The place of somebody's nth row among [`owners`].
fn row_of(user: usize, n: usize) -> usize {
    owners().position(|owner| owner == (user, n)).unwrap()
}

fn owned(keys: impl Fn(usize, usize) -> Draft) -> Vec<Draft> {
    owners().map(|(user, n)| with(keys(user, n), "user_id", id("users", user))).collect()
}

fn user(n: usize) -> Draft {
    // Ada, whom everybody begins from, has one too; some have none.
    let maker = match n {
        ADA => id("users", BOB),
        odd if odd % 2 == 1 => id("users", odd - 1),
        _ => String::new(),
    };
    let is_active = n <= EVE || !n.is_multiple_of(5);
    draft([
        ("email", email(n)),
        ("hashed_password", format!("$2b$12${}", "a".repeat(53))),
        ("is_active", is_active.to_string()),
        ("is_admin", (n == ROOT).to_string()),
        ("created_by", maker),
        ("updated_by", if n.is_multiple_of(3) { id("users", BOB) } else { String::new() }),
    ])
}

/// One live sign-in each, and further ones of all kinds.
fn sessions() -> Vec<Draft> {
    let live = (0..USERS).map(|n| {
        let hash = hash(&token(n));
        let keys = [("user_id", id("users", n)), ("session_token", hash), ("is_active", "true".into())];
        let times = [("expires_at", LATER.into()), ("access_expires_at", LATER.into()), ("revoked_at", String::new())];
        draft(
            keys.into_iter().chain(times).chain([("refresh_token", String::new()), ("last_activity_at", LATER.into())]),
        )
    });
    let further = owners().filter(|(_, n)| *n > 0).enumerate().map(|(at, (user, _))| {
        draft([
            ("user_id", id("users", user)),
            ("session_token", format!("session {at}")),
            ("refresh_token", format!("refresh {at}")),
        ])
    });
    live.chain(further).collect()
}

fn tokens() -> Vec<Draft> {
    let token = |(at, (user, n)): (usize, (usize, usize))| {
        let scopes = ["{portfolio:read}", "{logging:read,journaling:write}"][n % 2];
        draft([
            ("user_id", id("users", user)),
            ("token_hash", hash(&format!("token {at}"))),
            ("ending", format!("aB_{}", n % 10)),
            ("scopes", scopes.into()),
        ])
    };
    owners().enumerate().map(token).collect()
}

fn portfolios() -> Vec<Draft> {
    owned(|_, n| draft([("vault_id", vault(n))]))
}

/// Twelve in the first portfolio, some in the second, some in none; the same symbols for everybody.
fn holdings() -> Vec<Draft> {
    owned(|_, n| {
        let (vault, symbol) = match n {
            0..12 => (vault(0), n),
            12..16 => (vault(1), n - 12),
            _ => (String::new(), n - 16),
        };
        draft([("vault_id", vault), ("symbol", SYMBOLS[symbol].into())])
    })
}

fn positions() -> Vec<Draft> {
    owned(|_, n| {
        // The first symbol in eight accounts, the second in five, and so on.
        let symbol = [0, 0, 1, 0, 1, 2, 0, 0, 1, 2, 3, 0, 0, 0, 1, 1, 2, 4, 5, 6][n];
        draft([("symbol", SYMBOLS[symbol].into()), ("account", format!("account {n}"))])
    })
}

fn items() -> Vec<Draft> {
    let of = |list: usize, count: usize| {
        (0..count).map(move |n| draft([("watchlist_id", id("watchlists", list)), ("symbol", SYMBOLS[n].into())]))
    };
    let adas = of(row_of(ADA, 0), 12).chain(of(row_of(ADA, 1), 5)).chain(of(row_of(ADA, 2), 3));
    adas.chain((0..7).flat_map(|n| of(row_of(BOB, n), 3))).chain(of(row_of(EVE, 0), 2)).collect()
}

/// Ada shares with many; Bob and Eve share some of theirs with her and with each other.
fn shares() -> Vec<Draft> {
    let adas = (0..3).flat_map(|list| (EVE..EVE + 12 - 3 * list).map(move |with| (ADA, list, with)));
    let others =
        [(BOB, 0, ADA), (BOB, 1, ADA), (BOB, 2, ADA), (BOB, 3, EVE), (BOB, 0, EVE), (EVE, 0, ADA), (EVE, 1, BOB)];
    let share = |(owner, list, with)| {
        draft([
            ("watchlist_id", id("watchlists", row_of(owner, list))),
            ("owner_id", id("users", owner)),
            ("shared_with_id", id("users", with)),
        ])
    };
    adas.chain(others).map(share).collect()
}

fn trade_log(at: usize, user: usize, n: usize) -> Draft {
    let entry = if n % 3 == 2 { String::new() } else { id("journal_entries", at) };
    draft([("user_id", id("users", user)), ("journal_entry_id", entry), ("symbol", SYMBOLS[n % 4].into())])
}

fn analyses() -> Vec<Draft> {
    let with = owners().enumerate().filter(|(_, (_, n))| *n != 1);
    with.map(|(at, (user, _))| draft([("user_id", id("users", user)), ("trade_log_id", id("manual_trade_logs", at))]))
        .collect()
}

/// Ten in the first category, six in the second, the rest in the third.
fn assignments() -> Vec<Draft> {
    owned(|user, n| {
        let (category, symbol) = match n {
            0..10 => (0, n),
            10..16 => (1, n - 10),
            _ => (2, n - 16),
        };
        let category = id("vault_categories", row_of(user, category));
        draft([("category_id", category), ("symbol", SYMBOLS[symbol].into())])
    })
}

/// Done by one, to the row of another; some by nobody, some to nobody's row.
fn audit() -> Vec<Draft> {
    let entry = |(at, (user, n)): (usize, (usize, usize))| {
        draft([
            ("actor_id", if n % 3 == 0 { String::new() } else { id("users", user) }),
            ("owner_id", if n % 4 == 1 { String::new() } else { id("users", ADA) }),
            ("row_id", if n % 5 == 2 { String::new() } else { id("journal_entries", at) }),
            ("request_id", if n % 2 == 0 { String::new() } else { id("requests", n) }),
            ("table_name", "journal_entries".into()),
        ])
    };
    owners().enumerate().map(entry).collect()
}

fn vault(n: usize) -> String {
    format!("{} {n}", ["Main", "main", "Äpfel", "100%_"][n % 4])
}

fn email(n: usize) -> String {
    format!("{}{n}@example.com", ["ada", "Bob", "root", "eve"][n % 4])
}

fn token(n: usize) -> String {
    format!("token of person {n}")
}

/// An id that says nothing of when its row was written.
fn uuid(table: &str, n: usize) -> Uuid {
    let mut dice = Dice::of(&format!("{table} {n}"));
    uuid::Builder::from_random_bytes((u128::from(dice.roll()) << 64 | u128::from(dice.roll())).to_be_bytes())
        .into_uuid()
}

fn id(table: &str, n: usize) -> String {
    uuid(table, n).to_string()
}

fn with_id(table: &str, at: usize, keys: Draft) -> Draft {
    with(keys, "id", id(table, at))
}

fn with(mut keys: Draft, column: &str, value: String) -> Draft {
    keys.insert(column.to_owned(), Some(value));
    keys
}

/// Keys by column; an empty text stands for no value.
fn draft<'a>(keys: impl IntoIterator<Item = (&'a str, String)>) -> Draft {
    keys.into_iter().map(|(column, value)| (column.to_owned(), Some(value).filter(|value| !value.is_empty()))).collect()
}
