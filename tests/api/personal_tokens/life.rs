//! From making a token to its end.

use serde_json::{Value, json};
use stackmotive::{authentication::personal_token, graphql::id};
use uuid::Uuid;

use super::{admit, with_token};
use crate::{
    authentication::{PASSWORD, issues, line, lines, member},
    support::{Answer, Api, MailServer, Manner, Somebody, hash},
};

async fn ask(api: &Api, who: Option<&Somebody>, mutation: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let token = if mutation == "createPersonalToken" { "token" } else { "" };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {token} personalToken {{
            id name ending scopes expiresAt lastUsedAt revokedAt updatedAt user {{ id }} }} }} }}"
    );
    api.ask_with(who, &query, json!({ "input": input })).await
}

async fn create(api: &Api, who: Option<&Somebody>, input: Value) -> Answer {
    ask(api, who, "createPersonalToken", input).await
}

/// Every row that a mutation could have changed.
async fn rows(api: &Api) -> Vec<String> {
    let sql = "SELECT to_jsonb(t)::text FROM personal_tokens t UNION ALL SELECT to_jsonb(a)::text FROM agent_memory a ORDER BY 1";
    lines(api, sql).await
}

#[tokio::test]
async fn a_token_is_shown_once_and_opens_what_its_scopes_say() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    admit(&api, &ada).await;
    let input = json!({ "name": " Import ", "scopes": ["WATCHLISTS_WRITE", "PORTFOLIO_READ", "WATCHLISTS_WRITE"] });
    let answer = create(&api, Some(&ada), input).await;
    let made = &answer.data()["createPersonalToken"];
    let token = made["token"].as_str().unwrap();
    assert!(personal_token::is_whole(token), "{token}");
    let row = &made["personalToken"];
    assert_eq!(
        row,
        &json!({ "id": row["id"], "name": " Import ", "ending": &token[49..], "scopes": ["PORTFOLIO_READ", "WATCHLISTS_WRITE"],
                 "expiresAt": row["expiresAt"], "lastUsedAt": null, "revokedAt": null, "updatedAt": row["updatedAt"],
                 "user": { "id": id::text("user", ada.id) } })
    );
    let stored = "SELECT concat_ws('|', token_hash, scopes, expires_at - created_at BETWEEN '89 days 23 hours' AND '90 days') FROM personal_tokens";
    assert_eq!(line(&api, stored).await, format!("{}|{{portfolio:read,watchlists:write}}|t", hash(token)));
    let log = "SELECT concat_ws('|', block_id, action, user_input, metadata) FROM agent_memory";
    let created =
        format!(r#"authentication|personal_token_created|{{"created": ["{}"]}}"#, row["id"].as_str().unwrap());
    assert_eq!(line(&api, log).await, created);

    let who = Somebody { token: token.to_owned(), ..ada.clone() };
    let seen =
        api.ask(Some(&who), "{ viewer { email tier portfolios { totalCount } watchlists { totalCount } } }").await;
    let none = json!({ "totalCount": 0 });
    assert_eq!(
        seen.data()["viewer"],
        json!({ "email": ada.email, "tier": "ENTERPRISE", "portfolios": none, "watchlists": none })
    );
    let listed = api.ask(Some(&ada), "{ viewer { personalTokens { nodes { id ending lastUsedAt } } } }").await;
    let listed = &listed.data()["viewer"]["personalTokens"]["nodes"];
    assert_eq!((&listed[0]["id"], &listed[0]["ending"]), (&row["id"], &json!(&token[49..])));
    assert_ne!(listed[0]["lastUsedAt"], Value::Null);
    // Within the minute the row is left alone, and being used is no change of it.
    let row = "SELECT to_jsonb(t)::text FROM personal_tokens t";
    let before = line(&api, row).await;
    api.ask(Some(&who), "{ viewer { id } }").await.data();
    assert_eq!(line(&api, row).await, before);
    api.sql("UPDATE personal_tokens SET last_used_at = now() - interval '61 seconds'").await;
    api.ask(Some(&who), "{ viewer { id } }").await.data();
    let seen = "SELECT concat_ws('|', last_used_at > now() - interval '30 seconds', updated_at = created_at) FROM personal_tokens";
    assert_eq!(line(&api, seen).await, "t|t");
}

