//! What administrators do with the accounts of others.

use serde_json::{Value, json};
use stackmotive::graphql::id;
use uuid::Uuid;

use super::{PASSWORD, count, issues, line, lines, member, owner, rows, session, sign_in};
use crate::support::{Answer, Api, Somebody};

const ALL: [(&str, &str); 6] = [
    ("setUserTier", "tier: TRADER"),
    ("setUserActive", "isActive: false"),
    ("setUserAdmin", "isAdmin: true"),
    ("resetUserOnboarding", ""),
    ("unlockUser", ""),
    ("endUserSessions", ""),
];

async fn root(api: &Api, name: &str) -> Somebody {
    let root = member(api, name).await;
    api.sql(&format!("SET stackmotive.system = 'on'; UPDATE users SET is_admin = true WHERE id = '{}'", root.id)).await;
    root
}

async fn ask(api: &Api, who: Option<&Somebody>, mutation: &str, target: Uuid, more: &str, selection: &str) -> Answer {
    let id = id::text("user", target);
    let query =
        format!("mutation {{ {mutation}(input: {{ userId: \"{id}\", {more} }}) {{ user {{ id {selection} }} }} }}");
    api.ask(who, &query).await
}

#[tokio::test]
async fn each_mutation_does_what_it_says_in_the_name_of_the_administrator() {
    let api = Api::start().await;
    let (root, ada) = (root(&api, "root").await, member(&api, "ada").await);
    api.sql(&format!(
        "UPDATE users SET has_completed_onboarding = true, onboarding_step = 5, onboarding_completed_at = now(),
            failed_login_attempts = 3, locked_until = now() + interval '1 day' WHERE id = '{0}';
         INSERT INTO user_onboarding_progress (user_id, current_step, completed_steps, is_complete, completion_percentage,
            completed_at, full_name) VALUES ('{0}', 5, '[1, 2, 3, 4, 5]', true, 100, now(), 'Ada')",
        ada.id
    ))
    .await;
    count(&api, "password", &ada.email, "(VALUES ('192.0.2.1'::inet))", 60).await;
    let user = |answer: &Answer, mutation: &str| {
        let mut user = answer.data()[mutation]["user"].clone();
        user.as_object_mut().unwrap().remove("id");
        user
    };
    let done = ask(&api, Some(&root), "setUserTier", ada.id, "tier: PROFESSIONAL", "tier").await;
    assert_eq!(user(&done, "setUserTier"), json!({ "tier": "PROFESSIONAL" }));
    let done = ask(&api, Some(&root), "setUserAdmin", ada.id, "isAdmin: true", "isAdmin").await;
    assert_eq!(user(&done, "setUserAdmin"), json!({ "isAdmin": true }));
    let done = ask(&api, Some(&root), "setUserAdmin", ada.id, "isAdmin: false", "isAdmin").await;
    assert_eq!(user(&done, "setUserAdmin"), json!({ "isAdmin": false }));
    let selection = "hasCompletedOnboarding onboardingStep onboardingCompletedAt";
    let done = ask(&api, Some(&root), "resetUserOnboarding", ada.id, "", selection).await;
    let expected = json!({ "hasCompletedOnboarding": false, "onboardingStep": 0, "onboardingCompletedAt": null });
    assert_eq!(user(&done, "resetUserOnboarding"), expected);
    let progress = "SELECT concat_ws('|', current_step, completed_steps, is_complete, completion_percentage, completed_at, full_name)
                    FROM user_onboarding_progress";
    assert_eq!(line(&api, progress).await, "1|[]|f|0.00|Ada");

    assert_ne!(sign_in(&api, &ada.email, PASSWORD).await.body["errors"], Value::Null);
    ask(&api, Some(&root), "unlockUser", ada.id, "", "email").await.data();
    sign_in(&api, &ada.email, PASSWORD).await.data();

    let phone = session(&api, &ada).await;
    let ended = api.ask(Some(&root), &format!(
        "mutation {{ endUserSessions(input: {{ userId: \"{}\" }}) {{ sessionsEnded user {{ id sessions {{ totalCount }} }} }} }}",
        id::text("user", ada.id)
    )).await;
    let ended = &ended.data()["endUserSessions"];
    assert_eq!((&ended["sessionsEnded"], &ended["user"]["sessions"]["totalCount"]), (&json!(3), &json!(0)));
    assert_eq!((owner(&api, &ada.token).await, owner(&api, &phone.access).await), (None, None));
    assert_eq!(owner(&api, &root.token).await.as_deref(), Some("root@example.com"));

    let activity = format!(
        "SELECT concat_ws('|', action, metadata ->> 'updated' LIKE '%{}%') FROM agent_memory WHERE user_id = '{}' ORDER BY id",
        ada.id, root.id
    );
    let names = [
        "user_tier_set",
        "user_promoted",
        "user_demoted",
        "user_onboarding_reset",
        "user_unlocked",
        "user_sessions_ended",
    ];
    assert_eq!(lines(&api, &activity).await, names.map(|name| format!("{name}|t")));
    let audit = format!(
        "SELECT DISTINCT concat_ws('|', table_name, scope, actor_id = '{}') FROM audit_log
         WHERE owner_id = '{}' AND operation = 'UPDATE' AND scope <> 'nobody' AND actor_id <> owner_id ORDER BY 1",
        root.id, ada.id
    );
    assert_eq!(lines(&api, &audit).await, ["user_sessions|admin|t", "users|admin|t"]);
}

