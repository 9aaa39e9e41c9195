//! Whose row is whose: every root field, type and table, for nobody and for somebody else; and each of the two walls alone.

mod accounts;
mod journal;
mod portfolio;
mod settings;

use std::collections::BTreeSet;

use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use serde_json::{Value, json};
use stackmotive::{
    access::{FirstWall, Mode, Scope},
    database::transaction::Transaction,
    graphql::{id, node::TARGETS},
};

use crate::support::{Api, Somebody};

/// What nobody is answered.
pub(crate) enum ForNobody {
    /// Anybody may.
    Open,
    Refused,
    /// Anybody may, but this input is wrong.
    Invalid,
}

/// Every root field with a document that selects it, and what nobody is answered.
/// If you are here because a field is missing: add its line, and below what somebody else is answered.
const ROOT_FIELDS: &[(&str, &str, ForNobody)] = &[
    ("viewer", "{ viewer { id } }", ForNobody::Refused),
    ("admin", "{ admin { scope } }", ForNobody::Refused),
    ("node", r#"{ node(id: "portfolio_018f3c1e-0000-7000-8000-000000000000") { id } }"#, ForNobody::Refused),
    ("nodes", "{ nodes(ids: []) { id } }", ForNobody::Refused),
    ("publicWatchlists", "{ publicWatchlists { totalCount } }", ForNobody::Refused),
    ("publicJournalEntries", "{ publicJournalEntries { totalCount } }", ForNobody::Refused),
    ("rateLimit", "{ rateLimit { limit } }", ForNobody::Open),
    ("priceHistory", r#"{ priceHistory(symbol: "X", currency: "USD") { totalCount } }"#, ForNobody::Refused),
    ("onboardingSteps", "{ onboardingSteps { name } }", ForNobody::Open),
    ("serverInfo", "{ serverInfo { version } }", ForNobody::Open),
    (
        "register",
        r#"mutation { register(input: { email: "new@example.com", password: "long enough" }) { sessionId } }"#,
        ForNobody::Open,
    ),
    (
        "signIn",
        r#"mutation { signIn(input: { email: "nobody@example.com", password: "wrong" }) { sessionId } }"#,
        ForNobody::Refused,
    ),
    (
        "refreshSession",
        r#"mutation { refreshSession(input: { refreshToken: "wrong" }) { sessionId } }"#,
        ForNobody::Refused,
    ),
    ("signOut", "mutation { signOut { sessionId } }", ForNobody::Refused),
    (
        "revokeSession",
        r#"mutation { revokeSession(input: { id: "session_018f3c1e-0000-7000-8000-000000000000" }) { sessionId } }"#,
        ForNobody::Refused,
    ),
    (
        "changePassword",
        r#"mutation { changePassword(input: { currentPassword: "old", newPassword: "long enough" }) { sessionsEnded } }"#,
        ForNobody::Refused,
    ),
    ("requestEmailVerification", "mutation { requestEmailVerification { email } }", ForNobody::Refused),
    // Whoever holds a token may use it, so a wrong one is a wrong input.
    ("verifyEmail", r#"mutation { verifyEmail(input: { token: "wrong" }) { emailVerifiedAt } }"#, ForNobody::Invalid),
    (
        "requestPasswordReset",
        r#"mutation { requestPasswordReset(input: { email: "nobody@example.com" }) { email } }"#,
        ForNobody::Open,
    ),
    (
        "resetPassword",
        r#"mutation { resetPassword(input: { token: "wrong", newPassword: "long enough" }) { sessionsEnded } }"#,
        ForNobody::Invalid,
    ),
    (
        "updatePersonalData",
        r#"mutation { updatePersonalData(input: { phoneNumber: "x" }) { onboarding { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "revealPersonalData",
        r#"mutation { revealPersonalData(input: { password: "long enough" }) { phoneNumber } }"#,
        ForNobody::Refused,
    ),
    ("beginTwoFactor", r#"mutation { beginTwoFactor(input: { password: "x" }) { secret } }"#, ForNobody::Refused),
    (
        "enableTwoFactor",
        r#"mutation { enableTwoFactor(input: { code: "123456" }) { sessionsEnded } }"#,
        ForNobody::Refused,
    ),
    (
        "disableTwoFactor",
        r#"mutation { disableTwoFactor(input: { password: "x" }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "renewRecoveryCodes",
        r#"mutation { renewRecoveryCodes(input: { password: "x" }) { recoveryCodes } }"#,
        ForNobody::Refused,
    ),
    (
        "createJournalEntry",
        r#"mutation { createJournalEntry(input: { content: "x" }) { journalEntry { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createWatchlist",
        r#"mutation { createWatchlist(input: { name: "x" }) { watchlist { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateWatchlist",
        r#"mutation { updateWatchlist(input: { id: "watchlist_018f3c1e-0000-7000-8000-000000000000", name: "x" }) { watchlist { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteWatchlist",
        r#"mutation { deleteWatchlist(input: { id: "watchlist_018f3c1e-0000-7000-8000-000000000000" }) { watchlistId } }"#,
        ForNobody::Refused,
    ),
    (
        "addWatchlistItems",
        r#"mutation { addWatchlistItems(input: { watchlistId: "watchlist_018f3c1e-0000-7000-8000-000000000000", items: [{ symbol: "X" }] }) { watchlist { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createTradeRule",
        r#"mutation { createTradeRule(input: { symbol: "X", ruleType: STOP_LOSS, threshold: 5 }) { tradeRule { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateTradeRule",
        r#"mutation { updateTradeRule(input: { id: "trade_rule_018f3c1e-0000-7000-8000-000000000000", enabled: false }) { tradeRule { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteTradeRule",
        r#"mutation { deleteTradeRule(input: { id: "trade_rule_018f3c1e-0000-7000-8000-000000000000" }) { tradeRuleId } }"#,
        ForNobody::Refused,
    ),
    (
        "recordTradeRuleTrigger",
        r#"mutation { recordTradeRuleTrigger(input: { id: "trade_rule_018f3c1e-0000-7000-8000-000000000000" }) { tradeRule { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "setRebalanceSchedule",
        "mutation { setRebalanceSchedule(input: { enabled: false }) { rebalanceSchedule { id } } }",
        ForNobody::Refused,
    ),
    (
        "executeRebalancePlan",
        r#"mutation { executeRebalancePlan(input: { portfolioId: "portfolio_018f3c1e-0000-7000-8000-000000000000", digest: "0" }) { portfolio { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteRebalanceSchedule",
        r#"mutation { deleteRebalanceSchedule(input: { id: "rebalance_schedule_018f3c1e-0000-7000-8000-000000000000" }) { rebalanceScheduleId } }"#,
        ForNobody::Refused,
    ),
];

/// All of them, with those that have a file of their own.
pub(crate) fn root_fields() -> impl Iterator<Item = &'static (&'static str, &'static str, ForNobody)> {
    ROOT_FIELDS.iter().chain(journal::FIELDS).chain(portfolio::FIELDS).chain(settings::FIELDS).chain(accounts::FIELDS)
}

/// Tables whose rows are nobody's own: none of the 22.
const NOT_OWNED: [&str; 5] = ["seaql_migrations", "rate_limits", "jobs", "prices", "latest_prices"];
/// Tables that admins alone read, whoever the rows are about.
const ADMINS_ALONE: [&str; 1] = ["audit_log"];

#[tokio::test]
async fn nobody_is_refused_at_every_root_field_but_the_open_ones() {
    let api = Api::start().await;
    let introspection = "{ __schema { queryType { fields { name } } mutationType { fields { name } } \
                         subscriptionType { fields { name } } } }";
    let schema = api.ask(None, introspection).await;
    // Nobody follows anything, as the tests of that show.
    assert_eq!(
        schema.data()["__schema"]["subscriptionType"]["fields"],
        json!([{ "name": "viewerChanges" }, { "name": "importProgress" }])
    );
    let roots = ["queryType", "mutationType"].into_iter().flat_map(|root| {
        schema.data()["__schema"][root]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap())
    });
    let listed: BTreeSet<&str> = root_fields().map(|(name, ..)| *name).collect();
    assert_eq!(roots.collect::<BTreeSet<_>>(), listed, "give each root field its line in ROOT_FIELDS");

    for (name, document, for_nobody) in root_fields() {
        let answer = api.ask(None, document).await;
        match for_nobody {
            ForNobody::Open => assert_ne!(answer.data()[name], Value::Null, "{name}"),
            ForNobody::Refused | ForNobody::Invalid => {
                let code = if matches!(for_nobody, ForNobody::Invalid) { "INVALID" } else { "UNAUTHENTICATED" };
                assert_eq!(answer.code(), code, "{name}");
                assert_eq!(answer.body["data"][name], Value::Null, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn somebody_elses_row_does_not_exist() {
    let (api, ada, eve) = two_people(FirstWall::Standing).await;
    assert_out_of_reach(&api, &ada, &eve).await;
}

#[tokio::test]
async fn the_second_wall_holds_alone() {
    let (api, ada, eve) = two_people(FirstWall::Removed).await;
    assert_out_of_reach(&api, &ada, &eve).await;
}

#[tokio::test]
async fn their_own_rows_are_all_there() {
    let (api, ada, _) = two_people(FirstWall::Standing).await;
    for (prefix, id) in rows_of_each_type(&api, &ada).await {
        let answer = api.ask(Some(&ada), &node(prefix, id)).await;
        if prefix == "audit_entry" {
            assert_eq!(answer.code(), "NOT_FOUND", "what is about her is not hers to read");
        } else {
            assert_eq!(answer.data()["node"]["id"], json!(id::text(prefix, id)));
        }
    }
}

#[tokio::test]
async fn no_table_shows_a_foreign_row_to_the_application() {
    let (api, ada, eve) = two_people(FirstWall::Standing).await;
    let tables = tables(&api).await;
    let mine = Transaction::begin(&api.app.database.pool, &Scope::user(ada.id), Mode::Read).await.unwrap();
    let theirs = Transaction::begin(&api.app.database.pool, &Scope::user(eve.id), Mode::Read).await.unwrap();
    let nobodys = Transaction::begin(&api.app.database.pool, &Scope::nobody(), Mode::Read).await.unwrap();
    for table in tables {
        // Her own sign-in and account are Eve's; everything else in the database is Ada's.
        let hers = i64::from(["users", "user_sessions"].contains(&table.as_str()));
        if ADMINS_ALONE.contains(&table.as_str()) {
            assert_eq!(count(&mine, &table).await, 0, "{table}");
        } else {
            assert_ne!(count(&mine, &table).await, 0, "the fixture has no row in {table}");
        }
        assert_eq!(count(&theirs, &table).await, hers, "{table}");
        assert_eq!(count(&nobodys, &table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_be_written_to_or_referred_to() {
    let (api, ada, eve) = two_people(FirstWall::Standing).await;
    let rows = rows_of_each_type(&api, &ada).await;
    let of = |wanted: &str| {
        rows.iter().find(|(prefix, _)| *prefix == wanted).map(|(prefix, id)| id::text(prefix, *id)).unwrap()
    };

    let refer = json!({ "input": { "content": "About a trade that is not mine.", "aboutTradeId": of("trade_log") } });
    let mutation =
        "mutation ($input: CreateJournalEntryInput!) { createJournalEntry(input: $input) { journalEntry { id } } }";
    let answer = api.ask_with(Some(&eve), mutation, refer).await;
    assert_eq!(answer.code(), "INVALID");
    assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["path"], json!(["input", "aboutTradeId"]));
    assert_eq!(answer.body["errors"][0]["extensions"]["issues"][0]["code"], json!("NOT_FOUND"));

    let revoke = json!({ "input": { "id": of("session") } });
    let mutation = "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }";
    assert_eq!(api.ask_with(Some(&eve), mutation, revoke).await.code(), "NOT_FOUND");

    assert_eq!(api.ask(Some(&eve), "{ admin { users { totalCount } } }").await.code(), "FORBIDDEN");
    assert_eq!(api.ask(Some(&ada), "{ viewer { id } }").await.data()["viewer"]["id"], json!(id::text("user", ada.id)));
    let entries = api.ask(Some(&eve), "{ viewer { journalEntries { totalCount } } }").await;
    assert_eq!(entries.data()["viewer"]["journalEntries"]["totalCount"], json!(0));
}

#[tokio::test]
async fn an_admin_reads_accounts_and_portfolios_and_nothing_else_of_them() {
    let (api, ada, eve) = two_people(FirstWall::Standing).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", eve.id)).await;
    let document = format!(
        r#"{{ admin {{ users(filter: {{ email: {{ eq: "{}" }} }}) {{ nodes {{
            email portfolios {{ nodes {{ vaultId holdings {{ nodes {{ symbol }} }} }} }}
            positions {{ totalCount }} syncRuns {{ totalCount }}
            sessions {{ totalCount }} journalEntries {{ totalCount }} tradeLogs {{ totalCount }} watchlists {{ totalCount }}
            activities {{ totalCount }} preferences {{ id }} onboarding {{ id }}
        }} }} }} }}"#,
        ada.email
    );
    let answer = api.ask(Some(&eve), &document).await;
    let none = json!({ "totalCount": 0 });
    assert_eq!(
        answer.data()["admin"]["users"]["nodes"],
        json!([{
            "email": ada.email,
            "portfolios": { "nodes": [{ "vaultId": "Growth", "holdings": { "nodes": [{ "symbol": "FPH" }] } }] },
            "positions": { "totalCount": 1 }, "syncRuns": { "totalCount": 1 },
            "sessions": none, "journalEntries": none, "tradeLogs": none, "watchlists": none, "activities": none,
            "preferences": null, "onboarding": null
        }])
    );
}

/// Ada with one private row of each table, and Eve with nothing.
async fn two_people(first_wall: FirstWall) -> (Api, Somebody, Somebody) {
    let api = Api::start_with(|app| app.first_wall = first_wall).await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    api.sql(&include_str!("fixtures/one_of_each.sql").replace("{user}", &ada.id.to_string())).await;
    (api, ada, eve)
}

async fn assert_out_of_reach(api: &Api, ada: &Somebody, eve: &Somebody) {
    for (prefix, id) in rows_of_each_type(api, ada).await {
        let answer = api.ask(Some(eve), &node(prefix, id)).await;
        assert_eq!(answer.code(), "NOT_FOUND", "{prefix}");
        let document = format!(r#"{{ nodes(ids: ["{}"]) {{ id }} }}"#, id::text(prefix, id));
        assert_eq!(api.ask(Some(eve), &document).await.data()["nodes"], json!([null]), "{prefix}");
    }
    for document in ["{ publicWatchlists { totalCount } }", "{ publicJournalEntries { totalCount } }"] {
        let answer = api.ask(Some(eve), document).await;
        let list = answer.data().as_object().unwrap().values().next().unwrap();
        assert_eq!(list["totalCount"], json!(0), "{document}");
    }
}

/// A row of Ada's for every type that has an id but prices, which are nobody's; a type without one fails here, so that new
/// ones join.
async fn rows_of_each_type(api: &Api, ada: &Somebody) -> Vec<(&'static str, uuid::Uuid)> {
    let mut admin = api.admin().await;
    let mut rows = Vec::new();
    for table in TARGETS.iter().map(|target| target.table()).filter(|table| table.sql != "prices") {
        let owner = match table.sql {
            "users" | "people" => format!("id = '{}'", ada.id),
            "watchlists" | "watchlist_shares" | "audit_log" => format!("owner_id = '{}'", ada.id),
            "watchlist_items" => "true".to_owned(),
            _ => format!("user_id = '{}'", ada.id),
        };
        let from = if table.sql == "people" { "users" } else { table.sql };
        let sql = format!("SELECT id FROM {from} WHERE {owner} LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut admin).await.unwrap();
        let row = row.unwrap_or_else(|| panic!("one_of_each.sql has no row for {}", table.name));
        rows.push((table.prefix, row.get("id")));
    }
    rows
}

fn node(prefix: &str, id: uuid::Uuid) -> String {
    format!(r#"{{ node(id: "{}") {{ id }} }}"#, id::text(prefix, id))
}

/// Every table that holds rows of users.
async fn tables(api: &Api) -> Vec<String> {
    let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
               AND has_table_privilege('stackmotive_app', oid, 'SELECT') ORDER BY relname";
    let rows = sqlx::query(sql).fetch_all(&mut api.admin().await).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).filter(|table| !NOT_OWNED.contains(&table.as_str())).collect()
}

async fn count(transaction: &Transaction, table: &str) -> i64 {
    let rows = transaction.rows(&format!("SELECT count(*) FROM {table}"), sea_orm::Values(Vec::new())).await.unwrap();
    rows[0].get(0)
}
