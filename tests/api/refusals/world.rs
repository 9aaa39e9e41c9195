//! Somebody with at least one row of everything that a mutation is about, and what their rows are called.

use std::collections::BTreeMap;

use chrono::{SecondsFormat, Utc};
use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row};
use serde_json::{Value, json};
use stackmotive::{graphql::id, sealing::columns::TOTP_SECRET};

use crate::{
    authentication::{PASSWORD, member, two_factor},
    personal_tokens::with_token,
    support::{Api, Somebody, hash},
};

/// Rows by the words that inputs name them with: how their ids begin, and which they are.
const ROWS: &[(&str, &str, &str)] = &[
    ("user", "user", "SELECT id FROM users WHERE id = '{user}'"),
    ("friend", "user", "SELECT id FROM users WHERE email = 'friend-of-{user}@example.com'"),
    ("session", "session", "SELECT id FROM user_sessions WHERE user_id = '{user}' AND refresh_token IS NOT NULL"),
    ("personal_token", "personal_token", "SELECT id FROM personal_tokens WHERE user_id = '{user}' AND name = 'Import'"),
    ("portfolio", "portfolio", "SELECT id FROM portfolio_summary WHERE user_id = '{user}' AND vault_id = 'Growth'"),
    ("spare", "portfolio", "SELECT id FROM portfolio_summary WHERE user_id = '{user}' AND vault_id = 'Spare'"),
    ("holding", "holding", "SELECT id FROM portfolio_holdings WHERE user_id = '{user}' AND vault_id = 'Spare'"),
    ("position", "position", "SELECT id FROM portfolio_position WHERE user_id = '{user}' AND symbol = 'AIR'"),
    ("trade_rule", "trade_rule", "SELECT id FROM user_trade_rule WHERE user_id = '{user}'"),
    ("rebalance_schedule", "rebalance_schedule", "SELECT id FROM rebalance_schedule WHERE user_id = '{user}'"),
    ("watchlist", "watchlist", "SELECT id FROM watchlists WHERE owner_id = '{user}'"),
    ("lent", "watchlist", "SELECT watchlist_id AS id FROM watchlist_shares WHERE shared_with_id = '{user}'"),
    (
        "watchlist_item",
        "watchlist_item",
        "SELECT i.id FROM watchlist_items i JOIN watchlists w ON w.id = watchlist_id \
                                          WHERE owner_id = '{user}' AND symbol = 'ANZ'",
    ),
    (
        "second_item",
        "watchlist_item",
        "SELECT i.id FROM watchlist_items i JOIN watchlists w ON w.id = watchlist_id \
                                       WHERE owner_id = '{user}' AND symbol = 'WBC'",
    ),
    ("watchlist_share", "watchlist_share", "SELECT id FROM watchlist_shares WHERE owner_id = '{user}'"),
    ("journal_entry", "journal_entry", "SELECT id FROM journal_entries WHERE user_id = '{user}'"),
    ("trade_log", "trade_log", "SELECT id FROM manual_trade_logs WHERE user_id = '{user}' AND symbol = 'FPH'"),
    ("second_log", "trade_log", "SELECT id FROM manual_trade_logs WHERE user_id = '{user}' AND symbol = 'AIR'"),
    ("trade_analysis", "trade_analysis", "SELECT id FROM trade_analysis WHERE user_id = '{user}'"),
    (
        "vault_category",
        "vault_category",
        "SELECT id FROM vault_categories WHERE user_id = '{user}' \
                                          AND category_code = 'SHARES'",
    ),
    (
        "second_category",
        "vault_category",
        "SELECT id FROM vault_categories WHERE user_id = '{user}' \
                                           AND category_code = 'BONDS'",
    ),
    ("category_assignment", "category_assignment", "SELECT id FROM asset_category_assignment WHERE user_id = '{user}'"),
];

/// All shares in a portfolio of which half is to be cash.
const OUT_OF_BALANCE: &str = "
UPDATE portfolio_holdings SET asset_class = 'equity' WHERE user_id = '{user}' AND vault_id = 'Spare';
UPDATE vault_categories SET is_active = false WHERE user_id = '{user}';
UPDATE user_trading_preferences SET cash_allocation_target = 50, equity_allocation_target = 50,
    bond_allocation_target = 0, alternative_allocation_target = 0 WHERE user_id = '{user}'";

/// A base32 secret of an authenticator app.
const SECRET: &str = "JBSWY3DPEHPK3PXP";

/// Somebody, and what stands for what in the inputs about their rows.
pub struct World {
    pub who: Somebody,
    words: BTreeMap<&'static str, String>,
}

