//! Everything of an account as one document.

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response},
};
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::{Value, json};
use stackmotive::{
    authentication::store::export::{BATCH, is_withheld},
    graphql::node::TARGETS,
    sealing::columns::{PHONE_NUMBER, TAX_FILE_NUMBER},
};
use tower::ServiceExt;

use super::{PASSWORD, line, lines, member};
use crate::support::{Api, Somebody};

async fn send(api: &Api, who: Option<&Somebody>, body: &str) -> Response<Body> {
    let mut request = Request::post("/export").header("content-type", "application/json");
    if let Some(who) = who {
        request = request.header("authorization", format!("Bearer {}", who.token));
    }
    api.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

async fn export(api: &Api, who: Option<&Somebody>, body: &str) -> (u16, Value, String) {
    let response = send(api, who, body).await;
    let status = response.status().as_u16();
    let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}")), text)
}

#[tokio::test]
async fn holds_every_row_of_the_owner_and_nobody_elses() {
    let api = Api::start().await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    for who in [&ada, &bob] {
        api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &who.id.to_string())).await;
    }
    // More than a batch, to the row.
    let more = 2 * BATCH - 1;
    api.sql(&format!(
        "INSERT INTO agent_memory (user_id, block_id, action, context, session_id)
         SELECT '{}', 'x', 'made', n::text, 'x' FROM generate_series(1, {more}) n",
        ada.id
    ))
    .await;
    let response = send(&api, Some(&ada), "{}").await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"stackmotive.json\"");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let whole: Value = serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
    assert_eq!((&whole["format"], &whole.get("personal_data")), (&json!("stackmotive-export-1"), &None));
    let tables = whole["tables"].as_object().unwrap();
    for table in TARGETS.iter().map(|target| target.table().sql) {
        if ["people", "audit_log", "prices"].contains(&table) {
            assert!(!tables.contains_key(table), "{table}");
            continue;
        }
        let rows = tables[table].as_array().unwrap();
        // The activity has the export itself too.
        let expected = if table == "agent_memory" { 2 * BATCH as usize + 1 } else { 1 };
        assert_eq!(rows.len(), expected, "{table}");
        let ids: std::collections::BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rows.len(), "{table}");
        let owners = ["user_id", "owner_id"].iter().filter_map(|column| rows[0].get(column));
        for owner in owners {
            assert_eq!(*owner, json!(ada.id), "{table}");
        }
    }
    assert_eq!(tables["users"][0]["email"], json!(ada.email));
    assert_eq!(tables["portfolio_holdings"][0]["quantity"], json!("50.00000000"), "exact, as in the API");
    let secrets = ["hashed_password", "token_hash", "session_token", "phone_number", "$2b$", "s1."];
    let text = whole.to_string();
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}");
    }
    let logged = format!(
        "SELECT concat_ws('|', block_id, coalesce(user_input, '-')) FROM agent_memory WHERE action = 'account_exported' AND user_id = '{}'",
        ada.id
    );
    assert_eq!(line(&api, &logged).await, "authentication|-");
}

#[tokio::test]
async fn holds_the_numbers_in_full_for_the_password_alone_and_on_record() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let seal = |column, number| api.app.keys.seal(column, ada.id, number).unwrap();
    api.sql(&format!(
        "INSERT INTO user_onboarding_progress (user_id, full_name, phone_number, tax_file_number) VALUES ('{}', 'Ada', '{}', '{}')",
        ada.id,
        seal(PHONE_NUMBER, "+64211234567"),
        seal(TAX_FILE_NUMBER, "123456782")
    ))
    .await;
    let (status, whole, text) = export(&api, Some(&ada), "{}").await;
    assert_eq!((status, &whole["tables"]["user_onboarding_progress"][0]["full_name"]), (200, &json!("Ada")));
    assert!(!text.contains("1234567"), "{text}");
    let (_, whole, _) = export(&api, Some(&ada), &json!({ "password": PASSWORD }).to_string()).await;
    assert_eq!(
        whole["personal_data"],
        json!({ "phone_number": "+64211234567", "tax_file_number": "123456782", "tax_identification_number": null })
    );
    assert_eq!(line(&api, "SELECT count(*)::text FROM audit_log WHERE operation = 'REVEALED'").await, "1");
}

#[tokio::test]
async fn is_refused_to_everybody_else_and_then_not_recorded() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let token = stackmotive::authentication::personal_token::whole(&"a".repeat(43));
    api.sql(&format!(
        "INSERT INTO user_preferences (user_id, api_access_enabled) VALUES ('{0}', true);
         INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
         VALUES ('{0}', 'x', '{1}', 'abcd', '{{portfolio:read}}', now() + interval '1 day')",
        ada.id,
        crate::support::hash(&token)
    ))
    .await;
    let program = Somebody { token, ..ada.clone() };
    for (who, body, status, code) in [
        (None, "{}", 401, "UNAUTHENTICATED"),
        (Some(&program), "{}", 403, "FORBIDDEN"),
        (Some(&ada), "", 400, "INVALID"),
        (Some(&ada), "[]", 400, "INVALID"),
        (Some(&ada), r#"{"everything": true}"#, 400, "INVALID"),
        (Some(&ada), r#"{"password": "wrong"}"#, 400, "INVALID"),
    ] {
        let (found, answer, _) = export(&api, who, body).await;
        let code_of = &answer["errors"][0]["extensions"]["code"];
        assert_eq!((found, code_of), (status, &json!(code)), "{body}");
    }
    let form = Request::post("/export").header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(api.router.clone().oneshot(form).await.unwrap().status().as_u16(), 415);
    let logged = "SELECT action::text FROM agent_memory";
    assert_eq!(lines(&api, logged).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_column_with_a_suspicious_name_is_withheld_or_looked_at() {
    let api = Api::start().await;
    // What is looked at, and is the owner's to have.
    let harmless = [
        "password_changed_at",
        "totp_enabled_at",
        "tax_residency",
        "secondary_tax_residency",
        "tax_year_preference",
        "tax_registered_business",
        "tax_loss_harvesting_enabled",
        "nz_tax_optimization",
        "tax_efficiency_priority",
    ];
    let mut found = Vec::new();
    for table in TARGETS.iter().map(|target| target.table().sql) {
        let sql = format!(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0
             AND attname ~ 'pass|token|secret|hash|salt|totp|phone|tax'"
        );
        let columns: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut api.admin().await).await.unwrap();
        found.extend(
            columns.into_iter().filter(|column| !is_withheld(table, column) && !harmless.contains(&column.as_str())),
        );
    }
    assert_eq!(found, Vec::<String>::new(), "withhold it in store/export.rs, or say here that it is harmless");
}
