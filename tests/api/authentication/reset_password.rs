//! The token of a message lets somebody choose a new password.

use futures_util::future::join_all;
use serde_json::json;

use stackmotive::sealing::columns::TOTP_SECRET;

use super::{PASSWORD, bcrypts, issues, line, lines, member, owner, refresh, rows, session, sign_in};
use crate::support::{Answer, Api, Log, MailServer, Manner, Somebody, hash};

const NEW: &str = "another horse battery";

async fn reset(api: &Api, who: Option<&Somebody>, token: &str, password: &str) -> Answer {
    let query = "mutation($i: ResetPasswordInput!) { resetPassword(input: $i) { sessionsEnded } }";
    api.ask_with(who, query, json!({ "i": { "token": token, "newPassword": password } })).await
}

/// Asks for a message and answers its token.
async fn sent(api: &Api, mail: &mut MailServer, who: &Somebody) -> String {
    let query = "mutation($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { email } }";
    api.ask_with(None, query, json!({ "i": { "email": who.email } })).await.data();
    mail.next().await.token()
}

#[tokio::test]
async fn ends_all_sessions_tells_the_owner_and_signs_nobody_in() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    let other = session(&api, &ada).await;
    let sealed = api.app.keys.seal(TOTP_SECRET, ada.id, "JBSWY3DPEHPK3PXP").unwrap();
    api.sql(&format!(
        "UPDATE users SET password_changed_at = '2026-01-01', failed_login_attempts = 7, totp_secret = '{sealed}',
         totp_enabled_at = '2026-01-02', locked_until = '2026-01-03' WHERE id = '{}'",
        ada.id
    ))
    .await;
    let token = sent(&api, &mut mail, &ada).await;
    let answer = reset(&api, Some(&ada), &token, NEW).await;
    assert_eq!(answer.data(), &json!({ "resetPassword": { "sessionsEnded": 2 } }));
    assert_eq!(owner(&api, &ada.token).await, None);
    assert_eq!(owner(&api, &other.access).await, None);
    assert_eq!(refresh(&api, &other.refresh).await.code(), "UNAUTHENTICATED");
    assert_eq!(owner(&api, &bob.token).await, Some(bob.email.clone()));
    let sessions = format!("SELECT count(*)::text FROM user_sessions WHERE is_active AND user_id = '{}'", ada.id);
    assert_eq!(line(&api, &sessions).await, "0");

    let user = format!(
        "SELECT concat_ws('|', password_changed_at > now() - interval '1 minute', failed_login_attempts, totp_secret,
                totp_enabled_at::date, locked_until::date, email_verified_at IS NULL) FROM users WHERE id = '{}'",
        ada.id
    );
    assert_eq!(line(&api, &user).await, format!("t|0|{sealed}|2026-01-02|2026-01-03|t"));
    let activity = "SELECT concat_ws('|', user_id, block_id, coalesce(user_input, '-'), session_id) FROM agent_memory
                    WHERE action = 'password_reset'";
    assert_eq!(line(&api, activity).await, format!("{}|authentication|-|system:mail", ada.id));

    let notice = mail.next().await;
    assert_eq!(notice.to, [ada.email.as_str()]);
    assert_eq!(notice.header("Subject"), "Your password was changed");
    assert!(!notice.text.contains(NEW) && !notice.text.contains("token"), "{}", notice.text);
    api.sql("UPDATE users SET totp_secret = NULL, totp_enabled_at = NULL").await;
    assert_eq!(sign_in(&api, &ada.email, PASSWORD).await.code(), "UNAUTHENTICATED");
    sign_in(&api, &ada.email, NEW).await.data();
    sign_in(&api, &bob.email, PASSWORD).await.data();
}

#[tokio::test]
async fn of_twelve_at_once_one_wins() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = member(&api, "ada").await;
    let token = sent(&api, &mut mail, &ada).await;
    let passwords: Vec<String> = (0..12).map(|number| format!("horse number {number}")).collect();
    let answers = join_all(passwords.iter().map(|password| reset(&api, None, &token, password))).await;
    let won: Vec<_> =
        passwords.iter().zip(&answers).filter(|(_, answer)| answer.body.get("errors").is_none()).collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.body.get("errors").is_some()) {
        assert_eq!(issues(answer), json!([[["input", "token"], "ENDED"]]));
    }
    sign_in(&api, &ada.email, won[0].0).await.data();
    assert_eq!(lines(&api, "SELECT action::text FROM agent_memory WHERE action = 'password_reset'").await.len(), 1);
}

#[tokio::test]
async fn a_password_that_will_not_do_leaves_the_token_good() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = member(&api, "lovelace").await;
    let token = sent(&api, &mut mail, &ada).await;
    let before = rows(&api).await;
    let log = Log::listen("trace");
    for (password, code) in [
        ("1234567", "TOO_SHORT"),
        (&"x".repeat(129), "TOO_LONG"),
        ("Password123", "COMMON"),
        ("I am LoveLace", "COMMON"),
    ] {
        let answer = reset(&api, None, &token, password).await;
        assert_eq!(issues(&answer), json!([[["input", "newPassword"], code]]), "{password}");
        assert_eq!(answer.body["data"], json!({ "resetPassword": null }));
    }
    assert_eq!(bcrypts(&log), 0);
    assert_eq!(rows(&api).await, before);
    assert!(mail.is_empty());
    reset(&api, None, &token, NEW).await.data();
}

#[tokio::test]
async fn refuses_every_token_that_is_not_live_alike_and_computes_nothing() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = member(&api, "ada").await;
    let retired = sent(&api, &mut mail, &ada).await;
    let token = sent(&api, &mut mail, &ada).await;
    api.ask(Some(&ada), "mutation { requestEmailVerification { email } }").await.data();
    let of_another_purpose = mail.next().await.token();
    let log = Log::listen("trace");
    let ended = json!([[["input", "token"], "ENDED"]]);
    let before = rows(&api).await;
    for wrong in ["", "wrong", &retired, &of_another_purpose, &hash(&token), &token.to_lowercase(), &"x".repeat(60_000)]
    {
        assert_eq!(issues(&reset(&api, Some(&ada), wrong, NEW).await), ended);
    }
    assert_eq!(rows(&api).await, before);
    for (change, back) in [
        (
            "UPDATE one_time_tokens SET expires_at = expires_at - interval '30 minutes'",
            "UPDATE one_time_tokens SET expires_at = expires_at + interval '30 minutes'",
        ),
        ("UPDATE users SET email = 'new@example.com'", "UPDATE users SET email = 'ada@example.com'"),
        ("UPDATE users SET is_active = false", "UPDATE users SET is_active = true"),
    ] {
        api.sql(change).await;
        assert_eq!(issues(&reset(&api, None, &token, NEW).await), ended, "{change}");
        api.sql(back).await;
    }
    assert_eq!(bcrypts(&log), 0);
    reset(&api, None, &token, NEW).await.data();
    assert_eq!(issues(&reset(&api, None, &token, "yet another horse").await), ended);
    sign_in(&api, &ada.email, NEW).await.data();
}
