//! What each scope opens: over all root fields, all types and all relations between them.

use std::collections::BTreeMap;

use sea_orm::sqlx::Row;
use serde_json::{Value, json};
use stackmotive::{
    authentication::types::{TokenScope, User},
    graphql::{
        enumeration::Enumeration,
        id,
        node::TARGETS,
        table::{Record, Table},
    },
};
use uuid::Uuid;

use super::{admit, with_token};
use crate::{
    authorization::root_fields,
    inputs::places::{self, Schema},
    support::{Answer, Api, Somebody},
};

/// The scope that reading a table takes; nothing for those that no token reads. Who somebody is any token reads.
const READING: &[(&str, Option<&str>)] = &[
    ("user_sessions", None),
    ("personal_tokens", None),
    ("audit_log", None),
    ("portfolio_summary", Some("portfolio:read")),
    ("portfolio_holdings", Some("portfolio:read")),
    ("portfolio_position", Some("portfolio:read")),
    ("portfolio_sync_log", Some("portfolio:read")),
    ("account_portfolios", Some("portfolio:read")),
    ("portfolio_snapshots", Some("portfolio:read")),
    ("user_trade_rule", Some("trading:read")),
    ("rebalance_schedule", Some("rebalancing:read")),
    ("rebalance_execution", Some("rebalancing:read")),
    ("watchlists", Some("watchlists:read")),
    ("watchlist_items", Some("watchlists:read")),
    ("watchlist_shares", Some("watchlists:read")),
    ("user_preferences", Some("preferences:read")),
    ("user_theme_preferences", Some("preferences:read")),
    ("user_onboarding_progress", Some("onboarding:read")),
    ("user_trading_preferences", Some("onboarding:read")),
    ("journal_entries", Some("journaling:read")),
    ("manual_trade_logs", Some("journaling:read")),
    ("trade_analysis", Some("journaling:read")),
    ("vault_categories", Some("vault_categories:read")),
    ("asset_category_assignment", Some("vault_categories:read")),
    ("agent_memory", Some("logging:read")),
];
/// Who somebody is, and what things cost.
const UNSCOPED: [&str; 3] = ["users", "people", "prices"];

/// Root fields that need a sign-in, whatever a token's scopes are.
const SIGN_IN: &[&str] = &[
    "admin",
    "signOut",
    "revokeSession",
    "changePassword",
    "requestEmailVerification",
    "revealPersonalData",
    "beginTwoFactor",
    "enableTwoFactor",
    "disableTwoFactor",
    "renewRecoveryCodes",
    "createPersonalToken",
    "renamePersonalToken",
    "revokePersonalToken",
    "updateProfile",
    "changeEmail",
    "closeAccount",
    "setUserTier",
    "setUserActive",
    "setUserAdmin",
    "resetUserOnboarding",
    "unlockUser",
    "endUserSessions",
];
/// Root fields that need neither: they say who one is, or are for everybody.
const OPEN: &[&str] = &[
    "viewer",
    "nodes",
    "priceHistory",
    "rateLimit",
    "onboardingSteps",
    "serverInfo",
    "register",
    "signIn",
    "refreshSession",
    "verifyEmail",
    "confirmEmailChange",
    "requestPasswordReset",
    "resetPassword",
];

fn reading(table: &str) -> Option<&'static str> {
    let found = READING.iter().find(|(name, _)| *name == table);
    found.unwrap_or_else(|| panic!("which scope reads {table}? Give it its line in READING")).1
}

/// All scopes without some.
fn all_but<'a>(missing: &'a [&'a str]) -> Vec<&'static str> {
    TokenScope::all_stored().into_iter().filter(|scope| !missing.contains(scope)).collect()
}

/// All scopes that do not allow reading what this scope reads.
fn without_reading(scope: &str) -> Vec<&'static str> {
    all_but(&[scope, &scope.replace(":read", ":write")])
}

/// The first refusal for want of a scope or of a sign-in: the scope, and where.
fn refusal(answer: &Answer) -> Option<(Value, Value)> {
    let errors = answer.body["errors"].as_array()?;
    let error = errors.iter().find(|error| error["extensions"]["code"] == "FORBIDDEN")?;
    Some((error["extensions"]["scope"].clone(), error["path"].clone()))
}

