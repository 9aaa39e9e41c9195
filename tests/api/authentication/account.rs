//! Somebody changes their profile and their address, and closes the account.

use futures_util::future::join_all;
use sea_orm::sqlx::{self, AssertSqlSafe};
use serde_json::{Value, json};

use super::{
    PASSWORD, issues, line, lines, member, rows, session, sign_in,
    two_factor::{Guarded, wrong_code},
};
use crate::support::{Answer, Api, MailServer, Manner, Somebody};

async fn ask(api: &Api, who: Option<&Somebody>, mutation: &str, selection: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($i: {kind}!) {{ {mutation}(input: $i) {selection} }}");
    api.ask_with(who, &query, json!({ "i": input })).await
}

async fn profile(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    ask(api, who, "updateProfile", "{ user { displayName preferredCurrency updatedAt } }", input).await
}

async fn change(api: &Api, who: Option<&Somebody>, email: &str, password: &str) -> Answer {
    ask(api, who, "changeEmail", "{ email }", json!({ "email": email, "password": password })).await
}

async fn confirm(api: &Api, token: &str) -> Answer {
    ask(api, None, "confirmEmailChange", "{ email emailVerifiedAt }", json!({ "token": token })).await
}

async fn close(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    ask(api, who, "closeAccount", "{ closed deleted { type count } }", input).await
}

#[tokio::test]
async fn a_profile_keeps_what_is_left_out_and_clears_what_is_null() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for (input, name, currency) in [
        (json!({ "displayName": " Åda 😀 " }), json!("Åda 😀"), json!("USD")),
        (json!({ "preferredCurrency": "NZD" }), json!("Åda 😀"), json!("NZD")),
        (json!({}), json!("Åda 😀"), json!("NZD")),
        (json!({ "displayName": null, "preferredCurrency": null }), json!(null), json!(null)),
    ] {
        let answer = profile(&api, Some(&ada), input.clone()).await;
        let user = &answer.data()["updateProfile"]["user"];
        assert_eq!((&user["displayName"], &user["preferredCurrency"]), (&name, &currency), "{input}");
    }
    let logged = "SELECT concat_ws('|', action, coalesce(user_input, '-')) FROM agent_memory";
    assert_eq!(lines(&api, logged).await, ["profile_updated|-"; 4], "nothing personal");
    let before = rows(&api).await;
    for (input, expected) in [
        (json!({ "displayName": " " }), json!([[["input", "displayName"], "BLANK"]])),
        (json!({ "displayName": "n".repeat(256) }), json!([[["input", "displayName"], "TOO_LONG"]])),
        (json!({ "preferredCurrency": "JPY" }), json!([[["input", "preferredCurrency"], "OUT_OF_RANGE"]])),
    ] {
        assert_eq!(issues(&profile(&api, Some(&ada), input).await), expected);
    }
    let stale = profile(&api, Some(&ada), json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z" })).await;
    assert_eq!(stale.code(), "CONFLICT");
    assert!(!stale.text.contains("$2b$") && !stale.text.contains("s1."), "no secret in {}", stale.text);
    assert_eq!(profile(&api, None, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn another_address_counts_once_it_is_proved_and_the_old_one_is_told() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let ada = member(&api, "ada").await;
    let answer = change(&api, Some(&ada), "new@example.com", PASSWORD).await;
    assert_eq!(answer.data()["changeEmail"]["email"], "new@example.com");
    let mut mails = [mail.next().await, mail.next().await];
    mails.sort_by_key(|mail| mail.to.clone());
    let [told, asked] = mails;
    assert_eq!(
        (&told.to[..], &asked.to[..]),
        (&["ada@example.com".to_owned()][..], &["new@example.com".to_owned()][..])
    );
    assert!(asked.text.contains("https://app.stackmotive.example/change-email#token="), "{}", asked.text);
    assert!(!told.text.contains("token") && !told.text.contains("new@"), "{}", told.text);
    assert_eq!(line(&api, "SELECT email::text FROM users").await, "ada@example.com", "not before it is proved");

    let token = asked.token();
    let answers = join_all((0..6).map(|_| confirm(&api, &token))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.body.get("errors").is_none());
    assert_eq!((won.len(), lost.len()), (1, 5));
    assert_eq!(won[0].data()["confirmEmailChange"]["email"], "new@example.com");
    assert_eq!(issues(lost[0]), json!([[["input", "token"], "ENDED"]]));
    assert_eq!(mail.next().await.to, ["ada@example.com"]);
    let stored = "SELECT concat_ws('|', email, email_verified_at > now() - interval '1 minute') FROM users";
    assert_eq!(line(&api, stored).await, "new@example.com|t");
    sign_in(&api, "new@example.com", PASSWORD).await.data();
    assert_eq!(sign_in(&api, "ada@example.com", PASSWORD).await.code(), "UNAUTHENTICATED");
    let logged = "SELECT concat_ws('|', action, coalesce(user_input, '-')) FROM agent_memory ORDER BY id LIMIT 2";
    assert_eq!(lines(&api, logged).await, ["email_change_requested|-", "email_changed|-"]);
}

#[tokio::test]
async fn another_address_needs_the_password_and_a_token_that_still_counts() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, _) = (member(&api, "ada").await, member(&api, "bob").await);
    let before = rows(&api).await;
    let wrong = json!([[["input", "password"], "WRONG"]]);
    assert_eq!(issues(&change(&api, Some(&ada), "new@example.com", "wrong").await), wrong);
    assert_eq!(issues(&change(&api, Some(&ada), &ada.email, PASSWORD).await), json!([[["input", "email"], "SAME"]]));
    assert_eq!(issues(&change(&api, Some(&ada), "nowhere", PASSWORD).await)[0][1], "FORMAT");
    assert_eq!(change(&api, None, "new@example.com", PASSWORD).await.code(), "UNAUTHENTICATED");
    assert_eq!(rows(&api).await, before);
    assert!(mail.is_empty());

    let ended = json!([[["input", "token"], "ENDED"]]);
    let mut token = async |email: &str| {
        change(&api, Some(&ada), email, PASSWORD).await.data();
        let mails = [mail.next().await, mail.next().await];
        mails.iter().find(|mail| mail.to == [email]).unwrap().token()
    };
    let first = token("first@example.com").await;
    // Whether an address is taken is told to nobody but who reads its mail.
    let taken = token("BOB@example.com").await;
    assert_eq!(issues(&confirm(&api, &first).await), ended, "a newer one ends it");
    assert_eq!(issues(&confirm(&api, &taken).await), json!([[["input", "token"], "TAKEN"]]));
    let third = token("third@example.com").await;
    api.sql("UPDATE users SET password_changed_at = now()").await;
    assert_eq!(issues(&confirm(&api, &third).await), ended, "a new password ends it");
    let as_verification = ask(&api, None, "verifyEmail", "{ emailVerifiedAt }", json!({ "token": third })).await;
    assert_eq!(issues(&as_verification), ended);
    assert_eq!(change(&api, Some(&ada), "fourth@example.com", PASSWORD).await.code(), "RATE_LIMITED");
    assert_eq!(line(&api, "SELECT email::text FROM users WHERE email ILIKE 'ada%'").await, ada.email);
}

