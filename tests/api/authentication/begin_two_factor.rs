//! Somebody begins a second factor.

use serde_json::json;

use super::{
    PASSWORD, issues, line, member, rows, sign_in,
    two_factor::{Guarded, begin, code, enable},
};
use crate::support::Api;

#[tokio::test]
async fn hands_out_a_secret_and_stores_it_sealed() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let answer = begin(&api, Some(&ada), PASSWORD).await;
    let secret = answer.data()["beginTwoFactor"]["secret"].as_str().unwrap();
    assert_eq!(data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap().len(), 20);
    let address = format!(
        "otpauth://totp/StackMotive:ada%40example.com?secret={secret}&issuer=StackMotive&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(answer.data()["beginTwoFactor"]["otpauthUri"], address);
    let stored = format!(
        "SELECT concat_ws('|', totp_secret LIKE 's1.%', strpos(totp_secret, '{secret}'), totp_enabled_at IS NULL) FROM users"
    );
    assert_eq!(line(&api, &stored).await, "t|0|t");
    let activity = "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-')) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|two_factor_begun|-", ada.id));
    // Nothing depends on it yet.
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn begins_anew_when_it_is_not_yet_on() {
    let api = Api::start().await;
    let (ada, first) = Guarded::begun(&api, "ada").await;
    let answer = begin(&api, Some(&ada), PASSWORD).await;
    let second = answer.data()["beginTwoFactor"]["secret"].as_str().unwrap();
    assert_ne!(second, first);
    assert_eq!(issues(&enable(&api, Some(&ada), &code(&first, 0)).await), json!([[["input", "code"], "WRONG"]]));
    enable(&api, Some(&ada), &code(second, 0)).await.data();
}

#[tokio::test]
async fn is_refused_without_the_password_and_when_it_is_on() {
    let api = Api::start().await;
    let ada = member(&api, "ada").await;
    let before = rows(&api).await;
    let answer = begin(&api, Some(&ada), "wrong").await;
    assert_eq!(issues(&answer), json!([[["input", "password"], "WRONG"]]));
    assert_eq!(answer.body["data"], json!({ "beginTwoFactor": null }));
    assert_eq!(begin(&api, None, PASSWORD).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
    assert_eq!(line(&api, "SELECT failed_login_attempts::text FROM users").await, "1");

    let bob = Guarded::new(&api, "bob").await;
    let before = rows(&api).await;
    assert_eq!(begin(&api, Some(&bob.who), PASSWORD).await.code(), "CONFLICT");
    assert_eq!(rows(&api).await, before);
}
