//! Somebody switches the second factor off.

use serde_json::{Value, json};

use super::{
    PASSWORD, issues, line, member, owner, rows, session, sign_in,
    two_factor::{Guarded, wrong_code},
};
use crate::support::{Answer, Api, Somebody};

async fn disable(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    let query = "mutation($i: DisableTwoFactorInput!) {
        disableTwoFactor(input: $i) { sessionsEnded user { totpEnabledAt recoveryCodesLeft } }
    }";
    api.ask_with(who, query, json!({ "i": input })).await
}

#[tokio::test]
async fn takes_the_password_and_a_code_of_either_kind_and_leaves_nothing() {
    let api = Api::start().await;
    for (name, kind) in [("ada", "totpCode"), ("bob", "recoveryCode")] {
        let guarded = Guarded::new(&api, name).await;
        let code = if kind == "totpCode" { guarded.code() } else { guarded.recovery_codes[0].clone() };
        let phone = session(&api, &guarded.who).await;
        let answer = disable(&api, Some(&guarded.who), json!({ "password": PASSWORD, kind: code })).await;
        assert_eq!(answer.data()["disableTwoFactor"]["sessionsEnded"], 1);
        assert_eq!(owner(&api, &phone.access).await, None);
        assert_eq!(owner(&api, &guarded.who.token).await.as_ref(), Some(&guarded.who.email));
        let user = json!({ "totpEnabledAt": null, "recoveryCodesLeft": 0 });
        assert_eq!(answer.data()["disableTwoFactor"]["user"], user, "{name}");
        sign_in(&api, &guarded.who.email, PASSWORD).await.data();
    }
    let left =
        "SELECT concat_ws('|', (SELECT count(*) FROM user_recovery_codes), (SELECT count(*) FROM user_two_factor),
                (SELECT count(*) FROM users WHERE totp_secret IS NOT NULL OR totp_enabled_at IS NOT NULL))";
    assert_eq!(line(&api, left).await, "0|0|0");
    let activity = "SELECT count(*)::text FROM agent_memory WHERE action = 'two_factor_disabled'";
    assert_eq!(line(&api, activity).await, "2");
}

#[tokio::test]
async fn is_refused_without_one_of_the_two() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let bob = member(&api, "bob").await;
    let before = rows(&api).await;
    for (input, expected) in [
        (json!({ "password": "wrong", "totpCode": ada.code() }), json!([[["input", "password"], "WRONG"]])),
        (json!({ "password": PASSWORD }), json!([[["input", "totpCode"], "REQUIRED"]])),
        (
            json!({ "password": PASSWORD, "totpCode": wrong_code(&ada.secret) }),
            json!([[["input", "totpCode"], "WRONG"]]),
        ),
        (json!({ "password": PASSWORD, "recoveryCode": "x" }), json!([[["input", "recoveryCode"], "WRONG"]])),
    ] {
        let answer = disable(&api, Some(&ada.who), input.clone()).await;
        assert_eq!(issues(&answer), expected, "{input}");
        assert_eq!(answer.body["data"], json!({ "disableTwoFactor": null }));
    }
    let right = json!({ "password": PASSWORD, "totpCode": ada.code() });
    assert_eq!(disable(&api, Some(&bob), right.clone()).await.code(), "CONFLICT");
    assert_eq!(disable(&api, None, right).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
    let counted = "SELECT failed_login_attempts::text FROM users WHERE email = 'ada@example.com'";
    assert_eq!(line(&api, counted).await, "3");
}