/// How many rows of a person there are, in every table that names them.
async fn traces(api: &Api, who: &Somebody) -> Vec<(String, i64)> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND column_name IN ('user_id', 'owner_id', 'shared_with_id') \
             AND table_name <> 'audit_log' \
         UNION ALL SELECT 'users', 'id'",
    )
    .fetch_all(&mut api.admin().await)
    .await
    .unwrap();
    let mut traces = Vec::new();
    for (table, column) in columns {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = '{}'", who.id);
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut api.admin().await).await.unwrap();
        traces.push((format!("{table}.{column}"), count));
    }
    traces.retain(|(_, count)| *count > 0);
    traces
}

#[tokio::test]
async fn closing_deletes_everything_and_a_dry_run_tells_it_before() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    let phone = session(&api, &ada).await;
    for who in [&ada, &bob] {
        api.sql(&include_str!("../fixtures/one_of_each.sql").replace("{user}", &who.id.to_string())).await;
    }
    let (all, of_bob) = (traces(&api, &ada).await, traces(&api, &bob).await);
    assert!(all.len() > 20, "{all:?}");
    let before = rows(&api).await;
    let dry = close(&api, Some(&ada), json!({ "password": PASSWORD, "dryRun": true })).await;
    let dry = &dry.data()["closeAccount"];
    assert_eq!(dry["closed"], false);
    assert_eq!(rows(&api).await, before);
    let of = |kind: &str| {
        dry["deleted"].as_array().unwrap().iter().find(|rows| rows["type"] == kind).map(|rows| rows["count"].clone())
    };
    for (kind, count) in [
        ("Session", Some(json!(2))),
        ("Portfolio", Some(json!(1))),
        ("WatchlistItem", Some(json!(1))),
        ("WatchlistShare", Some(json!(1))),
        ("PersonalToken", Some(json!(1))),
        ("Activity", Some(json!(1))),
        ("User", None),
        ("Person", None),
        ("AuditEntry", None),
    ] {
        assert_eq!(of(kind), count, "{kind}");
    }

    let gone = close(&api, Some(&ada), json!({ "password": PASSWORD })).await;
    let gone = &gone.data()["closeAccount"];
    assert_eq!((&gone["closed"], &gone["deleted"]), (&json!(true), &dry["deleted"]));
    assert_eq!(traces(&api, &ada).await, []);
    assert_eq!(traces(&api, &bob).await, of_bob);
    for token in [&ada.token, &phone.access] {
        let who = Somebody { token: token.clone(), ..ada.clone() };
        assert_eq!(api.ask(Some(&who), "{ viewer { id } }").await.code(), "UNAUTHENTICATED");
    }
    assert_eq!(sign_in(&api, &ada.email, PASSWORD).await.code(), "UNAUTHENTICATED");
    let kept = format!(
        "SELECT concat_ws('|', operation, actor_id = owner_id, changes ->> 'email') FROM audit_log
         WHERE table_name = 'users' AND operation = 'DELETE' AND owner_id = '{}'",
        ada.id
    );
    assert_eq!(line(&api, &kept).await, "DELETE|t|withheld");
    let farewell = mail.next().await;
    assert_eq!(
        (farewell.to, farewell.headers.iter().any(|line| line == "Subject: Your account was closed")),
        (vec![ada.email], true)
    );
}