#[tokio::test]
async fn deactivating_ends_sessions_and_tokens_for_good() {
    let api = Api::start().await;
    let (root, ada) = (root(&api, "root").await, member(&api, "ada").await);
    api.sql(&format!(
        "INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
         VALUES ('{}', 'x', repeat('a', 64), 'abcd', '{{portfolio:read}}', now() + interval '1 day')",
        ada.id
    ))
    .await;
    let set = async |is_active: bool| {
        let query = format!(
            "mutation {{ setUserActive(input: {{ userId: \"{}\", isActive: {is_active} }}) {{ sessionsEnded tokensRevoked user {{ isActive }} }} }}",
            id::text("user", ada.id)
        );
        api.ask(Some(&root), &query).await.data()["setUserActive"].clone()
    };
    assert_eq!(set(false).await, json!({ "sessionsEnded": 1, "tokensRevoked": 1, "user": { "isActive": false } }));
    assert_eq!(owner(&api, &ada.token).await, None);
    assert_eq!(sign_in(&api, &ada.email, PASSWORD).await.code(), "FORBIDDEN");
    assert_eq!(set(true).await, json!({ "sessionsEnded": 0, "tokensRevoked": 0, "user": { "isActive": true } }));
    assert_eq!(owner(&api, &ada.token).await, None, "what has ended stays so");
    assert_eq!(line(&api, "SELECT count(revoked_at)::text FROM personal_tokens").await, "1");
    sign_in(&api, &ada.email, PASSWORD).await.data();
}

#[tokio::test]
async fn nobody_else_may_and_nobody_changes_themselves() {
    let api = Api::start().await;
    let (root, ada, eve) = (root(&api, "root").await, api.somebody("ada").await, api.somebody("eve").await);
    let before = rows(&api).await;
    for (mutation, more) in ALL {
        assert_eq!(ask(&api, None, mutation, ada.id, more, "").await.code(), "UNAUTHENTICATED", "{mutation}");
        assert_eq!(ask(&api, Some(&eve), mutation, ada.id, more, "").await.code(), "FORBIDDEN", "{mutation}");
        assert_eq!(ask(&api, Some(&eve), mutation, eve.id, more, "").await.code(), "FORBIDDEN", "{mutation}");
        assert_eq!(ask(&api, Some(&root), mutation, Uuid::now_v7(), more, "").await.code(), "NOT_FOUND", "{mutation}");
        let stale = format!("{more} expectedUpdatedAt: \"2020-01-01T00:00:00Z\"");
        let answer = ask(&api, Some(&root), mutation, ada.id, &stale, "").await;
        assert_eq!(answer.code(), "CONFLICT", "{mutation}");
        assert!(!answer.text.contains("s1."), "no secret in {}", answer.text);
    }
    for (mutation, more) in [("setUserActive", "isActive: false"), ("setUserAdmin", "isAdmin: false")] {
        assert_eq!(ask(&api, Some(&root), mutation, root.id, more, "").await.code(), "FORBIDDEN", "{mutation}");
    }
    let wrong = ask(&api, Some(&root), "setUserTier", ada.id, "tier: GOLD", "").await;
    assert_eq!(issues(&wrong).as_array().map(Vec::len), Some(1));
    assert_eq!(rows(&api).await, before);
}

#[tokio::test]
async fn of_two_who_demote_each_other_one_stays() {
    let api = Api::start().await;
    let (one, two) = (root(&api, "one").await, root(&api, "two").await);
    let (first, second) = futures_util::future::join(
        ask(&api, Some(&one), "setUserAdmin", two.id, "isAdmin: false", ""),
        ask(&api, Some(&two), "setUserAdmin", one.id, "isAdmin: false", ""),
    )
    .await;
    let refused: Vec<&Answer> =
        [&first, &second].into_iter().filter(|answer| answer.body.get("errors").is_some()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].code(), "FORBIDDEN");
    assert_eq!(line(&api, "SELECT count(*)::text FROM users WHERE is_admin").await, "1");
}

#[tokio::test]
async fn counts_are_of_days_in_utc() {
    let api = Api::start().await;
    let root = root(&api, "root").await;
    for (name, made) in [
        ("today", "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"),
        ("yesterday", "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '1 microsecond'"),
        ("week", "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '6 days'"),
        ("month", "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '29 days'"),
        ("before", "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '29 days 1 microsecond'"),
    ] {
        let who = api.somebody(name).await;
        api.sql(&format!("UPDATE users SET created_at = {made} WHERE id = '{}'", who.id)).await;
    }
    api.sql("UPDATE users SET is_active = false, has_completed_onboarding = true WHERE email LIKE 'week%'").await;
    let query = "{ admin { counts { total active completedOnboarding registrationsToday registrations7Days registrations30Days } } }";
    let found = api.ask(Some(&root), query).await;
    assert_eq!(
        found.data()["admin"]["counts"],
        json!({ "total": 6, "active": 5, "completedOnboarding": 1, "registrationsToday": 2, "registrations7Days": 4, "registrations30Days": 5 })
    );
    let ada = api.somebody("ada").await;
    assert_eq!(api.ask(Some(&ada), query).await.code(), "FORBIDDEN");
    let search = r#"{ admin { users(filter: { or: [{ email: { contains: "WEEK@" } }, { displayName: { startsWith: "Mon" } }] }, orderBy: [{ field: EMAIL }]) { nodes { email } } } }"#;
    let found = api.ask(Some(&root), search).await;
    assert_eq!(
        found.data()["admin"]["users"]["nodes"],
        json!([{ "email": "month@example.com" }, { "email": "week@example.com" }])
    );
}