#[tokio::test]
async fn every_root_field_needs_its_one_scope_or_a_sign_in_or_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let (bare, _) = with_token(&api, &ada, &["prices:write"]).await;
    // What feeds need has a test of its own: a token of hers has never that scope.
    for (name, document, _) in root_fields().filter(|(name, ..)| *name != "updatePrices") {
        let answer = api.ask(Some(&bare), document).await;
        let found = refusal(&answer);
        if OPEN.contains(name) {
            assert_eq!(found, None, "{name}");
            continue;
        }
        let (scope, path) = found.unwrap_or_else(|| panic!("{name} is open to every token: {:#}", answer.body));
        assert_eq!(path[0], json!(name));
        let Some(scope) = scope.as_str() else {
            assert!(SIGN_IN.contains(name), "{name} names no scope");
            let (whole, _) = with_token(&api, &ada, &all_but(&[])).await;
            assert_eq!(refusal(&api.ask(Some(&whole), document).await), Some((Value::Null, path)), "{name}");
            continue;
        };
        assert!(!SIGN_IN.contains(name), "{name} needs a scope, not a sign-in");
        let (without, _) = with_token(&api, &ada, &without_reading(scope)).await;
        let refused = api.ask(Some(&without), document).await;
        assert_eq!(refusal(&refused), Some((json!(scope), path)), "{name}");
        assert_eq!(refused.message(), format!("This token lacks the scope {scope}."));
        let (with, _) = with_token(&api, &ada, &[scope]).await;
        let answer = api.ask(Some(&with), document).await;
        let lacking = refusal(&answer).filter(|(scope, _)| !scope.is_null());
        assert_eq!(lacking, None, "{name} with {scope}");
    }
}

#[tokio::test]
async fn every_table_is_read_with_its_own_scope_alone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let (bare, _) = with_token(&api, &ada, &["prices:write"]).await;
    for table in TARGETS.iter().map(|target| target.table()) {
        let document = format!(r#"{{ node(id: "{}") {{ id }} }}"#, id::text(table.prefix, Uuid::from_u128(7)));
        if UNSCOPED.contains(&table.sql) {
            assert_eq!(api.ask(Some(&bare), &document).await.code(), "NOT_FOUND", "{}", table.name);
            continue;
        }
        let scope = reading(table.sql);
        let lacking = scope.map_or_else(|| all_but(&[]), without_reading);
        let (without, _) = with_token(&api, &ada, &lacking).await;
        let refused = api.ask(Some(&without), &document).await;
        assert_eq!(refusal(&refused), Some((json!(scope), json!(["node"]))), "{}", table.name);
        if let Some(scope) = scope {
            for enough in [scope.to_owned(), scope.replace(":read", ":write")] {
                if enough == "logging:write" {
                    continue;
                }
                let (with, _) = with_token(&api, &ada, &[&enough]).await;
                assert_eq!(api.ask(Some(&with), &document).await.code(), "NOT_FOUND", "{} with {enough}", table.name);
            }
        }
    }
}

/// A relation of a user's, asked for under a filter.
fn of_viewer(field: &str, many: bool, filter: &str) -> String {
    let selection =
        if many { format!("{field}{filter} {{ totalCount nodes {{ id }} }}") } else { format!("{field} {{ id }}") };
    format!("{{ viewer {{ id {selection} }} }}")
}

#[tokio::test]
async fn every_relation_and_every_filter_is_refused_where_it_looks_into_another_part() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let mut tokens: BTreeMap<Vec<&str>, Somebody> = BTreeMap::new();
    let mut looked = 0;
    for link in (User::TABLE.links)() {
        let table: &Table = link.target.table();
        let Some(scope) = scope_of(table) else { continue };
        let with = token(&api, &ada, &mut tokens, &[scope]).await;
        api.ask(Some(&with), &of_viewer(link.name, link.many, "")).await.data();
        let without = token(&api, &ada, &mut tokens, &without_reading(scope)).await;
        let refused = refusal(&api.ask(Some(&without), &of_viewer(link.name, link.many, "")).await);
        let (found, path) = refused.unwrap_or_else(|| panic!("viewer.{} is read without {scope}", link.name));
        assert_eq!((&found, &path[1]), (&json!(scope), &json!(link.name)));
        for further in (table.links)().into_iter().filter(|_| link.many) {
            let Some(other) = scope_of(further.target.table()) else { continue };
            if other == scope {
                continue;
            }
            let document = of_viewer(link.name, true, &format!("(filter: {{ {}: {{ some: {{}} }} }})", further.name));
            let refused = refusal(&api.ask(Some(&with), &document).await);
            assert_eq!(refused.map(|(scope, _)| scope), Some(json!(other)), "{document}");
            let both = token(&api, &ada, &mut tokens, &[scope, other]).await;
            api.ask(Some(&both), &document).await.data();
            looked += 1;
        }
    }
    assert_ne!(looked, 0, "no filter looks from one part into another");
}

