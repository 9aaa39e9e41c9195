//! One document with several mutations.

use serde_json::json;

use super::{PASSWORD, line, member, owner, session};
use crate::support::Api;

#[tokio::test]
async fn run_in_order_and_each_answers_for_itself() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let other = session(&api, &ada).await;
    let id = format!("session_{}", other.session);
    let query = "mutation($id: ID!) {
        wrong: revokeSession(input: { id: \"session_\" }) { sessionId }
        first: revokeSession(input: { id: $id }) { sessionId }
        again: revokeSession(input: { id: $id }) { sessionId }
        refused: signIn(input: { email: \"nobody@example.com\", password: \"x\" }) { accessToken }
        out: signOut { sessionId }
    }";
    let answer = api.ask_with(Some(&ada), query, json!({ "id": id })).await;
    let data = &answer.body["data"];
    assert_eq!(data["first"], json!({ "sessionId": id }));
    for failed in ["wrong", "again", "refused"] {
        assert_eq!(data.get(failed), Some(&json!(null)), "{failed}");
    }
    assert_eq!(data["out"]["sessionId"].as_str().map(|id| &id[..8]), Some("session_"));
    let errors = answer.body["errors"].as_array().unwrap().iter();
    let errors: Vec<_> = errors.map(|error| json!([error["path"], error["extensions"]["code"]])).collect();
    let expected =
        [json!([["wrong"], "INVALID"]), json!([["again"], "NOT_FOUND"]), json!([["refused"], "UNAUTHENTICATED"])];
    assert_eq!(errors, expected);
    let done = "SELECT string_agg(action, ' ' ORDER BY timestamp) FROM agent_memory";
    assert_eq!(line(&api, done).await, "session_revoked signed_out");
    assert_eq!(owner(&api, &ada.token).await, None);
}

#[tokio::test]
async fn sign_two_people_in_and_show_each_their_own() {
    let api = Api::start().await;
    for name in ["ada", "bob"] {
        let id = member(&api, name).await.id;
        api.sql(&format!("INSERT INTO portfolio_summary (user_id, vault_id) VALUES ('{id}', 'vault of {name}')")).await;
    }
    let sign_in = |name: &str| {
        let input = format!("{{ email: \"{name}@example.com\", password: \"{PASSWORD}\" }}");
        format!("{name}: signIn(input: {input}) {{ user {{ email portfolios {{ nodes {{ vaultId }} }} }} }}")
    };
    let answer = api.ask(None, &format!("mutation {{ {} {} }}", sign_in("ada"), sign_in("bob"))).await;
    for name in ["ada", "bob"] {
        let portfolios = json!({ "nodes": [{ "vaultId": format!("vault of {name}") }] });
        let user = json!({ "email": format!("{name}@example.com"), "portfolios": portfolios });
        assert_eq!(answer.data()[name]["user"], user);
    }
}

#[tokio::test]
async fn read_each_payload_as_the_one_who_wrote_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    let tokens = session(&api, &bob).await;
    let query = "mutation($token: String!) {
        bob: refreshSession(input: { refreshToken: $token }) { user { email } }
        ada: createJournalEntry(input: { content: \"Bought.\" }) { journalEntry { content } }
    }";
    let answer = api.ask_with(Some(&ada), query, json!({ "token": tokens.refresh })).await;
    assert_eq!(answer.data()["bob"]["user"]["email"], bob.email);
    assert_eq!(answer.data()["ada"]["journalEntry"]["content"], "Bought.");
}

#[tokio::test]
async fn do_nothing_more_for_a_session_that_one_of_them_has_ended() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let query = "mutation {
        signOut { sessionId }
        createJournalEntry(input: { content: \"Written after signing out.\" }) { journalEntry { id } }
    }";
    let answer = api.ask(Some(&ada), query).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.body["data"]["createJournalEntry"], json!(null));
    assert_ne!(answer.body["data"]["signOut"], json!(null));
    assert_eq!(line(&api, "SELECT count(*)::text FROM journal_entries").await, "0");
}
