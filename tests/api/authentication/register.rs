//! Nobody makes an account.

use serde_json::json;

use super::{Tokens, bcrypts, issues, line, lines, member, owner, rows, sign_in, tokens};
use crate::support::{Api, Log, hash};

#[tokio::test]
async fn makes_a_user_a_session_and_an_activity() {
    let api = Api::start().await;
    let input = json!({ "email": "Ada@Example.com", "password": "longenough", "displayName": "  Ada  " });
    let answer = tokens(&api, "register", input).await;
    let payload = &answer.data()["register"];
    let made = Tokens::of(payload);
    assert_eq!(payload["user"]["email"], "Ada@Example.com");
    assert_eq!(payload["user"]["displayName"], "Ada");

    let id = line(&api, "SELECT id::text FROM users").await;
    assert_eq!(payload["user"]["id"], format!("user_{id}"));
    let user = "SELECT concat_ws('|', email, display_name, tier, is_active, is_admin, is_sealed(hashed_password),
                                 created_by = id, updated_by = id, last_login_at IS NOT NULL) FROM users";
    assert_eq!(line(&api, user).await, "Ada@Example.com|Ada|observer|t|f|t|t|t|t");

    let session = "SELECT concat_ws('|', id, user_id, session_token, refresh_token, is_active, revoked_at IS NULL,
                                    access_expires_at - created_at, expires_at - created_at) FROM user_sessions";
    let (access, refresh) = (hash(&made.access), hash(&made.refresh));
    let expected = format!("{}|{id}|{access}|{refresh}|t|t|00:15:00|30 days", made.session);
    assert_eq!(line(&api, session).await, expected);

    let activity =
        "SELECT concat_ws('|', user_id, block_id, action, coalesce(user_input, '-'), session_id) FROM agent_memory";
    assert_eq!(line(&api, activity).await, format!("{id}|authentication|registered|-|{}", made.session));
    assert_eq!(owner(&api, &made.access).await.as_deref(), Some("Ada@Example.com"));
}

#[tokio::test]
async fn refuses_an_address_that_is_taken_whatever_its_case() {
    let api = Api::start().await;
    member(&api, "ada").await;
    let before = rows(&api).await;
    let answer = tokens(&api, "register", json!({ "email": "ADA@example.COM", "password": "longenough" })).await;
    assert_eq!(issues(&answer), json!([[["input", "email"], "TAKEN"]]));
    assert_eq!(answer.body["data"], json!({ "register": null }));
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn makes_one_account_when_two_ask_for_an_address_at_once() {
    let api = Api::start().await;
    let ask = |email: &str| tokens(&api, "register", json!({ "email": email, "password": "longenough" }));
    let (one, other) = tokio::join!(ask("ada@example.com"), ask("Ada@example.com"));
    let refused: Vec<_> = [&one, &other].into_iter().filter(|answer| answer.body["errors"].is_array()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(issues(refused[0]), json!([[["input", "email"], "TAKEN"]]));
    let counts = "SELECT concat_ws('|', (SELECT count(*) FROM users), (SELECT count(*) FROM user_sessions),
                                   (SELECT count(*) FROM agent_memory))";
    assert_eq!(line(&api, counts).await, "1|1|1");
}

#[tokio::test]
async fn tells_all_problems_at_once_and_computes_nothing() {
    let api = Api::start().await;
    let log = Log::listen("trace");
    let password = json!(["input", "password"]);
    let name = json!(["input", "displayName"]);
    for (input, expected) in [
        (json!({ "password": "1234567", "displayName": " \t " }), json!([[password, "TOO_SHORT"], [name, "BLANK"]])),
        (
            json!({ "password": "å".repeat(129), "displayName": "ö".repeat(256) }),
            json!([[password, "TOO_LONG"], [name, "TOO_LONG"]]),
        ),
        (json!({ "password": "longenough", "displayName": "A\0da" }), json!([[name, "FORMAT"]])),
        (json!({ "password": "", "displayName": "Ada" }), json!([[password, "TOO_SHORT"]])),
        (json!({ "password": "Password1" }), json!([[password, "COMMON"]])),
        (json!({ "password": "1234567890" }), json!([[password, "COMMON"]])),
        (json!({ "email": "lovelace@example.com", "password": "my LoveLace" }), json!([[password, "COMMON"]])),
        (json!({ "password": "the countess of", "displayName": "Countess" }), json!([[password, "COMMON"]])),
        (json!({ "email": "ada", "password": "1234567" }), json!([[["input", "email"], "FORMAT"]])),
        (json!({ "email": "ada@example", "password": "longenough" }), json!([[["input", "email"], "FORMAT"]])),
        (json!({ "email": "a b@example.com", "password": "longenough" }), json!([[["input", "email"], "FORMAT"]])),
    ] {
        let mut whole = json!({ "email": "ada@example.com" });
        whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let answer = tokens(&api, "register", whole).await;
        assert_eq!(issues(&answer), expected, "{input}");
    }
    assert_eq!(bcrypts(&log), 0);
    assert_eq!(lines(&api, "SELECT email::text FROM users").await, Vec::<String>::new());
}

#[tokio::test]
async fn takes_128_characters_and_checks_all_of_them() {
    let api = Api::start().await;
    // bcrypt itself stops reading at the character NUL, and after 72 bytes, which is 36 of these letters.
    let (password, other) = (format!("{}\0a", "å".repeat(126)), format!("{}\0b", "å".repeat(126)));
    let input = json!({ "email": "ada@example.com", "password": password, "displayName": "ö".repeat(255) });
    let answer = tokens(&api, "register", input).await;
    assert_eq!(answer.data()["register"]["user"]["displayName"], "ö".repeat(255));
    assert_eq!(sign_in(&api, "ada@example.com", &other).await.code(), "UNAUTHENTICATED");
    let right = sign_in(&api, "ada@example.com", &password).await;
    assert_eq!(right.data()["signIn"]["user"]["email"], "ada@example.com");
}
