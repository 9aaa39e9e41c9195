//! Somebody asks for new recovery codes.

use serde_json::{Value, json};

use super::{
    PASSWORD, issues, line, member, rows, tokens,
    two_factor::{Guarded, wrong_code},
};
use crate::support::{Answer, Api, Somebody};

async fn renew(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    let query = "mutation($i: RenewRecoveryCodesInput!) { renewRecoveryCodes(input: $i) { recoveryCodes } }";
    api.ask_with(who, query, json!({ "i": input })).await
}

#[tokio::test]
async fn puts_ten_new_ones_in_the_place_of_the_old() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let input = json!({ "password": PASSWORD, "recoveryCode": ada.recovery_codes[0] });
    let answer = renew(&api, Some(&ada.who), input).await;
    let new = answer.data()["renewRecoveryCodes"]["recoveryCodes"].as_array().unwrap();
    assert_eq!(new.len(), 10);
    assert!(new.iter().all(|code| !ada.recovery_codes.iter().any(|old| code == old)));
    let input = |code: &str| json!({ "email": ada.who.email, "password": PASSWORD, "recoveryCode": code });
    let old = tokens(&api, "signIn", input(&ada.recovery_codes[1])).await;
    assert_eq!(issues(&old), json!([[["input", "recoveryCode"], "WRONG"]]));
    tokens(&api, "signIn", input(new[9].as_str().unwrap())).await.data();
    let counts = "SELECT concat_ws('|', count(*), count(used_at)) FROM user_recovery_codes";
    assert_eq!(line(&api, counts).await, "10|1");
    let activity = "SELECT count(*)::text FROM agent_memory WHERE action = 'recovery_codes_renewed'";
    assert_eq!(line(&api, activity).await, "1");
}

#[tokio::test]
async fn is_refused_without_the_password_and_a_code() {
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
    ] {
        let answer = renew(&api, Some(&ada.who), input.clone()).await;
        assert_eq!(issues(&answer), expected, "{input}");
        assert_eq!(answer.body["data"], json!({ "renewRecoveryCodes": null }));
    }
    let right = json!({ "password": PASSWORD, "totpCode": ada.code() });
    assert_eq!(renew(&api, Some(&bob), right.clone()).await.code(), "CONFLICT");
    assert_eq!(renew(&api, None, right).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
}