impl World {
    /// Somebody new. `special` names what some mutations need and others must not find.
    pub async fn new(api: &Api, name: &str, special: &[&str]) -> Self {
        let mut who = member(api, name).await;
        let user = who.id.to_string();
        let of_user = |sql: &str| sql.replace("{user}", &user).replace("{name}", name);
        api.sql(&of_user(include_str!("../fixtures/one_of_each.sql"))).await;
        let refresh = format!("refresh of {name}");
        let sql = of_user(include_str!("world.sql")).replace("{refresh}", &hash(&refresh));
        api.sql(&sql.replace("{access}", &hash(&format!("access of {name}")))).await;
        for need in special {
            api.sql(&of_user(&sql_for(api, &who, need))).await;
        }
        if special.contains(&"feed") {
            (who, _) = with_token(api, &who, &["prices:write"]).await;
        }
        let mut words = rows(&mut api.admin().await, &of_user).await;
        if special.contains(&"plan") {
            words.insert("digest", plan(api, &who, &words["spare"]).await);
        }
        words.insert("email", who.email.clone());
        words.insert("friend_email", format!("friend-of-{user}@example.com"));
        words.insert("name", name.to_owned());
        words.insert("password", PASSWORD.to_owned());
        words.insert("refresh", refresh);
        words.insert("token", token(name));
        words.insert("now", Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true));
        words.insert("code", two_factor::code(SECRET, 0));
        Self { who, words }
    }

    /// An input with the words in braces replaced by what they stand for here.
    pub fn input(&self, template: &str) -> Value {
        let mut text = template.to_owned();
        for (word, value) in &self.words {
            text = text.replace(&format!("{{{word}}}"), value);
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// A row of this type, told by how its ids begin.
    pub fn row(&self, prefix: &str) -> Option<&String> {
        let row = ROWS.iter().find(|(_, of, _)| *of == prefix);
        row.and_then(|(word, ..)| self.words.get(word))
    }
}

fn token(name: &str) -> String {
    format!("token by mail of {name}")
}

async fn rows(admin: &mut PgConnection, of_user: &impl Fn(&str) -> String) -> BTreeMap<&'static str, String> {
    let each = ROWS.iter().enumerate().map(|(place, (.., sql))| format!("SELECT {place}, ({})", of_user(sql)));
    let sql = each.collect::<Vec<_>>().join(" UNION ALL ");
    let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(admin).await.unwrap();
    let word = |row: &sqlx::postgres::PgRow| {
        let (word, prefix, _) = ROWS[usize::try_from(row.get::<i32, _>(0)).unwrap()];
        (word, id::text(prefix, row.try_get(1).unwrap_or_else(|error| panic!("no row for {word}: {error}"))))
    };
    found.iter().map(word).collect()
}

/// The plan for a portfolio as it is seen now, by its digest.
async fn plan(api: &Api, who: &Somebody, portfolio: &str) -> String {
    let document = format!(
        "{{ node(id: \"{portfolio}\") {{ ... on Portfolio {{ rebalancePlan {{ digest reason trades {{ side }} }} }} }} }}"
    );
    let plan = api.ask(Some(who), &document).await.data()["node"]["rebalancePlan"].clone();
    assert_ne!(plan["trades"], json!([]), "nothing to carry out: {plan:#}");
    plan["digest"].as_str().unwrap().to_owned()
}

/// What makes somebody the one who may do what only few may.
fn sql_for(api: &Api, who: &Somebody, need: &str) -> String {
    let by_mail = |purpose: &str, address: &str| {
        let name = who.email.trim_end_matches("@example.com");
        format!(
            "INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, expires_at)
             VALUES ('{}', '{{user}}', '{purpose}', '{address}', now() + interval '20 minutes')",
            hash(&token(name))
        )
    };
    let secret = |is_on: bool| {
        let sealed = api.app.keys.seal(TOTP_SECRET, who.id, SECRET).unwrap();
        let since = if is_on { "now()" } else { "NULL" };
        format!(
            "UPDATE users SET totp_secret = '{sealed}', totp_enabled_at = {since} WHERE id = '{{user}}';
             UPDATE user_two_factor SET last_step = 1 WHERE user_id = '{{user}}'"
        )
    };
    match need {
        "admin" => "SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{user}'".to_owned(),
        "verify_email" | "reset_password" => by_mail(need, &who.email),
        "change_email" => by_mail(need, "new-{name}@example.com"),
        "begun" => secret(false),
        "guarded" => secret(true),
        "plan" => OUT_OF_BALANCE.to_owned(),
        // A credential, which is no row of what is there.
        "feed" => String::new(),
        other => panic!("what is {other}?"),
    }
}
