//! Accounts: signing up, in and out, and what tokens are good for.

mod access_token;
mod account;
mod addresses;
mod admin;
mod attempts;
mod begin_two_factor;
mod change_password;
mod cookies;
mod crowd;
mod disable_two_factor;
mod enable_two_factor;
mod export;
mod mail;
mod refresh_session;
mod register;
mod renew_recovery_codes;
mod request_email_verification;
mod request_password_reset;
mod reset_password;
mod revoke_session;
mod secrets;
mod sessions;
mod several;
mod sign_in;
mod sign_out;
pub(crate) mod two_factor;
mod verify_email;

use axum::{body::Body, http::Request};
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::{Value, json};
use stackmotive::sealing::columns::HASHED_PASSWORD;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::support::{Answer, Api, Log, Somebody, hash};

/// The password of everybody whom [`member`] makes.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// What a sign-in is asked for.
const TOKENS: &str =
    "{ accessToken accessExpiresAt refreshToken refreshExpiresAt sessionId user { id email displayName } }";

/// What signing in, or refreshing, handed out.
#[derive(Clone, Debug)]
struct Tokens {
    access: String,
    refresh: String,
    session: Uuid,
}

impl Tokens {
    fn of(payload: &Value) -> Self {
        let text = |field: &str| payload[field].as_str().unwrap().to_owned();
        let session = text("sessionId").strip_prefix("session_").unwrap().parse().unwrap();
        Self { access: text("accessToken"), refresh: text("refreshToken"), session }
    }

    /// The same person, asking with this access token.
    fn with(&self, somebody: &Somebody) -> Somebody {
        Somebody { token: self.access.clone(), ..somebody.clone() }
    }
}

/// Somebody with an account and [`PASSWORD`], whose hash is computed once for all.
pub(crate) async fn member(api: &Api, name: &str) -> Somebody {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(|| async {
        // A code is not an error's only part, so the error itself cannot be shown.
        let hashing = stackmotive::authentication::hashing::Hashing::default();
        hashing.hash(PASSWORD).await.map_err(|error| error.message).unwrap()
    });
    let member = api.somebody(name).await;
    let sealed = api.app.keys.seal(HASHED_PASSWORD, member.id, hash.await).unwrap();
    api.sql(&format!("UPDATE users SET hashed_password = '{sealed}' WHERE id = '{}'", member.id)).await;
    member
}

/// One more session of somebody, as signing in would have made it.
async fn session(api: &Api, who: &Somebody) -> Tokens {
    let session = Uuid::now_v7();
    let (access, refresh) = (format!("access of {session}"), format!("refresh of {session}"));
    api.sql(&format!(
        "INSERT INTO user_sessions (id, user_id, session_token, refresh_token, expires_at, access_expires_at)
         VALUES ('{session}', '{}', '{}', '{}', now() + interval '30 days', now() + interval '15 minutes')",
        who.id,
        hash(&access),
        hash(&refresh),
    ))
    .await;
    Tokens { access, refresh, session }
}

/// Asks for one of the mutations that answer with tokens.
async fn tokens(api: &Api, mutation: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {TOKENS} }}");
    api.ask_with(None, &query, json!({ "input": input })).await
}

pub(crate) async fn sign_in(api: &Api, email: &str, password: &str) -> Answer {
    tokens(api, "signIn", json!({ "email": email, "password": password })).await
}

async fn refresh(api: &Api, token: &str) -> Answer {
    tokens(api, "refreshSession", json!({ "refreshToken": token })).await
}

/// Whom a token belongs to, by address; none when it opens nothing.
async fn owner(api: &Api, token: &str) -> Option<String> {
    let who = Somebody { id: Uuid::nil(), email: String::new(), token: token.to_owned() };
    let answer = api.ask(Some(&who), "{ viewer { email } }").await;
    answer.body["data"]["viewer"]["email"].as_str().map(ToOwned::to_owned)
}