#[tokio::test]
async fn the_only_administrator_stays_and_of_the_last_two_one_does() {
    let api = Api::start().await;
    let (root, ada) = (member(&api, "root").await, member(&api, "ada").await);
    let promote = |who: &Somebody, is_active: bool| {
        let set = format!("is_admin = true, is_active = {is_active}");
        format!("SET stackmotive.system = 'on'; UPDATE users SET {set} WHERE id = '{}'", who.id)
    };
    api.sql(&promote(&root, true)).await;
    let gone = member(&api, "gone").await;
    api.sql(&promote(&gone, false)).await;
    let before = rows(&api).await;
    for is_dry in [true, false] {
        let answer = close(&api, Some(&root), json!({ "password": PASSWORD, "dryRun": is_dry })).await;
        assert_eq!(answer.code(), "CONFLICT");
        let sentence = "Nobody else is an administrator: make somebody one before this account goes.";
        assert_eq!(answer.message(), sentence);
    }
    assert_eq!(rows(&api).await, before, "neither one who lets nobody in counts, nor the attempt");

    api.sql(&promote(&ada, true)).await;
    let input = json!({ "password": PASSWORD });
    let (first, second) =
        futures_util::future::join(close(&api, Some(&root), input.clone()), close(&api, Some(&ada), input)).await;
    let refused: Vec<_> = [&first, &second].into_iter().filter(|answer| answer.body.get("errors").is_some()).collect();
    assert_eq!(refused.len(), 1, "{first:?} {second:?}");
    assert_eq!(refused[0].code(), "CONFLICT");
    assert_eq!(line(&api, "SELECT count(*)::text FROM users WHERE is_admin AND is_active").await, "1");
}

#[tokio::test]
async fn closing_needs_the_password_and_the_second_factor_where_there_is_one() {
    let api = Api::start().await;
    let ada = Guarded::new(&api, "ada").await;
    let before = rows(&api).await;
    for (input, expected) in [
        (json!({ "password": "wrong", "totpCode": ada.code() }), json!([[["input", "password"], "WRONG"]])),
        (json!({ "password": PASSWORD }), json!([[["input", "totpCode"], "REQUIRED"]])),
        (
            json!({ "password": PASSWORD, "totpCode": wrong_code(&ada.secret) }),
            json!([[["input", "totpCode"], "WRONG"]]),
        ),
    ] {
        assert_eq!(issues(&close(&api, Some(&ada.who), input).await), expected);
    }
    let code = ada.recovery_codes[0].clone();
    assert_eq!(
        close(&api, None, json!({ "password": PASSWORD, "recoveryCode": code })).await.code(),
        "UNAUTHENTICATED"
    );
    let dry = close(&api, Some(&ada.who), json!({ "password": PASSWORD, "recoveryCode": code, "dryRun": true })).await;
    assert_eq!(dry.data()["closeAccount"]["closed"], false);
    assert_eq!(rows(&api).await, before, "the code is still good");
    let gone = close(&api, Some(&ada.who), json!({ "password": PASSWORD, "recoveryCode": code })).await;
    assert_eq!(gone.data()["closeAccount"]["closed"], true);
    assert_eq!(lines(&api, "SELECT id::text FROM users").await, Vec::<String>::new());
}