#[tokio::test]
async fn a_wrong_token_is_not_made_and_every_problem_is_told() {
    let api = Api::start().await;
    let (ada, root) = (api.somebody("ada").await, api.somebody("root").await);
    let right = json!({ "name": "x", "scopes": ["PRICES_WRITE"] });
    assert_eq!(create(&api, Some(&root), json!({ "name": "x", "scopes": ["LOGGING_READ"] })).await.code(), "FORBIDDEN");
    admit(&api, &ada).await;
    admit(&api, &root).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", root.id)).await;
    let before = rows(&api).await;
    for (input, expected) in [
        (
            json!({ "name": " ", "scopes": [], "expiresAt": "2020-01-01T00:00:00Z" }),
            json!([
                [["input", "name"], "BLANK"],
                [["input", "scopes"], "EMPTY"],
                [["input", "expiresAt"], "OUT_OF_RANGE"]
            ]),
        ),
        (right.clone(), json!([[["input", "scopes"], "NOT_ALLOWED"]])),
        (
            json!({ "name": "n".repeat(101), "scopes": ["LOGGING_READ"], "expiresAt": "2200-01-01T00:00:00Z" }),
            json!([[["input", "name"], "TOO_LONG"], [["input", "expiresAt"], "OUT_OF_RANGE"]]),
        ),
    ] {
        assert_eq!(issues(&create(&api, Some(&ada), input.clone()).await), expected, "{input}");
    }
    assert_eq!(create(&api, None, right.clone()).await.code(), "UNAUTHENTICATED");
    let (token, _) = with_token(&api, &root, &["preferences:write"]).await;
    assert_eq!(create(&api, Some(&token), right.clone()).await.code(), "FORBIDDEN");
    api.sql("DELETE FROM personal_tokens").await;
    assert_eq!(rows(&api).await, before);

    // An administrator's may have it, and loses it when they are one no more.
    let made = create(&api, Some(&root), right).await;
    let token = made.data()["createPersonalToken"]["token"].as_str().unwrap().to_owned();
    api.ask(Some(&Somebody { token, ..root.clone() }), "{ viewer { id } }").await.data();
    api.sql(&format!(
        "DELETE FROM personal_tokens; INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
         SELECT '{}', 'many', encode(sha256(n::text::bytea), 'hex'), 'aaaa', '{{logging:read}}', now() + interval '1 day'
         FROM generate_series(1, 50) n",
        ada.id
    ))
    .await;
    let more = json!({ "name": "x", "scopes": ["LOGGING_READ"] });
    assert_eq!(create(&api, Some(&ada), more.clone()).await.code(), "CONFLICT");
    api.sql("UPDATE personal_tokens SET revoked_at = now() WHERE ctid = (SELECT ctid FROM personal_tokens LIMIT 1)")
        .await;
    create(&api, Some(&ada), more).await.data();
}