/// The tables that accounts are made of.
const TABLES: [&str; 8] = [
    "users",
    "user_sessions",
    "used_refresh_tokens",
    "one_time_tokens",
    "personal_tokens",
    "user_two_factor",
    "user_recovery_codes",
    "agent_memory",
];

/// Every row of those tables, to see that a refusal changed none; wrong passwords are counted, and that is looked at apart.
async fn rows(api: &Api) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        let row = "(to_jsonb(t) - 'failed_login_attempts')::text";
        all.extend(lines(api, &format!("SELECT '{table} ' || {row} FROM {table} t ORDER BY 1")).await);
    }
    all
}

/// A query's one column as text, read as the role that owns the tables.
pub(crate) async fn lines(api: &Api, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut api.admin().await).await.unwrap()
}

/// The one line of such a query.
pub(crate) async fn line(api: &Api, sql: &str) -> String {
    let mut lines = lines(api, sql).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines.remove(0)
}

/// An answer's whole text and headers, as they come from the server.
async fn raw(api: &Api, body: Value) -> (Vec<(String, String)>, Vec<u8>) {
    use tower::ServiceExt;
    let request = Request::post("/graphql").header("content-type", "application/json");
    let response = api.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    // Those of the budget tell how much has been asked so far, and so does the end of the body.
    let varies = |name: &str| matches!(name, "x-request-id" | "content-length") || name.starts_with("ratelimit");
    let headers = headers.filter(|(name, _)| !varies(name)).collect();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let body = match text.split_once(",\"extensions\":{\"cost\":") {
        Some((body, _)) => format!("{body}}}"),
        None => text,
    };
    (headers, body.into_bytes())
}

/// The code of an answer, and after how many seconds to come back.
fn outcome(answer: &Answer) -> (&str, Option<u64>) {
    if answer.body.get("errors").is_none() {
        return ("", None);
    }
    (answer.code(), answer.body["errors"][0]["extensions"]["retryAfter"].as_u64())
}

/// Counts attempts as a sign-in from these addresses would, without the price of the hash.
async fn count(api: &Api, action: &str, email: &str, addresses: &str, times: u32) {
    api.sql(&format!(
        "SELECT auth_reserve('{action}', '{email}', a.address) FROM {addresses} a (address), generate_series(1, {times})"
    ))
    .await;
}

/// Somebody is sent away with the right password, for so many seconds if their last attempt was a moment ago.
async fn assert_waits(api: &Api, email: &str, seconds: u64) {
    api.sql(
        "UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + (blocked_until - last_at),
            last_at = clock_timestamp() WHERE blocked_until > last_at",
    )
    .await;
    assert_limited(&sign_in(api, email, PASSWORD).await, seconds);
}

/// The answer says to come back after so many seconds, less those that have gone by meanwhile.
#[track_caller]
fn assert_limited(answer: &Answer, seconds: u64) {
    let (code, retry_after) = outcome(answer);
    assert_eq!(code, "RATE_LIMITED");
    assert!(retry_after.is_some_and(|after| after > seconds - 5 && after <= seconds), "{retry_after:?} of {seconds}");
}

/// Lets the counters believe that so much time went by.
async fn wait(api: &Api, interval: &str) {
    api.sql(&format!(
        "UPDATE sign_in_attempts SET last_at = last_at - interval '{interval}',
            blocked_until = blocked_until - interval '{interval}', forgotten_at = forgotten_at - interval '{interval}'"
    ))
    .await;
}

/// How often bcrypt was computed since the log was last read.
fn bcrypts(log: &Log) -> usize {
    log.take().iter().filter(|line| line["fields"]["message"] == "bcrypt").count()
}

/// The issues of an INVALID answer, without their sentences.
pub(crate) fn issues(answer: &Answer) -> Value {
    assert_eq!(answer.code(), "INVALID", "{:#}", answer.body);
    let issues = answer.body["errors"][0]["extensions"]["issues"].as_array().unwrap();
    issues.iter().map(|issue| json!([issue["path"].as_array().unwrap(), issue["code"]])).collect()
}
