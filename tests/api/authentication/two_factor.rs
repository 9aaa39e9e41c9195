//! Signing in with a second factor.

use std::time::Duration;

use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use stackmotive::authentication::hashing::Hashing;

use super::{
    PASSWORD, Tokens, assert_limited, bcrypts, issues, line, lines, member, outcome, owner, rows, session, tokens, wait,
};
use crate::support::{Answer, Api, Log, Somebody};

/// Somebody with a second factor.
pub struct Guarded {
    pub who: Somebody,
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

impl Guarded {
    /// Somebody who has begun it and not yet switched it on.
    pub async fn begun(api: &Api, name: &str) -> (Somebody, String) {
        let who = member(api, name).await;
        let answer = begin(api, Some(&who), PASSWORD).await;
        let secret = answer.data()["beginTwoFactor"]["secret"].as_str().unwrap().to_owned();
        (who, secret)
    }

    pub async fn new(api: &Api, name: &str) -> Self {
        let (who, secret) = Self::begun(api, name).await;
        let answer = enable(api, Some(&who), &code(&secret, 0)).await;
        let codes = answer.data()["enableTwoFactor"]["recoveryCodes"].as_array().unwrap().iter();
        let recovery_codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
        // As if that had been a while ago, so that the code of this moment is good again.
        api.sql("UPDATE user_two_factor SET last_step = 1; DELETE FROM sign_in_attempts").await;
        Self { who, secret, recovery_codes }
    }

    pub fn code(&self) -> String {
        code(&self.secret, 0)
    }

