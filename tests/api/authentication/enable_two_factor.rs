//! Somebody switches the second factor on.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    assert_limited, issues, line, lines, member, owner, rows, session,
    two_factor::{Guarded, code, enable, wrong_code},
};
use crate::support::{Api, hash};

#[tokio::test]
async fn hands_out_ten_recovery_codes_and_ends_the_other_sessions() {
    let api = Api::start().await;
    let (ada, secret) = Guarded::begun(&api, "ada").await;
    let other = session(&api, &ada).await;
    let bob = api.somebody("bob").await;
    let answer = enable(&api, Some(&ada), &code(&secret, 0)).await;
    let payload = &answer.data()["enableTwoFactor"];
    assert_eq!(payload["sessionsEnded"], 1);
    let codes: BTreeSet<_> =
        payload["recoveryCodes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    for code in &codes {
        let groups: Vec<_> = code.split('-').collect();
        assert_eq!(groups.len(), 6, "{code}");
        let is_base32 = |letter: char| letter.is_ascii_lowercase() || ('2'..='7').contains(&letter);
        assert!(groups.iter().all(|group| group.len() == 4 && group.chars().all(is_base32)), "{code}");
    }
    let mut hashes: Vec<_> = codes.iter().map(|code| hash(&code.replace('-', ""))).collect();
    hashes.sort_unstable();
    let stored = "SELECT code_hash::text FROM user_recovery_codes WHERE used_at IS NULL ORDER BY 1";
    assert_eq!(lines(&api, stored).await, hashes);
    assert_eq!(owner(&api, &other.access).await, None);
    assert_eq!(owner(&api, &bob.token).await, Some(bob.email));
    let viewer = api.ask(Some(&ada), "{ viewer { totpEnabledAt recoveryCodesLeft } }").await;
    assert_eq!(viewer.data()["viewer"]["recoveryCodesLeft"], 10);
    assert!(viewer.data()["viewer"]["totpEnabledAt"].is_string());
    let activity = "SELECT string_agg(action, ' ' ORDER BY timestamp) FROM agent_memory";
    assert_eq!(line(&api, activity).await, "two_factor_begun two_factor_enabled");
}

#[tokio::test]
async fn is_refused_with_a_wrong_code_which_is_counted() {
    let api = Api::start().await.at("203.0.113.9");
    let (ada, secret) = Guarded::begun(&api, "ada").await;
    let before = rows(&api).await;
    let wrong = wrong_code(&secret);
    for given in [&*wrong, "", "12345", "abcdef", &code(&secret, 4)] {
        let answer = enable(&api, Some(&ada), given).await;
        assert_eq!(issues(&answer), json!([[["input", "code"], "WRONG"]]), "{given}");
        assert_eq!(answer.body["data"], json!({ "enableTwoFactor": null }));
    }
    api.sql("UPDATE sign_in_attempts SET blocked_until = clock_timestamp() + interval '5 seconds'").await;
    assert_limited(&enable(&api, Some(&ada), &code(&secret, 0)).await, 5);
    assert_eq!(enable(&api, None, &code(&secret, 0)).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn is_a_conflict_before_it_was_begun_and_when_it_is_on() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let bob = Guarded::new(&api, "bob").await;
    let before = rows(&api).await;
    assert_eq!(enable(&api, Some(&ada), "123456").await.code(), "CONFLICT");
    assert_eq!(enable(&api, Some(&bob.who), &bob.code()).await.code(), "CONFLICT");
    assert_eq!(rows(&api).await, before);
    let counted = "SELECT string_agg(DISTINCT attempts::text, ' ') FROM sign_in_attempts";
    assert_eq!(line(&api, counted).await, "0");
}
