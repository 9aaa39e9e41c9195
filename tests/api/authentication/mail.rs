//! How messages go out: tried again, given up, written to the log, and never with more than they must tell.

use std::time::Duration;

use serde_json::json;

use super::{PASSWORD, lines, member, tokens};
use crate::support::{Answer, Api, Log, MailServer, Manner, Somebody};

const REQUEST: &str = "mutation { requestEmailVerification { email } }";

async fn change_password(api: &Api, who: &Somebody) -> Answer {
    let query = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { sessionsEnded } }";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    api.ask_with(Some(who), query, json!({ "i": input })).await
}

#[tokio::test]
async fn a_server_that_hesitates_is_asked_again() {
    let mut mail = MailServer::start(Manner::Hesitates).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = api.somebody("ada").await;
    api.ask(Some(&ada), REQUEST).await.data();
    assert_eq!(mail.next().await.to, [ada.email]);
}

#[tokio::test]
async fn a_server_that_refuses_is_not_and_its_words_stay_out_of_the_log() {
    let mut mail = MailServer::start(Manner::Refuses).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = api.somebody("ada").await;
    let log = Log::listen("warn,stackmotive=trace");
    api.ask(Some(&ada), REQUEST).await.data();
    api.app.mailer.close(Duration::from_secs(30)).await;
    assert!(mail.is_empty());
    let text = log.text();
    assert!(text.contains("a message was given up") && text.contains("the mail server answered 550"), "{text}");
    assert!(!text.contains("ada@example.com") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn a_server_that_is_silent_holds_up_no_request_and_only_so_many_messages_wait() {
    let mail = MailServer::start(Manner::IsSilent).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let log = Log::listen("warn,stackmotive=info");
    let query = "mutation { requestPasswordReset(input: { email: \"ada@example.com\" }) { email } }";
    let ada = api.somebody("ada").await;
    for _ in 0..3 {
        api.ask(None, query).await.data();
    }
    // What waits now waits for the server; the rest of the room is taken by messages that are never made.
    for _ in 0..stackmotive::mail::CAPACITY {
        api.app.mailer.post(std::future::pending());
    }
    assert!(log.text().contains("a message was dropped"), "{}", log.text());
    let answer = tokio::time::timeout(Duration::from_secs(5), api.ask(None, query)).await.expect("an answer");
    assert_eq!(answer.data()["requestPasswordReset"]["email"], ada.email);
    api.app.mailer.close(Duration::from_millis(100)).await;
    assert!(log.text().contains("messages were given up, because the server stops"), "{}", log.text());
}

#[tokio::test]
async fn changing_a_password_is_told_to_its_owner() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = member(&api, "ada").await;
    change_password(&api, &ada).await.data();
    let notice = mail.next().await;
    assert_eq!(notice.to, [ada.email.as_str()]);
    assert_eq!(notice.header("Subject"), "Your password was changed");
    assert!(!notice.text.contains("battery"), "{}", notice.text);
    api.app.mailer.close(Duration::from_secs(30)).await;
    assert!(mail.is_empty());
}

#[tokio::test]
async fn a_token_reaches_no_log_and_no_table_when_there_is_a_mail_server() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let log = Log::listen("trace");
    let input = json!({ "email": "ada@example.com", "password": "longenough" });
    tokens(&api, "register", input).await.data();
    let query = "mutation { requestPasswordReset(input: { email: \"ada@example.com\" }) { email } }";
    let mut secrets = vec![mail.next().await.token()];
    api.ask(None, query).await.data();
    secrets.push(mail.next().await.token());
    let reset = "mutation($i: ResetPasswordInput!) { resetPassword(input: $i) { sessionsEnded } }";
    secrets.push("another horse battery".to_owned());
    api.ask_with(None, reset, json!({ "i": { "token": secrets[1], "newPassword": secrets[2] } })).await.data();
    mail.next().await;
    let verify = "mutation($i: VerifyEmailInput!) { verifyEmail(input: $i) { emailVerifiedAt } }";
    api.ask_with(None, verify, json!({ "i": { "token": secrets[0] } })).await.data();

    let mut everything = log.text();
    for table in ["users", "user_sessions", "one_time_tokens", "agent_memory"] {
        everything.push_str(&lines(&api, &format!("SELECT t::text FROM {table} t")).await.join("\n"));
    }
    for secret in secrets.iter().map(String::as_str).chain(["hunter2"]) {
        assert!(!everything.contains(secret), "{secret} was written down");
    }
}

#[tokio::test]
async fn without_a_mail_server_a_message_goes_to_the_log_where_the_settings_say_so() {
    use stackmotive::config::{MailDelivery, Settings};
    let settings = Settings { mail: Some(MailDelivery::Log), ..Settings::for_tests() };
    let api = Api::start_as(settings, |_| ()).await;
    let ada = api.somebody("ada").await;
    let log = Log::listen("warn,stackmotive=info");
    api.ask(Some(&ada), REQUEST).await.data();
    api.app.mailer.close(Duration::from_secs(30)).await;
    let lines = log.take();
    let mail = lines.iter().find(|line| line["fields"]["message"] == "mail").expect("a message in the log");
    assert_eq!(mail["fields"]["to"], ada.email);
    let text = mail["fields"]["text"].as_str().unwrap();
    let token = text.lines().find(|line| line.len() == 43).expect("a bare token, for there is no app to link to");
    let verify = "mutation($i: VerifyEmailInput!) { verifyEmail(input: $i) { emailVerifiedAt } }";
    api.ask_with(None, verify, json!({ "i": { "token": token } })).await.data();
}