    async fn sign_in(&self, api: &Api, more: Value) -> Answer {
        let mut input = json!({ "email": self.who.email, "password": PASSWORD });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        tokens(api, "signIn", input).await
    }
}

pub async fn begin(api: &Api, who: Option<&Somebody>, password: &str) -> Answer {
    let query = "mutation($i: BeginTwoFactorInput!) { beginTwoFactor(input: $i) { secret otpauthUri } }";
    api.ask_with(who, query, json!({ "i": { "password": password } })).await
}

pub async fn enable(api: &Api, who: Option<&Somebody>, code: &str) -> Answer {
    let query = "mutation($i: EnableTwoFactorInput!) { enableTwoFactor(input: $i) { recoveryCodes sessionsEnded } }";
    api.ask_with(who, query, json!({ "i": { "code": code } })).await
}

/// What an app shows so many steps of 30 seconds from now.
pub fn code(secret: &str, steps: i64) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let step = chrono::Utc::now().timestamp() / 30 + steps;
    let sum = Hmac::<Sha1>::new_from_slice(&key).unwrap().chain_update(step.to_be_bytes()).finalize().into_bytes();
    let from = usize::from(sum[19] & 15);
    let number = u32::from_be_bytes(sum[from..from + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Six digits that are none of the codes of these minutes.
pub fn wrong_code(secret: &str) -> String {
    let near: Vec<_> = (-4..=4).map(|steps| code(secret, steps)).collect();
    (0..).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).unwrap()
}

const SESSIONS: &str = "SELECT id::text FROM user_sessions WHERE is_active";

#[tokio::test]
async fn asks_for_a_code_after_the_right_password_alone() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let before = rows(&api).await;
    let answer = ada.sign_in(&api, json!({})).await;
    assert_eq!(issues(&answer), json!([[["input", "totpCode"], "REQUIRED"]]));
    assert_eq!(answer.body["data"], json!({ "signIn": null }));
    let wrong = json!({ "password": "wrong", "totpCode": ada.code() });
    assert_eq!(outcome(&ada.sign_in(&api, wrong).await), ("UNAUTHENTICATED", None));
    let both = json!({ "totpCode": ada.code(), "recoveryCode": ada.recovery_codes[0] });
    assert_eq!(issues(&ada.sign_in(&api, both).await), json!([[["input", "recoveryCode"], "FORMAT"]]));
    assert_eq!(rows(&api).await, before);
    // None of that has used the code up.
    let made = Tokens::of(&ada.sign_in(&api, json!({ "totpCode": ada.code() })).await.data()["signIn"]);
    assert_eq!(owner(&api, &made.access).await, Some(ada.who.email));
}

#[tokio::test]
async fn takes_a_code_once_and_none_before_it() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let (now, next) = (code(&ada.secret, 0), code(&ada.secret, 1));
    ada.sign_in(&api, json!({ "totpCode": next })).await.data();
    let before = rows(&api).await;
    for used in [&next, &now] {
        let answer = ada.sign_in(&api, json!({ "totpCode": used })).await;
        assert_eq!(issues(&answer), json!([[["input", "totpCode"], "WRONG"]]));
        assert_eq!(answer.message(), "This code is wrong, or was used already.");
    }
    for wrong in [&*code(&ada.secret, -4), &code(&ada.secret, 4), &wrong_code(&ada.secret)] {
        let answer = ada.sign_in(&api, json!({ "totpCode": wrong })).await;
        assert_eq!(issues(&answer), json!([[["input", "totpCode"], "WRONG"]]));
    }
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn lets_one_of_twelve_with_the_same_code_in() {
    let api = Api::start_with(|app| app.hashing = Hashing::new(2, 50, Duration::from_secs(120))).await;
    let ada = Guarded::new(&api, "ada").await;
    for (kind, code) in [("totpCode", code(&ada.secret, 1)), ("recoveryCode", ada.recovery_codes[3].clone())] {
        api.sql("UPDATE user_sessions SET is_active = false").await;
        // From twelve addresses, so that none of them has to wait.
        let apis: Vec<_> = (1..=12).map(|n| api.at(&format!("198.51.100.{n}"))).collect();
        let answers = join_all(apis.iter().map(|api| ada.sign_in(api, json!({ kind: code })))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.body.get("errors").is_none());
        assert_eq!((won.len(), lost.len()), (1, 11), "{kind}");
        for answer in lost {
            assert_eq!(issues(answer), json!([[["input", kind], "WRONG"]]));
        }
        assert_eq!(lines(&api, SESSIONS).await.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn takes_a_recovery_code_once_however_it_is_typed() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let bob = Guarded::new(&api, "bob").await;
    let typed = ada.recovery_codes[0].replace('-', " ").to_uppercase();
    let answer =
        tokens(&api, "signIn", json!({ "email": ada.who.email, "password": PASSWORD, "recoveryCode": typed })).await;
    let made = Tokens::of(&answer.data()["signIn"]).with(&ada.who);
    let left =
        api.ask(Some(&made), "{ viewer { recoveryCodesLeft sessions { nodes { user { recoveryCodesLeft } } } } }");
    assert_eq!(left.await.data()["viewer"]["recoveryCodesLeft"], 9);
    let activity = "SELECT count(*)::text FROM agent_memory WHERE action = 'signed_in_with_recovery_code'";
    assert_eq!(line(&api, activity).await, "1");
    let before = rows(&api).await;
    for wrong in [&*ada.recovery_codes[0], &bob.recovery_codes[1], "", "aaaa-aaaa-aaaa-aaaa"] {
        let answer = ada.sign_in(&api, json!({ "recoveryCode": wrong })).await;
        assert_eq!(issues(&answer), json!([[["input", "recoveryCode"], "WRONG"]]), "{wrong}");
    }
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn counts_wrong_codes_and_lets_nobody_wash_them_off() {
    let api = Api::start().await.at("203.0.113.9");
    let ada = Guarded::new(&api, "ada").await;
    let wrong = json!({ "totpCode": wrong_code(&ada.secret) });
    for _ in 0..5 {
        assert_eq!(issues(&ada.sign_in(&api, wrong.clone()).await), json!([[["input", "totpCode"], "WRONG"]]));
        // Between two guesses, the password alone.
        if line(&api, "SELECT attempts::text FROM sign_in_attempts WHERE counter = 'account_at_address'").await != "5" {
            assert_eq!(issues(&ada.sign_in(&api, json!({})).await), json!([[["input", "totpCode"], "REQUIRED"]]));
        }
    }
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "5");
    api.sql("UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + interval '5 seconds'").await;
    let log = Log::listen("trace");
    assert_limited(&ada.sign_in(&api, json!({ "totpCode": ada.code() })).await, 5);
    assert_eq!(bcrypts(&log), 0);
    drop(log);
    wait(&api, "5 seconds").await;
    ada.sign_in(&api, json!({ "totpCode": ada.code() })).await.data();
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "0");
}

#[tokio::test]
async fn shows_the_number_of_codes_to_their_owner_alone() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let eve = api.somebody("eve").await;
    session(&api, &eve).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", eve.id)).await;
    let query = "{ viewer { recoveryCodesLeft } admin { users(orderBy: [{ field: EMAIL }]) { nodes { email recoveryCodesLeft } } } }";
    let answer = api.ask(Some(&eve), query).await;
    assert_eq!(answer.data()["viewer"], json!({ "recoveryCodesLeft": 0 }));
    let expected =
        json!([{ "email": ada.who.email, "recoveryCodesLeft": null }, { "email": eve.email, "recoveryCodesLeft": 0 }]);
    assert_eq!(answer.data()["admin"]["users"]["nodes"], expected);
}

#[tokio::test]
async fn leaves_neither_secret_nor_code_in_a_table_or_in_the_log() {
    let api = Api::start().await;
    let log = Log::listen("trace");
    let ada = Guarded::new(&api, "ada").await;
    ada.sign_in(&api, json!({ "recoveryCode": ada.recovery_codes[0] })).await.data();
    ada.sign_in(&api, json!({ "recoveryCode": ada.recovery_codes[0] })).await;
    api.app.audit.flush().await;
    let log = log.text();
    assert!(log.contains("user_recovery_codes"), "the log was heard");
    let bare = ada.recovery_codes.iter().map(|code| code.replace('-', ""));
    for secret in bare.chain(ada.recovery_codes.iter().cloned()).chain([ada.secret.clone()]) {
        assert!(!log.contains(&secret), "the log holds {secret}");
        for table in super::TABLES.into_iter().chain(["audit_log", "sign_in_attempts"]) {
            let found = format!("SELECT t::text FROM {table} t WHERE strpos(t::text, '{secret}') > 0");
            assert_eq!(lines(&api, &found).await, Vec::<String>::new(), "{table} holds {secret}");
        }
    }
}