fn scope_of(table: &Table) -> Option<&'static str> {
    if UNSCOPED.contains(&table.sql) { None } else { reading(table.sql) }
}

async fn token<'a>(
    api: &Api,
    who: &Somebody,
    made: &mut BTreeMap<Vec<&'a str>, Somebody>,
    scopes: &[&'a str],
) -> Somebody {
    if let Some(somebody) = made.get(scopes) {
        return somebody.clone();
    }
    let (somebody, _) = with_token(api, who, scopes).await;
    made.insert(scopes.to_vec(), somebody.clone());
    somebody
}

#[tokio::test]
async fn what_is_written_is_named_after_the_token_and_admins_read_nothing_more_with_one() {
    let api = Api::start().await;
    let (root, bob) = (api.somebody("root").await, api.somebody("bob").await);
    admit(&api, &root).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", root.id)).await;
    let (token, id) = with_token(&api, &root, &["watchlists:write", "portfolio:read"]).await;
    let made =
        api.ask(Some(&token), r#"mutation { createWatchlist(input: { name: "x" }) { watchlist { name } } }"#).await;
    assert_eq!(made.data()["createWatchlist"]["watchlist"], json!({ "name": "x" }));
    let sql = "SELECT action, session_id FROM agent_memory";
    let row = sea_orm::sqlx::query(sql).fetch_one(&mut api.admin().await).await.unwrap();
    assert_eq!((row.get::<&str, _>(0), row.get::<String, _>(1)), ("watchlist_created", format!("token:{id}")));

    assert_eq!(api.ask(Some(&token), "{ admin { users { totalCount } } }").await.code(), "FORBIDDEN");
    let node = format!(r#"{{ node(id: "{}") {{ id }} }}"#, id::text("user", bob.id));
    assert_eq!(api.ask(Some(&token), &node).await.code(), "NOT_FOUND");
    api.ask(Some(&root), &node).await.data();
    let viewer = "{ viewer { id email tier recoveryCodesLeft } }";
    let found = api.ask(Some(&token), viewer).await;
    let expected = json!({ "id": id::text("user", root.id), "email": root.email, "tier": "ENTERPRISE", "recoveryCodesLeft": null });
    assert_eq!(found.data()["viewer"], expected);
}

/// Figures of a user that tell nothing of any module.
const OF_NO_MODULE: [&str; 1] = ["recoveryCodesLeft"];

#[tokio::test]
async fn no_figure_of_a_user_is_told_to_a_token_without_its_scope() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let (bare, _) = with_token(&api, &ada, &["prices:write"]).await;
    let schema = Schema::read();
    let is_relation = |name: &str| (User::TABLE.links)().iter().any(|link| link.name == name);
    let mut seen = 0;
    for field in schema.fields("User") {
        let name = field.name.node.as_str();
        let is_open = field.arguments.iter().all(|argument| argument.node.ty.node.nullable);
        let is_column = name == "id" || User::TABLE.shown_as(name).is_some();
        if is_column || is_relation(name) || !is_open || OF_NO_MODULE.contains(&name) {
            continue;
        }
        seen += 1;
        let selection = schema.selection(places::name(&field.ty.node), 2);
        let answer = api.ask(Some(&bare), &format!("{{ viewer {{ {name} {selection} }} }}")).await;
        assert!(refusal(&answer).is_some_and(|(scope, _)| scope.is_string()), "{name}: {:#}", answer.body);
    }
    assert!(seen >= 7, "{seen} figures");
}
