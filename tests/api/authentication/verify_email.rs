//! The token of a message confirms the address that it was sent to.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{issues, line, rows};
use crate::support::{Answer, Api, MailServer, Manner, Somebody};

const REQUEST: &str = "mutation { requestEmailVerification { email } }";

async fn verify(api: &Api, who: Option<&Somebody>, token: &str) -> Answer {
    let query = "mutation($i: VerifyEmailInput!) { verifyEmail(input: $i) { emailVerifiedAt } }";
    api.ask_with(who, query, json!({ "i": { "token": token } })).await
}

/// Somebody, and the token that was sent to them.
async fn sent(api: &Api, mail: &mut MailServer, name: &str) -> (Somebody, String) {
    let somebody = api.somebody(name).await;
    api.ask(Some(&somebody), REQUEST).await.data();
    let token = mail.next().await.token();
    (somebody, token)
}

#[tokio::test]
async fn confirms_the_account_of_the_token_whoever_is_signed_in() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, token) = sent(&api, &mut mail, "ada").await;
    let bob = api.somebody("bob").await;
    let answer = verify(&api, Some(&bob), &token).await;
    assert!(answer.data()["verifyEmail"]["emailVerifiedAt"].is_string());

    let verified = "SELECT email::text FROM users WHERE email_verified_at > now() - interval '1 minute'";
    assert_eq!(line(&api, verified).await, ada.email);
    let viewer = api.ask(Some(&ada), "{ viewer { emailVerifiedAt } }").await;
    assert_eq!(viewer.data()["viewer"]["emailVerifiedAt"], answer.data()["verifyEmail"]["emailVerifiedAt"]);
    let activity = "SELECT concat_ws('|', user_id, block_id, coalesce(user_input, '-'), session_id) FROM agent_memory
                    WHERE action = 'email_verified'";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|-|system:mail", ada.id));
    assert_eq!(api.ask(Some(&ada), REQUEST).await.code(), "CONFLICT");
    assert!(mail.is_empty());
}

#[tokio::test]
async fn takes_a_token_once_also_when_twelve_come_together() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (_, token) = sent(&api, &mut mail, "ada").await;
    let answers = join_all((0..12).map(|_| verify(&api, None, &token))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.body.get("errors").is_none());
    assert_eq!((won.len(), lost.len()), (1, 11));
    for answer in lost {
        assert_eq!(issues(answer), json!([[["input", "token"], "ENDED"]]));
    }
}

#[tokio::test]
async fn refuses_every_token_that_is_not_live_alike_and_changes_nothing() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, token) = sent(&api, &mut mail, "ada").await;
    let reset = "mutation { requestPasswordReset(input: { email: \"ada@example.com\" }) { email } }";
    api.ask(None, reset).await.data();
    let of_another_purpose = mail.next().await.token();

    let mut answers: Vec<Value> = Vec::new();
    let mut refuse = async |token: &str, what: &str| {
        let before = rows(&api).await;
        let answer = verify(&api, Some(&ada), token).await;
        assert_eq!(issues(&answer), json!([[["input", "token"], "ENDED"]]), "{what}");
        assert_eq!(rows(&api).await, before, "{what}");
        answers.push(answer.body["errors"].clone());
    };
    for malformed in
        ["", " ", "wrong", "'; DROP TABLE users --", "å\0", &token[1..], &format!("{token} "), &"x".repeat(60_000)]
    {
        refuse(malformed, malformed.get(..9).unwrap_or(malformed)).await;
    }
    refuse(&crate::support::hash(&token), "what stands in the table").await;
    refuse(&of_another_purpose, "another purpose").await;
    for (what, change, back) in [
        (
            "30 minutes are over",
            "UPDATE one_time_tokens SET expires_at = expires_at - interval '30 minutes'",
            "UPDATE one_time_tokens SET expires_at = expires_at + interval '30 minutes'",
        ),
        ("address", "UPDATE users SET email = 'new@example.com'", "UPDATE users SET email = 'Ada@example.com'"),
        ("closed", "UPDATE users SET is_active = false", "UPDATE users SET is_active = true"),
    ] {
        api.sql(change).await;
        let answer = verify(&api, None, &token).await;
        assert_eq!(issues(&answer), json!([[["input", "token"], "ENDED"]]), "{what}");
        api.sql(back).await;
    }
    verify(&api, None, &token).await.data();
    let used = verify(&api, Some(&ada), &token).await;
    assert!(answers.iter().all(|answer| *answer == used.body["errors"]));
}
