//! Where personal data may stand nowhere: logs, of the server and of PostgreSQL, activity, other columns, and errors.

use std::{path::PathBuf, time::Duration};

use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::json;

use super::{PHONE, give_numbers, update};
use crate::{
    authentication::{PASSWORD, lines, member},
    support::{Api, Log, Somebody},
};

/// Numbers that are refused, each in a way of its own.
const WRONG_PHONE: &str = "0215550188";
const LONG_TAX: &str = "777777777777777777777";
const CUT_OFF: &str = "+64215550166";
const REFUSED: &str = "+64215550177";
const TAX: &str = "58231964407";
const IN_DOCUMENT: &str = "+64215550155";
const AS_NUMBER: u64 = 64_215_550_122;

#[tokio::test]
async fn personal_data_is_in_no_log_and_in_no_other_column() {
    let api = Api::start().await;
    let name = lines(&api, "SELECT current_database()::text").await.remove(0);
    // PostgreSQL tells every statement with its parameters, for this database alone.
    api.sql(&format!(
        "ALTER DATABASE {name} SET log_statement = 'all'; ALTER DATABASE {name} SET log_min_messages = 'debug1'; \
        ALTER DATABASE {name} SET log_parameter_max_length_on_error = -1"
    ))
    .await;
    let log = Log::listen("trace");
    let ada = member(&api, "ada").await;
    let mut answers = all_that_fails(&api, &ada).await;
    give_numbers(&api, &ada).await;
    update(&api, Some(&ada), json!({ "taxIdentificationNumber": TAX })).await.data();
    let document = format!(
        "mutation Update {{ updatePersonalData(input: {{ phoneNumber: \"{IN_DOCUMENT}\" }}) {{ onboarding {{ id }} }} }}"
    );
    answers.push(api.ask(Some(&ada), &document).await.text);
    let reveal = format!("mutation {{ revealPersonalData(input: {{ password: \"{PASSWORD}\" }}) {{ phoneNumber }} }}");
    assert_eq!(api.ask(Some(&ada), &reveal).await.data()["revealPersonalData"]["phoneNumber"], IN_DOCUMENT);

    let (ours, theirs) = (log.text(), postgres_log(&api));
    assert!(
        ours.contains("\"operation_name\":\"Update\"") && ours.contains("user_onboarding_progress"),
        "it was heard"
    );
    assert!(theirs.contains("UPDATE \"user_onboarding_progress\"") && theirs.contains("= 's1.test-1."), "it was heard");
    assert!(theirs.contains("user_onboarding_progress_phone_number_refused_check"), "the refusal was heard");
    let everywhere = rows(&api).await;
    for secret in
        [PHONE, super::TAX, super::TAX_FILE, WRONG_PHONE, LONG_TAX, CUT_OFF, REFUSED, TAX, IN_DOCUMENT, PASSWORD]
    {
        let secret = secret.trim_start_matches('+');
        for (place, text) in [("our log", &ours), ("PostgreSQL's log", &theirs), ("a row", &everywhere)] {
            // Six digits may turn up in a time or an id, never beside letters of ours.
            let found = if secret.len() > 6 { text.contains(secret) } else { text.contains(&format!("\"{secret}\"")) };
            assert!(!found, "{place} holds {secret}");
        }
        assert!(answers.iter().all(|answer| !answer.contains(secret)), "{secret} in {answers:#?}");
    }
    let as_number = AS_NUMBER.to_string();
    assert!(answers.iter().all(|answer| !answer.contains(&as_number)), "{answers:#?}");
    assert!(!ours.contains(&as_number) && !theirs.contains(&as_number));
}

/// Wrong numbers, a value of the wrong kind, a constraint that refuses, a connection that is cut in the middle.
async fn all_that_fails(api: &Api, ada: &Somebody) -> Vec<String> {
    let mut answers = Vec::new();
    let refused = update(api, Some(ada), json!({ "phoneNumber": WRONG_PHONE, "taxFileNumber": LONG_TAX })).await;
    assert_eq!(refused.code(), "INVALID");
    answers.push(refused.text);
    let refused = update(api, Some(ada), json!({ "phoneNumber": AS_NUMBER })).await;
    assert_eq!(refused.code(), "INVALID");
    answers.push(refused.text);

    api.sql(
        "ALTER TABLE user_onboarding_progress ADD CONSTRAINT user_onboarding_progress_phone_number_refused_check \
             CHECK (phone_number IS NULL)",
    )
    .await;
    let refused = update(api, Some(ada), json!({ "phoneNumber": REFUSED })).await;
    assert_eq!(refused.code(), "INVALID");
    answers.push(refused.text);
    api.sql("ALTER TABLE user_onboarding_progress DROP CONSTRAINT user_onboarding_progress_phone_number_refused_check")
        .await;

    api.sql(&format!("INSERT INTO user_onboarding_progress (user_id) VALUES ('{}')", ada.id)).await;
    let mut holder = api.admin().await;
    sqlx::raw_sql("BEGIN; SELECT FROM user_onboarding_progress FOR UPDATE").execute(&mut holder).await.unwrap();
    let cutting = async {
        let cut = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while lines(api, cut).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let (refused, ()) = tokio::join!(update(api, Some(ada), json!({ "phoneNumber": CUT_OFF })), cutting);
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!(refused.code(), "UNAVAILABLE");
    answers.push(refused.text);
    answers
}

/// Every row of every table, as text.
async fn rows(api: &Api) -> String {
    let tables =
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')";
    let mut all = String::new();
    for table in lines(api, tables).await {
        let sql = format!("SELECT to_jsonb(t)::text FROM public.{table} t");
        let found: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut api.admin().await).await.unwrap();
        all.push_str(&found.join("\n"));
    }
    all
}

/// What PostgreSQL has told so far.
fn postgres_log(api: &Api) -> String {
    let url = url::Url::parse(&api.admin_url).unwrap();
    let socket = url.query_pairs().find(|(name, _)| name == "host").unwrap().1.into_owned();
    let path = PathBuf::from(socket).parent().unwrap().join("postgres.log");
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}