#[tokio::test]
async fn a_token_is_dead_when_it_ends_or_its_user_may_not_use_it() {
    let api = Api::start().await;
    for (name, end) in [
        ("revoked", "UPDATE personal_tokens SET revoked_at = now() WHERE user_id = $"),
        ("expired", "UPDATE personal_tokens SET expires_at = now() WHERE user_id = $"),
        ("inactive", "UPDATE users SET is_active = false WHERE id = $"),
        ("locked", "UPDATE users SET locked_until = now() + interval '1 hour' WHERE id = $"),
        ("off", "UPDATE user_preferences SET api_access_enabled = false WHERE user_id = $"),
        ("unset", "UPDATE user_preferences SET api_access_enabled = NULL WHERE user_id = $"),
        ("none", "DELETE FROM user_preferences WHERE user_id = $"),
        ("gone", "DELETE FROM users WHERE id = $"),
    ] {
        let who = api.somebody(name).await;
        admit(&api, &who).await;
        let (token, _) = with_token(&api, &who, &["portfolio:read"]).await;
        api.ask(Some(&token), "{ viewer { id } }").await.data();
        api.sql(&end.replace('$', &format!("'{}'", who.id))).await;
        let answer = api.ask(Some(&token), "{ viewer { id } }").await;
        assert_eq!((answer.code(), &answer.body["data"]), ("UNAUTHENTICATED", &json!({ "viewer": null })), "{name}");
    }
    let unknown = Somebody { id: Uuid::nil(), email: String::new(), token: personal_token::whole(&"b".repeat(43)) };
    assert_eq!(api.ask(Some(&unknown), "{ viewer { id } }").await.code(), "UNAUTHENTICATED");
    assert_eq!(
        api.ask(Some(&Somebody { token: "smp_x".to_owned(), ..unknown }), "{ viewer { id } }").await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn it_is_renamed_and_revoked_by_its_user_alone() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    admit(&api, &ada).await;
    let (token, uuid) = with_token(&api, &ada, &["portfolio:read", "preferences:write"]).await;
    let token_id = id::text("personal_token", uuid);
    let before = rows(&api).await;
    for (mutation, input) in [
        ("renamePersonalToken", json!({ "id": token_id, "name": "y" })),
        ("revokePersonalToken", json!({ "id": token_id })),
    ] {
        assert_eq!(ask(&api, None, mutation, input.clone()).await.code(), "UNAUTHENTICATED");
        assert_eq!(ask(&api, Some(&eve), mutation, input.clone()).await.code(), "NOT_FOUND");
        assert_eq!(ask(&api, Some(&token), mutation, input.clone()).await.code(), "FORBIDDEN");
        let mut stale = input;
        stale["expectedUpdatedAt"] = json!("2020-01-01T00:00:00Z");
        let answer = ask(&api, Some(&ada), mutation, stale).await;
        assert_eq!(answer.code(), "CONFLICT");
        assert_eq!(answer.body["errors"][0]["extensions"]["current"]["name"], json!("test"));
    }
    let blank = ask(&api, Some(&ada), "renamePersonalToken", json!({ "id": token_id, "name": "" })).await;
    assert_eq!(issues(&blank), json!([[["input", "name"], "BLANK"]]));
    let used = "UPDATE personal_tokens SET last_used_at = NULL";
    api.sql(used).await;
    assert_eq!(rows(&api).await, before);

    let renamed = ask(&api, Some(&ada), "renamePersonalToken", json!({ "id": token_id, "name": "Åsa's script" })).await;
    let renamed = &renamed.data()["renamePersonalToken"]["personalToken"];
    assert_eq!(
        (&renamed["name"], &renamed["scopes"]),
        (&json!("Åsa's script"), &json!(["PORTFOLIO_READ", "PREFERENCES_WRITE"]))
    );
    let input = json!({ "id": token_id, "expectedUpdatedAt": renamed["updatedAt"] });
    let revoked = ask(&api, Some(&ada), "revokePersonalToken", input).await;
    assert_ne!(revoked.data()["revokePersonalToken"]["personalToken"]["revokedAt"], Value::Null);
    assert_eq!(api.ask(Some(&token), "{ viewer { id } }").await.code(), "UNAUTHENTICATED");
    let again = ask(&api, Some(&ada), "revokePersonalToken", json!({ "id": token_id })).await;
    assert_eq!(again.code(), "CONFLICT");
    let log = "SELECT action::text FROM agent_memory ORDER BY id";
    assert_eq!(lines(&api, log).await, ["personal_token_renamed", "personal_token_revoked"]);
}

#[tokio::test]
async fn a_new_password_keeps_them_and_a_forgotten_one_ends_them_unless_told_otherwise() {
    let mut mail = MailServer::start(Manner::Takes).await;
    let api = Api::start_as(mail.settings(), |_| ()).await;
    let (ada, bob) = (member(&api, "ada").await, member(&api, "bob").await);
    for who in [&ada, &bob] {
        admit(&api, who).await;
    }
    let (of_bob, _) = with_token(&api, &bob, &["portfolio:read"]).await;
    let (ended, id) = with_token(&api, &ada, &["portfolio:read"]).await;
    api.sql(&format!("UPDATE personal_tokens SET expires_at = now() - interval '1 day' WHERE id = '{id}'")).await;
    let change = async |new: &str, more: Value| {
        let mut input = json!({ "currentPassword": PASSWORD, "newPassword": new });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { tokensRevoked tokensLive } }";
        api.ask_with(Some(&ada), query, json!({ "i": input })).await.data()["changePassword"].clone()
    };
    let lives = async |who: &Somebody| api.ask(Some(who), "{ viewer { id } }").await.body.get("errors").is_none();

    let (one, _) = with_token(&api, &ada, &["portfolio:read"]).await;
    let (two, _) = with_token(&api, &ada, &["watchlists:write"]).await;
    assert_eq!(change(PASSWORD, json!({})).await, json!({ "tokensRevoked": 0, "tokensLive": 2 }));
    let told = "Personal API tokens that still work: 2. Revoke those that you don't know.";
    assert!(mail.next().await.text.contains(told));
    assert!(lives(&one).await && lives(&two).await);
    let revoked = change(PASSWORD, json!({ "revokePersonalTokens": true })).await;
    assert_eq!(revoked, json!({ "tokensRevoked": 2, "tokensLive": 0 }));
    assert!(mail.next().await.text.contains("It revoked the personal API tokens of your programs: 2."));
    assert!(!lives(&one).await && !lives(&two).await && !lives(&ended).await);
    let metadata = "SELECT jsonb_array_length(metadata -> 'updated')::text FROM agent_memory WHERE action = 'password_changed' \
                    AND metadata ? 'updated'";
    assert_eq!(lines(&api, metadata).await, ["2"], "the activity names them");
    // None live, so there is nothing to tell of them.
    assert_eq!(change(PASSWORD, json!({})).await, json!({ "tokensRevoked": 0, "tokensLive": 0 }));
    assert!(!mail.next().await.text.contains("API"));

    for (is_kept, tokens) in [(true, (0, 1)), (false, (1, 0))] {
        let (three, _) = with_token(&api, &ada, &["portfolio:read"]).await;
        let ask = "mutation($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { email } }";
        api.ask_with(None, ask, json!({ "i": { "email": ada.email } })).await.data();
        let mut input = json!({ "token": mail.next().await.token(), "newPassword": PASSWORD });
        if is_kept {
            input["revokePersonalTokens"] = json!(false);
        }
        let query = "mutation($i: ResetPasswordInput!) { resetPassword(input: $i) { tokensRevoked tokensLive } }";
        let reset = api.ask_with(None, query, json!({ "i": input })).await;
        assert_eq!(reset.data()["resetPassword"], json!({ "tokensRevoked": tokens.0, "tokensLive": tokens.1 }));
        assert_eq!(lives(&three).await, is_kept);
        assert_eq!(mail.next().await.text.contains("still work: 1"), is_kept);
        api.sql(&format!(
            "UPDATE personal_tokens SET revoked_at = now() WHERE user_id = '{}' AND revoked_at IS NULL",
            ada.id
        ))
        .await;
    }
    assert!(lives(&of_bob).await, "nobody else's ended");
}
